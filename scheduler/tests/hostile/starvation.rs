//! No lane waits for ever behind another, and what cannot start soon pushes nobody out.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use vasca_scheduler::{
    Job, JobContext, Lane, Manual, Overflow, QueueLimit, Scheduler, SchedulerBuilder, Spec,
};

use crate::fixtures::{SECOND, Unit, builder, nap, nothing};

/// A paused scheduler, and how many jobs end before a certain one starts.
struct Line {
    pool: Scheduler,
    manual: Manual,
    ended: Arc<AtomicUsize>,
    ahead: Arc<OnceLock<usize>>,
}

impl Line {
    fn new(builder: SchedulerBuilder) -> Self {
        let (pool, manual) = builder.manual().unwrap();
        pool.pause();
        Self {
            pool,
            manual,
            ended: Arc::default(),
            ahead: Arc::default(),
        }
    }

    fn submit(&self, job: impl Job, spec: &Spec) {
        let submission = self.pool.submit(job).spec(spec.clone());
        assert!(submission.submit_now().is_ok());
    }

    /// Submits jobs that are counted; each does this first.
    fn crowd(&self, count: usize, spec: &Spec, first: impl Fn() + Clone + Send + Sync + 'static) {
        for _ in 0..count {
            let (ended, first) = (Arc::clone(&self.ended), first.clone());
            let job = move |_: JobContext| async move {
                first();
                ended.fetch_add(1, Ordering::SeqCst);
                Unit::Ok(())
            };
            self.submit(job, spec);
        }
    }

    /// Submits one job more, and tells how many of the crowd have ended when it starts.
    fn ahead_of(&self, spec: &Spec) -> usize {
        let (ended, ahead) = (Arc::clone(&self.ended), Arc::clone(&self.ahead));
        let job = move |_: JobContext| async move {
            ahead.set(ended.load(Ordering::SeqCst)).unwrap();
            Unit::Ok(())
        };
        self.submit(job, spec);
        self.pool.resume();
        self.manual.run();
        *self.ahead.get().unwrap()
    }
}

fn of(lane: Lane) -> Spec {
    Spec::new().lane(lane)
}

#[test]
fn a_batch_job_gets_its_share_beside_interactive_jobs_of_its_key() {
    for builder in [builder(1), builder(1).key_limit(1)] {
        let line = Line::new(builder);
        line.crowd(500, &of(Lane::Interactive).key("k"), || ());
        let ahead = line.ahead_of(&of(Lane::Batch).key("k"));
        assert!(ahead <= 17, "batch after {ahead} interactive");
    }
}

#[test]
fn one_job_of_the_highest_cost_does_not_starve_its_lane() {
    let line = Line::new(builder(1));
    line.submit(nothing, &of(Lane::Interactive).cost(u32::MAX));
    line.crowd(900, &of(Lane::Batch), || ());
    let ahead = line.ahead_of(&of(Lane::Interactive));
    assert!(ahead <= 3, "interactive after {ahead} batch");
}

#[test]
fn a_lane_that_is_resumed_again_and_again_keeps_its_share() {
    let line = Line::new(builder(1));
    let pool = line.pool.clone();
    let resume = move || pool.resume_lane(Lane::Batch);
    line.crowd(500, &of(Lane::Interactive), resume);
    let ahead = line.ahead_of(&of(Lane::Batch));
    assert!(ahead <= 17, "batch after {ahead} interactive");
}

#[test]
fn the_batch_jobs_of_tenants_at_their_limits_get_their_share() {
    let limit = QueueLimit::count(100_000);
    let line = Line::new(builder(4).key_limit(1).queue(limit));
    for tenant in 0..4_u64 {
        for _ in 0..1000 {
            line.submit(nap(SECOND), &of(Lane::Interactive).key(tenant));
        }
        for _ in 0..100 {
            line.submit(nothing, &of(Lane::Batch).key(tenant));
        }
    }
    line.pool.resume();
    for _ in 0..2000 {
        if line.pool.stats().queued_interactive < 400 {
            break;
        }
        line.manual.advance(SECOND);
    }
    let stats = line.pool.stats();
    assert!(stats.queued_interactive < 400);
    assert!(stats.queued_batch < 350, "{} of 400", stats.queued_batch);
}

/// A paused scheduler with room for one job, which an interactive one has taken.
fn full() -> (Scheduler, Manual) {
    let limit = QueueLimit::count(1);
    let builder = builder(1).queue(limit).overflow(Overflow::ShedLowest);
    let (pool, manual) = builder.manual().unwrap();
    pool.pause();
    let first = pool.submit(nothing).lane(Lane::Interactive).submit_now();
    drop(first.unwrap());
    (pool, manual)
}

#[test]
fn a_delayed_batch_job_sheds_no_interactive_one() {
    let (pool, _manual) = full();
    let batch = pool.submit(nothing).lane(Lane::Batch).priority(-100);
    assert!(batch.delay(Duration::MAX).submit_now().is_err());
    assert_eq!(pool.stats().ended.shed, 0);
}

#[tokio::test]
async fn a_batch_reservation_sheds_no_interactive_job() {
    let (pool, _manual) = full();
    assert!(pool.reserve(of(Lane::Batch)).await.is_err());
    assert_eq!(pool.stats().ended.shed, 0);
}
