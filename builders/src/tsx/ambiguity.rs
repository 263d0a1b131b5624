//! How much a parser reads again where the first words do not tell what follows.
//!
//! TypeScript has places that a parser reads as one thing and, when that fails, once more as
//! another: `a ? (b) : c => d` is an arrow function with a type, or it is not. Such a place within
//! such a place doubles the work, and two hundred bytes of them keep a parser busy for hours. This
//! check adds up what would be read, in one pass over the bytes and without a grammar.

use crate::diagnostic::Code;
use crate::tsx::compiler::{Finding, Span};
use crate::tsx::scan::{self, is_word};

/// Bytes that a parser may read again: 0.4 s for the slowest of the forms in the tests. Code that
/// is no attack has one or two such places within each other, on some hundred bytes.
const AGAIN_BYTES: u64 = 4 * 1024 * 1024;
/// A key that is an expression, or a default, in what may be a type is tried as part of a call, of an
/// instantiation and of a comparison: measured are five to seven readings, two to the power of 3.
const DOUBLINGS_IN_TYPES: u32 = 3;
/// More than the limit allows for a single byte; a product with the largest source still fits.
const DOUBLINGS_MAX: u32 = 32;

/// Says where a text can be read in too many ways, if it can. Cost is linear in its length.
pub(super) fn check(source: &str) -> Option<Finding> {
    let mut reading = Reading::new(source.as_bytes());
    while let Some(byte) = reading.peek(0) {
        let start = reading.at;
        reading.step(byte);
        let length = (reading.at - start) as u64;
        let times = 1_u64 << reading.doublings.min(DOUBLINGS_MAX);
        reading.again += length * (times - 1);
        if reading.again > AGAIN_BYTES {
            return Some(finding(reading.outermost));
        }
    }
    None
}

fn finding(start: usize) -> Finding {
    let end = start + 1;
    let message = "What follows can be read in too many ways to be compiled.";
    Finding::error(Code::TooComplex, Span { start, end }, message).with_hint(
        "Put arrow functions that follow `? … :` into parentheses, and give names to what nests.",
    )
}

/// An open bracket, or the text as a whole.
#[derive(Default)]
struct Level {
    bracket: u8,
    /// Doublings that last as long as the bracket is open.
    lasting: u32,
    /// Doublings that end with the next comma or statement.
    passing: u32,
    /// Conditions whose `:` is not there yet.
    conditions: u32,
    /// After `? (…) :`, as long as a type may follow.
    return_type: bool,
    /// Whether all that has come so far could be a list of parameters or a pattern.
    pattern: bool,
    /// Whether this part counts already as one that is tried in types.
    tried: bool,
    /// After `infer`.
    infer: bool,
    /// After the type arguments of a template.
    tagged: bool,
    /// Type arguments that are open: a comma in them ends nothing.
    angles: u32,
}

struct Reading<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The brackets that are open around the current one.
    open: Vec<Level>,
    level: Level,
    doublings: u32,
    /// Where the outermost of the doublings began.
    outermost: usize,
    /// The byte before, without blanks and comments; a letter stands for a word.
    last: u8,
    last_word: &'a [u8],
    /// Whether nothing but blanks has come on this line.
    line_start: bool,
    again: u64,
}

