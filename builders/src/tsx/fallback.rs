//! The module in place of one that could not be built: it shows why, so that one bad scene leaves
//! the rest of a video as it is.

use std::fmt::Write;

use crate::diagnostic::{Class, Diagnostic, Severity};

/// The component, with a text in place of what it shows.
const COMPONENT: &str = include_str!("fallback.tsx");
/// What the component is called in its metafile.
pub(super) const FILE: &str = "fallback.tsx";
/// What that text is.
const PLACE: &str = r#""REPORT""#;
/// Errors that are shown: as many as are readable in one picture.
const SHOWN: usize = 3;

/// The source of the module, where the failure is one that its author can mend: a fault of the
/// service may be gone at the next try, and nobody should take it for one of the scene's.
pub(super) fn source(diagnostics: &[Diagnostic]) -> Option<String> {
    let is_error = |one: &&Diagnostic| one.severity == Severity::Error;
    let errors: Vec<_> = diagnostics.iter().filter(is_error).collect();
    if errors.first()?.code.class() == Class::System {
        return None;
    }
    let mut report = String::new();
    for error in errors.iter().take(SHOWN) {
        add(&mut report, error);
    }
    if let Some(more) = errors.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(report, "and {more} more");
    }
    // Every JSON text is an expression of JavaScript.
    let literal = serde_json::to_string(report.trim_end()).ok()?;
    Some(COMPONENT.replacen(PLACE, &literal, 1))
}

/// Writing to a text cannot fail.
fn add(report: &mut String, error: &Diagnostic) {
    let _ = write!(report, "{}", error.message);
    if let (Some(file), Some(line), Some(column)) = (&error.file, error.line, error.column) {
        let _ = write!(report, "\n{file}:{line}:{column}");
    }
    for part in [&error.frame, &error.hint].into_iter().flatten() {
        let _ = write!(report, "\n{part}");
    }
    report.push_str("\n\n");
}

#[cfg(test)]
mod tests {
    use super::source;
    use crate::diagnostic::{Code, Diagnostic};

    #[test]
    fn whatever_an_error_says_is_one_text_of_the_component() {
        let message = "A \"quote\", a \\ and a </script>\u{2028}.";
        let source = source(&[Diagnostic::error(Code::SyntaxError, message)]).unwrap();
        let first = source.lines().next().unwrap();
        let literal = first.strip_prefix("const report = ").unwrap();
        let text: String = serde_json::from_str(literal.trim_end_matches(';')).unwrap();
        assert_eq!(text, message);
    }

    #[test]
    fn faults_of_the_service_have_no_module_that_blames_the_scene() {
        let error = |code| [Diagnostic::error(code, "It failed.")];
        assert!(source(&error(Code::CompilerPanicked)).is_none());
        assert!(source(&error(Code::TooComplex)).is_some());
        assert!(source(&[]).is_none());
    }
}
