//! What every request passes: it gets an id, is counted, and answered also when we panic.

use std::any::Any;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::problem::{Kind, Problem};
use crate::http::state::Service;
use crate::metrics::exporter::Exporter;
use crate::metrics::observe;

/// Bytes of an id that a client brings. What is longer, or strange, gets one of ours.
const REQUEST_ID_BYTES_MAX: usize = 128;
/// How nginx calls it when a client does not wait for its answer.
const CLIENT_GONE: u16 = 499;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// By what a request is known.
#[derive(Debug, Clone)]
pub(super) struct RequestIds {
    pub(super) request: String,
    pub(super) trace: Option<String>,
}

/// Gives each request an id, or keeps the one it has, and sets what every answer carries.
pub(super) async fn identify(mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let id = given_id(headers).unwrap_or_else(|| ulid::Ulid::generate().to_string());
    let ids = RequestIds {
        request: id.clone(),
        trace: trace_id(headers),
    };
    request.extensions_mut().insert(ids);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    let nosniff = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

fn given_id(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(&REQUEST_ID)?.to_str().ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(&byte);
    let is_sound = (1..=REQUEST_ID_BYTES_MAX).contains(&text.len()) && text.bytes().all(is_plain);
    is_sound.then(|| text.to_owned())
}

/// The trace of a `traceparent` (W3C Trace Context, level 1): `00-<32>-<16>-<2>`, not all zeros.
fn trace_id(headers: &HeaderMap) -> Option<String> {
    let text = headers.get("traceparent")?.to_str().ok()?;
    let parts: Vec<_> = text.split('-').collect();
    let [version, trace, parent, flags] = parts.as_slice() else {
        return None;
    };
    let is_hex = |text: &str, length| {
        text.len() == length
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let holds = *version == "00" && is_hex(trace, 32) && is_hex(parent, 16) && is_hex(flags, 2);
    (holds && trace.bytes().any(|byte| byte != b'0')).then(|| (*trace).to_owned())
}

/// Refuses a request that is meant for a name that is not ours. A browser sends the name of the page's
/// own address: a page whose name was made to lead here could otherwise use the service as its own.
pub(super) async fn know_host(
    State(service): State<Arc<Service>>,
    request: Request,
    next: Next,
) -> Response {
    let config = &service.config;
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = host.or(request.uri().host()).map(host_name);
    if config.insecure || host.is_none_or(|host| is_ours(host, &config.allowed_hosts)) {
        return next.run(request).await;
    }
    let detail =
        "The `Host` of the request is no name of this machine and none of `allowed_hosts`.";
    Problem::new(Kind::ForbiddenHost, detail).into_response()
}

/// The name in a `Host`, without the port.
fn host_name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn is_ours(host: &str, allowed: &[String]) -> bool {
    let address = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    // An address cannot be made to lead elsewhere, which is what this is about.
    address.is_ok()
        || host.eq_ignore_ascii_case("localhost")
        || allowed.iter().any(|name| name.eq_ignore_ascii_case(host))
}

/// Counts a request until it is answered, or given up by its client.
pub(super) async fn count(
    State(service): State<Arc<Service>>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let exporter = &service.pipeline.parts().exporter;
    let mut counted = Counted {
        exporter,
        method: method_of(request.method()),
        // A closed set: what is not a route of ours has no name of its own.
        route: route.as_ref().map_or("unmatched", MatchedPath::as_str),
        status: CLIENT_GONE,
        start: Instant::now(),
    };
    observe::request_began(exporter);
    let response = next.run(request).await;
    counted.status = response.status().as_u16();
    response
}

struct Counted<'a> {
    exporter: &'a Exporter,
    method: &'static str,
    route: &'a str,
    status: u16,
    start: Instant,
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        let took = self.start.elapsed();
        observe::request_ended(self.exporter, self.method, self.route, self.status, took);
    }
}

fn method_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The answer when we panic; the panic itself is in the log.
pub(super) fn panicked(_panic: Box<dyn Any + Send>) -> Response<Body> {
    tracing::error!("a request panicked");
    let detail = "The service failed on this request; it is a fault of the service.";
    Problem::new(Kind::Internal, detail).into_response()
}

#[cfg(test)]
mod tests {
    use super::{given_id, host_name, is_ours, trace_id};
    use axum::http::{HeaderMap, HeaderValue};

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn an_id_of_the_clients_is_kept_if_it_is_plain() {
        let given = |id: &str| given_id(&headers("x-request-id", id));
        assert_eq!(given("abc-1/2").as_deref(), Some("abc-1/2"));
        for id in ["", "a b", "a\"b", "<script>", &"a".repeat(129)] {
            assert_eq!(given(id), None, "{id}");
        }
    }

    #[test]
    fn only_addresses_localhost_and_allowed_names_are_ours() {
        let allowed = ["vasca.example.com".to_owned()];
        let ours = |host: &str| is_ours(host_name(host), &allowed);
        for host in [
            "127.0.0.1:4040",
            "localhost",
            "LOCALHOST:1",
            "[::1]:4040",
            "10.0.0.7",
            "vasca.example.com:443",
        ] {
            assert!(ours(host), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example:80",
            "",
        ] {
            assert!(!ours(host), "{host}");
        }
    }

    #[test]
    fn a_trace_is_taken_from_a_whole_traceparent_only() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let of = |text: &str| trace_id(&headers("traceparent", text));
        assert_eq!(
            of(&format!("00-{trace}-00f067aa01a902b7-01")).as_deref(),
            Some(trace)
        );
        for text in [
            trace,
            "",
            &format!("00-{}-00f067aa01a902b7-01", "0".repeat(32)),
            &format!("00-{}-00f067aa01a902b7-01", trace.to_uppercase()),
            &format!("00-{trace}-00f067aa01a902b7-01-x"),
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
