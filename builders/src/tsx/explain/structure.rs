//! Faults of the outline in words: what is open since where, and what to write.

use crate::tsx::compiler::{Finding, Span};
use crate::tsx::explain::fault::Fault;
use crate::tsx::explain::open::{Kind, Open};
use crate::tsx::explain::told::Told;
use crate::tsx::explain::{belongs, rows};

/// A fault as its author is told of it; `at` is where the parser gave up.
pub(super) fn finding(source: &str, fault: Fault, at: usize) -> Finding {
    let told = Told { source };
    if let Fault::Unclosed { open, .. } | Fault::ClosedLate { open, .. } = &fault
        && let Some(before) = belongs::before(source, open)
    {
        return told.bracket(open, before, before.start);
    }
    match fault {
        Fault::Unclosed {
            open,
            before,
            around,
        } => match (&open.kind, before) {
            (Kind::Element(name), Some(before)) => told.element(&open, name, before),
            (Kind::Head(_), before) => told.head(&open, before),
            (_, None) => told.cut_off(&open, &around),
            (_, Some(before)) if matches!(told.text(before), "import" | "export") => {
                told.before_top_level(&open, &around, before)
            }
            (_, Some(before)) => told.bracket(&open, before, at),
        },
        Fault::ClosedLate { open, by } => told.closed_late(&open, by),
        Fault::StrayBracket(span) => told.stray_bracket(span),
        Fault::StrayTag(span) => told.stray_tag(span),
        Fault::OtherTag { open, found } => told.other_tag(&open, found),
        Fault::Crossed { open, found } => told.crossed(&open, found),
        Fault::OpenedTwice { first, second } => told.opened_twice(&first, &second),
        Fault::SideBySide { first, second } => told.side_by_side(first, second),
        Fault::HtmlComment(span) => told.html_comment(span),
        Fault::BareBracket(span) => told.bare_bracket(span),
        Fault::LineComment(span) => told.line_comment(span),
        Fault::Statement(span) => told.statement(span),
        Fault::Angles { span, arrow } => told.angles(span, arrow),
        Fault::Unterminated { what, span } => told.unterminated(what, span),
    }
}

