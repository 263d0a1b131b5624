//! The tables of forms from which programs are put together, one file of `forms/` each.
//!
//! A form is some lines that stand by themselves, whatever else is in the program:
//!
//! ```text
//! ## what it is
//! : names that it needs at the top of the module as they are
//! ! the open fault that keeps it from being used, see `OPEN`
//! ~ the reason for which its minified module may do otherwise, see `FORGIVEN`
//! import §a from "react";
//! export const €b = ‹1|2|3›;
//! > {String(€b)}
//! ```
//!
//! Lines with `>` are children of the component that the program exports; in them `frame` is the
//! frame. `‹x|y›` is a choice. Names are chosen when a form is used: `§a` is a name at the top of the
//! module, `€a` one that is exported too, `£a` the name of an export alone, `°a` one of an inner
//! scope, which may be anybody's at the top; a capital letter makes it the name of a component.

use std::sync::OnceLock;

/// One form.
#[derive(Debug)]
pub(super) struct Form {
    /// What it is.
    pub(super) title: &'static str,
    /// Names at the top of the module that it declares or means as they are.
    pub(super) claims: Vec<&'static str>,
    /// The fault for which it is left out.
    fault: Option<&'static str>,
    /// The reason for which a minified module may do otherwise.
    pub(super) forgiven: Option<&'static str>,
    /// Its lines, with their placeholders.
    pub(super) lines: Vec<&'static str>,
}

/// A table of forms, and how many a program takes of it, at least and at most.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) forms: Vec<Form>,
    pub(super) least: usize,
    pub(super) most: usize,
}

/// Faults that are known and not mended, by the names that forms have for them. Without its row
/// here, a form is used as any other: whoever mends a fault removes its row.
const OPEN: &[&str] = &[];

/// What a minified module may do otherwise than its source, and why that is right.
const FORGIVEN: &[(&str, &str)] = &[
    (
        "nothing reads it",
        "What nothing reads is dropped, and so is the error of its evaluation: a module that works \
         where its source does not harms nobody, and keeping it would keep every unused line.",
    ),
    (
        "it is known before its line",
        "A constant is written where its name was, also where the name was read too early.",
    ),
];

/// The forms of the component that a program exports.
pub(super) fn defaults() -> &'static [Form] {
    static FORMS: OnceLock<Vec<Form>> = OnceLock::new();
    FORMS.get_or_init(|| parse(include_str!("forms/defaults.txt")))
}

/// The forms of which a program is right or wrong at load: one of a few programs has one.
pub(super) fn faults() -> &'static [Form] {
    static FORMS: OnceLock<Vec<Form>> = OnceLock::new();
    FORMS.get_or_init(|| parse(include_str!("forms/faults.txt")))
}

/// The other tables.
pub(super) fn tables() -> &'static [Table] {
    static TABLES: OnceLock<Vec<Table>> = OnceLock::new();
    let table = |text, least, most| Table {
        forms: parse(text),
        least,
        most,
    };
    TABLES.get_or_init(|| {
        vec![
            table(include_str!("forms/imports.txt"), 1, 3),
            table(include_str!("forms/exports.txt"), 0, 2),
            table(include_str!("forms/names.txt"), 0, 2),
            table(include_str!("forms/jsx.txt"), 1, 2),
            table(include_str!("forms/types.txt"), 0, 2),
            table(include_str!("forms/statements.txt"), 1, 3),
        ]
    })
}

fn parse(text: &'static str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            forms.push(Form {
                title,
                claims: Vec::new(),
                fault: None,
                forgiven: None,
                lines: Vec::new(),
            });
            continue;
        }
        let Some(form) = forms.last_mut().filter(|_| !line.is_empty()) else {
            continue;
        };
        match line.split_at_checked(2) {
            Some((": ", names)) => form.claims.extend(names.split(' ')),
            Some(("! ", fault)) => form.fault = Some(fault),
            Some(("~ ", reason)) => {
                let known = FORGIVEN.iter().any(|(name, _)| *name == reason);
                assert!(known, "no reason is named {reason:?}");
                form.forgiven = Some(reason);
            }
            _ => form.lines.push(line),
        }
    }
    forms.retain(|form| form.fault.is_none_or(|fault| !OPEN.contains(&fault)));
    forms
}
