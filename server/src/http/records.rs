//! `/v1/records`: pages of the table, as JSON, as lines of JSON, or as CSV.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use jiff::Timestamp;
use serde_json::json;
use vasca_builders::Code;
use vasca_scheduler::Lane;

use crate::http::problem::{Kind, Problem};
use crate::http::state::Service;
use crate::lifecycle::{Outcome, Status};
use crate::records::query::{PAGE_ROWS_MAX, Page, Query};
use crate::records::record::{Field, Record};

/// Rows of a page unless the query says otherwise.
const PAGE_ROWS: usize = 50;
/// Filters of one query.
const TERMS_MAX: usize = 16;

/// The resource.
pub(super) fn routes() -> Router<Arc<Service>> {
    Router::new().route("/v1/records", get(page))
}

/// The forms of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Lines,
    Csv,
}

async fn page(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = Asked::read(query.as_deref().unwrap_or_default())?;
    let form = asked.form.map_or_else(|| accepted(&headers), Ok)?;
    let page = service.pipeline.page(asked.query).await?;
    let next = page.next.map(|id| {
        asked
            .again
            .iter()
            .fold(format!("before={id}"), |all, one| all + "&" + one)
    });
    // Megabytes of rows are not written out on the threads that everybody shares.
    let rendering = tokio::task::spawn_blocking(move || rendered(&page, form));
    let rendered = rendering.await;
    let mut response =
        rendered.map_err(|error| Problem::new(Kind::Internal, error.to_string()))??;
    if let Some(next) = next {
        let link = format!("</v1/records?{next}>; rel=\"next\"");
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    Ok(response)
}

fn rendered(page: &Page, form: Form) -> Result<Response, Problem> {
    Ok(match form {
        Form::Json => Json(json!({ "items": page.rows, "next": page.next })).into_response(),
        Form::Lines => {
            let lines: Result<Vec<_>, _> = page.rows.iter().map(serde_json::to_string).collect();
            let lines = lines.map_err(|error| Problem::new(Kind::Internal, error.to_string()))?;
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            ([(header::CONTENT_TYPE, "application/x-ndjson")], text).into_response()
        }
        Form::Csv => {
            let rows = page.rows.iter().map(csv_row);
            let text: String = std::iter::once(CSV_HEAD.to_owned()).chain(rows).collect();
            ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], text).into_response()
        }
    })
}

/// What a client accepts, by the order in which it says so.
fn accepted(headers: &HeaderMap) -> Result<Form, Problem> {
    let texts = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut types = texts.flat_map(|text| text.split(',')).peekable();
    if types.peek().is_none() {
        return Ok(Form::Json);
    }
    let form = types.filter(|kind| !is_refused(kind)).find_map(form_of);
    let detail = "On offer are application/json, application/x-ndjson and text/csv.";
    form.ok_or_else(|| Problem::new(Kind::NotAcceptable, detail))
}

fn form_of(kind: &str) -> Option<Form> {
    match kind.split(';').next().unwrap_or_default().trim() {
        "application/json" | "application/*" | "*/*" => Some(Form::Json),
        "application/x-ndjson" => Some(Form::Lines),
        "text/csv" | "text/*" => Some(Form::Csv),
        _ => None,
    }
}

/// Whether a type has the weight zero, which says that it is not wanted.
fn is_refused(kind: &&str) -> bool {
    let weights = kind
        .split(';')
        .skip(1)
        .filter_map(|part| part.trim().strip_prefix("q="));
    weights
        .filter_map(|weight| weight.parse::<f32>().ok())
        .any(|weight| weight == 0.0)
}

/// What a query asks for.
#[derive(Debug)]
struct Asked {
    query: Query,
    form: Option<Form>,
    /// Everything but the cursor, to be asked again for the next page.
    again: Vec<String>,
}

impl Asked {
    fn read(text: &str) -> Result<Self, Problem> {
        let mut asked = Self {
            query: Query {
                limit: PAGE_ROWS,
                ..Query::default()
            },
            form: None,
            again: Vec::new(),
        };
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decoded(value)?;
            if name != "before" {
                asked.again.push(pair.to_owned());
            }
            asked.take(name, value)?;
        }
        if asked.query.terms.len() > TERMS_MAX {
            let detail = format!("There are more than {TERMS_MAX} filters.");
            return Err(Problem::new(Kind::InvalidRequest, detail));
        }
        Ok(asked)
    }

    fn take(&mut self, name: &str, value: String) -> Result<(), Problem> {
        let wrong = |what: &str| {
            let value: String = value.chars().take(80).collect();
            Problem::new(
                Kind::InvalidRequest,
                format!("`{name}` is {value:?}; it must be {what}."),
            )
        };
        let moment = |text: &str| {
            text.parse::<Timestamp>()
                .map_err(|_| wrong("a time such as 2026-01-31T12:00:00Z"))
        };
        let field = match name {
            "status" => Field::Status,
            "outcome" => Field::Outcome,
            "code" => Field::Code,
            "lane" => Field::Lane,
            "builder" => Field::Builder,
            "tag" => Field::Tag,
            "since" => return moment(&value).map(|at| self.query.since = Some(at)),
            "until" => return moment(&value).map(|at| self.query.until = Some(at)),
            "before" => {
                let id = value.parse().map_err(|_| wrong("the cursor of a page"))?;
                self.query.before = Some(id);
                return Ok(());
            }
            "limit" => {
                let limit = value
                    .parse()
                    .ok()
                    .filter(|it| (1..=PAGE_ROWS_MAX).contains(it));
                self.query.limit = limit.ok_or_else(|| wrong("a number from 1 to 1000"))?;
                return Ok(());
            }
            "format" => {
                self.form = Some(match value.as_str() {
                    "json" => Form::Json,
                    "ndjson" => Form::Lines,
                    "csv" => Form::Csv,
                    _ => return Err(wrong("json, ndjson or csv")),
                });
                return Ok(());
            }
            _ => {
                let detail = format!(
                    "There is no parameter `{name}`; there are status, outcome, code, lane, builder, tag, since, until, before, limit and format."
                );
                return Err(Problem::new(Kind::InvalidRequest, detail));
            }
        };
        let known: Vec<&str> = match field {
            Field::Status => Status::ALL.map(Status::as_str).into(),
            Field::Outcome => Outcome::ALL.map(Outcome::as_str).into(),
            Field::Lane => Lane::ALL.map(Lane::as_str).into(),
            Field::Code => Code::ALL.iter().map(|code| code.as_str()).collect(),
            Field::Builder | Field::Tag => Vec::new(),
        };
        if !known.is_empty() && !known.contains(&value.as_str()) {
            return Err(wrong(&format!("one of {}", known.join(", "))));
        }
        if field == Field::Tag && !value.contains('=') {
            return Err(wrong("name=value"));
        }
        self.query.terms.push((field, value));
        Ok(())
    }
}

