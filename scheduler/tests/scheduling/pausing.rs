//! Pause and resume, and another number of slots while jobs run.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is to be seen"
)]

use std::convert::Infallible;
use std::sync::mpsc::{Receiver, Sender, channel};

use vasca_scheduler::{
    ConfigProblem, Job, JobContext, JobHandle, Lane, Manual, Scheduler, Slots, Spec,
};

use crate::fixtures::{Gate, SECOND, Unit, builder, nap};

type Handle = JobHandle<(), Infallible>;

/// A scheduler whose jobs tell their names.
struct Naming {
    pool: Scheduler,
    manual: Manual,
    tell: Sender<&'static str>,
    told: Receiver<&'static str>,
}

/// A job that tells its name.
struct Named {
    name: &'static str,
    tell: Sender<&'static str>,
}

impl Job for Named {
    type Output = ();
    type Error = Infallible;

    async fn run(self, _: JobContext) -> Unit {
        self.tell.send(self.name).unwrap();
        Ok(())
    }
}

impl Naming {
    fn new() -> Self {
        let (pool, manual) = builder(2).manual().unwrap();
        let (tell, told) = channel();
        Self {
            pool,
            manual,
            tell,
            told,
        }
    }

    fn submit(&self, name: &'static str, spec: Spec) -> Handle {
        let tell = self.tell.clone();
        let submission = self.pool.submit(Named { name, tell }).spec(spec);
        submission.submit_now().unwrap()
    }

    /// Who has run since the last call.
    fn ran(&self) -> Vec<&'static str> {
        self.manual.run();
        self.told.try_iter().collect()
    }
}

#[test]
fn nothing_starts_while_all_is_paused_and_what_runs_goes_on() {
    let naming = Naming::new();
    let gate = Gate::new();
    let running = naming.pool.submit(gate.job()).submit_now().unwrap();
    naming.manual.run();
    naming.pool.pause();
    assert!(naming.pool.stats().is_paused);
    let _waiting = naming.submit("waiting", Spec::new());
    let _delayed = naming.submit("delayed", Spec::new().delay(SECOND));
    gate.open(1);
    naming.manual.advance(2 * SECOND);
    assert_eq!(naming.ran(), [""; 0]);
    let stats = naming.pool.stats();
    assert_eq!((stats.ended.succeeded, stats.queued), (1, 2));
    naming.pool.resume();
    assert_eq!(naming.ran(), ["waiting", "delayed"]);
    drop(running);
}

#[test]
fn a_paused_lane_and_a_paused_key_stand_in_nobodys_way() {
    let naming = Naming::new();
    naming.pool.pause_lane(Lane::Interactive);
    naming.pool.pause_key("k");
    let _urgent = naming.submit("urgent", Spec::new().lane(Lane::Interactive));
    let _keyed = naming.submit("keyed", Spec::new().key("k"));
    let _batch = naming.submit("batch", Spec::new().lane(Lane::Batch));
    assert_eq!(naming.ran(), ["batch"]);
    assert!(!naming.pool.stats().is_paused, "only parts are");
    naming.pool.resume_key("k");
    assert_eq!(naming.ran(), ["keyed"]);
    naming.pool.pause();
    naming.pool.resume_lane(Lane::Interactive);
    assert_eq!(naming.ran(), [""; 0]);
    naming.pool.resume();
    assert_eq!(naming.ran(), ["urgent"]);
}

#[test]
fn timeouts_and_cancellations_go_on_in_a_pause() {
    let naming = Naming::new();
    naming.pool.pause();
    let _late = naming.submit("late", Spec::new().queue_timeout(SECOND));
    let cancelled = naming.submit("cancelled", Spec::new());
    assert!(cancelled.cancel("not wanted"));
    naming.manual.advance(SECOND);
    let ended = naming.pool.stats().ended;
    assert_eq!((ended.timed_out, ended.cancelled), (1, 1));
    naming.pool.resume();
    assert_eq!(naming.ran(), [""; 0]);
}

#[test]
fn a_job_that_comes_back_from_a_nested_one_goes_on_in_a_pause() {
    let naming = Naming::new();
    let child = naming.pool.submit(nap(SECOND)).submit_now().unwrap();
    let parent =
        move |cx: JobContext| async move { Ok::<_, Infallible>(cx.join(child).await.is_ok()) };
    let parent = naming.pool.submit(parent).key("k").submit_now().unwrap();
    naming.manual.run();
    naming.pool.pause();
    naming.pool.pause_key("k");
    naming.manual.advance(SECOND);
    assert_eq!(naming.pool.stats().ended.succeeded, 2);
    drop(parent);
}

#[test]
fn more_slots_start_waiting_jobs_at_once_and_fewer_end_none() {
    let (pool, manual) = builder(1).manual().unwrap();
    let gate = Gate::new();
    let submit = || pool.submit(gate.job()).submit_now().unwrap();
    let handles: Vec<Handle> = (0..6).map(|_| submit()).collect();
    let running = || {
        manual.run();
        let stats = pool.stats();
        (stats.slots, stats.running, stats.busy_slots)
    };
    assert_eq!(running(), (1, 1, 1));
    pool.resize(Slots::Exactly(4)).unwrap();
    assert_eq!(running(), (4, 4, 4));
    pool.resize(Slots::Exactly(2)).unwrap();
    assert_eq!(running(), (2, 4, 4), "nobody is ended");
    assert_eq!(pool.settings().slots, 2);
    gate.open(2);
    assert_eq!(running(), (2, 2, 2), "nobody starts beyond the shrink");
    gate.open(1);
    assert_eq!(running(), (2, 2, 2), "and then they do again");
    gate.open(3);
    assert_eq!(running(), (2, 0, 0));
    assert_eq!(pool.stats().ended.succeeded, 6);
    drop(handles);
}

#[test]
fn no_slots_and_too_many_are_refused_and_change_nothing() {
    let (pool, _manual) = builder(3).manual().unwrap();
    let error = pool.resize(Slots::Exactly(0)).unwrap_err();
    assert_eq!(error.field, "slots");
    assert!(matches!(error.problem, ConfigProblem::Zero));
    assert!(pool.resize(Slots::Exactly(1_000_000)).is_err());
    assert_eq!(pool.stats().slots, 3);
}
