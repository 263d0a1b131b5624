//! Answers that a client may already have: strong ETags and 304 (RFC 9110).

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The ETag of a text of digits and letters.
pub(super) fn etag(digest: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("\"{digest}\"")).ok()
}

/// Whether the client has what this ETag stands for.
pub(super) fn is_known(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let values = headers.get_all(header::IF_NONE_MATCH).iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    let tags = texts.flat_map(|text| text.split(','));
    // The comparison for this header is the weak one.
    let mut tags = tags.map(|tag| tag.trim().trim_start_matches("W/"));
    tags.any(|tag| tag == "*" || Some(tag) == etag.to_str().ok())
}

/// The answer to a client that has it.
pub(super) fn not_modified(etag: HeaderValue) -> Response {
    (StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::{etag, is_known};
    use axum::http::{HeaderMap, HeaderValue, header};

    #[test]
    fn a_client_has_what_one_of_its_tags_names() {
        let tag = etag("abc").unwrap();
        let known = |text: &'static str| {
            let value = HeaderValue::from_static(text);
            is_known(
                &HeaderMap::from_iter([(header::IF_NONE_MATCH, value)]),
                &tag,
            )
        };
        for text in ["\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "*"] {
            assert!(known(text), "{text}");
        }
        for text in ["\"ab\"", "abc", ""] {
            assert!(!known(text), "{text}");
        }
        assert!(!is_known(&HeaderMap::new(), &tag));
    }
}
