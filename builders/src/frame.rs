//! From a byte offset to line, column and the lines around them.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Lines shown above the one with the error: enough to see which element or call it is in.
const LINES_ABOVE: usize = 2;
/// Lines shown below it.
const LINES_BELOW: usize = 1;
/// The widest piece of a line that is shown, in columns of a terminal. A minified one-liner is
/// cut around the place, so that a frame stays a few hundred bytes.
const WIDTH: usize = 100;
/// What a tab is shown as, so that the marker stands where it should in every terminal.
const TAB: &str = "    ";

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub line: u32,
    /// From 1, in UTF-16 code units.
    pub column: u32,
}

/// The lines of one text, ready to be asked for places.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Splits a text at `\n`, `\r\n` and `\r`, once; cost is linear in its length.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if ends {
                starts.push(at + 1);
            }
        }
        Self { text, starts }
    }

    /// The place of a byte offset; one past the end is the end, one inside a character its start.
    #[must_use]
    pub fn place(&self, offset: usize) -> Place {
        let (index, column) = self.split(offset);
        let before = self.line(index).get(..column).unwrap_or_default();
        Place {
            line: as_u32(index + 1),
            column: as_u32(before.encode_utf16().count() + 1),
        }
    }

    /// The places of byte offsets that ascend. Costs one walk over the text, however long its lines
    /// and however many the offsets.
    #[must_use]
    pub fn places(&self, offsets: &[usize]) -> Vec<Place> {
        let mut last = (0, 0, 0);
        let mut places = Vec::with_capacity(offsets.len());
        for offset in offsets {
            let (index, column) = self.split(*offset);
            let (line, from, units) = last;
            let (from, units) = if line == index { (from, units) } else { (0, 0) };
            let between = self.line(index).get(from..column).unwrap_or_default();
            let units = units + between.encode_utf16().count();
            last = (index, column, units);
            places.push(Place {
                line: as_u32(index + 1),
                column: as_u32(units + 1),
            });
        }
        places
    }

    /// The lines around `start..end`, with markers under the part that is on the first line.
    #[must_use]
    pub fn frame(&self, start: usize, end: usize) -> String {
        let (at, column) = self.split(start);
        let first = at.saturating_sub(LINES_ABOVE);
        let last = (at + LINES_BELOW).min(self.starts.len() - 1);
        let gutter = (last + 1).to_string().len();
        let window = Window::around(self.line(at), column);
        let mut frame = String::new();
        for index in first..=last {
            let number = index + 1;
            let line = window.cut(self.line(index));
            let row = format!("{number:>gutter$} | {line}");
            frame.push_str(row.trim_end());
            frame.push('\n');
            if index == at {
                let indent = window.indent(self.line(at), column);
                let length = self
                    .marked(at, column, end)
                    .min(WIDTH.saturating_sub(indent).max(1));
                let indent = " ".repeat(indent);
                let row = format!("{:>gutter$} | {indent}{}", "", "^".repeat(length));
                frame.push_str(&row);
                frame.push('\n');
            }
        }
        frame.truncate(frame.trim_end().len());
        frame
    }

    /// How many markers stand under `start..end`: at least one, and none past the line.
    fn marked(&self, index: usize, column: usize, end: usize) -> usize {
        let line = self.line(index);
        let line_start = self.starts.get(index).copied().unwrap_or_default();
        let stop = floor(line, end.saturating_sub(line_start).min(line.len()));
        let marked = line.get(column..stop.max(column)).unwrap_or_default();
        shown(marked).width().clamp(1, WIDTH)
    }

    /// Index of the line and the byte within it.
    fn split(&self, offset: usize) -> (usize, usize) {
        let offset = floor(self.text, offset.min(self.text.len()));
        let index = self.starts.partition_point(|start| *start <= offset) - 1;
        let start = self.starts.get(index).copied().unwrap_or_default();
        (index, (offset - start).min(self.line(index).len()))
    }

    fn line(&self, index: usize) -> &'a str {
        let start = self.starts.get(index).copied().unwrap_or(self.text.len());
        let end = self
            .starts
            .get(index + 1)
            .copied()
            .unwrap_or(self.text.len());
        self.text
            .get(start..end)
            .unwrap_or_default()
            .trim_end_matches(['\n', '\r'])
    }
}

