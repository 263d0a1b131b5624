//! What a client may submit: the JSON of `POST /v1/builds`, read strictly.

use std::collections::BTreeMap;
use std::fmt;

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use vasca_builders::BuildRequest;
use vasca_scheduler::Lane;

use crate::http::problem::{Kind, Problem};
use crate::pipeline::views::Submission;

/// Tags of one build: what a person sorts by, not a database.
const TAGS_MAX: usize = 16;
/// Bytes of a tag's name and of its value.
const TAG_BYTES_MAX: (usize, usize) = (64, 256);
/// Bytes of the options: a list of 64 modules with long names has a quarter of it.
const OPTIONS_BYTES_MAX: usize = 64 << 10;
/// How the message begins of an object in which a key stands twice.
const TWICE: &str = "twice in one object stands the key";
/// The name of the file in a submission of one source.
const ENTRY: &str = "component.tsx";

/// The body. A key that it does not have is refused, and so is one that stands twice.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body<'a> {
    source: Option<String>,
    files: Option<Unique>,
    entry: Option<String>,
    builder: Option<String>,
    #[serde(borrow)]
    options: Option<&'a RawValue>,
    lane: Option<LaneName>,
    timeout_ms: Option<u64>,
    expires_in_ms: Option<u64>,
    #[serde(default)]
    tags: Unique,
}

/// The lanes by their names.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LaneName {
    Interactive,
    Normal,
    Batch,
}

/// An object of texts whose keys stand once.
#[derive(Debug, Default)]
struct Unique(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UniqueVisitor)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Unique;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of texts")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Unique, M::Error> {
        let mut all = BTreeMap::new();
        while let Some((key, value)) = map.next_entry::<String, String>()? {
            if all.contains_key(&key) {
                let key: String = key.chars().take(80).collect();
                return Err(serde::de::Error::custom(format!("{TWICE} {key:?}")));
            }
            all.insert(key, value);
        }
        Ok(Unique(all))
    }
}

/// Reads a submission.
///
/// # Errors
/// What is wrong with it, and where.
pub(super) fn read(body: &Bytes, ids: Ids) -> Result<Submission, Problem> {
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        // A list would be read too, field by field in their order.
        return Err(Problem::new(
            Kind::InvalidRequest,
            "The body must be a JSON object.",
        ));
    }
    let body: Body<'_> = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
    check_tags(&body.tags.0)?;
    let lane = match body.lane {
        Some(LaneName::Interactive) => Lane::Interactive,
        Some(LaneName::Batch) => Lane::Batch,
        Some(LaneName::Normal) | None => Lane::Normal,
    };
    if body.timeout_ms == Some(0) || body.expires_in_ms == Some(0) {
        return Err(invalid(
            "`timeout_ms` and `expires_in_ms` must be at least 1.",
        ));
    }
    let options = body.options.map_or("{}", RawValue::get).to_owned();
    if options.len() > OPTIONS_BYTES_MAX {
        let detail = format!(
            "`options` has {} bytes; the limit is {OPTIONS_BYTES_MAX}.",
            options.len()
        );
        return Err(Problem::new(Kind::LimitExceeded, detail));
    }
    let builder = body.builder.unwrap_or_else(|| "tsx".to_owned());
    let request = request(builder, body.source, body.files, body.entry)?;
    Ok(Submission {
        request: request.with_options(options),
        lane,
        timeout_ms: body.timeout_ms,
        expires_in_ms: body.expires_in_ms,
        tags: body.tags.0,
        request_id: ids.request,
        trace_id: ids.trace,
    })
}

/// A body whose JSON is whole and whose content does not hold is a submission that does not; one in
/// which a key stands twice could be read in two ways, and is none.
fn unreadable(error: &serde_json::Error) -> Problem {
    let said = error.to_string();
    // Both begin their messages: no text of the client's stands before.
    let is_ambiguous = said.starts_with("duplicate field") || said.starts_with(TWICE);
    if error.is_data() && !is_ambiguous {
        return invalid(&format!("The submission does not hold: {said}."));
    }
    let detail = format!("The body is not the JSON it must be: {said}.");
    Problem::new(Kind::InvalidRequest, detail)
}

/// By what the request is known elsewhere.
#[derive(Debug, Clone)]
pub(super) struct Ids {
    pub(super) request: String,
    pub(super) trace: Option<String>,
}

/// Checks what the headers say of the body.
///
/// # Errors
/// When it cannot be a submission, or is more than one.
pub(super) fn check_headers(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &axum::http::HeaderValue| value.to_str().ok())
    };
    let content_type = text(header::CONTENT_TYPE).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let detail =
            format!("The body must be `application/json`; it is said to be {content_type:?}.");
        return Err(Problem::new(Kind::UnsupportedMediaType, detail));
    }
    if let Some(encoding) = text(header::CONTENT_ENCODING).filter(|it| *it != "identity") {
        let detail = format!("The body must not be encoded; it is said to be {encoding:?}.");
        return Err(Problem::new(Kind::UnsupportedMediaType, detail));
    }
    if headers.contains_key("idempotency-key") {
        // Taking no notice of it would build twice what was meant to be built once.
        return Err(invalid(
            "This release does not keep an `Idempotency-Key`: leave it out.",
        ));
    }
    Ok(())
}

fn request(
    builder: String,
    source: Option<String>,
    files: Option<Unique>,
    entry: Option<String>,
) -> Result<BuildRequest, Problem> {
    match (source, files) {
        (Some(source), None) => Ok(BuildRequest::single(
            &builder,
            entry.as_deref().unwrap_or(ENTRY),
            &source,
        )),
        (None, Some(Unique(files))) => {
            let only = files.keys().next().filter(|_| files.len() == 1).cloned();
            let entry = entry.or(only);
            let entry = entry.ok_or_else(|| invalid("`entry` must name one of the `files`."))?;
            let mut request = BuildRequest::single(&builder, &entry, "");
            request.files = files;
            Ok(request)
        }
        (Some(_), Some(_)) => Err(invalid("Send either `source` or `files`, not both.")),
        (None, None) => Err(invalid(
            "There is nothing to build: send `source`, or `files` and `entry`.",
        )),
    }
}

