//! The service beside a server of the same kind in Node, measured in one run.

fn main() {}
