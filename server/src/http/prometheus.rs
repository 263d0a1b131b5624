//! `/metrics`: everything that Prometheus sees.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::http::state::Service;
use crate::metrics::exporter::CONTENT_TYPE;

/// The resource.
pub(super) fn routes() -> Router<Arc<Service>> {
    Router::new().route("/metrics", get(metrics))
}

async fn metrics(State(service): State<Arc<Service>>) -> Response {
    let text = service.pipeline.metrics().await;
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response()
}
