//! The body of a request: whole, within its limit, and in time.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::sync::SemaphorePermit;

use crate::config::Config;
use crate::http::problem::{Kind, Problem};
use crate::http::state::{BODY_UNIT_BYTES, Service};

/// The resource that reads its bodies itself.
pub(super) const SUBMISSIONS: &str = "/v1/builds";

/// A body of at most so many bytes needs no place: nearly all are, as many as there are connections
/// take 256 MiB, and those who say that they send much must not keep them out.
const SMALL_BYTES: usize = 64 << 10;

/// A body, and its place among those that are held.
pub(super) struct Held<'a> {
    pub(super) bytes: Bytes,
    _place: Option<SemaphorePermit<'a>>,
}

/// Reads a body, once there is a place for it; never more of it than the limit, and not for longer
/// than a request may take.
///
/// # Errors
/// When it is too large, comes too slowly, breaks off, or finds no place.
pub(super) async fn read<'a>(
    service: &'a Service,
    headers: &HeaderMap,
    body: Body,
) -> Result<Held<'a>, Problem> {
    let config = &service.config;
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|it| it.to_str().ok()?.parse().ok());
    let length: usize = length.unwrap_or(config.body_bytes);
    if length > config.body_bytes {
        return Err(too_large(config.body_bytes));
    }
    let wait = Duration::from_millis(config.request_ms);
    if length <= SMALL_BYTES {
        return in_time(body, config, None).await;
    }
    let units = u32::try_from(length.div_ceil(BODY_UNIT_BYTES).max(1)).unwrap_or(u32::MAX);
    let place = match tokio::time::timeout(wait, service.bodies.acquire_many(units)).await {
        Ok(Ok(place)) => place,
        _ => {
            return Err(Problem::new(
                Kind::QueueFull,
                "As many bodies are read as may be.",
            ));
        }
    };
    in_time(body, config, Some(place)).await
}

/// Reads a body that has its place, or needs none.
async fn in_time<'a>(
    body: Body,
    config: &Config,
    place: Option<SemaphorePermit<'a>>,
) -> Result<Held<'a>, Problem> {
    let wait = Duration::from_millis(config.request_ms);
    match tokio::time::timeout(wait, to_bytes(body, config.body_bytes)).await {
        Ok(Ok(bytes)) => Ok(Held {
            bytes,
            _place: place,
        }),
        Ok(Err(error)) => Err(broken(&error, config.body_bytes)),
        Err(_) => {
            let detail = format!(
                "The body did not come within {} ms (`request_ms`).",
                config.request_ms
            );
            Err(Problem::new(Kind::RequestTimeout, detail))
        }
    }
}

/// Takes a body in and forgets it: of a request that is refused whatever it says. A client whose body
/// nobody reads may never see the answer, because the connection is closed under its writing.
///
/// False when the body was not read to its end.
pub(super) async fn discard(body: Body, service: &Service) -> bool {
    let wait = Duration::from_millis(service.config.request_ms);
    let mut rest = Limited::new(body, service.config.body_bytes);
    let reading = async {
        while let Some(frame) = rest.frame().await {
            if frame.is_err() {
                return false;
            }
        }
        true
    };
    tokio::time::timeout(wait, reading).await.unwrap_or(false)
}

/// Reads the bodies that no resource reads, before the resource answers; all but `submission`'s.
pub(super) async fn absorb(
    State(service): State<Arc<Service>>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let is_read = route.is_some_and(|route| route.as_str() == SUBMISSIONS);
    if is_read || request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let is_whole = discard(body, &service).await;
    let mut response = next.run(Request::from_parts(head, Body::empty())).await;
    if !is_whole {
        close(&mut response);
    }
    response
}

/// Says that the connection ends with this answer.
pub(super) fn close(response: &mut Response) {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
}

fn broken(error: &axum::Error, limit: usize) -> Problem {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return too_large(limit);
        }
        cause = error.source();
    }
    Problem::new(
        Kind::InvalidRequest,
        format!("The body did not come whole: {error}."),
    )
}

fn too_large(limit: usize) -> Problem {
    let detail = format!("The body has more than {limit} bytes (`body_bytes`).");
    Problem::new(Kind::BodyTooLarge, detail)
}
