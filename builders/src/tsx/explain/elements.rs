//! Faults of tags, elements and what stands between them, in words.

use crate::tsx::compiler::{Finding, Span};
use crate::tsx::explain::open::Open;
use crate::tsx::explain::told::Told;
use crate::tsx::explain::{outline, rows, words};

/// Elements that HTML never closes.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];

impl<'a> Told<'a> {
    pub(super) fn element(&self, open: &Open, name: &str, before: Span) -> Finding {
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

    pub(super) fn head(&self, open: &Open, before: Option<Span>) -> Finding {
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

    pub(super) fn stray_tag(&self, span: Span) -> Finding {
        let text = self.text(span);
        let hint = format!("Remove `{text}` from line {}.", self.line(span));
        self.error(
            span,
            format!("`{text}` closes nothing: no such element is open here."),
            hint,
        )
    }

    pub(super) fn other_tag(&self, open: &Open, found: Span) -> Finding {
        let name = open.element().unwrap_or_default();
        let (met, line) = (self.text(found), self.line(open.span));
        let message = format!("`{met}` does not close `<{name}>` of line {line}.");
        let hint = format!("Write `</{name}>` instead of `{met}`.");
        self.error(found, message, hint)
    }

    pub(super) fn crossed(&self, open: &Open, found: Span) -> Finding {
        let name = open.element().unwrap_or_default();
        let inner = open.closer();
        let written = self.text(found);
        let outer = written.strip_suffix(&*inner).unwrap_or(written);
        let message = format!("`<{name}>` has to be closed before what is around it.");
        let hint = format!("Write `{inner}{outer}` instead of `{written}`.");
        self.error(found, message, hint)
    }

    pub(super) fn opened_twice(&self, first: &Open, second: &Open) -> Finding {
        let name = first.element().unwrap_or_default();
        let line = self.line(first.span);
        let message = format!("`<{name}>` does not close the `<{name}>` of line {line}.");
        self.error(
            second.span,
            message,
            format!("Write `</{name}>` instead of `<{name}>`."),
        )
    }

    pub(super) fn side_by_side(&self, first: Span, second: Span) -> Finding {
        let line = self.line(first);
        let message = format!("Two elements stand side by side: the first begins in line {line}.");
        let last = rows::number(
            self.source,
            outline::end_of_siblings(self.source, second.start),
        );
        let hint = format!("Write `<>` before line {line}, and `</>` after line {last}.");
        self.error(second, message, hint)
    }

    pub(super) fn html_comment(&self, span: Span) -> Finding {
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

    pub(super) fn bare_bracket(&self, span: Span) -> Finding {
        let text = self.text(span);
        let message = format!("`{text}` cannot stand in the text of an element.");
        self.error(
            span,
            message,
            format!("Write `{{\"{text}\"}}` instead of `{text}`."),
        )
    }

    pub(super) fn line_comment(&self, span: Span) -> Finding {
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

    pub(super) fn statement(&self, span: Span) -> Finding {
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

    pub(super) fn angles(&self, span: Span, arrow: bool) -> Finding {
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
}
