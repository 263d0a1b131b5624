//! Builder plugins.
