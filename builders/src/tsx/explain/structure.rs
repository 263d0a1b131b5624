//! Faults of the outline in words: what is open since where, and what to write.

use crate::diagnostic::Code;
use crate::tsx::compiler::{Finding, Span};
use crate::tsx::explain::outline::{self, Fault, Kind, Open};
use crate::tsx::explain::{rows, words};

/// Elements that HTML never closes.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];

/// A fault as its author is told of it; `at` is where the parser gave up.
pub(super) fn finding(source: &str, fault: Fault, at: usize) -> Finding {
    let told = Told { source };
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

struct Told<'a> {
    source: &'a str,
}

impl<'a> Told<'a> {
    fn error(&self, span: Span, message: String, hint: String) -> Finding {
        Finding::error(Code::SyntaxError, span, message).with_hint(hint)
    }

    fn line(&self, span: Span) -> usize {
        rows::number(self.source, span.start)
    }

    fn text(&self, span: Span) -> &'a str {
        let text = self.source.get(span.start..span.end).unwrap_or_default();
        let end = text.char_indices().nth(60).map_or(text.len(), |(at, _)| at);
        text.get(..end).unwrap_or_default()
    }

    fn element(&self, open: &Open, name: &str, before: Span) -> Finding {
        let line = self.line(before);
        let met = self.text(before);
        let message = format!("`<{name}>` is not closed: `{met}` of line {line} comes first.");
        let hint = if VOID.contains(&name) {
            let tag = self.whole_tag(open.span);
            let closed = tag.trim_end_matches('>').trim_end();
            format!("Write `{closed} />` instead of `{tag}`: in JSX every tag is closed.")
        } else {
            format!("Write `</{name}>` before the `{met}` of line {line}.")
        };
        self.error(open.span, message, hint)
    }

    /// An opening tag to its `>`, or its beginning where it has braces or is long.
    fn whole_tag(&self, span: Span) -> &'a str {
        let rest = self.source.get(span.start..).unwrap_or_default();
        let end = rest.find(['>', '{', '\n']).map_or(0, |at| at + 1);
        match rest.get(..end) {
            Some(tag) if tag.ends_with('>') && tag.len() < 120 => tag,
            _ => self.text(span),
        }
    }

    fn head(&self, open: &Open, before: Option<Span>) -> Finding {
        let tag = self.text(open.span);
        let end = before.map_or(self.source.len(), |before| before.start);
        let written = self.source.get(..end).unwrap_or_default().trim_end();
        let line = rows::number(self.source, written.len());
        let message = format!("The tag `{tag}` has no `>`.");
        let closing = if tag.starts_with("</") {
            ""
        } else {
            ", or `/>` if it has no children"
        };
        let hint = format!("Write `>` at the end of line {line}{closing}.");
        self.error(open.span, message, hint)
    }

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
        let message = format!("`{opener}` is not closed: `{met}` of line {line} comes first.");
        // The parser gave up where the bracket should have been closed, if that is within it.
        let rest = self.source.get(at..).unwrap_or_default();
        let here =
            open.span.start < at && at < before.start && rest.starts_with([';', ')', '}', ']']);
        let hint = if here {
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

    fn stray_tag(&self, span: Span) -> Finding {
        let text = self.text(span);
        let hint = format!("Remove `{text}` from line {}.", self.line(span));
        self.error(
            span,
            format!("`{text}` closes nothing: no such element is open here."),
            hint,
        )
    }

    fn other_tag(&self, open: &Open, found: Span) -> Finding {
        let name = open.element().unwrap_or_default();
        let (met, line) = (self.text(found), self.line(open.span));
        let message = format!("`{met}` does not close `<{name}>` of line {line}.");
        let hint = format!("Write `</{name}>` instead of `{met}`.");
        self.error(found, message, hint)
    }

    fn crossed(&self, open: &Open, found: Span) -> Finding {
        let name = open.element().unwrap_or_default();
        let inner = open.closer();
        let written = self.text(found);
        let outer = written.strip_suffix(&*inner).unwrap_or(written);
        let message = format!("`<{name}>` has to be closed before what is around it.");
        let hint = format!("Write `{inner}{outer}` instead of `{written}`.");
        self.error(found, message, hint)
    }

    fn opened_twice(&self, first: &Open, second: &Open) -> Finding {
        let name = first.element().unwrap_or_default();
        let line = self.line(first.span);
        let message = format!("`<{name}>` does not close the `<{name}>` of line {line}.");
        self.error(
            second.span,
            message,
            format!("Write `</{name}>` instead of `<{name}>`."),
        )
    }

    fn side_by_side(&self, first: Span, second: Span) -> Finding {
        let line = self.line(first);
        let message = format!("Two elements stand side by side: the first begins in line {line}.");
        let last = rows::number(
            self.source,
            outline::end_of_siblings(self.source, second.start),
        );
        let hint = format!("Write `<>` before line {line}, and `</>` after line {last}.");
        self.error(second, message, hint)
    }

    fn html_comment(&self, span: Span) -> Finding {
        let inner = self.text(span);
        let inner = inner
            .trim_start_matches("<!--")
            .trim_end_matches("-->")
            .trim();
        let message = "Comments of HTML do not exist in JSX.".to_owned();
        let hint = format!(
            "Write `{{/* {inner} */}}` instead of `{}`.",
            self.text(span)
        );
        self.error(span, message, hint)
    }

    fn bare_bracket(&self, span: Span) -> Finding {
        let text = self.text(span);
        let message = format!("`{text}` cannot stand in the text of an element.");
        self.error(
            span,
            message,
            format!("Write `{{\"{text}\"}}` instead of `{text}`."),
        )
    }

    fn line_comment(&self, span: Span) -> Finding {
        let comment = self
            .text(span)
            .trim_start_matches('/')
            .trim_end_matches('}');
        let message = "The comment takes the closing brace at the end of its line with it.";
        let comment = comment.trim();
        let hint = format!(
            "Write `/* {comment} */}}` instead of `{}`.",
            self.text(span)
        );
        self.error(span, message.to_owned(), hint)
    }

    fn statement(&self, span: Span) -> Finding {
        let word = self.text(span);
        let message = format!("`{word}` begins a statement, and braces in JSX hold an expression.");
        let hint = match word {
            "if" => "Write `condition ? <A /> : <B />` or `condition && <A />`.",
            "for" | "while" | "do" => "Write `list.map((item) => <A key={item} />)`.",
            "return" => "Write the value alone, without `return`.",
            _ => "Move the statement out of the JSX, above the `return` of the component.",
        };
        self.error(span, message, hint.to_owned())
    }

    fn angles(&self, span: Span, arrow: bool) -> Finding {
        let text = self.text(span);
        let name = text.trim_matches(['<', '>']);
        let message = format!("`{text}` begins an element in a file with JSX.");
        let rest = self.source.get(span.end..).unwrap_or_default();
        let length = words::run(rest, |c| words::continues_name(c) || c == '.');
        let value = rest.get(..length).unwrap_or_default();
        let goes_on = rest
            .get(length..)
            .is_some_and(|rest| rest.starts_with(['(', '[']));
        let hint = if arrow {
            format!("Write `<{name},>` instead of `{text}`.")
        } else if goes_on || value.is_empty() {
            format!("Write `as {name}` behind the value instead of `{text}` before it.")
        } else {
            format!("Write `{value} as {name}` instead of `{text}{value}`.")
        };
        self.error(span, message, hint)
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
            _ => format!("Write `{quote}` at the end of the string on line {line}."),
        };
        self.error(
            span,
            format!("The {what} that begins here has no end."),
            hint,
        )
    }
}