impl<'a> Reading<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            open: Vec::new(),
            level: Level::default(),
            doublings: 0,
            outermost: 0,
            last: b';',
            last_word: b"",
            line_start: true,
            again: 0,
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// Takes what begins at this byte.
    fn step(&mut self, byte: u8) {
        match (byte, self.peek(1)) {
            (b'\n', _) => {
                self.at += 1;
                self.line_start = true;
                return;
            }
            (b' ' | b'\t' | b'\r', _) => {
                self.at += 1;
                return;
            }
            // The slashes of an address in a template or in JSX text are no comment.
            (b'/', Some(b'/')) if self.last != b':' => {
                self.at = scan::behind(self.bytes, self.at, b"\n");
                return;
            }
            (b'/', Some(b'*')) => {
                self.at = scan::behind(self.bytes, self.at, b"*/");
                return;
            }
            (b'"' | b'\'', _) => {
                self.at = scan::behind_string(self.bytes, self.at);
                self.last = b'"';
            }
            (b'(' | b'[' | b'{', _) => self.open(byte),
            (b')' | b']' | b'}', _) => self.close(byte),
            _ if is_word(byte) => self.word(),
            _ => self.sign(byte),
        }
        self.line_start = false;
    }

    fn open(&mut self, bracket: u8) {
        let in_template = bracket == b'{' && self.last_word.ends_with(b"$") && self.last == b'a';
        let member = matches!(self.last, b'{' | b',' | b';')
            || (self.last == b'a' && MODIFIERS.contains(&self.last_word));
        let lasting = if bracket == b'[' && self.level.bracket == b'{' && member {
            DOUBLINGS_IN_TYPES
        } else {
            u32::from(in_template && self.level.tagged)
        };
        // Neither a call nor a head of a statement is a type.
        self.level.return_type &= self.last != b'a';
        let pattern = match bracket {
            b'(' => self.last != b'a' || !HEADS.contains(&self.last_word),
            _ => matches!(
                self.last,
                b'(' | b'[' | b'{' | b',' | b':' | b'<' | b'|' | b'&'
            ),
        };
        let level = Level {
            bracket,
            lasting,
            pattern,
            ..Level::default()
        };
        self.open.push(std::mem::replace(&mut self.level, level));
        self.double(lasting);
        self.at += 1;
        self.last = bracket;
    }

    fn close(&mut self, bracket: u8) {
        self.doublings -= self.level.lasting + self.level.passing;
        self.level = self.open.pop().unwrap_or_default();
        self.at += 1;
        self.last = bracket;
    }

    /// Everything from here to the end of the bracket or of the statement is read so much more.
    fn double(&mut self, doublings: u32) {
        if self.doublings == 0 && doublings > 0 {
            self.outermost = self.at;
        }
        self.doublings += doublings;
    }

    fn double_passing(&mut self, doublings: u32) {
        self.level.passing += doublings;
        self.double(doublings);
    }

    /// What follows may be an expression within a type, if this holds.
    fn try_part(&mut self, expression: bool) {
        if expression && !std::mem::replace(&mut self.level.tried, true) {
            self.double_passing(DOUBLINGS_IN_TYPES);
        }
    }

    /// A comma or a statement ends what began since the last one.
    fn end_part(&mut self) {
        self.doublings -= self.level.passing;
        self.level = Level {
            bracket: self.level.bracket,
            lasting: self.level.lasting,
            pattern: self.level.pattern,
            ..Level::default()
        };
    }

    fn word(&mut self) {
        let start = self.at;
        while self.peek(0).is_some_and(is_word) {
            self.at += 1;
        }
        let word = self.bytes.get(start..self.at).unwrap_or_default();
        if STATEMENTS.contains(&word) {
            self.level.pattern = false;
            if self.line_start {
                self.end_part();
            }
        }
        match word {
            b"infer" => self.level.infer = true,
            b"extends" if std::mem::take(&mut self.level.infer) => self.double_passing(1),
            _ => {}
        }
        (self.last, self.last_word) = (b'a', word);
    }

    fn sign(&mut self, byte: u8) {
        let next = self.peek(1);
        let mut length = 1;
        match (byte, next) {
            (b',', _) if self.level.angles > 0 => {}
            (b',' | b';', _) => self.end_part(),
            (b'=', Some(b'>')) => {
                length = 2;
                let doublings = u32::from(std::mem::take(&mut self.level.return_type));
                self.double_passing(doublings);
            }
            (b'=', Some(b'=')) => {
                length = 2;
                self.no_type();
            }
            (b'<' | b'>', Some(b'=')) => {
                length = 2;
                self.no_type();
            }
            (b'=', _) => {
                self.level.return_type = false;
                self.try_part(self.level.pattern);
            }
            (b'?', Some(b'.' | b'?')) => {
                length = 2;
                self.no_type();
            }
            (b'?', _) => self.question(),
            (b':', _) => {
                let condition = self.level.conditions > 0;
                self.level.conditions = self.level.conditions.saturating_sub(1);
                self.level.return_type = condition && self.last == b')';
            }
            (b'&' | b'|', Some(second)) if second == byte => {
                length = 2;
                self.no_type();
            }
            (b'`', _) => self.level.tagged |= self.last == b'>',
            // An element, or a comparison; type arguments follow a name.
            (b'<', _) => {
                let adjacent = self.at.checked_sub(1).and_then(|at| self.bytes.get(at));
                let named = self.last == b'a';
                // The key of a type, when it is a literal, is read as an expression.
                let digit = named && self.last_word.first().is_some_and(u8::is_ascii_digit);
                self.try_part(self.level.bracket == b'{' && (digit || self.last == b'"'));
                self.level.pattern &= named;
                let arguments =
                    adjacent.copied().is_some_and(is_word) || self.last_word == b"async";
                self.level.angles += u32::from(named && arguments);
            }
            (b'>', _) => self.level.angles = self.level.angles.saturating_sub(1),
            (b'+' | b'*' | b'/' | b'%' | b'^' | b'!' | b'~', _) => self.no_type(),
            _ => {}
        }
        self.last = if (byte, length) == (b'=', 2) {
            b'='
        } else {
            byte
        };
        self.at += length;
    }

    /// A condition, if it is not the mark of something optional.
    fn question(&mut self) {
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        let next = rest.iter().find(|byte| !byte.is_ascii_whitespace());
        if !matches!(next, Some(b':' | b',' | b')' | b'=')) {
            self.no_type();
            self.level.conditions += 1;
        }
    }

    /// What has come cannot be a type nor a list of parameters.
    fn no_type(&mut self) {
        self.level.return_type = false;
        self.level.pattern = false;
    }
}

