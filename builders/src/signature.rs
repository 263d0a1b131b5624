//! What failures have in common, whatever they call their variables: for counting and comparing.

use crate::diagnostic::Diagnostic;

/// Hexadecimal digits of a signature: 64 bits, of which billions are told apart.
const DIGITS: usize = 16;

/// The signature of an error: its code, its message without names and numbers, and the line of the
/// source that it marks, without indentation. Two sources with the same mistake in the same line
/// have the same one, wherever that line stands.
pub(crate) fn of(error: &Diagnostic) -> String {
    let mut hasher = blake3::Hasher::new();
    let marked = error.frame.as_deref().and_then(marked_line);
    for part in [
        error.code.as_str(),
        &normalised(&error.message),
        &marked.unwrap_or_default(),
    ] {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    let mut digits = hasher.finalize().to_hex().to_string();
    digits.truncate(DIGITS);
    digits
}

/// A message without what is in quotes or backticks, and with every number as 0.
fn normalised(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut characters = message.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '`' | '"' => {
                let quoted = characters.by_ref().take_while(|next| *next != character);
                quoted.for_each(drop);
                out.push('_');
            }
            digit if digit.is_ascii_digit() => {
                while characters.next_if(char::is_ascii_digit).is_some() {}
                out.push('0');
            }
            other => out.push(other),
        }
    }
    out
}

/// The line of a frame under which the markers stand, its blanks as one.
fn marked_line(frame: &str) -> Option<String> {
    let content = |row: &'_ str| row.split_once('|').map(|(_, text)| text.trim().to_owned());
    let is_marker = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte == b'^');
    let mut above = None;
    for row in frame.lines() {
        let text = content(row)?;
        if is_marker(&text) {
            break;
        }
        above = Some(text);
    }
    let words: Vec<String> = above?.split_whitespace().map(str::to_owned).collect();
    Some(words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::diagnostic::{Code, Diagnostic};

    fn signature(code: Code, message: &str, frame: &str) -> String {
        let mut error = Diagnostic::error(code, message);
        error.frame = Some(frame.to_owned());
        of(&error)
    }

    #[test]
    fn the_same_mistake_elsewhere_or_with_another_name_is_the_same() {
        let code = Code::DuplicateDeclaration;
        let one = signature(
            code,
            "`a` is declared twice.",
            "1 | x\n2 |   let a;\n  |       ^",
        );
        let two = signature(
            code,
            "`b` is declared twice.",
            "9 | let  a;\n  |     ^\n10 | y",
        );
        assert_eq!(one, two);
        assert_eq!(one.len(), 16);
    }

    #[test]
    fn another_code_message_or_line_is_another() {
        let base = signature(Code::SyntaxError, "A 1.", "1 | a\n  | ^");
        for other in [
            signature(Code::TooComplex, "A 1.", "1 | a\n  | ^"),
            signature(Code::SyntaxError, "B 1.", "1 | a\n  | ^"),
            signature(Code::SyntaxError, "A 1.", "1 | b\n  | ^"),
        ] {
            assert_ne!(base, other);
        }
        assert_eq!(base, signature(Code::SyntaxError, "A 23.", "7 | a\n  | ^"));
    }
}
