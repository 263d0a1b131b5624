//! Characters that are not part of the language, and what was meant by them.

use crate::diagnostic::Code;
use crate::tsx::compiler::{Finding, Span};

/// What a look-alike stands for.
const MEANT: &[(char, &str)] = &[
    ('“', "\""),
    ('”', "\""),
    ('„', "\""),
    ('«', "\""),
    ('»', "\""),
    ('＂', "\""),
    ('‘', "'"),
    ('’', "'"),
    ('‚', "'"),
    ('′', "'"),
    ('´', "'"),
    ('–', "-"),
    ('—', "-"),
    ('−', "-"),
    ('…', "..."),
    ('×', "*"),
    ('÷', "/"),
    ('≤', "<="),
    ('≥', ">="),
    ('≠', "!=="),
    ('→', "=>"),
    ('⇒', "=>"),
    ('（', "("),
    ('）', ")"),
    ('｛', "{"),
    ('｝', "}"),
    ('；', ";"),
    ('：', ":"),
    ('，', ","),
    ('＝', "="),
    ('＜', "<"),
    ('＞', ">"),
];

/// What the entities of HTML stand for.
const ENTITIES: &[(&str, &str)] = &[
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&amp;", "&"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&apos;", "'"),
    ("&nbsp;", " "),
    ("&#x27;", "'"),
];

/// Explains a character at the place where a parser gave up, or at the end of the word before it.
pub(super) fn at(source: &str, at: usize) -> Option<Finding> {
    entity(source, at)
        .or_else(|| look_alike(source, at))
        .or_else(|| escaped_quote(source, at))
}

fn entity(source: &str, at: usize) -> Option<Finding> {
    let near = |offset: usize| {
        let rest = source.get(offset..)?;
        let found = ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity));
        found.map(|found| (offset, found))
    };
    let before = source.get(..at)?;
    // The parser reads `&` as an operator and gives up at the name or at the semicolon behind it.
    let ampersand = before.rfind('&').filter(|start| at - start < 7);
    let (start, (entity, meant)) = near(at).or_else(|| near(ampersand?))?;
    let span = Span {
        start,
        end: start + entity.len(),
    };
    let message = format!("`{entity}` is an entity of HTML, and means nothing in code.");
    let hint =
        format!("Write `{meant}` instead of `{entity}`, here and wherever else it stands in code.");
    Some(syntax(span, message, hint))
}

fn look_alike(source: &str, at: usize) -> Option<Finding> {
    let rest = source.get(at..)?;
    let blank = rest.len()
        - rest
            .trim_start_matches(|c: char| c.is_ascii_whitespace())
            .len();
    let word = rest.find(|c: char| c.is_ascii_whitespace() || "(){}[]<>;,\"'`".contains(c));
    let window = rest.get(..word.unwrap_or(rest.len()).max(blank))?;
    let (offset, character) = window
        .char_indices()
        .take(40)
        .find(|(_, c)| is_invisible(*c) || MEANT.iter().any(|(sign, _)| sign == c))?;
    let start = at + offset;
    let span = Span {
        start,
        end: start + character.len_utf8(),
    };
    let number = u32::from(character);
    let count = source.matches(character).count();
    let others = if count > 1 {
        format!(", and look at the {} others", count - 1)
    } else {
        String::new()
    };
    Some(match MEANT.iter().find(|(sign, _)| *sign == character) {
        Some((_, meant)) => syntax(
            span,
            format!("The character `{character}` (U+{number:04X}) is not part of the language."),
            if matches!(*meant, "\"" | "'") {
                format!("Write `{meant}` instead of `{character}`, at both ends of each string.")
            } else {
                format!("Write `{meant}` instead of `{character}`{others}.")
            },
        ),
        None => syntax(
            span,
            format!("There is an invisible character here (U+{number:04X})."),
            format!("Remove the character U+{number:04X}{others}."),
        ),
    })
}

/// Characters that show nothing and that no grammar takes for white space.
fn is_invisible(character: char) -> bool {
    let is_mark = matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{ad}');
    is_mark || (character.is_control() && !character.is_whitespace())
}

/// `\"` outside of strings.
fn escaped_quote(source: &str, at: usize) -> Option<Finding> {
    let rest = source.get(at..)?;
    let quote = ["\\\"", "\\'", "\\`"]
        .into_iter()
        .find(|quote| rest.starts_with(*quote))?;
    let plain = quote.trim_start_matches('\\');
    let span = Span {
        start: at,
        end: at + quote.len(),
    };
    let message = format!("`{quote}` has a meaning within strings only.");
    let hint =
        format!("Write `{plain}` instead of `{quote}`, here and wherever else it stands in code.");
    Some(syntax(span, message, hint))
}

fn syntax(span: Span, message: String, hint: String) -> Finding {
    Finding::error(Code::SyntaxError, span, message).with_hint(hint)
}
