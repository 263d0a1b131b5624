//! Whether every answer of a turn is what it must be. A figure of wrong answers says nothing.

use std::collections::HashSet;

use serde_json::Value;

use crate::corpus::mark;
use crate::load::{Answer, Answers, get};

/// What is read from an answer.
struct Built {
    digest: String,
    url: String,
    raw_bytes: u64,
}

/// Checks all answers of a turn on the sources from number `first`: each is a success with a module
/// of its own, and the modules of the last `fetched` are there and hold what their sources hold.
pub(crate) fn check(
    server: &str,
    answers: &Answers,
    first: usize,
    expected: usize,
    fetched: usize,
) -> Result<(), String> {
    let all: Vec<_> = answers.warm_up.iter().chain(&answers.measured).collect();
    let built: Vec<_> = all.iter().map(|answer| built(answer)).collect();
    let mut reasons = built.iter().filter_map(|built| built.as_ref().err());
    if let Some(reason) = reasons.next() {
        let failures = 1 + reasons.count();
        return Err(format!("{failures} of {expected} builds failed: {reason}"));
    }
    let built: Vec<_> = built.into_iter().flatten().collect();
    let digests: HashSet<_> = built.iter().map(|built| &built.digest).collect();
    if all.len() != expected || digests.len() != expected {
        let (answers, modules) = (all.len(), digests.len());
        return Err(format!(
            "{expected} unique builds gave {answers} answers and {modules} different modules"
        ));
    }
    let mut last = all.iter().zip(&built).rev().take(fetched);
    last.try_for_each(|(answer, built)| check_module(server, built, &mark(first + answer.request)))
}

/// What an answer says, if it is a success.
fn built(answer: &Answer) -> Result<Built, String> {
    let (status, text) = answer.received.as_ref().map_err(String::clone)?;
    let refused = || format!("status {status}: {text}");
    let body: Value = serde_json::from_str(text).map_err(|_| refused())?;
    let text_at = |path: &str| body.pointer(path).and_then(Value::as_str);
    let succeeded = *status == 200
        && text_at("/status") == Some("succeeded")
        && text_at("/outcome") == Some("success");
    let filled = |path| text_at(path).filter(|text| !text.is_empty());
    let built = || {
        Some(Built {
            digest: filled("/artifact/digest")?.to_owned(),
            url: filled("/artifact/url")?.to_owned(),
            raw_bytes: body.pointer("/artifact/bytes/raw")?.as_u64()?,
        })
    };
    succeeded.then(built).flatten().ok_or_else(refused)
}

/// Fetches a module and looks whether it is the one that was asked for.
fn check_module(server: &str, built: &Built, mark: &str) -> Result<(), String> {
    let (status, bytes) = get(server, &built.url)?;
    let right = status == 200
        && bytes.len() as u64 == built.raw_bytes
        && String::from_utf8_lossy(&bytes).contains(mark);
    let wrong = || {
        let length = bytes.len();
        format!(
            "{} is not the module with {mark}: status {status}, {length} bytes",
            built.url
        )
    };
    right.then_some(()).ok_or_else(wrong)
}