/// A value without its percent signs and pluses.
fn decoded(value: &str) -> Result<String, Problem> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next(), rest.next()].map(|digit| digit.unwrap_or_default());
                let digits = std::str::from_utf8(&digits).unwrap_or_default().to_owned();
                u8::from_str_radix(&digits, 16).map_err(|_| undecodable())?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| undecodable())
}

fn undecodable() -> Problem {
    Problem::new(
        Kind::InvalidRequest,
        "The query is not encoded as a URL must be.",
    )
}

const CSV_HEAD: &str = "id,status,outcome,code,builder,lane,attempts,submitted_at,started_at,finished_at,\
queue_ms,run_ms,total_ms,source_bytes,artifact_digest,artifact_bytes\r\n";

/// One line. None of these values has a quote, a comma or a line break but what a builder is called.
fn csv_row(row: &Record) -> String {
    let spent = |name| {
        row.timings_ms
            .get(name)
            .map(f64::to_string)
            .unwrap_or_default()
    };
    let moment = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let cells = [
        row.id.to_string(),
        row.status.as_str().to_owned(),
        row.outcome
            .map(|outcome| outcome.as_str().to_owned())
            .unwrap_or_default(),
        row.code.clone().unwrap_or_default(),
        format!("\"{}\"", row.builder.replace('"', "\"\"")),
        row.lane.clone(),
        row.attempts.len().to_string(),
        row.submitted_at.to_string(),
        moment(row.started_at),
        moment(row.finished_at),
        spent("queue"),
        spent("run"),
        spent("total"),
        row.source_bytes.to_string(),
        row.artifact
            .as_ref()
            .map(|it| it.digest.clone())
            .unwrap_or_default(),
        row.artifact
            .as_ref()
            .map(|it| it.raw_bytes.to_string())
            .unwrap_or_default(),
    ];
    cells.join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::{Asked, Form, accepted};
    use crate::records::record::Field;
    use axum::http::{HeaderMap, HeaderValue, header};

    #[test]
    fn a_query_is_read_with_its_escapes_and_asked_again_without_its_cursor() {
        let asked = Asked::read(
            "status=failed&tag=a%3Db+c&limit=7&before=01J00000000000000000000000&format=csv",
        )
        .unwrap();
        let terms = [
            (Field::Status, "failed".to_owned()),
            (Field::Tag, "a=b c".to_owned()),
        ];
        assert_eq!(asked.query.terms, terms);
        assert_eq!((asked.query.limit, asked.form), (7, Some(Form::Csv)));
        assert!(asked.query.before.is_some());
        assert_eq!(
            asked.again,
            ["status=failed", "tag=a%3Db+c", "limit=7", "format=csv"]
        );
    }

    #[test]
    fn what_a_query_cannot_ask_is_refused() {
        for text in [
            "limit=0",
            "limit=1001",
            "limit=x",
            "since=yesterday",
            "outcome=good",
            "status=done",
            "lane=urgent",
            "tag=a",
            "colour=red",
            "before=1",
            "code=%",
            "code=%zz",
            "code=%ff",
            "format=xml",
        ] {
            assert!(Asked::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_form_is_the_first_that_is_accepted_and_on_offer() {
        let of = |text: &'static str| {
            let value = HeaderValue::from_static(text);
            accepted(&HeaderMap::from_iter([(header::ACCEPT, value)])).ok()
        };
        assert_eq!(of("text/csv"), Some(Form::Csv));
        assert_eq!(
            of("image/png, application/x-ndjson;q=0.9"),
            Some(Form::Lines)
        );
        assert_eq!(of("*/*"), Some(Form::Json));
        assert_eq!(of("image/png"), None);
        assert_eq!(of("text/csv;q=0, application/json"), Some(Form::Json));
        assert_eq!(accepted(&HeaderMap::new()).ok(), Some(Form::Json));
    }
}
