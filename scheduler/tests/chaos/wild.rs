//! The jobs of the storm: what they do, on either executor.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use vasca_scheduler::{BlockingJob, Job, JobContext, JobHandle};

use crate::chance::Chance;

/// A job's own error.
#[derive(Clone, Debug)]
pub(crate) struct Fault;

pub(crate) type Handle = JobHandle<u32, Fault>;

/// Submits a nested job, if it is taken.
pub(crate) type Nest = Arc<dyn Fn(Deed) -> Option<Handle> + Send + Sync>;

/// What a job does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deed {
    Succeed,
    Fail,
    Panic,
    Rest(Duration),
    UntilAsked,
    Snooze,
    Join(Duration),
    JoinAndGiveUp(Duration),
}

impl Deed {
    pub(crate) fn random(chance: &mut Chance) -> Self {
        let length = chance.micros(1500);
        let deeds = [
            Self::Succeed,
            Self::Succeed,
            Self::Fail,
            Self::Panic,
            Self::Rest(length),
            Self::Rest(length),
            Self::UntilAsked,
            Self::Snooze,
            Self::Join(length),
            Self::JoinAndGiveUp(length),
        ];
        chance.pick(&deeds)
    }
}

/// A job of either executor.
#[derive(Clone)]
pub(crate) struct Wild {
    pub(crate) deed: Deed,
    pub(crate) nest: Nest,
}

impl Wild {
    /// What needs no waiting.
    fn at_once(&self, cx: &JobContext) -> Result<u32, Fault> {
        cx.progress(1, 2);
        match self.deed {
            Deed::Fail => Err(Fault),
            // Without the message that a panic prints: there are hundreds.
            Deed::Panic => std::panic::resume_unwind(Box::new("on purpose")),
            Deed::Snooze => {
                let _ = cx.snooze(Duration::from_micros(200));
                Ok(cx.attempt())
            }
            _ => Ok(cx.attempt()),
        }
    }
}

impl Job for Wild {
    type Output = u32;
    type Error = Fault;

    async fn run(self, cx: JobContext) -> Result<u32, Fault> {
        match self.deed {
            Deed::Rest(length) => tokio::time::sleep(length).await,
            Deed::UntilAsked => cx.cancelled().await,
            Deed::Join(length) => {
                if let Some(child) = (self.nest)(Deed::Rest(length)) {
                    let _ = cx.join(child).await;
                }
            }
            Deed::JoinAndGiveUp(length) => {
                let child = (self.nest)(Deed::Rest(length));
                let other = (self.nest)(Deed::Succeed);
                if let (Some(child), Some(other)) = (child, other) {
                    let _ = tokio::time::timeout(length / 2, cx.join(child)).await;
                    let _ = cx.join(other).await;
                }
            }
            _ => return self.at_once(&cx),
        }
        Ok(cx.attempt())
    }
}

impl BlockingJob for Wild {
    type Output = u32;
    type Error = Fault;

    fn run(self, cx: JobContext) -> Result<u32, Fault> {
        match self.deed {
            Deed::Rest(length) => thread::sleep(length),
            Deed::UntilAsked => {
                while !cx.is_cancelled() {
                    thread::sleep(Duration::from_micros(100));
                }
            }
            Deed::Join(length) | Deed::JoinAndGiveUp(length) => {
                if let Some(child) = (self.nest)(Deed::Rest(length)) {
                    let _ = cx.join_blocking(child);
                }
            }
            _ => return self.at_once(&cx),
        }
        Ok(cx.attempt())
    }
}
