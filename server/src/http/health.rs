//! `/livez`, `/readyz`, `/version`: for whoever keeps the service running.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use crate::http::state::Service;

/// The resources.
pub(super) fn routes() -> Router<Arc<Service>> {
    Router::new()
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/version", get(version))
}

/// Whether it takes builds, with the reasons why not.
async fn ready(State(service): State<Arc<Service>>) -> Response {
    match service.pipeline.trouble() {
        None => Json(json!({ "ready": true, "reasons": [] })).into_response(),
        Some(error) => {
            let reasons = json!([{ "kind": error.kind(), "detail": error.to_string() }]);
            let body = Json(json!({ "ready": false, "reasons": reasons }));
            (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
        }
    }
}

async fn version(State(service): State<Arc<Service>>) -> Response {
    let registry = service.pipeline.parts().pool.registry();
    let builders = registry.kinds().filter_map(|kind| {
        let builder = registry.get(kind).ok()?;
        Some((kind.to_owned(), Value::from(builder.version())))
    });
    let builders: Map<_, _> = builders.collect();
    Json(json!({ "version": env!("CARGO_PKG_VERSION"), "builders": builders })).into_response()
}
