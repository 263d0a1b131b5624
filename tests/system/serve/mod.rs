//! Builds over HTTP, as clients, pages and operators meet them.

mod submissions;
