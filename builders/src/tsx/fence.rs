//! Code within a markdown fence: which part of a text it is.
//!
//! What is before it is blanked, not cut away, so that every byte of the code keeps its offset, and
//! with it its line and column. Fences are those of CommonMark, made of backticks.

use crate::tsx::compiler::Span;

/// A text in which only the code of its one fenced block is left.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unfenced {
    /// Each byte of the code at its offset, and nothing behind it.
    pub(super) text: String,
    /// The fence: of its two lines the first that is there.
    pub(super) fence: Span,
}

/// Finds the one block of a text. With several, nothing tells which is meant. A block may lack one
/// of its two fences: answers are cut off, and some begin in the middle of one.
pub(super) fn unfence(source: &str) -> Option<Unfenced> {
    let fences = fences(source);
    let (fence, code) = match fences.as_slice() {
        [only] if only.info.is_empty() && is_blank(source, only.next, source.len()) => {
            (only, (0, only.start))
        }
        // Without a word at the fence, the code could be before it as well as behind it.
        [only] if !only.info.is_empty() || is_blank(source, 0, only.start) => {
            (only, (only.next, source.len()))
        }
        [first, second] if first.is_closed_by(second) => (first, (first.next, second.start)),
        _ => return None,
    };
    if is_blank(source, code.0, code.1) || has_exports(source.get(..code.0)?) {
        return None;
    }
    // A block that lacks a fence is all that there is on that side of it.
    let behind = fences.get(1).map_or(source.len(), |second| second.next);
    if has_exports(source.get(behind..)?) {
        return None;
    }
    let mut text = blanked(source.get(..code.0)?);
    text.push_str(source.get(code.0..code.1)?);
    let fence = Span {
        start: fence.start,
        end: fence.end,
    };
    Some(Unfenced { text, fence })
}

/// One line that opens or closes a block.
struct Fence<'s> {
    start: usize,
    /// Behind its last character.
    end: usize,
    /// Where the next line starts.
    next: usize,
    /// How many backticks it has.
    length: usize,
    /// What stands behind them.
    info: &'s str,
}

impl Fence<'_> {
    fn is_closed_by(&self, other: &Fence<'_>) -> bool {
        other.info.is_empty() && other.length >= self.length
    }
}

/// The fences of a text, without those that are text within the block around them.
fn fences(source: &str) -> Vec<Fence<'_>> {
    let mut fences: Vec<Fence<'_>> = Vec::new();
    let mut next = 0;
    for line in source.split_inclusive('\n') {
        let start = next;
        next += line.len();
        let text = line.trim();
        let info = text.trim_start_matches('`');
        let length = text.len() - info.len();
        // A backtick behind the fence makes it a piece of text in backticks.
        if length < 3 || info.contains('`') {
            continue;
        }
        let fence = Fence {
            start,
            end: start + line.trim_end().len(),
            next,
            length,
            info: info.trim(),
        };
        let is_inside = fences.len() % 2 == 1;
        let is_text = is_inside && fences.last().is_some_and(|open| !open.is_closed_by(&fence));
        if !is_text {
            fences.push(fence);
        }
    }
    fences
}

/// Whether the text is a module by itself: a block beside it is then a piece of its comments or of
/// its texts, and what is to be mended is elsewhere.
fn has_exports(text: &str) -> bool {
    const EXPORTS: &[&str] = &[
        "export default ",
        "export const ",
        "export function ",
        "export async ",
        "export class ",
        "export {",
    ];
    let begins = |line: &str| EXPORTS.iter().any(|start| line.starts_with(start));
    text.lines().any(|line| begins(line.trim_start()))
}

fn is_blank(source: &str, start: usize, end: usize) -> bool {
    source
        .get(start..end)
        .is_some_and(|text| text.trim().is_empty())
}

/// As many spaces as there are bytes; line ends stay.
fn blanked(text: &str) -> String {
    let bytes = text.bytes();
    let blank = |byte| match byte {
        b'\n' | b'\r' => char::from(byte),
        _ => ' ',
    };
    bytes.map(blank).collect()
}

#[cfg(test)]
mod tests {
    use super::unfence;

    fn code(source: &str) -> Option<String> {
        let unfenced = unfence(source)?;
        let fence = source.get(unfenced.fence.start..unfenced.fence.end);
        assert!(fence.unwrap().trim().starts_with("```"), "{source:?}");
        let code = unfenced.text.trim().to_owned();
        let at = unfenced.text.find(&code).unwrap();
        assert!(source[at..].starts_with(&code), "{source:?}: it has moved");
        let lines = |text: &str| text[..at].matches('\n').count();
        assert_eq!(lines(&unfenced.text), lines(source), "{source:?}");
        Some(code)
    }

    #[test]
    fn the_one_block_of_a_text_is_found_where_it_stands() {
        for source in [
            "```\ncode\n```",
            "```tsx\ncode\n```\n",
            "Voilà l’été 🎉:\r\n\r\n```tsx\r\ncode\r\n```\r\nEnjoy!",
            "  ```tsx title=\"A.tsx\"\n  code\n  ```",
            "````tsx\ncode\n````",
            "prose ```inline``` prose\n```\ncode\n```",
        ] {
            assert_eq!(code(source).as_deref(), Some("code"), "{source:?}");
        }
        assert_eq!(
            code("````\na\n```\nb\n````").as_deref(),
            Some("a\n```\nb"),
            "a shorter fence within is text"
        );
    }

    #[test]
    fn a_block_may_lack_one_of_its_fences() {
        for source in [
            "```tsx\ncode",
            "prose\n```tsx\ncode",
            "```\ncode",
            "code\n```",
            "code\n```\n\n",
        ] {
            assert!(code(source).unwrap().contains("code"), "{source:?}");
        }
    }

    #[test]
    fn nothing_is_guessed() {
        for source in [
            "",
            "code",
            "```",
            "```\n\n```",
            "```tsx\n",
            "a\n```\nb",
            "```\na\n```\n```\nb\n```",
            "```tsx\na\n```\nand\n```css\nb\n```",
            "```\na\n```\n```",
            "/*\n```tsx\na\n```\n*/\nexport default () => (1",
            "export const a = () => <pre>\n```tsx\nb\n```\n</pre",
        ] {
            assert_eq!(unfence(source), None, "{source:?}");
        }
    }
}