/// The piece of every line that a frame shows, in characters: whole short lines, or the part of a
/// long one around the place.
struct Window {
    skip: usize,
}

impl Window {
    fn around(line: &str, column: usize) -> Self {
        let before = line.get(..column).unwrap_or_default().chars().count();
        let skip = if before < WIDTH * 3 / 4 {
            0
        } else {
            before - WIDTH / 2
        };
        Self { skip }
    }

    fn cut(&self, line: &str) -> String {
        let mut out = String::from(if self.skip > 0 && !line.is_empty() {
            "…"
        } else {
            ""
        });
        let mut width = 0;
        for character in line.chars().skip(self.skip) {
            width += character.width().unwrap_or(0);
            if width > WIDTH {
                out.push('…');
                break;
            }
            push_shown(&mut out, character);
        }
        out
    }

    fn indent(&self, line: &str, column: usize) -> usize {
        let before = line.get(..column).unwrap_or_default();
        let kept: String = before.chars().skip(self.skip).collect();
        shown(&kept).width() + usize::from(self.skip > 0)
    }
}

fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        push_shown(&mut out, character);
    }
    out
}

/// A character as a frame shows it: tabs widened, other control characters as a dot, since a
/// frame goes to terminals and pages as it is.
fn push_shown(out: &mut String, character: char) {
    match character {
        '\t' => out.push_str(TAB),
        _ if character.is_control() => out.push('·'),
        _ => out.push(character),
    }
}

fn floor(text: &str, mut offset: usize) -> usize {
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn as_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Lines, Place, WIDTH};

    #[test]
    fn a_place_counts_lines_of_every_ending_and_columns_in_utf_16() {
        let text = "a\r\nb\rc\n\u{1f600}d";
        let lines = Lines::new(text);
        let place = |offset| {
            let Place { line, column } = lines.place(offset);
            (line, column)
        };
        assert_eq!(place(0), (1, 1));
        assert_eq!(place(3), (2, 1));
        assert_eq!(place(5), (3, 1));
        assert_eq!(place(text.find('d').unwrap()), (4, 3));
        assert_eq!(place(8), (4, 1), "inside a character is its start");
        assert_eq!(place(999), (4, 4), "past the end is the end");
        assert_eq!(Lines::new("").place(0), Place { line: 1, column: 1 });
    }

    #[test]
    fn a_frame_marks_the_place_under_tabs_and_wide_characters() {
        let text = "one\n\t漢 <b>\nthree";
        let at = text.find('<').unwrap();
        assert_eq!(
            Lines::new(text).frame(at, at + 3),
            "1 | one\n2 |     漢 <b>\n  |        ^^^\n3 | three"
        );
    }

    #[test]
    fn a_frame_of_a_line_of_megabytes_is_short_and_shows_the_place() {
        let text = format!("{}HERE{}", "x".repeat(1_000_000), "y".repeat(1_000_000));
        let frame = Lines::new(&text).frame(1_000_000, 1_000_004);
        assert!(frame.len() < 400, "{}", frame.len());
        assert!(frame.contains("HERE"));
        let whole_line = Lines::new(&text).frame(1_000_000, text.len());
        assert!(
            whole_line
                .lines()
                .all(|row| row.chars().count() < WIDTH + 10),
            "{whole_line}"
        );
        let marker = frame.lines().nth(1).unwrap().find('^').unwrap();
        let line = frame.lines().next().unwrap();
        let shown: usize = line.split("HERE").next().unwrap().chars().count();
        assert_eq!(marker, shown);
    }

    #[test]
    fn a_frame_shows_no_control_characters() {
        let frame = Lines::new("a\u{1b}[31mb\u{7}").frame(0, 1);
        assert!(!frame.contains('\u{1b}') && !frame.contains('\u{7}'));
    }

    #[test]
    fn every_offset_of_an_odd_text_has_a_frame() {
        let text = "\r\n\n\té\u{200d}\u{1f468}\r\u{2028}x";
        let lines = Lines::new(text);
        for start in 0..text.len() + 3 {
            for end in 0..text.len() + 3 {
                assert!(lines.frame(start, end).contains('^'));
            }
        }
    }
}
