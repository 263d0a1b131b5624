//! The plugin trait: what a builder says of itself, and what it does.

use std::time::Duration;

use async_trait::async_trait;

use crate::artifact::Artifact;
use crate::error::BuildError;
use crate::request::BuildRequest;

/// A plugin that turns requests of one kind into artifacts.
///
/// Implementors are pure in the sense that matters to a cache: the same request and the same
/// [`version`](Builder::version) give the same code, byte for byte. They open no file beyond the
/// request's own and no socket.
#[async_trait]
pub trait Builder: Send + Sync {
    /// The name that requests choose this builder by, for example `tsx`.
    fn kind(&self) -> &'static str;

    /// Version of the builder and of the compilers in it. It changes whenever the bytes that come
    /// out may change.
    fn version(&self) -> &str;

    /// Whether the builder takes files of this name (by its extension, without a look inside).
    fn accepts(&self, file_name: &str) -> bool;

    /// What the host should allow a build of this kind.
    fn policy(&self) -> Policy;

    /// Checks what of a request can be told without a compiler: names, counts, sizes, options. A
    /// request that does not hold fails its build with the same diagnostics; a host that asks
    /// before it queues the build can refuse it instead. It takes the time to look at each name once.
    ///
    /// # Errors
    /// Every fault found.
    fn check(&self, request: &BuildRequest) -> Result<(), BuildError>;

    /// Builds the request.
    ///
    /// It may compute without ever yielding, for as long as the source makes it, and some sources
    /// end the process (see the crate's front page): where the source is not trusted, call it in a
    /// process that can be killed. Dropping the future between two polls stops nothing.
    ///
    /// # Errors
    /// [`BuildError`] when the source, its size or the builder itself is at fault; it carries the
    /// diagnostics of all three.
    async fn build(
        &self,
        request: BuildRequest,
        context: BuildContext,
    ) -> Result<Artifact, BuildError>;
}

/// What a build of one kind may cost its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The time a build may take when the request names none.
    pub timeout: Duration,
    /// The most that a request may ask for.
    pub timeout_max: Duration,
}

/// What a build is told of its surroundings.
///
/// Empty today: a build depends on nothing but its request. It is a type so that a later
/// surrounding (a package directory, say) changes no implementor's signature.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct BuildContext {}

impl BuildContext {
    /// A context with nothing in it but the defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}
