//! A run of random events against one scheduler.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use vasca_scheduler::{
    CancelToken, Executor, Lane, Overflow, Retry, Scheduler, Slots, Spec, Submission, Unique,
};

use crate::chance::Chance;
use crate::tally::is_disjoint;
use crate::wild::{Deed, Fault, Handle, Nest, Wild};
use crate::{EVENTS, SECOND};

/// A run of random events against one scheduler.
pub(crate) struct Storm<X: Executor<Wild>> {
    pool: Scheduler<X>,
    chance: Chance,
    nest: Nest,
    pub(crate) handles: Vec<Handle>,
    submitting: JoinSet<Option<Handle>>,
    pub(crate) token: CancelToken,
}

impl<X> Storm<X>
where
    X: Executor<Wild, Output = u32, Error = Fault>,
{
    pub(crate) fn new(pool: &Scheduler<X>, seed: u64) -> Self {
        let inner = pool.clone();
        // A nested job inherits nothing, and can have no nested job that nests again.
        let leaf: Nest = Arc::new(|_| None);
        let nest = Arc::new(move |deed| {
            let nest = Arc::clone(&leaf);
            let submission = inner.submit(Wild { deed, nest });
            submission.total_timeout(SECOND).submit_now().ok()
        });
        Self {
            pool: pool.clone(),
            chance: Chance(seed),
            nest,
            handles: Vec::new(),
            submitting: JoinSet::new(),
            token: CancelToken::new(),
        }
    }

    fn spec(&mut self) -> Spec {
        let chance = &mut self.chance;
        let mut spec = Spec::new()
            .lane(chance.pick(&Lane::ALL))
            .priority(chance.below(201) as i8)
            .cost(1 + chance.below(3) as u32)
            .bytes(chance.below(100))
            .run_timeout(SECOND / 100 + chance.micros(5000));
        if chance.is(2) {
            spec = spec.key(chance.pick(&["a", "b", "c"]));
        }
        if chance.is(4) {
            spec = spec.queue_timeout(chance.micros(3000));
        }
        if chance.is(4) {
            spec = spec.delay(chance.micros(2000));
        }
        if chance.is(4) {
            spec = spec.total_timeout(SECOND / 200 + chance.micros(9000));
        }
        if chance.is(2) {
            spec = spec.grace(chance.micros(2000));
        }
        spec
    }

    fn submission(&mut self) -> Submission<X, Wild> {
        let deed = Deed::random(&mut self.chance);
        let nest = Arc::clone(&self.nest);
        let submission = self.pool.submit(Wild { deed, nest }).spec(self.spec());
        let policy = Retry::fixed(self.chance.micros(500)).snoozes(2);
        let submission = match self.chance.below(12) {
            0 => submission.share("shared"),
            1 => submission.unique(Unique::reject("one")),
            2 => submission.unique(Unique::replace("one")),
            3 => submission.unique(Unique::latest("last")),
            4 => submission.cancel_on_drop(),
            5 => submission.cancel_with(&self.token),
            _ => submission,
        };
        if self.chance.is(3) {
            submission.retry(policy)
        } else {
            submission
        }
    }

    fn submit(&mut self) {
        let submission = self.submission();
        if self.chance.is(5) {
            let submission = submission.overflow(Overflow::Wait).into_future();
            let patience = self.chance.micros(4000);
            self.submitting.spawn(async move {
                let waited = tokio::time::timeout(patience, submission).await;
                waited.ok()?.ok()
            });
        } else {
            self.handles.extend(submission.submit_now());
        }
    }

    /// One of the handles, out of the list.
    fn any(&mut self) -> Option<Handle> {
        let count = self.handles.len() as u64;
        (count > 0).then(|| {
            let place = self.chance.below(count) as usize;
            self.handles.swap_remove(place)
        })
    }

    fn event(&mut self) {
        match self.chance.below(100) {
            0..60 => self.submit(),
            60..75 => {
                if let Some(handle) = self.any() {
                    handle.cancel("chance");
                    self.handles.push(handle);
                }
            }
            75..80 => drop(self.any()),
            80..82 => self.pool.pause(),
            82..86 => self.pool.resume(),
            86 => self.pool.pause_key("a"),
            87 => self.pool.resume_key("a"),
            88 => self.pool.pause_lane(Lane::Batch),
            89 => self.pool.resume_lane(Lane::Batch),
            90..95 => {
                let slots = 1 + self.chance.below(5) as usize;
                self.pool.resize(Slots::Exactly(slots)).unwrap();
            }
            95 => {
                self.token.cancel("chance");
                self.token = CancelToken::new();
            }
            _ => assert!(is_disjoint(&self.pool.stats())),
        }
    }

    /// All events; afterwards everything may go on.
    pub(crate) async fn rage(&mut self) {
        for number in 0..EVENTS {
            self.event();
            if number.is_multiple_of(16) {
                tokio::time::sleep(Duration::from_micros(100)).await;
            }
        }
        self.pool.resume();
        self.pool.resume_key("a");
        self.pool.resume_lane(Lane::Batch);
        while let Some(submitted) = self.submitting.join_next().await {
            self.handles.extend(submitted.unwrap());
        }
    }
}
