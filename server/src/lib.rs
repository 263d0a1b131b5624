//! The library behind the `vasca` binary.
