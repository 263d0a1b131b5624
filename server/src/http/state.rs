//! What every resource needs.

use jiff::Timestamp;
use tokio::sync::Semaphore;

use crate::config::Config;
use crate::lifecycle::{BuildId, now};
use crate::pipeline::service::Pipeline;

/// The service behind the resources.
#[derive(Debug)]
pub struct Service {
    /// Builds.
    pub pipeline: Pipeline,
    /// The settings in force.
    pub config: Config,
    /// Places for the bodies that are held.
    pub(super) bodies: Semaphore,
}

/// What a body is counted in.
pub(super) const BODY_UNIT_BYTES: usize = 1024;

impl Service {
    /// The service with these settings.
    #[must_use]
    pub fn new(pipeline: Pipeline, config: Config) -> Self {
        // As much as may wait, once more: each body becomes a build, or is gone.
        let units = (config.queue_bytes / BODY_UNIT_BYTES).min(Semaphore::MAX_PERMITS);
        Self {
            pipeline,
            config,
            bodies: Semaphore::new(units),
        }
    }

    /// Whether a build of this id would have been forgotten by now, told from the time within it.
    pub(super) fn is_forgotten(&self, id: BuildId) -> bool {
        let hours = i64::from(self.config.records_days) * 24;
        let horizon = now().saturating_sub(jiff::SignedDuration::from_hours(hours));
        id.accepted_at() < horizon.unwrap_or(Timestamp::MIN)
    }
}