fn check_tags(tags: &BTreeMap<String, String>) -> Result<(), Problem> {
    let (name_max, value_max) = TAG_BYTES_MAX;
    let is_sound = |name: &str, value: &str| {
        (1..=name_max).contains(&name.len())
            && value.len() <= value_max
            && !name.contains(|c: char| c.is_control() || c == '=')
            && !value.contains(char::is_control)
    };
    if tags.len() > TAGS_MAX {
        return Err(invalid(&format!(
            "There are {} tags; the limit is {TAGS_MAX}.",
            tags.len()
        )));
    }
    match tags.iter().find(|(name, value)| !is_sound(name, value)) {
        None => Ok(()),
        Some((name, _)) => {
            let name: String = name.chars().take(80).collect();
            Err(invalid(&format!(
                "The tag {name:?} does not hold: a name has 1 to {name_max} bytes without `=`, a value \
                 at most {value_max}, and neither has control characters."
            )))
        }
    }
}

fn invalid(detail: &str) -> Problem {
    Problem::new(Kind::InvalidSubmission, detail)
}

#[cfg(test)]
mod tests {
    use super::{Ids, check_headers, read};
    use axum::body::Bytes;
    use axum::http::{HeaderMap, HeaderValue, header};
    use axum::response::IntoResponse;
    use vasca_scheduler::Lane;

    fn ids() -> Ids {
        Ids {
            request: "r".to_owned(),
            trace: None,
        }
    }

    fn status(body: &[u8]) -> u16 {
        match read(&Bytes::copy_from_slice(body), ids()) {
            Ok(_) => 202,
            Err(problem) => problem.into_response().status().as_u16(),
        }
    }

    #[test]
    fn a_source_is_enough_and_everything_else_has_a_default() {
        let body = Bytes::from_static(br#"{"source":"x","lane":"batch","tags":{"a":"b"}}"#);
        let submission = read(&body, ids()).unwrap();
        assert_eq!(submission.request.builder, "tsx");
        assert_eq!(submission.request.files["component.tsx"], "x");
        assert_eq!(
            (submission.lane, submission.tags["a"].as_str()),
            (Lane::Batch, "b")
        );
        let body = Bytes::from_static(br#"{"files":{"T.tsx":"y"},"options":{"minify":false}}"#);
        let submission = read(&body, ids()).unwrap();
        assert_eq!(
            (submission.request.entry.as_str(), submission.lane),
            ("T.tsx", Lane::Normal)
        );
        assert_eq!(submission.request.options, r#"{"minify":false}"#);
    }

    #[test]
    fn what_is_no_json_is_a_bad_request() {
        let deep = "[".repeat(100_000);
        let deep_options = format!("{{\"source\":\"\",\"options\":{deep}");
        for body in [
            &b""[..],
            b"{",
            b"[\"a source\"]",
            b"\xef\xbb\xbf{\"source\":\"\"}",
            b"{\"source\":\"\xff\"}",
            b"{\"source\":\"a\0b\"}",
            b"{\"source\":\"\",\"source\":\"\"}",
            b"{\"source\":\"\",\"tags\":{\"a\":\"\",\"a\":\"\"}}",
            b"{\"source\":\"\"} x",
            deep.as_bytes(),
            deep_options.as_bytes(),
        ] {
            assert_eq!(
                status(body),
                400,
                "{:?}",
                String::from_utf8_lossy(&body[..body.len().min(60)])
            );
        }
    }

    #[test]
    fn what_is_json_and_no_submission_is_named() {
        for body in [
            "{}",
            r#"{"source":1}"#,
            r#"{"source":"","sauce":""}"#,
            r#"{"source":"","duplicate field twice":""}"#,
            r#"{"source":"","files":{}}"#,
            r#"{"files":{"a.tsx":"","b.tsx":""}}"#,
            r#"{"source":"","lane":"urgent"}"#,
            r#"{"source":"","timeout_ms":0}"#,
            r#"{"source":"","timeout_ms":-1}"#,
            r#"{"source":"","timeout_ms":1e999}"#,
            r#"{"source":"","tags":{"":"x"}}"#,
            r#"{"source":"","tags":{"a=b":"x"}}"#,
        ] {
            let status = status(body.as_bytes());
            assert!(
                status == 422 || (body.contains("1e999") && status == 400),
                "{body}: {status}"
            );
        }
        let many: Vec<_> = (0..17).map(|n| format!("\"{n}\":\"\"")).collect();
        let many = format!(r#"{{"source":"","tags":{{{}}}}}"#, many.join(","));
        assert_eq!(status(many.as_bytes()), 422);
    }

    #[test]
    fn headers_that_change_the_meaning_of_the_body_are_not_passed_over() {
        let with = |name: &'static str, value: &'static str| {
            let json = HeaderValue::from_static("application/json; charset=utf-8");
            let mut headers = HeaderMap::from_iter([(header::CONTENT_TYPE, json)]);
            headers.insert(name, HeaderValue::from_static(value));
            check_headers(&headers).map_err(|it| it.into_response().status().as_u16())
        };
        assert_eq!(with("content-type", "text/plain"), Err(415));
        assert_eq!(with("content-encoding", "gzip"), Err(415));
        assert_eq!(with("idempotency-key", "k"), Err(422));
        assert_eq!(with("x-anything", "k"), Ok(()));
    }
}