/// Words before a computed key.
const MODIFIERS: &[&[u8]] = &[b"get", b"set", b"readonly", b"static", b"async"];

/// Words before parentheses that hold no parameters.
const HEADS: &[&[u8]] = &[b"if", b"while", b"for", b"switch", b"catch", b"with"];

/// Words that begin a statement and nothing else: on a new line, they end the one before.
const STATEMENTS: &[&[u8]] = &[
    b"const",
    b"let",
    b"var",
    b"return",
    b"if",
    b"for",
    b"while",
    b"do",
    b"export",
    b"switch",
    b"throw",
    b"try",
    b"enum",
    b"break",
    b"continue",
];

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn what_people_write_is_read_once() {
        let many = |text: &str| text.repeat(5_000);
        for source in [
            many("const a = b ? (c) : (d) => e;\n"),
            many("const a = b ? (c) : d => e\n"),
            many("const A = ({ b = 1, c = [2] }: P = {}) => <i a={b}>{c ? (<b/>) : (<u/>)}</i>;\n"),
            many("const a = { [b]: c, get [d]() { return 1 } }\n"),
            many("const url = `https://${a}`\n"),
            many("function f(a = 1, b = () => 2) { if (a <= b) return a < b ? (a) : b }\n"),
            many("type A<T> = T extends [infer B extends string, infer C] ? (B) : C;\n"),
            many("const a = styled.div<P>`${(p) => p.a}`\n"),
            many("const a = async <T,>(b: T = c) => d\n"),
            format!("const a = {}null;", many("b ? (<c/>) : ")),
            format!(
                "const a = {}{};",
                "(b ? (<c/>) : ".repeat(30),
                ")".repeat(30)
            ),
            format!("const a = {}d;", "b ? (c) : d => ".repeat(8)),
            format!("f({}", "<a b={() => (".repeat(60)),
            "))]]}}".to_owned(),
        ] {
            assert_eq!(check(&source), None, "{:.80}", source);
        }
    }

    #[test]
    fn the_place_is_where_the_first_of_them_begins() {
        let source = format!("const a = 1;\nconst b = {}", "a?(b):c=>".repeat(60));
        let finding = check(&source).expect("too many");
        assert_eq!(
            source.get(finding.span.start - 2..finding.span.start),
            Some(":c")
        );
    }

    #[test]
    fn what_is_long_within_a_few_is_refused_too() {
        let source = format!("{}[{}]", "a?(b):c=>".repeat(6), "1,".repeat(100_000));
        assert!(check(&source).is_some());
    }
}
