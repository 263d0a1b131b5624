//! The `vasca` binary.
fn main() {}
