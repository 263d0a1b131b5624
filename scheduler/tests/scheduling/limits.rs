//! What is refused: jobs over the limit, settings that do not hold.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is to be seen"
)]

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;
use vasca_scheduler::{
    Job, JobContext, JobError, QueueLimit, RejectReason, Scheduler, SchedulerBuilder, Slots,
};

/// A job that counts its runs and waits for a permit.
#[derive(Clone, Default)]
struct Counted {
    runs: Arc<AtomicUsize>,
    gate: Arc<Option<Semaphore>>,
    name: &'static str,
}

impl Counted {
    fn gated(permits: usize) -> Self {
        Self {
            gate: Arc::new(Some(Semaphore::new(permits))),
            ..Self::default()
        }
    }

    fn open(&self) {
        self.gate.as_ref().as_ref().unwrap().add_permits(100);
    }
}

impl Job for Counted {
    type Output = ();
    type Error = Infallible;

    async fn run(self, _: JobContext) -> Result<(), Infallible> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        if let Some(gate) = &*self.gate {
            gate.acquire().await.unwrap().forget();
        }
        Ok(())
    }
}

fn builder(slots: usize, waiting: usize) -> SchedulerBuilder {
    Scheduler::builder("test")
        .slots(Slots::Exactly(slots))
        .queue(QueueLimit::count(waiting))
}

#[tokio::test]
async fn with_no_waiting_a_job_runs_at_once_or_is_handed_back_and_never_runs() {
    let pool = builder(2, 0).build().unwrap();
    let job = Counted::gated(0);
    let running = [
        pool.submit(job.clone()).await.unwrap(),
        pool.submit(job.clone()).await.unwrap(),
    ];
    let refused = Counted {
        name: "mine",
        ..Counted::default()
    };
    let rejected = pool.submit(refused.clone()).await.unwrap_err();
    assert_eq!(rejected.reason(), RejectReason::Full);
    assert_eq!(rejected.into_job().name, "mine");
    match pool.run(refused.clone()).await {
        Err(JobError::Rejected(RejectReason::Full)) => {}
        other => panic!("{other:?}"),
    }
    job.open();
    for handle in running {
        handle.await.unwrap();
    }
    pool.run(job.clone()).await.unwrap();
    assert_eq!(refused.runs.load(Ordering::SeqCst), 0);
    assert_eq!(job.runs.load(Ordering::SeqCst), 3);
    assert_eq!((pool.stats().rejected, pool.stats().submitted), (2, 3));
}

#[tokio::test]
async fn the_queue_holds_exactly_its_limit_and_cancelled_jobs_make_room() {
    let pool = builder(1, 3).build().unwrap();
    let job = Counted::gated(0);
    let mut handles = Vec::new();
    for _ in 0..4 {
        handles.push(pool.submit(job.clone()).await.unwrap());
    }
    assert_eq!((pool.stats().running, pool.stats().queued), (1, 3));
    assert_eq!(
        pool.submit(job.clone()).await.unwrap_err().reason(),
        RejectReason::Full
    );
    assert!(handles[2].cancel("make room"));
    handles.push(pool.submit(job.clone()).await.unwrap());
    assert_eq!(
        pool.submit(job.clone()).await.unwrap_err().reason(),
        RejectReason::Full
    );
    job.open();
    let mut done = 0;
    for handle in handles {
        done += usize::from(handle.await.is_ok());
    }
    assert_eq!((done, job.runs.load(Ordering::SeqCst)), (4, 4));
}

#[tokio::test]
async fn a_setting_that_does_not_hold_is_refused_by_its_name() {
    let field = |builder: SchedulerBuilder| builder.build().unwrap_err().field;
    assert_eq!(field(builder(0, 1)), "slots");
    assert_eq!(field(builder(1_000_000, 1)), "slots");
    assert_eq!(field(Scheduler::builder("")), "name");
    let error = builder(0, 1).build().unwrap_err();
    assert_eq!(error.to_string(), "slots: must be at least 1");
    assert!(Scheduler::builder("test").build().unwrap().stats().slots >= 1);
}

#[test]
fn without_a_runtime_there_is_an_error_and_with_its_handle_there_is_none() {
    assert_eq!(builder(1, 1).build().unwrap_err().field, "runtime");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let pool = builder(1, 1)
        .runtime(runtime.handle().clone())
        .build()
        .unwrap();
    let job = |_: JobContext| async move { Ok::<_, Infallible>(7) };
    assert_eq!(runtime.block_on(pool.run(job)).unwrap(), 7);
}

#[cfg(all(feature = "process", target_os = "linux"))]
#[tokio::test]
async fn a_setting_of_the_process_executor_that_does_not_hold_is_refused_by_its_name() {
    use vasca_scheduler::{Process, WorkerCommand};
    let process = || Process::new(WorkerCommand::current_exe());
    let settings = [
        (process().memory_limit_bytes(0), "memory_limit_bytes"),
        (process().frame_limit_bytes(0), "frame_limit_bytes"),
        (process().frame_limit_bytes(u32::MAX), "frame_limit_bytes"),
        (process().spares(1000), "spares"),
        (process().recycle_after_jobs(0), "recycle_after_jobs"),
        (
            process().ready_timeout(std::time::Duration::ZERO),
            "ready_timeout",
        ),
        (
            process().write_timeout(std::time::Duration::ZERO),
            "write_timeout",
        ),
    ];
    for (process, field) in settings {
        assert_eq!(
            builder(1, 1).executor(process).build().unwrap_err().field,
            field
        );
    }
}
