//! From findings at byte offsets to diagnostics with line, column and frame.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::frame::Lines;
use crate::tsx::compiler::{DefaultExport, Finding, Span};

/// Most diagnostics of one build. Who has read fifty mends those first, and an answer stays small.
const SHOWN: usize = 50;

/// Turns findings into diagnostics; beyond [`SHOWN`], errors are kept before warnings.
pub(super) fn diagnostics(file: &str, source: &str, mut findings: Vec<Finding>) -> Vec<Diagnostic> {
    if findings.len() > SHOWN {
        findings.sort_by_key(|finding| finding.severity != Severity::Error);
        findings.truncate(SHOWN);
        findings.sort_by_key(|finding| finding.span);
    }
    let lines = Lines::new(source);
    findings
        .into_iter()
        .map(|finding| diagnostic(file, &lines, finding))
        .collect()
}

fn diagnostic(file: &str, lines: &Lines<'_>, finding: Finding) -> Diagnostic {
    let Finding {
        code,
        severity,
        message,
        span,
        hint,
    } = finding;
    let mut diagnostic = Diagnostic {
        code,
        severity,
        message,
        file: Some(file.to_owned()),
        line: None,
        column: None,
        frame: None,
        hint,
    };
    // What is missing has no place; a frame of the first line would only mislead.
    let is_missing = code == Code::MissingDefaultExport && severity == Severity::Error;
    if !is_missing {
        let place = lines.place(span.start);
        diagnostic.line = Some(place.line);
        diagnostic.column = Some(place.column);
        diagnostic.frame = Some(lines.frame(span.start, span.end));
    }
    diagnostic
}

/// What is to be said of a default export: nothing, a note, or an error.
pub(super) fn default_export(export: &DefaultExport) -> Option<Finding> {
    match export {
        DefaultExport::Component => None,
        DefaultExport::Missing { candidate } => {
            let message = "The module has no default export, so that nothing can be rendered.";
            let hint = match candidate {
                Some(name) => format!("Add `export default {name};`."),
                None => "Write `export default` before the component that is to be shown: a function that returns JSX.".to_owned(),
            };
            let finding = Finding::error(Code::MissingDefaultExport, Span::default(), message);
            Some(finding.with_hint(hint))
        }
        DefaultExport::Invalid { what, span } => Some(
            Finding::error(
                Code::InvalidDefaultExport,
                *span,
                format!("The default export is {what}, not a component."),
            )
            .with_hint(if what.ends_with("JSX element") {
                "Write `() =>` before the element, so that a function returns it."
            } else {
                "Export a function that returns JSX: `export default function Name() { … }`."
            }),
        ),
        DefaultExport::Unverified { span } => {
            let message =
                "Only running the module can tell whether its default export is a component.";
            let finding = Finding::error(Code::UnverifiedDefaultExport, *span, message);
            Some(Finding {
                severity: Severity::Note,
                ..finding
            })
        }
    }
}
