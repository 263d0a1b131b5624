//! Small readings of text: names, strings, regular expressions, indentation.

/// Words after which a value is expected.
pub(super) const BEFORE_VALUES: &[&str] = &[
    "return",
    "case",
    "default",
    "else",
    "do",
    "typeof",
    "void",
    "delete",
    "new",
    "in",
    "of",
    "instanceof",
    "throw",
    "await",
    "yield",
    "extends",
    "const",
    "let",
    "var",
    "export",
];

/// Words that begin a statement, and that no expression begins with.
pub(super) const STATEMENTS: &[&str] = &[
    "if", "for", "while", "switch", "const", "let", "var", "return", "try", "do", "throw",
];

/// Words that no variable can be called.
pub(super) const RESERVED: &[&str] = &[
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "import",
    "in",
    "instanceof",
    "new",
    "null",
    "return",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "with",
];

pub(super) fn begins_name(character: char) -> bool {
    character.is_alphabetic() || character == '_' || character == '$'
}

pub(super) fn continues_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '$'
}

/// Bytes of the characters in front that a rule takes.
pub(super) fn run(text: &str, takes: impl Fn(char) -> bool) -> usize {
    text.find(|character| !takes(character))
        .unwrap_or(text.len())
}

/// Bytes of the name that a text begins with.
pub(super) fn name_length(text: &str) -> usize {
    run(text, continues_name)
}

/// Bytes of the string that a text begins with, if it ends on its line.
pub(super) fn string_length(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return None,
            _ if character == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Bytes of the regular expression that a text begins with, flags aside.
pub(super) fn regex_length(text: &str) -> Option<usize> {
    let (mut escaped, mut class) = (false, false);
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '\n' => return None,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => class = true,
            ']' => class = false,
            '/' if !class => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Bytes of the type parameters that a text begins with, `<` to `>`; 1 where they have no end.
pub(super) fn angles_length(text: &str) -> usize {
    let mut open = 0_usize;
    let mut last = ' ';
    for (at, character) in text.char_indices() {
        match character {
            '<' => open += 1,
            '>' if last != '=' => {
                open = open.saturating_sub(1);
                if open == 0 {
                    return at + 1;
                }
            }
            ';' => break,
            _ => {}
        }
        last = character;
    }
    1
}

/// Where each line begins.
pub(super) fn line_starts(source: &str) -> Vec<usize> {
    let ends = source.match_indices('\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(ends).collect()
}

/// How far a line is indented that begins at a place; a tab counts as one.
pub(super) fn indentation(source: &str, start: usize) -> usize {
    let line = source.get(start..).unwrap_or_default();
    run(line, |c| c == ' ' || c == '\t')
}
