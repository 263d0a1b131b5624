//! All resources, and what every answer goes through.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;

use crate::http::problem::{Kind, Problem};
use crate::http::state::Service;
use crate::http::{artifacts, builds, guard, health, prometheus, records};

/// Everything, on one listener; `/metrics` only where it has none of its own.
pub fn router(service: Arc<Service>) -> Router {
    let resources = Router::new()
        .merge(builds::routes())
        .merge(artifacts::routes())
        .merge(records::routes())
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
