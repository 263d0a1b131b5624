//! Errors over HTTP: RFC 9457 problem details, each with a stable `kind`, and the one table from
//! kinds to statuses.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use vasca_builders::{BuildError, Class};

use crate::diagnostics::DiagnosticView;
use crate::metrics::observe::SubmissionResult;
use crate::pipeline::views::SubmitError;
use crate::records::store::StoreError;

/// What went wrong with a request. The names are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    InvalidRequest,
    InvalidSubmission,
    LimitExceeded,
    UnsupportedMediaType,
    ForbiddenHost,
    NotFound,
    MethodNotAllowed,
    NotAcceptable,
    Gone,
    AlreadyEnded,
    BodyTooLarge,
    RequestTimeout,
    QueueFull,
    Draining,
    StoreFull,
    StoreUnavailable,
    StoreCorrupt,
    Internal,
}

impl Kind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidSubmission => "invalid_submission",
            Self::LimitExceeded => "limit_exceeded",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::ForbiddenHost => "forbidden_host",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::NotAcceptable => "not_acceptable",
            Self::Gone => "gone",
            Self::AlreadyEnded => "already_ended",
            Self::BodyTooLarge => "body_too_large",
            Self::RequestTimeout => "request_timeout",
            Self::QueueFull => "queue_full",
            Self::Draining => "draining",
            Self::StoreFull => "store_full",
            Self::StoreUnavailable => "store_unavailable",
            Self::StoreCorrupt => "store_corrupt",
            Self::Internal => "internal",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::InvalidRequest => "The request cannot be read",
            Self::InvalidSubmission => "The submission does not hold",
            Self::LimitExceeded => "A limit is exceeded",
            Self::UnsupportedMediaType => "The body is of a type that is not read here",
            Self::ForbiddenHost => "The service does not go by this name",
            Self::NotFound => "There is nothing here",
            Self::MethodNotAllowed => "The method is not for this resource",
            Self::NotAcceptable => "None of the forms asked for is on offer",
            Self::Gone => "It was forgotten",
            Self::AlreadyEnded => "The build had ended before",
            Self::BodyTooLarge => "The body is too large",
            Self::RequestTimeout => "The request took too long to come",
            Self::QueueFull => "As many builds wait as may wait",
            Self::Draining => "The service is ending",
            Self::StoreFull => "The disk is full",
            Self::StoreUnavailable => "The table of builds is out of order",
            Self::StoreCorrupt => "Something in the table of builds cannot be read",
            Self::Internal => "The service is at fault",
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::InvalidRequest => StatusCode::BAD_REQUEST,
            Self::InvalidSubmission => StatusCode::UNPROCESSABLE_ENTITY,
            Self::LimitExceeded | Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::ForbiddenHost => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Gone => StatusCode::GONE,
            Self::AlreadyEnded => StatusCode::CONFLICT,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::QueueFull | Self::Draining | Self::StoreFull | Self::StoreUnavailable => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::StoreCorrupt | Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// After how many seconds it is worth another try, where it is.
    const fn retry_after(self) -> Option<u16> {
        match self {
            // A full queue of ordinary builds is gone in a second or two.
            Self::QueueFull => Some(1),
            // A disk is made room on, a store is opened anew, a server is started again.
            Self::Draining | Self::StoreFull | Self::StoreUnavailable => Some(5),
            Self::InvalidRequest
            | Self::InvalidSubmission
            | Self::LimitExceeded
            | Self::UnsupportedMediaType
            | Self::ForbiddenHost
            | Self::NotFound
            | Self::MethodNotAllowed
            | Self::NotAcceptable
            | Self::Gone
            | Self::AlreadyEnded
            | Self::BodyTooLarge
            | Self::RequestTimeout
            | Self::StoreCorrupt
            | Self::Internal => None,
        }
    }
}

/// An error as it is answered.
#[derive(Debug)]
pub(super) struct Problem {
    kind: Kind,
    detail: String,
    diagnostics: Vec<DiagnosticView>,
}

/// Its JSON form.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    about: &'static str,
    title: &'static str,
    status: u16,
    kind: &'static str,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    diagnostics: &'a [DiagnosticView],
}

impl Problem {
    pub(super) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            diagnostics: Vec::new(),
        }
    }

    /// What became of a submission that was refused with this.
    pub(super) const fn of_submission(&self) -> SubmissionResult {
        match self.kind {
            Kind::LimitExceeded | Kind::BodyTooLarge => SubmissionResult::RejectedSize,
            Kind::QueueFull => SubmissionResult::RejectedQueueFull,
            Kind::Draining => SubmissionResult::RejectedDraining,
            Kind::StoreFull | Kind::StoreUnavailable | Kind::StoreCorrupt => {
                SubmissionResult::RejectedStore
            }
            Kind::InvalidRequest
            | Kind::InvalidSubmission
            | Kind::UnsupportedMediaType
            | Kind::ForbiddenHost
            | Kind::NotFound
            | Kind::MethodNotAllowed
            | Kind::NotAcceptable
            | Kind::Gone
            | Kind::AlreadyEnded
            | Kind::RequestTimeout
            | Kind::Internal => SubmissionResult::RejectedInvalid,
        }
    }

    /// Nothing is at this address.
    pub(super) fn nothing_here() -> Self {
        Self::new(Kind::NotFound, "There is no resource at this path.")
    }

    /// A request that a builder does not take.
    fn of_request(error: BuildError) -> Self {
        let kind = match error.class() {
            Class::InputLimit => Kind::LimitExceeded,
            Class::User => Kind::InvalidSubmission,
            Class::System => Kind::Internal,
        };
        let first = error.diagnostics.first().map(|first| match &first.hint {
            Some(hint) => format!("{} {hint}", first.message),
            None => first.message.clone(),
        });
        Self {
            diagnostics: error
                .diagnostics
                .into_iter()
                .map(DiagnosticView::from)
                .collect(),
            ..Self::new(kind, first.unwrap_or_default())
        }
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        let detail = error.to_string();
        match error {
            SubmitError::Draining => Self::new(Kind::Draining, detail),
            SubmitError::Full => Self::new(Kind::QueueFull, detail),
            SubmitError::Invalid(error) => Self::of_request(error),
            SubmitError::TimeoutTooLong { .. } => Self::new(Kind::InvalidSubmission, detail),
            SubmitError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let kind = match &error {
            StoreError::Full { .. } => Kind::StoreFull,
            StoreError::Unavailable { .. } | StoreError::Newer { .. } | StoreError::Overloaded => {
                Kind::StoreUnavailable
            }
            StoreError::Corrupt { .. } => Kind::StoreCorrupt,
        };
        Self::new(kind, error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.kind.status();
        let body = Body {
            about: "about:blank",
            title: self.kind.title(),
            status: status.as_u16(),
            kind: self.kind.as_str(),
            detail: &self.detail,
            diagnostics: &self.diagnostics,
        };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        let content_type = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, content_type);
        if let Some(seconds) = self.kind.retry_after() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
