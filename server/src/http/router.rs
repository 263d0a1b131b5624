//! All resources, and what every answer goes through.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

use crate::config::Config;
use crate::http::problem::{Kind, Problem};
use crate::http::state::Service;
use crate::http::{artifacts, body, builds, guard, health, prometheus, records};

/// Everything, on one listener; `/metrics` only where it has none of its own.
pub fn router(service: Arc<Service>) -> Router {
    let of_pages = named(builds::routes().merge(records::routes())).layer(cors(&service.config));
    // Whoever knows the digest may have the module, and hear why not.
    let anybody = CorsLayer::new().allow_origin(Any).vary([]);
    let of_anybody = named(artifacts::routes()).layer(anybody);
    let of_nobodys_page = match service.config.metrics_listen {
        Some(_) => health::routes(),
        None => health::routes().merge(prometheus::routes()),
    };
    let resources = of_pages.merge(of_anybody).merge(named(of_nobodys_page));
    guarded(resources, service)
}

/// `/metrics` alone, for a listener of its own.
pub fn metrics_router(service: Arc<Service>) -> Router {
    guarded(named(prometheus::routes()), service)
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

/// Resources that answer other methods in our words; before any layer is put around them, which
/// would not be around these answers otherwise.
fn named(resources: Router<Arc<Service>>) -> Router<Arc<Service>> {
    let detail = "The resource is there, and not for this method.";
    let refused = async move || Problem::new(Kind::MethodNotAllowed, detail);
    resources.method_not_allowed_fallback(refused)
}

fn guarded(resources: Router<Arc<Service>>, service: Arc<Service>) -> Router {
    resources
        .fallback(async || Problem::nothing_here())
        .layer(from_fn_with_state(Arc::clone(&service), body::absorb))
        .layer(CatchPanicLayer::custom(guard::panicked))
        .layer(from_fn_with_state(Arc::clone(&service), guard::know_host))
        .layer(from_fn_with_state(Arc::clone(&service), guard::count))
        .layer(from_fn(guard::identify))
        .with_state(service)
}
