//! `/v1/builds`: submit one, look at one, end one.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;

use crate::http::artifacts::{self, Artifact};
use crate::http::body::{self, SUBMISSIONS};
use crate::http::conditional::{etag, is_known, not_modified};
use crate::http::guard::RequestIds;
use crate::http::prefer::Wait;
use crate::http::problem::{Kind, Problem};
use crate::http::segment::Segment;
use crate::http::state::Service;
use crate::http::submission::{self, Ids};
use crate::http::views::{BuildView, build_url, map_url};
use crate::lifecycle::{BuildId, Status};
use crate::metrics::observe;
use crate::pipeline::service::Accepted;
use crate::pipeline::views::{ArtifactMeta, BuildState, Cancellation};

/// The resource.
pub(super) fn routes() -> Router<Arc<Service>> {
    Router::new()
        .route(SUBMISSIONS, post(submit))
        .route("/v1/builds/{id}", get(look))
        .route("/v1/builds/{id}/code", get(code))
        .route("/v1/builds/{id}/map", get(map))
        .route("/v1/builds/{id}/metafile", get(metafile))
        .route("/v1/builds/{id}/cancel", post(cancel))
}

/// What a look at a build may ask for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    wait: Option<u64>,
    include: Option<Included>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Included {
    Code,
}

async fn submit(
    State(service): State<Arc<Service>>,
    Extension(ids): Extension<RequestIds>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let wait = Wait::preferred(&headers, Duration::from_millis(service.config.wait_ms));
    let accepted = match asked_of(asked) {
        Ok(asked) => accept(&service, ids, &headers, body)
            .await
            .map(|it| (asked, it)),
        Err(problem) => Err(problem),
    };
    let (asked, accepted) = accepted.inspect_err(|problem| {
        let exporter = &service.pipeline.parts().exporter;
        observe::submitted(exporter, problem.of_submission(), 1);
    })?;
    let state = accepted.within(wait.length).await;
    let status = match state.record.status.is_terminal() && !wait.is_async() {
        true => StatusCode::OK,
        false => StatusCode::ACCEPTED,
    };
    let location = build_url(state.record.id);
    let view = viewed(&service, state, asked.include).await?;
    let mut response = (status, Json(view)).into_response();
    let headers = response.headers_mut();
    insert(
        headers,
        header::LOCATION,
        HeaderValue::from_str(&location).ok(),
    );
    insert(
        headers,
        HeaderName::from_static("preference-applied"),
        wait.header(),
    );
    Ok(response)
}

/// From the request to an accepted build. What refuses it without its body is looked at first.
async fn accept(
    service: &Service,
    ids: RequestIds,
    headers: &HeaderMap,
    body: Body,
) -> Result<Accepted, Problem> {
    let refused = match submission::check_headers(headers) {
        Ok(()) => service.pipeline.trouble().map(Problem::from),
        Err(problem) => Some(problem),
    };
    if let Some(problem) = refused {
        body::discard(body, service).await;
        return Err(problem);
    }
    let body = body::read(service, headers, body).await?;
    let ids = Ids {
        request: ids.request,
        trace: ids.trace,
    };
    let submission = submission::read(&body.bytes, ids)?;
    drop(body);
    Ok(service.pipeline.submit(submission).await?)
}

async fn look(
    State(service): State<Arc<Service>>,
    Segment(id): Segment,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = asked_of(asked)?;
    let id = id_of(&id)?;
    let most = Duration::from_millis(service.config.wait_ms);
    let wait = Duration::from_secs(asked.wait.unwrap_or_default()).min(most);
    let state = match service.pipeline.live(id) {
        Some(build) => build.within(wait).await,
        None => found(&service, id).await?,
    };
    let view = viewed(&service, state, asked.include).await?;
    let body = serde_json::to_vec(&view)
        .map_err(|error| Problem::new(Kind::Internal, error.to_string()))?;
    let tag = etag(blake3::hash(&body).to_hex().as_str());
    if let Some(tag) = tag.clone().filter(|tag| is_known(&headers, tag)) {
        return Ok(not_modified(tag));
    }
    let mut response = ([(header::CONTENT_TYPE, "application/json")], body).into_response();
    insert(response.headers_mut(), header::ETAG, tag);
    let fresh = HeaderValue::from_static("no-cache");
    insert(response.headers_mut(), header::CACHE_CONTROL, Some(fresh));
    Ok(response)
}

