//! What `vasca build` reads: files, or standard input.

use std::io::Read;
use std::path::Path;

use vasca_builders::files::SourceLimits;
use vasca_builders::{BuildError, BuildRequest, Code, Diagnostic};

/// The name on the command line that means standard input.
pub(super) const STDIN: &str = "-";

/// One source, read.
pub(super) struct Input {
    /// The request, or why there is none.
    pub(super) request: Result<BuildRequest, BuildError>,
}

impl Input {
    /// Reads a file, or standard input for `-`; never more than a source may have.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(super) fn read(path: &Path) -> std::io::Result<Self> {
        // One byte beyond the limit, so that the builder says what the limit is.
        let most = SourceLimits::default().source_bytes as u64 + 1;
        let mut bytes = Vec::new();
        if path.as_os_str() == STDIN {
            std::io::stdin().lock().take(most).read_to_end(&mut bytes)?;
        } else {
            std::fs::File::open(path)?
                .take(most)
                .read_to_end(&mut bytes)?;
        }
        let request = match String::from_utf8(bytes) {
            Ok(source) => Ok(BuildRequest::single("tsx", &virtual_name(path), &source)),
            Err(error) if error.as_bytes().len() as u64 == most => {
                // The cut may have gone through a character.
                let source = String::from_utf8_lossy(error.as_bytes()).into_owned();
                Ok(BuildRequest::single("tsx", &virtual_name(path), &source))
            }
            Err(error) => Err(not_utf8(error.utf8_error().valid_up_to())),
        };
        Ok(Self { request })
    }
}

/// A path as people know it, without what a terminal would take for a command.
pub(super) fn shown(path: &Path) -> String {
    if path.as_os_str() == STDIN {
        return "<stdin>".to_owned();
    }
    let text = path.to_string_lossy();
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// The name of the file within its build: its own may have characters that no virtual name has,
/// and only the extension means anything.
fn virtual_name(path: &Path) -> String {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some(extension) => format!("component.{extension}"),
        None => "component.tsx".to_owned(),
    }
}

fn not_utf8(at: usize) -> BuildError {
    let message = format!("The file is not UTF-8: the byte at {at} begins no character.");
    BuildError::of(
        Diagnostic::error(Code::InvalidEncoding, message).with_hint("Save the file as UTF-8."),
    )
}
