//! Logs: one line for each event, on standard error.

use std::io::{self, IsTerminal, Write};

/// Writes what can be written. A log whose disk is full or whose reader has gone costs its lines, and
/// nobody else anything: the default is to complain on the same stream, which panics.
struct Forgiving<W>(W);

impl<W: Write> Write for Forgiving<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.write_all(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let _ = self.0.flush();
        Ok(())
    }
}

/// Starts to log, once for the process. Lines never hold a source, and carry colours only for a
/// person at a terminal.
pub fn start() {
    let subscriber = tracing_subscriber::fmt()
        .with_writer(|| Forgiving(io::stderr()))
        .log_internal_errors(false)
        .with_ansi(io::stderr().is_terminal())
        .with_max_level(tracing::Level::INFO)
        .with_target(false)
        .finish();
    // Somebody who embeds the service has a subscriber already, and keeps it.
    let _ = tracing::subscriber::set_global_default(subscriber);
}
