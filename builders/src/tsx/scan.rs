//! Steps over the bytes of a source for the checks that run before any parser: they know no grammar.

/// Whether a byte is part of a word.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// Behind the string that begins at a quote. A string ends on its line; an apostrophe in JSX text has
/// no end there and is no string: then it is behind the quote.
pub(super) fn behind_string(bytes: &[u8], at: usize) -> usize {
    let Some((quote, rest)) = bytes.get(at..).and_then(<[u8]>::split_first) else {
        return at;
    };
    let mut escaped = false;
    for (length, byte) in rest.iter().enumerate() {
        match *byte {
            b'\n' if !escaped => break,
            byte if byte == *quote && !escaped => return at + length + 2,
            byte => escaped = byte == b'\\' && !escaped,
        }
    }
    at + 1
}

/// Behind the next `end`, or the end of the source.
pub(super) fn behind(bytes: &[u8], at: usize, end: &[u8]) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let found = rest.windows(end.len()).position(|bytes| bytes == end);
    found.map_or(bytes.len(), |length| at + length + end.len())
}
