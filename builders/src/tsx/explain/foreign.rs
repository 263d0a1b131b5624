//! Texts that are not TSX as a whole: an answer in markdown, a patch, a listing, another language.

use serde_json::Value;

use crate::diagnostic::Code;
use crate::tsx::compiler::{Finding, Span};
use crate::tsx::explain::rows::{Row, lines, rows};

/// Says what a text is that no parser of TSX can read, where its form tells.
pub(super) fn whole(source: &str) -> Option<Finding> {
    fenced(source)
        .or_else(|| conflict(source))
        .or_else(|| json(source))
        .or_else(|| patch(source))
        .or_else(|| numbered(source))
        .or_else(|| escaped(source))
        .or_else(|| document(source))
        .or_else(|| python(source))
}

fn foreign(span: Span, message: impl Into<String>, hint: impl Into<String>) -> Finding {
    Finding::error(Code::ForeignSyntax, span, message).with_hint(hint)
}

/// A fence at the very beginning. Such a text may even parse: backticks are templates.
pub(in crate::tsx) fn opening_fence(source: &str) -> Option<Finding> {
    let first = filled(source).next()?;
    is_fence(first.text).then(|| fenced(source))?
}

/// A markdown fence explains every other error of a text: models wrap their answers in one.
fn fenced(source: &str) -> Option<Finding> {
    let fences: Vec<Row<'_>> = rows(source)
        .filter(|row| is_fence(row.text))
        .take(3)
        .collect();
    let last = rows(source).count();
    let first = fences.first()?;
    if fences.len() > 2 {
        let message = "The source has several markdown code blocks.";
        let hint = "Send the code of one block, without its two lines of backticks.";
        return Some(Finding::error(Code::MarkdownFence, first.span, message).with_hint(hint));
    }
    let is_bare = first.text.trim().trim_matches('`').is_empty();
    let code_before = filled(source)
        .take_while(|row| row.number < first.number)
        .any(|row| is_code(row.text));
    let (message, keep) = match fences.get(1) {
        Some(second) if !code_before => (
            "The source is wrapped in a markdown code block.",
            (first.number + 1, second.number - 1),
        ),
        None if !code_before => (
            "The source begins with the fence of a markdown code block.",
            (first.number + 1, last),
        ),
        _ if is_bare || fences.len() == 1 => (
            "The source ends with the fence of a markdown code block.",
            (1, first.number - 1),
        ),
        _ => (
            "A markdown code block stands below the code.",
            (1, first.number - 1),
        ),
    };
    let hint = format!("Keep only {}.", lines(keep.0, keep.1.max(keep.0)));
    Some(Finding::error(Code::MarkdownFence, first.span, message).with_hint(hint))
}

fn is_fence(line: &str) -> bool {
    line.trim_start().starts_with("```")
}

/// Lines that are not empty.
pub(super) fn filled(source: &str) -> impl Iterator<Item = Row<'_>> {
    rows(source).filter(|row| !row.text.trim().is_empty())
}

/// Whether a line begins like one of a component.
pub(super) fn is_code(line: &str) -> bool {
    const BEGINNINGS: &[&str] = &[
        "import ",
        "import{",
        "import*",
        "export ",
        "const ",
        "let ",
        "var ",
        "function ",
        "class ",
        "type ",
        "interface ",
        "enum ",
        "declare ",
        "async ",
        "return ",
        "return(",
        "//",
        "/*",
        "'use ",
        "\"use ",
        "<",
        "}",
        "{",
        ")",
        "];",
    ];
    let line = line.trim_start();
    BEGINNINGS.iter().any(|start| line.starts_with(start)) || line.ends_with([';', '{'])
}

/// The markers that version control leaves in a file.
fn conflict(source: &str) -> Option<Finding> {
    let find = |marker: &str| rows(source).find(|row| row.text.starts_with(marker));
    let (ours, theirs) = (find("<<<<<<<")?, find(">>>>>>>")?);
    let middle = rows(source)
        .find(|row| row.number > ours.number && row.text.starts_with("======="))
        .map_or(theirs.number, |row| row.number);
    let hint = format!(
        "To keep the first of the two versions, remove line {} and {}.",
        ours.number,
        lines(middle, theirs.number)
    );
    let message = "A conflict of a merge was not resolved.";
    Some(foreign(ours.span, message, hint))
}

