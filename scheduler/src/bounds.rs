//! What bounds a dispatcher.

use std::time::Duration;

use crate::order::Order;
use crate::room::{Overflow, QueueLimit};

/// The settings that decisions depend on.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    /// Jobs that may run at once, by their costs.
    pub(crate) slots: usize,
    /// Jobs that may wait.
    pub(crate) queue: QueueLimit,
    /// What happens to those beyond.
    pub(crate) overflow: Overflow,
    /// Who is next.
    pub(crate) order: Order,
    /// What the running jobs of one key may cost.
    pub(crate) key_limit: Option<u32>,
    /// How long a job may take to go once it is stopped by force.
    pub(crate) stuck_after: Duration,
    /// Whether waits and runs are counted into histograms.
    pub(crate) has_histograms: bool,
    /// Whether somebody wants to be told what happens.
    pub(crate) is_observed: bool,
}