impl Told<'_> {
    /// The source ends while things are open: one closer is missing, or the rest of the text is.
    fn cut_off(&self, open: &Open, around: &[Open]) -> Finding {
        let all = std::iter::once(open).chain(around);
        let closers: String = all.map(Open::closer).collect();
        let what = self.text(open.span);
        let what = match open.element() {
            Some(name) => format!("<{name}>"),
            None => what.to_owned(),
        };
        let message = if around.is_empty() {
            format!("`{what}` is not closed.")
        } else {
            format!("The source ends in the middle: `{what}` is the innermost that is not closed.")
        };
        let hint =
            format!("Write `{closers}` at the end of the source, if nothing else is missing.");
        self.error(open.span, message, hint)
    }

    fn bracket(&self, open: &Open, before: Span, at: usize) -> Finding {
        let opener = self.text(open.span);
        let closer = open.closer();
        let (line, met) = (self.line(before), self.text(before));
        let message = if met == "`" {
            format!("`{opener}` is not closed: the backtick of line {line} comes first.")
        } else {
            format!("`{opener}` is not closed: `{met}` of line {line} comes first.")
        };
        // The parser gave up where the bracket should have been closed, if that is within it.
        let rest = self.source.get(at..).unwrap_or_default();
        let here =
            open.span.start < at && at < before.start && rest.starts_with([';', ')', '}', ']']);
        let hint = if matches!(met, ">" | "/>") {
            let blanks = self.blanks(before);
            format!("Write `}}{closer}{blanks}{met}` instead of `}}{blanks}{met}`.")
        } else if met == "`" {
            format!("Write `{closer}` before the backtick that ends the template on line {line}.")
        } else if here {
            let next = self.text(Span {
                start: at,
                end: at + 1,
            });
            let line = rows::number(self.source, at);
            format!("Write `{closer}` before the `{next}` of line {line}.")
        } else {
            format!("Write `{closer}` before the `{met}` of line {line}.")
        };
        self.error(open.span, message, hint)
    }

    /// The line on which a string ends that was meant to span lines: its quote stands there alone,
    /// where a statement or a member ends.
    fn goes_on(&self, span: Span, quote: &str) -> Option<usize> {
        const LINES: usize = 12;
        let first = self.source.get(span.start..span.end)?;
        let rest = self.source.get(span.end..)?;
        let (index, line) = rest
            .lines()
            .enumerate()
            .skip(1)
            .take(LINES)
            .find(|(_, line)| line.contains(quote))?;
        let behind = line.split_once(quote)?.1.trim();
        let ends = behind.chars().all(|c| ";,)]}".contains(c));
        (ends && !first.ends_with([';', ','])).then(|| self.line(span) + index)
    }

    /// The blanks right before a place.
    fn blanks(&self, place: Span) -> &str {
        let before = self.source.get(..place.start).unwrap_or_default();
        before.get(before.trim_end().len()..).unwrap_or_default()
    }

    fn before_top_level(&self, open: &Open, around: &[Open], before: Span) -> Finding {
        let all = std::iter::once(open).chain(around);
        let closers: String = all.map(Open::closer).collect();
        let (line, met) = (self.line(before), self.text(before));
        let outermost = around.last().unwrap_or(open);
        let opener = self.text(outermost.span);
        let message = format!("`{opener}` is not closed before the `{met}` of line {line}.");
        let hint = format!("Write `{closers}` before line {line}.");
        self.error(outermost.span, message, hint)
    }

    fn closed_late(&self, open: &Open, by: Span) -> Finding {
        let opener = self.text(open.span);
        let (closer, line) = (self.text(by), self.line(by));
        let message = format!(
            "`{opener}` is not closed where its indentation ends: the `{closer}` of line {line} belongs to what is around it."
        );
        let hint = format!("Write `{}` before line {line}.", open.closer());
        self.error(open.span, message, hint)
    }

    fn stray_bracket(&self, span: Span) -> Finding {
        let text = self.text(span);
        let line = self.line(span);
        let is_alone = rows::rows(self.source)
            .nth(line - 1)
            .is_some_and(|row| row.text.trim().trim_end_matches(';') == text);
        let hint = if is_alone {
            format!("Remove line {line}.")
        } else {
            format!("Remove the `{text}`.")
        };
        self.error(
            span,
            format!("`{text}` closes nothing: no bracket is open here."),
            hint,
        )
    }

    fn unterminated(&self, what: &'static str, span: Span) -> Finding {
        let quote = self.text(Span {
            start: span.start,
            end: span.start + 1,
        });
        let line = self.line(span);
        let hint = match what {
            "comment" => {
                format!("Write `*/` where the comment ends, as at the end of line {line}.")
            }
            "template" => {
                format!("Write a backtick where the template ends, as on line {line}.")
            }
            "regular expression" => {
                format!("Close the regular expression with `/` on line {line}.")
            }
            "attribute" => {
                let value = self.source.get(span.start..span.end).unwrap_or_default();
                match ["/>", ">"].into_iter().find(|end| value.ends_with(end)) {
                    Some(end) => format!("Write `{quote}` before the `{end}` of line {line}."),
                    None => format!("Write `{quote}` at the end of line {line}."),
                }
            }
            _ => match self.goes_on(span, quote) {
                Some(last) => format!(
                    "Write a backtick instead of `{quote}` at both ends of the string, on lines {line} and {last}."
                ),
                None => format!("Write `{quote}` at the end of the string on line {line}."),
            },
        };
        self.error(
            span,
            format!("The {what} that begins here has no end."),
            hint,
        )
    }
}
