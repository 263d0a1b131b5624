//! Builds over HTTP, as clients, pages and operators meet them.

mod bodies;
mod cancel;
mod conditional;
mod deadlines;
mod identity;
mod json;
mod load;
mod names;
mod page;
mod paths;
mod products;
mod prometheus;
mod protocol;
mod raw;
mod readme;
mod records;
mod secrets;
mod service;
mod settings;
mod shutdown;
mod slow;
mod start;
mod submissions;
mod waiting;
