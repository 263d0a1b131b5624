//! SIGTERM: no more jobs are taken, those there are get a limit, and what was left has a name.
//!
//! `cargo run -p vasca-scheduler --example graceful_shutdown`
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;

use rustix::process::{Signal, getpid, kill_process};
use tokio::signal::unix::{SignalKind, signal};
use vasca_scheduler::{JobContext, JobError, RejectReason, Scheduler, Shutdown, Slots};

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

#[tokio::main]
async fn host() -> Result<(), Box<dyn Error>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let pool = Scheduler::builder("mails")
        .slots(Slots::Exactly(2))
        .build()?;
    let mut names = HashMap::new();

    let send = |cx: JobContext| async move {
        cx.sleep(ms(20)).await;
        Ok::<_, Infallible>("sent")
    };
    let mut letters = Vec::new();
    for name in ["to ada", "to grace", "to edsger"] {
        let letter = pool.submit(send).await?;
        names.insert(letter.id(), name);
        letters.push(letter);
    }
    // It takes hours, and uses its grace to write down how far it has come.
    let newsletter = |cx: JobContext| async move {
        cx.cancelled().await;
        println!("the newsletter: written down where to go on");
        Err::<(), _>("interrupted")
    };
    let newsletter = pool.submit(newsletter).grace(ms(500)).await?;
    names.insert(newsletter.id(), "newsletter");

    // What an orchestrator does.
    kill_process(getpid(), Signal::TERM)?;
    terminate.recv().await;
    println!("asked to go, with {} jobs", names.len());

    // Whoever submits from now on is told, and can answer with a 503.
    pool.close();
    let late = pool.submit(send).await.map(|_| ());
    let reason = late.err().map(|rejected| rejected.reason());
    assert_eq!(reason, Some(RejectReason::Closed));

    // Less than what the orchestrator waits for before it kills.
    let report = pool.shutdown(Shutdown::drain(ms(200))).await;
    let left: Vec<_> = report.left.iter().filter_map(|id| names.get(id)).collect();
    println!("left: {left:?}, stuck: {:?}", report.stuck);
    assert_eq!(left, [&"newsletter"]);
    assert!(report.stuck.is_empty(), "it went when it was asked");

    for letter in letters {
        assert_eq!(letter.await?, "sent");
    }
    assert!(matches!(newsletter.await, Err(JobError::Shutdown)));
    Ok(())
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    host()
}