async fn code(
    State(service): State<Arc<Service>>,
    Segment(id): Segment,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let artifact = built(&service, &id).await?;
    let mut response =
        artifacts::answer(&service, Artifact::Module, &artifact.digest, &headers).await?;
    // Where debuggers look for the map of a module that does not name it: ECMA-426.
    let map = artifact.map.map(|(digest, _)| map_url(&digest));
    insert(
        response.headers_mut(),
        HeaderName::from_static("sourcemap"),
        map.and_then(|url| HeaderValue::from_str(&url).ok()),
    );
    Ok(response)
}

async fn map(
    State(service): State<Arc<Service>>,
    Segment(id): Segment,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let map = built(&service, &id).await?.map.ok_or_else(|| {
        let detail = "The build has no source map beside its module: its `sourcemap` option was \
                      not \"external\".";
        Problem::new(Kind::NotFound, detail)
    })?;
    artifacts::answer(&service, Artifact::Map, &map.0, &headers).await
}

async fn metafile(
    State(service): State<Arc<Service>>,
    Segment(id): Segment,
) -> Result<Response, Problem> {
    let metafile = built(&service, &id)
        .await?
        .metafile
        .ok_or_else(|| Problem::new(Kind::NotFound, "The build was made without a metafile."))?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, metafile).into_response())
}

/// The artifact of a build, or why it has none.
async fn built(service: &Service, id: &str) -> Result<ArtifactMeta, Problem> {
    let state = found(service, id_of(id)?).await?;
    let artifact = state.result.and_then(|result| result.artifact);
    artifact.ok_or_else(|| {
        let detail = format!(
            "The build is {} and has no module.",
            state.record.status.as_str()
        );
        Problem::new(Kind::NotFound, detail)
    })
}

async fn cancel(
    State(service): State<Arc<Service>>,
    Segment(id): Segment,
) -> Result<Response, Problem> {
    let id = id_of(&id)?;
    match service.pipeline.cancel(id).await? {
        Some(Cancellation::Accepted(state)) => {
            let view = BuildView::of(state, None);
            Ok((StatusCode::ACCEPTED, Json(view)).into_response())
        }
        Some(Cancellation::AlreadyEnded(state)) => {
            let status = state.record.status;
            if !status.is_terminal() {
                let detail = "The build has ended, and its end is not recorded yet: ask again.";
                return Err(Problem::new(Kind::StoreUnavailable, detail));
            }
            if status == Status::Cancelled {
                return Ok(Json(BuildView::of(state, None)).into_response());
            }
            let detail = format!(
                "The build is {} and cannot be cancelled any more.",
                status.as_str()
            );
            Err(Problem::new(Kind::AlreadyEnded, detail))
        }
        None => Err(unknown(&service, id)),
    }
}

async fn viewed(
    service: &Service,
    state: BuildState,
    include: Option<Included>,
) -> Result<BuildView, Problem> {
    let digest = state
        .result
        .as_ref()
        .and_then(|result| result.artifact.as_ref());
    let code = match (include, digest) {
        (Some(Included::Code), Some(artifact)) => {
            let bytes = service.pipeline.artifact(&artifact.digest).await?;
            bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        }
        _ => None,
    };
    Ok(BuildView::of(state, code))
}

async fn found(service: &Service, id: BuildId) -> Result<BuildState, Problem> {
    service
        .pipeline
        .find(id)
        .await?
        .ok_or_else(|| unknown(service, id))
}

/// A build that is not known: never was, or no more.
fn unknown(service: &Service, id: BuildId) -> Problem {
    if service.is_forgotten(id) {
        let days = service.config.records_days;
        let detail = format!("There is no build {id}, and {days} days (`records_days`) are over.");
        return Problem::new(Kind::Gone, detail);
    }
    Problem::new(Kind::NotFound, format!("There is no build {id}."))
}

fn id_of(text: &str) -> Result<BuildId, Problem> {
    // What is no id is no build: the path leads nowhere.
    text.parse()
        .map_err(|error| Problem::new(Kind::NotFound, format!("There is no such build: {error}.")))
}

fn asked_of(asked: Result<Query<Asked>, QueryRejection>) -> Result<Asked, Problem> {
    let asked = asked.map_err(|error| Problem::new(Kind::InvalidRequest, error.body_text()))?;
    Ok(asked.0)
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: Option<HeaderValue>) {
    if let Some(value) = value {
        headers.insert(name, value);
    }
}
