//! Logs: one line for each event, on standard error.

use std::io::{self, IsTerminal};

/// Starts to log, once for the process. Lines never hold a source, and carry colours only for a
/// person at a terminal.
pub fn start() {
    let subscriber = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_max_level(tracing::Level::INFO)
        .with_target(false)
        .finish();
    // Somebody who embeds the service has a subscriber already, and keeps it.
    let _ = tracing::subscriber::set_global_default(subscriber);
}
