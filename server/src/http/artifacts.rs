//! `/v1/artifacts/{digest}.js` and `.map`: finished modules and their source maps, by what they are. Whoever knows the digest may
//! have it; an `import()` sends no credentials.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::http::conditional::{etag, is_known, not_modified};
use crate::http::problem::{Kind, Problem};
use crate::http::segment::Segment;
use crate::http::state::Service;

/// What an artifact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Artifact {
    Module,
    Map,
}

impl Artifact {
    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Module => "text/javascript; charset=utf-8",
            Self::Map => "application/json",
        })
    }
}

/// A digest never means other bytes.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// Nothing of it may run, should somebody open it as a page.
const SANDBOX: &str = "default-src 'none'; sandbox";
/// Hexadecimal digits of a digest.
const DIGEST_LENGTH: usize = 64;

/// The resource.
pub(super) fn routes() -> Router<Arc<Service>> {
    Router::new().route("/v1/artifacts/{file}", get(artifact))
}

async fn artifact(
    State(service): State<Arc<Service>>,
    Segment(file): Segment,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let kinds = [(".js", Artifact::Module), (".map", Artifact::Map)];
    let named = kinds.iter().find_map(|(suffix, kind)| {
        let digest = file
            .strip_suffix(suffix)
            .filter(|digest| is_digest(digest))?;
        Some((digest, *kind))
    });
    let (digest, kind) = named.ok_or_else(|| {
        let detail =
            "An artifact is named by 64 lower-case hexadecimal digits and `.js` or `.map`.";
        Problem::new(Kind::NotFound, detail)
    })?;
    answer(&service, kind, digest, &headers).await
}

/// Only what looks like a digest ever comes near a disk.
fn is_digest(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == DIGEST_LENGTH && text.bytes().all(is_digit)
}

/// An artifact by its digest.
pub(super) async fn answer(
    service: &Service,
    kind: Artifact,
    digest: &str,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let tag = etag(digest);
    let bytes = service.pipeline.artifact(digest).await?;
    let bytes = bytes.ok_or_else(|| Problem::new(Kind::NotFound, "There is no such artifact."))?;
    let mut response = match tag.clone().filter(|tag| is_known(headers, tag)) {
        Some(tag) => not_modified(tag),
        None => bytes.into_response(),
    };
    let values = [
        (header::CONTENT_TYPE, Some(kind.content_type())),
        (
            header::CACHE_CONTROL,
            Some(HeaderValue::from_static(IMMUTABLE)),
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            Some(HeaderValue::from_static(SANDBOX)),
        ),
        (header::ETAG, tag),
    ];
    for (name, value) in values {
        if let Some(value) = value {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::is_digest;

    #[test]
    fn only_a_digest_is_one() {
        assert!(is_digest(&"0af9".repeat(16)));
        for text in [
            "",
            "abc",
            &"0AF9".repeat(16),
            &"0".repeat(65),
            &format!("..{}", "0".repeat(62)),
        ] {
            assert!(!is_digest(text), "{text}");
        }
    }
}
