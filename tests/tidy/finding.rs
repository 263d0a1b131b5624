//! What a check has to say: where, what, and what to do about it.

/// One breach of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// A path of the repository, with a line where one can be given.
    pub(crate) place: String,
    /// What is there.
    pub(crate) what: String,
    /// What to do instead.
    pub(crate) remedy: String,
}

impl Finding {
    /// A finding about a whole file.
    pub(crate) fn in_file(path: &str, what: String, remedy: &str) -> Self {
        Self {
            place: path.to_owned(),
            what,
            remedy: remedy.to_owned(),
        }
    }

    /// A finding about one line of a file.
    pub(crate) fn at_line(path: &str, line: usize, what: String, remedy: &str) -> Self {
        Self {
            place: format!("{path}, line {line}"),
            what,
            remedy: remedy.to_owned(),
        }
    }
}

/// Fails with every finding, so that one run shows all there is to mend.
#[track_caller]
pub(crate) fn assert_none(findings: &[Finding]) {
    let mut report = String::new();
    for Finding {
        place,
        what,
        remedy,
    } in findings
    {
        report.push_str(&format!("\n- {place}: {what}\n  {remedy}"));
    }
    assert!(findings.is_empty(), "{} findings:{report}", findings.len());
}

/// Fails unless the check found exactly one breach, and its text holds `expected`.
#[track_caller]
pub(crate) fn assert_one(findings: &[Finding], expected: &str) {
    assert_eq!(
        findings.len(),
        1,
        "expected one finding about `{expected}`: {findings:?}"
    );
    let text = findings
        .iter()
        .map(|found| format!("{} {}", found.place, found.what));
    let text: String = text.collect();
    assert!(
        text.contains(expected),
        "`{expected}` is missing from `{text}`"
    );
}
