//! Text to tree.

use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::sync::Lrc;
use swc_core::common::{FileName, SourceMap, Spanned};
use swc_core::ecma::ast::{EsVersion, JSXAttrValue, Module};
use swc_core::ecma::parser::error::{Error, SyntaxError};
use swc_core::ecma::parser::{Syntax, TsSyntax, parse_file_as_module};
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

use crate::diagnostic::Code;
use crate::tsx::compiler::swc::convert::Places;
use crate::tsx::compiler::{Finding, Span};

/// The tree of a file.
pub(super) struct Parsed {
    pub(super) module: Module,
    pub(super) comments: SingleThreadedComments,
    pub(super) places: Places,
}

/// Parses a file as an ES module.
pub(super) fn parse(map: &SourceMap, file: &str, source: &str) -> Result<Parsed, Vec<Finding>> {
    if let Some(span) = opening_fence(source) {
        return Err(vec![markdown_fence(span)]);
    }
    let name = Lrc::new(FileName::Custom(file.to_owned()));
    let text = map.new_source_file(name, source.to_owned());
    let places = Places::new(text.start_pos);
    let comments = SingleThreadedComments::default();
    // Errors that the parser recovers from arrive in a list of their own: unterminated strings
    // and comments are among them, and the tree beside them is not what the user meant.
    let mut recovered = Vec::new();
    let syntax = Syntax::Typescript(TsSyntax {
        tsx: !has_extension(file, &["ts", "mts", "cts"]),
        decorators: true,
        ..TsSyntax::default()
    });
    let parsed = parse_file_as_module(
        &text,
        syntax,
        EsVersion::latest(),
        Some(&comments),
        &mut recovered,
    );
    let errors: Vec<Error> = recovered
        .into_iter()
        .chain(parsed.as_ref().err().cloned())
        .collect();
    match (parsed, fence_at(source)) {
        (Ok(mut module), _) if errors.is_empty() => {
            module.visit_mut_with(&mut AttributeLines);
            Ok(Parsed {
                module,
                comments,
                places,
            })
        }
        (_, Some(span)) => Err(vec![markdown_fence(span)]),
        (_, None) => Err(findings(&errors, places)),
    }
}

/// The parser of swc 83 reads a Windows line end in a quoted attribute as one line end and a half:
/// `\r\n` arrives as `\r\n\n`.
struct AttributeLines;

impl VisitMut for AttributeLines {
    fn visit_mut_jsx_attr_value(&mut self, value: &mut JSXAttrValue) {
        if let JSXAttrValue::Str(literal) = value
            && literal.raw.as_ref().is_some_and(|raw| raw.contains("\r\n"))
            && let Some(text) = literal.value.as_str()
        {
            literal.value = text.replace("\r\n\n", "\r\n").into();
        }
        value.visit_mut_children_with(self);
    }
}

fn has_extension(file: &str, extensions: &[&str]) -> bool {
    file.rsplit_once('.')
        .is_some_and(|(_, extension)| extensions.contains(&extension))
}

/// The first line of a markdown code block's fence, if the text has one.
fn fence_at(source: &str) -> Option<Span> {
    lines(source)
        .find(|(_, line)| is_fence(line))
        .map(|(span, _)| span)
}

/// The fence that a text begins with. Such a text may even parse: backticks are templates.
fn opening_fence(source: &str) -> Option<Span> {
    let (span, line) = lines(source).find(|(_, line)| !line.trim().is_empty())?;
    is_fence(line).then_some(span)
}

fn is_fence(line: &str) -> bool {
    line.trim_start().starts_with("```")
}

/// The lines of a text, without their ends, and where each is.
fn lines(source: &str) -> impl Iterator<Item = (Span, &str)> {
    let mut start = 0;
    source.split_inclusive('\n').map(move |line| {
        let text = line.trim_end();
        let span = Span {
            start,
            end: start + text.len(),
        };
        start += line.len();
        (span, text)
    })
}

/// A markdown fence explains every other error of a text: models wrap their answers in one.
pub(super) fn markdown_fence(span: Span) -> Finding {
    let message = "The source is wrapped in a markdown code block.";
    Finding::error(Code::MarkdownFence, span, message)
        .with_hint("Send only what is between the two lines of backticks.")
}

/// The errors in the order of the source, one for each place: where the parser tried two
/// readings, the first one's complaint is the better.
fn findings(errors: &[Error], places: Places) -> Vec<Finding> {
    let mut errors: Vec<&Error> = errors.iter().collect();
    errors.sort_by_key(|error| error.span().lo);
    // Whatever follows a tag that is not closed is read as text: complaints about it mislead.
    if let Some(unclosed) = errors
        .iter()
        .position(|error| is_unclosed_tag(error.kind()))
    {
        errors.truncate(unclosed + 1);
    }
    let mut found: Vec<Finding> = errors
        .into_iter()
        .map(|error| {
            let span = places.of(error.span());
            let finding = Finding::error(Code::SyntaxError, span, message(error.kind()));
            match hint(error.kind()) {
                Some(hint) => finding.with_hint(hint),
                None => finding,
            }
        })
        .collect();
    found.dedup_by_key(|finding| finding.span.start);
    found
}

/// Whether the parser found the end of an element's parent where the element should end.
fn is_unclosed_tag(error: &SyntaxError) -> bool {
    matches!(error, SyntaxError::Expected(token, _) if token == "</")
}

fn message(error: &SyntaxError) -> String {
    if is_unclosed_tag(error) {
        return "A JSX tag is not closed.".to_owned();
    }
    sentence(&error.msg())
}

/// The parser's message as a sentence.
fn sentence(message: &str) -> String {
    let message = message.trim();
    let mut characters = message.chars();
    let first = characters
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default();
    let end = if message.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{end}", characters.as_str())
}

const CLOSE: &str =
    "Close every tag that is open: `</div>`, or `<div />` for one without children.";

fn hint(error: &SyntaxError) -> Option<String> {
    let hint = match error {
        SyntaxError::Eof => {
            "The source ends in the middle: close what is open, brackets, tags and quotes."
        }
        SyntaxError::UnterminatedStrLit => {
            "Close the string on its line, or write it between backticks."
        }
        SyntaxError::UnterminatedTpl => "Close the template with a backtick.",
        SyntaxError::UnterminatedBlockComment => "Close the comment with `*/`.",
        SyntaxError::UnterminatedRegExp => "Close the regular expression with `/`.",
        SyntaxError::UnterminatedJSXContents | SyntaxError::JSXExpectedClosingTagForLtGt => CLOSE,
        _ if is_unclosed_tag(error) => CLOSE,
        SyntaxError::JSXExpectedClosingTag { tag } => {
            return Some(format!(
                "Close `<{tag}>` with `</{tag}>` before its parent ends."
            ));
        }
        SyntaxError::EmptyJSXAttr => "Put a value between the braces, or remove the attribute.",
        SyntaxError::ReturnNotAllowed => "Put the `return` into the component's function.",
        SyntaxError::AwaitInFunction => "Mark the function as `async`.",
        SyntaxError::NonTopLevelImportExport => {
            "Move imports and exports to the top level, out of functions and blocks."
        }
        SyntaxError::ReservedArrowTypeParam => {
            "In TSX, write a generic arrow function as `<T,>(…) => …`."
        }
        SyntaxError::ReservedTypeAssertion => "In TSX, write `value as Type`.",
        SyntaxError::NullishCoalescingWithLogicalOp => {
            "Put parentheses around one of `??` and `||` or `&&`."
        }
        _ => return None,
    };
    Some(hint.to_owned())
}
