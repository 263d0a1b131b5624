//! What is said of each fault that was mended: what was done, where, and how to make it permanent.

use crate::diagnostic::Code;
use crate::tsx::compiler::{Finding, Span};

/// The code was taken out of its fence.
pub(super) fn markdown_fence(span: Span) -> Finding {
    let message = "The source was wrapped in markdown; only its code block was built.";
    Finding::warning(Code::MarkdownFence, span, message)
        .with_hint("Send only what is between the two lines of backticks.")
}

/// A directive for a framework was dropped, which is done whether or not repairs are asked for.
pub(super) fn use_client(name: &str, span: Span) -> Finding {
    let message = format!("The directive \"{name}\" has no effect in a page and was dropped.");
    Finding::warning(Code::UseClient, span, message).with_hint("Remove the directive.")
}

/// A declaration that stood there before, word by word, was dropped.
pub(super) fn duplicate_declaration(names: &[String], span: Span) -> Finding {
    let were = if names.len() == 1 { "was" } else { "were" };
    let message = format!(
        "{} {were} declared twice in the same words; the second declaration was dropped.",
        quoted(names)
    );
    Finding::warning(Code::DuplicateDeclaration, span, message)
        .with_hint("Remove the second declaration.")
}

/// An import that stood there before was dropped.
pub(super) fn duplicate_import(name: &str, module: &str, span: Span) -> Finding {
    let module: String = module.chars().take(100).collect();
    let message =
        format!("`{name}` was imported from {module:?} twice; the second import was dropped.");
    Finding::warning(Code::DuplicateDeclaration, span, message)
        .with_hint(format!("Remove the second import of `{name}`."))
}

/// One of two exports of the same thing by the same name was dropped.
pub(super) fn duplicate_export(
    exported: &str,
    local: Option<&str>,
    is_second: bool,
    span: Span,
) -> Finding {
    let which = if is_second { "second" } else { "first" };
    let what = match (exported, local) {
        ("default", Some(local)) => format!("`{local}` was exported as default twice"),
        ("default", None) => "The same was exported as default twice".to_owned(),
        (name, _) => format!("`{name}` was exported twice"),
    };
    let message = format!("{what}; the {which} export was dropped.");
    Finding::warning(Code::DuplicateExport, span, message).with_hint("Remove this export.")
}

/// The one component of a file was exported as default.
pub(super) fn missing_default_export(name: &str, span: Span) -> Finding {
    let message = format!(
        "The module had no default export; `{name}`, the only component that can be meant, was \
         exported as default."
    );
    Finding::warning(Code::MissingDefaultExport, span, message)
        .with_hint(format!("Add `export default {name};`."))
}

/// The import that the hint of a finding names was added.
pub(super) fn undeclared_name(name: &str, module: &str, found: Finding) -> Finding {
    let message = format!(
        "`{name}` was used, and nothing declared or imported it; it was imported from \"{module}\"."
    );
    Finding { message, ..found }
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [.., _] if names.len() > 3 => format!(
            "{} and others",
            names.get(..3).unwrap_or_default().join(", ")
        ),
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn many_names_are_not_all_spelt_out() {
        let names = ["a", "b", "c", "d"].map(str::to_owned);
        assert_eq!(quoted(&names[..1]), "`a`");
        assert_eq!(quoted(&names[..3]), "`a`, `b` and `c`");
        assert_eq!(quoted(&names), "`a`, `b`, `c` and others");
    }
}
