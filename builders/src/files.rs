//! Virtual files: which names and sizes a request may have.
//!
//! Names are never looked up on a disk, and still refused when they could mean something there:
//! a later step of somebody else's may write them out.

use std::borrow::Cow;
use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use crate::diagnostic::{Code, Diagnostic};
use crate::request::BuildRequest;

/// How much source a request may bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceLimits {
    /// Files in one request.
    pub files: usize,
    /// Bytes of all files together.
    pub source_bytes: usize,
    /// Bytes of one file's name.
    pub name_bytes: usize,
}

impl Default for SourceLimits {
    /// 256 files: a component with its parts, not a repository. 2 MiB: sixteen times the largest
    /// component seen in the wild. 255 bytes: the longest name that common file systems take.
    fn default() -> Self {
        Self {
            files: 256,
            source_bytes: 2 * 1024 * 1024,
            name_bytes: 255,
        }
    }
}

/// Checks names, counts and sizes of a request's files, and that the entry is one of them.
///
/// # Errors
/// Every fault found, in the order of the names.
pub fn validate(request: &BuildRequest, limits: &SourceLimits) -> Result<(), Vec<Diagnostic>> {
    if request.files.len() > limits.files {
        return Err(vec![too_many_files(request.files.len(), limits.files)]);
    }
    let mut found = source_size(request, limits);
    for name in request.files.keys() {
        if let Err(reason) = check_name(name, limits.name_bytes) {
            found.push(bad_name(name, &reason));
        }
    }
    found.extend(collisions(request));
    if !request.files.contains_key(&request.entry) {
        found.push(missing_entry(request));
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// Says why a name is not a plain relative path, if it is not.
fn check_name(name: &str, limit: usize) -> Result<(), Cow<'static, str>> {
    if name.len() > limit {
        return Err(format!("is longer than the limit of {limit} bytes").into());
    }
    check_shape(name).map_err(Cow::Borrowed)
}

fn check_shape(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("is empty");
    }
    if name.chars().any(char::is_control) {
        return Err("has a control character");
    }
    if name.contains('\\') {
        return Err("has a backslash");
    }
    if name.contains('%') {
        return Err("has a percent sign, as in an encoded path");
    }
    if name.starts_with('/') || name.contains(':') {
        return Err("is absolute or has a scheme or drive");
    }
    for part in name.split('/') {
        match part {
            "" => return Err("has an empty part"),
            "." | ".." => return Err("has a part `.` or `..`"),
            "node_modules" => return Err("lies in node_modules"),
            _ => {}
        }
    }
    Ok(())
}

/// Names that are one file on a disk that folds case or normalises Unicode.
fn collisions(request: &BuildRequest) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut found = Vec::new();
    for name in request.files.keys() {
        let folded: String = name.nfc().flat_map(char::to_lowercase).collect();
        if let Some(first) = seen.insert(folded, name) {
            found.push(
                Diagnostic::error(
                    Code::InvalidFileName,
                    format!("The file names {first:?} and {name:?} are one name on some disks."),
                )
                .in_file(name.clone())
                .with_hint("Rename one of them by more than case or accents."),
            );
        }
    }
    found
}

fn source_size(request: &BuildRequest, limits: &SourceLimits) -> Vec<Diagnostic> {
    let bytes: usize = request.files.values().map(String::len).sum();
    if bytes <= limits.source_bytes {
        return Vec::new();
    }
    vec![
        Diagnostic::error(
            Code::SourceTooLarge,
            format!(
                "The source is longer than the limit of {} bytes.",
                limits.source_bytes
            ),
        )
        .with_hint("Load large data at run time instead of writing it into the component."),
    ]
}

fn too_many_files(count: usize, limit: usize) -> Diagnostic {
    Diagnostic::error(
        Code::TooManyFiles,
        format!("The request has {count} files; the limit is {limit}."),
    )
    .with_hint("Send only the files that the component is made of.")
}

fn bad_name(name: &str, reason: &str) -> Diagnostic {
    let shown: String = name.chars().take(80).collect();
    Diagnostic::error(
        Code::InvalidFileName,
        format!("The file name {shown:?} {reason}."),
    )
    .with_hint("Use a plain relative path such as `scenes/Title.tsx`.")
}

fn missing_entry(request: &BuildRequest) -> Diagnostic {
    let shown: String = request.entry.chars().take(80).collect();
    let names = request
        .files
        .keys()
        .take(5)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    Diagnostic::error(
        Code::MissingEntry,
        format!("The entry {shown:?} is none of the files."),
    )
    .with_hint(format!("The files are: {names}."))
}

#[cfg(test)]
mod tests {
    use super::{SourceLimits, check_name, validate};
    use crate::diagnostic::Code;
    use crate::request::BuildRequest;

    #[test]
    fn a_plain_relative_path_is_a_file_name() {
        for name in [
            "Title.tsx",
            "scenes/intro/Title.tsx",
            "über.tsx",
            "a..b.tsx",
            "...tsx",
        ] {
            assert_eq!(check_name(name, 255), Ok(()), "{name}");
        }
    }

    #[test]
    fn whatever_could_leave_its_folder_is_no_file_name() {
        let names = [
            "",
            "../x",
            "a/../b",
            "/etc/passwd",
            "C:\\x",
            "C:/x",
            "a\\..\\b",
            "%2e%2e/x",
            "a\0b",
            "a//b",
            "./x",
            "a/.",
            "node_modules/react/index.js",
            "x/node_modules/y",
            "a\nb",
            "file:x",
        ];
        for name in names {
            assert!(check_name(name, 255).is_err(), "{name:?}");
        }
        assert!(check_name(&"a".repeat(256), 255).is_err());
    }

    #[test]
    fn names_that_some_disks_take_for_one_are_refused() {
        for (one, other) in [("A.tsx", "a.tsx"), ("\u{e9}.tsx", "e\u{301}.tsx")] {
            let mut request = BuildRequest::single("tsx", one, "");
            request.files.insert(other.to_owned(), String::new());
            let found = validate(&request, &SourceLimits::default()).unwrap_err();
            assert_eq!(found[0].code, Code::InvalidFileName, "{one} {other}");
        }
    }

    #[test]
    fn limits_hold_to_the_byte_and_to_the_file() {
        let limits = SourceLimits {
            files: 1,
            source_bytes: 4,
            name_bytes: 255,
        };
        let request = BuildRequest::single("tsx", "a", "1234");
        assert_eq!(validate(&request, &limits), Ok(()));
        let request = BuildRequest::single("tsx", "a", "12345");
        assert_eq!(
            validate(&request, &limits).unwrap_err()[0].code,
            Code::SourceTooLarge
        );
        let mut request = BuildRequest::single("tsx", "a", "");
        request.files.insert("b".to_owned(), String::new());
        assert_eq!(
            validate(&request, &limits).unwrap_err()[0].code,
            Code::TooManyFiles
        );
    }

    #[test]
    fn an_entry_that_is_no_file_is_named_together_with_the_files() {
        let mut request = BuildRequest::single("tsx", "a.tsx", "");
        request.entry = "b.tsx".to_owned();
        let found = validate(&request, &SourceLimits::default()).unwrap_err();
        assert_eq!(found[0].code, Code::MissingEntry);
        assert!(found[0].hint.as_deref().unwrap().contains("a.tsx"));
    }
}
