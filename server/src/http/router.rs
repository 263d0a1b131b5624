//! All resources, and what every answer goes through.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::config::Config;
use crate::http::problem::{Kind, Problem};
use crate::http::state::Service;
use crate::http::{artifacts, builds, guard, health, prometheus, records};

/// Everything, on one listener; `/metrics` only where it has none of its own.
pub fn router(service: Arc<Service>) -> Router {
    let resources = Router::new()
        .merge(builds::routes())
        .merge(records::routes())
        .layer(cors(&service.config))
        // These may be had from anywhere, or by nobody's page.
        .merge(artifacts::routes())
        .merge(health::routes());
    let resources = match service.config.metrics_listen {
        Some(_) => resources,
        None => resources.merge(prometheus::routes()),
    };
    guarded(resources, service)
}

/// `/metrics` alone, for a listener of its own.
pub fn metrics_router(service: Arc<Service>) -> Router {
    guarded(prometheus::routes(), service)
}

/// Pages of the configured origins may use what they could not otherwise. A submission is JSON, so
/// that a browser asks first, and a page of any other origin cannot even send one.
fn cors(config: &Config) -> CorsLayer {
    let origins = config
        .cors_origins
        .iter()
        .filter_map(|origin| HeaderValue::from_str(origin).ok());
    let asked = [
        "content-type",
        "prefer",
        "traceparent",
        "x-request-id",
        "if-none-match",
    ];
    let told = [
        "etag",
        "link",
        "location",
        "preference-applied",
        "retry-after",
        "x-request-id",
    ];
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(asked.map(HeaderName::from_static))
        .expose_headers(told.map(HeaderName::from_static))
}

fn guarded(resources: Router<Arc<Service>>, service: Arc<Service>) -> Router {
    resources
        .fallback(async || Problem::nothing_here())
        .method_not_allowed_fallback(async || {
            Problem::new(
                Kind::MethodNotAllowed,
                "The resource is there, and not for this method.",
            )
        })
        .layer(CatchPanicLayer::custom(guard::panicked))
        .layer(from_fn_with_state(Arc::clone(&service), guard::count))
        .layer(from_fn(guard::identify))
        .with_state(service)
}
