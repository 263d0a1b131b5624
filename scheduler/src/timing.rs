//! Time and a place to run futures: tokio's, or a test's own.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::Instant;

use crate::id::JobId;
use crate::moment::Moment;
use crate::stage::Stage;

/// A scheduler's clock and its threads.
#[derive(Clone)]
pub(crate) enum Timing {
    /// Those of a tokio runtime.
    Tokio { runtime: Handle, epoch: Instant },
    /// Those of whoever drives the scheduler by hand.
    Manual(Arc<Stage>),
}

impl Timing {
    /// The clock and the threads of `runtime`.
    pub(crate) fn tokio(runtime: Handle) -> Self {
        let epoch = {
            // tokio's clock belongs to a runtime, which may be another than the caller's.
            let _entered = runtime.enter();
            Instant::now()
        };
        Self::Tokio { runtime, epoch }
    }

    /// The present, as the time since the scheduler was built.
    pub(crate) fn now(&self) -> Moment {
        match self {
            Self::Tokio { epoch, .. } => epoch.elapsed(),
            Self::Manual(stage) => stage.now(),
        }
    }

    /// Runs a future of the job `id` by itself.
    pub(crate) fn spawn(&self, id: JobId, future: impl Future<Output = ()> + Send + 'static) {
        match self {
            Self::Tokio { runtime, .. } => {
                runtime.spawn(future);
            }
            Self::Manual(stage) => stage.spawn(id, Box::pin(future)),
        }
    }

    /// Sleeps for so long.
    pub(crate) fn sleep(&self, length: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        match self {
            Self::Tokio { .. } => Box::pin(tokio::time::sleep(length)),
            Self::Manual(stage) => Box::pin(stage.sleep(length)),
        }
    }
}
