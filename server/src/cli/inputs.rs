//! What `vasca build` reads: files, or standard input.

use std::io::Read;
use std::path::Path;

use vasca_builders::files::SourceLimits;
use vasca_builders::{BuildError, BuildRequest, Code, Diagnostic, Registry};

/// The name on the command line that means standard input.
pub(super) const STDIN: &str = "-";

/// Reads a file, or standard input for `-`, and makes a request of it for the builder that takes
/// such files. Never more is read than a source may have.
///
/// # Errors
/// Why there is no request: the file cannot be read, is no text, or no builder takes it.
pub(super) fn read(path: &Path, registry: &Registry) -> Result<BuildRequest, BuildError> {
    let name = virtual_name(path);
    let builder = registry.accepting(&name).ok_or_else(|| {
        let message = "No builder takes files of this extension.";
        let hint = "A component's file ends in .tsx, .ts, .jsx or .js.";
        BuildError::of(Diagnostic::error(Code::InvalidFileName, message).with_hint(hint))
    })?;
    // One byte beyond the limit, so that the builder says what the limit is.
    let most = SourceLimits::default().source_bytes as u64 + 1;
    let bytes = read_bytes(path, most).map_err(|error| {
        let message = format!("The file cannot be read: {error}.");
        BuildError::of(Diagnostic::error(Code::UnreadableFile, message))
    })?;
    let source = match String::from_utf8(bytes) {
        Ok(source) => source,
        // The cut may have gone through a character.
        Err(error) if error.as_bytes().len() as u64 == most => {
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        }
        Err(error) => return Err(not_utf8(error.utf8_error().valid_up_to())),
    };
    Ok(BuildRequest::single(builder.kind(), &name, &source))
}

fn read_bytes(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path.as_os_str() == STDIN {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    } else {
        std::fs::File::open(path)?
            .take(most)
            .read_to_end(&mut bytes)?;
    }
    Ok(bytes)
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

/// The name of the file within its build, which stands in its source map: its own, where that is
/// one that every file could have.
fn virtual_name(path: &Path) -> String {
    let name = path.file_name().and_then(|name| name.to_str());
    let is_plain = |name: &&str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        name.len() <= 255 && name.bytes().all(plain) && name.bytes().any(|byte| byte != b'.')
    };
    match path.extension().and_then(|extension| extension.to_str()) {
        Some(extension) => name
            .filter(is_plain)
            .filter(|_| extension.chars().all(|c| !c.is_ascii_uppercase()))
            .map_or_else(
                || format!("component.{}", extension.to_lowercase()),
                str::to_owned,
            ),
        None => "component.tsx".to_owned(),
    }
}

fn not_utf8(at: usize) -> BuildError {
    let message = format!("The file is not UTF-8: the byte at {at} begins no character.");
    BuildError::of(
        Diagnostic::error(Code::InvalidEncoding, message).with_hint("Save the file as UTF-8."),
    )
}
