//! Work that computes, on owned threads: patient, warm, with progress, and with an ear for its end.
//!
//! `cargo run -p vasca-scheduler --example blocking_thumbnails`
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::convert::Infallible;
use std::error::Error;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use vasca_scheduler::{
    BlockingJob, JobContext, JobError, JobEvent, Phase, Scheduler, Shutdown, Slots, Threads,
};

/// What each slot keeps for the next job: memory that need not be asked for again.
type Scratch = Mutex<Vec<u8>>;

struct Thumbnail {
    rows: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("gave up after {rows} rows")]
struct Unfinished {
    rows: u64,
}

impl BlockingJob<Scratch> for Thumbnail {
    type Output = usize;
    type Error = Unfinished;

    fn run(self, cx: JobContext<Scratch>) -> Result<usize, Unfinished> {
        let mut picture = cx.state().lock().unwrap_or_else(PoisonError::into_inner);
        picture.clear();
        for row in 0..self.rows {
            // A thread cannot be stopped from outside: a job that runs long must look.
            if cx.is_cancelled() {
                return Err(Unfinished { rows: row });
            }
            thread::sleep(Duration::from_millis(1));
            picture.extend([row as u8; 640]);
            cx.progress(row + 1, self.rows);
        }
        Ok(picture.len())
    }
}

#[tokio::main]
async fn host() -> Result<(), Box<dyn Error>> {
    let threads = Threads::new()
        // Behind everything else on the machine; one thread always warm, the other for 10 s.
        .nice(5)
        .min(1)
        .idle(Duration::from_secs(10))
        .slot_state(
            |slot| {
                println!("slot {slot} opens");
                Ok::<_, Infallible>(Scratch::default())
            },
            |scratch| {
                let picture = scratch.lock().unwrap_or_else(PoisonError::into_inner);
                println!("a slot closes, with {} bytes", picture.capacity());
            },
        );
    let pool = Scheduler::builder("thumbnails")
        .slots(Slots::Exactly(2))
        .executor(threads)
        .build()?;

    let handle = pool.submit(Thumbnail { rows: 40 }).await?;
    let mut events = handle.events();
    let mut last = None;
    while let Some(event) = events.next().await {
        if let JobEvent::Progress(progress) = event {
            last = progress.fraction();
        }
    }
    println!("{} bytes, last heard of at {last:?}", handle.await?);
    assert_eq!(last, Some(1.0));

    // One without end, which gets the chance to leave by itself.
    let endless = pool
        .submit(Thumbnail { rows: u64::MAX })
        .grace(Duration::from_secs(1))
        .await?;
    let mut events = endless.events();
    while !matches!(events.next().await, Some(JobEvent::Progress(_)) | None) {}
    assert!(endless.cancel("the page was closed"));
    let report = endless.report().await;
    println!("after {:?}: {:?}", report.ran, report.result);
    let phase = Phase::Running;
    assert!(matches!(report.result, Err(JobError::Cancelled { phase: at, .. }) if at == phase));
    assert_eq!(report.slot, Some(0), "the warm slot, as it was free again");

    pool.shutdown(Shutdown::drain(Duration::from_secs(1))).await;
    Ok(())
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    host()
}
