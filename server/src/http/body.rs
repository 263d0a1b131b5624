//! The body of a request: whole, within its limit, and in time.

use std::error::Error;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use http_body_util::LengthLimitError;

use crate::config::Config;
use crate::http::problem::{Kind, Problem};

/// Reads a body; never more of it than the limit, and not for longer than a request may take.
///
/// # Errors
/// When it is too large, comes too slowly, or breaks off.
pub(super) async fn read(body: Body, config: &Config) -> Result<Bytes, Problem> {
    let wait = Duration::from_millis(config.request_ms);
    let Ok(read) = tokio::time::timeout(wait, to_bytes(body, config.body_bytes)).await else {
        let detail = format!(
            "The body did not come within {} ms (`request_ms`).",
            config.request_ms
        );
        return Err(Problem::new(Kind::RequestTimeout, detail));
    };
    read.map_err(|error| {
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(error) = cause {
            if error.is::<LengthLimitError>() {
                let limit = config.body_bytes;
                let detail = format!("The body has more than {limit} bytes (`body_bytes`).");
                return Problem::new(Kind::BodyTooLarge, detail);
            }
            cause = error.source();
        }
        Problem::new(
            Kind::InvalidRequest,
            format!("The body did not come whole: {error}."),
        )
    })
}
