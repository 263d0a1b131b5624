//! What every resource needs.

use jiff::Timestamp;

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
}

impl Service {
    /// Whether a build of this id would have been forgotten by now, told from the time within it.
    pub(super) fn is_forgotten(&self, id: BuildId) -> bool {
        let hours = i64::from(self.config.records_days) * 24;
        let horizon = now().saturating_sub(jiff::SignedDuration::from_hours(hours));
        id.accepted_at() < horizon.unwrap_or(Timestamp::MIN)
    }
}
