//! The `vasca` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    // A worker is to open no file and start no thread before it has confined itself.
    if vasca_server::worker::is_asked_for() {
        return vasca_server::worker::serve();
    }
    vasca_server::cli::main()
}