/// An answer in JSON, with the code as one of its strings.
fn json(source: &str) -> Option<Finding> {
    let text = source.trim();
    let inner = text.strip_prefix(['{', '['])?;
    inner.trim_start().starts_with(['"', '{']).then_some(())?;
    let value: Value = serde_json::from_str(text).ok()?;
    let span = rows(source).find(|row| !row.text.trim().is_empty())?.span;
    let is_code = |value: &Value| value.as_str().is_some_and(|text| text.contains("export"));
    let members = value.as_object().into_iter().flatten();
    let hint = match members.into_iter().find(|(_, value)| is_code(value)) {
        Some((name, _)) => {
            let name: String = name.chars().take(40).collect();
            format!("Send only the text that is the value of `{name}`, decoded.")
        }
        None => "Send the source of a component instead.".to_owned(),
    };
    Some(foreign(span, "The source is JSON.", hint))
}

/// A patch: lines that are added and removed.
fn patch(source: &str) -> Option<Finding> {
    let first = filled(source).next()?;
    let text = first.text;
    let has_header = ["diff --git ", "--- ", "+++ ", "@@ ", "Index: "]
        .iter()
        .any(|start| text.starts_with(start));
    let (mut all, mut added, mut marked) = (0, 0, 0);
    for row in filled(source) {
        let is_added = row.text.starts_with('+');
        all += 1;
        added += usize::from(is_added);
        marked += usize::from(is_added || row.text.starts_with(['-', ' ']));
    }
    if !has_header && (added < 3 || marked < all) {
        return None;
    }
    let place = filled(source).find(|row| has_header || row.text.starts_with(['+', '-']))?;
    let message = "The source is a patch, with `+` and `-` before its lines.";
    let hint = "Remove the headers, the lines that begin with `-`, and the `+` before the others.";
    Some(foreign(place.span, message, hint))
}

/// A listing with the numbers of its lines.
fn numbered(source: &str) -> Option<Finding> {
    let mut count = 0;
    for row in filled(source) {
        let text = row.text.trim_start();
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let after = text
            .get(digits..)
            .unwrap_or_default()
            .trim_start_matches(' ');
        let has_mark = after.is_empty() || after.starts_with(['|', ':', '\t', '│', '→']);
        if digits == 0 || digits > 6 || !has_mark {
            return None;
        }
        count += 1;
    }
    let first = filled(source).next()?;
    let message = "Every line begins with its number.";
    let hint = "Remove the number, and the sign behind it, from the beginning of every line.";
    (count > 1).then(|| foreign(first.span, message, hint))
}

/// A text that was encoded as a string and not decoded again.
fn escaped(source: &str) -> Option<Finding> {
    let first = filled(source).next()?;
    let breaks = source.matches("\\n").count();
    let is_escaped = breaks > 2 && breaks > 4 * source.trim().matches('\n').count();
    let place = Span {
        start: source.find("\\n")?,
        end: source.find("\\n")? + 2,
    };
    let within = place.start < first.span.end || !first.text.contains(';');
    let message = "The source is written as the inside of a string: `\\n` instead of line breaks.";
    let hint = "Replace every `\\n` by a line break, and every `\\\"` by `\"`.";
    (is_escaped && within).then(|| foreign(place, message, hint))
}

/// A page of HTML, or a component of another framework.
fn document(source: &str) -> Option<Finding> {
    const HINT: &str =
        "Write a function that returns the elements as JSX, and export it as default.";
    let first = filled(source).next()?;
    let start: String = first.text.trim_start().chars().take(12).collect();
    let start = start.to_lowercase();
    let begins = |names: &[&str]| names.iter().any(|name| start.starts_with(name));
    if begins(&["<!doctype", "<html", "<head", "<body"]) {
        return Some(foreign(first.span, "The source is a page of HTML.", HINT));
    }
    let message = "The source is a component of another framework.";
    begins(&["<template", "<script", "<style"]).then(|| foreign(first.span, message, HINT))
}

/// A program in Python.
fn python(source: &str) -> Option<Finding> {
    let is_python = |line: &str| {
        let imports = line.starts_with("from ") && line.contains(" import ");
        let defines =
            (line.starts_with("def ") || line.starts_with("class ")) && line.ends_with(':');
        let main = line.starts_with("if __name__");
        imports || defines || main || line.starts_with("#!/usr/bin/env python")
    };
    let row = rows(source).find(|row| is_python(row.text))?;
    let other = filled(source).any(|row| row.text.trim_end().ends_with([';', '{']));
    let hint =
        "Write the component in TypeScript: a function that returns JSX, exported as default.";
    (!other).then(|| foreign(row.span, "The source is Python.", hint))
}
