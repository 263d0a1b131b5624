//! A scheduler in a program of one's own: jobs as closures and as types, terms, counters, the end.
//!
//! `cargo run -p vasca-scheduler --example embed`
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;

use vasca_scheduler::{Job, JobContext, Lane, QueueLimit, Scheduler, Shutdown, Slots, Spec};

/// A job with a name. A closure would do as well.
struct Greet(&'static str);

impl Job for Greet {
    type Output = String;
    type Error = Infallible;

    async fn run(self, cx: JobContext) -> Result<String, Infallible> {
        tokio::time::sleep(Duration::from_millis(10)).await;
        Ok(format!("Hello {}, from slot {}", self.0, cx.slot()))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let pool = Scheduler::builder("greetings")
        .slots(Slots::Exactly(2))
        .queue(QueueLimit::count(100))
        .defaults(Spec::new().run_timeout(Duration::from_secs(5)))
        .build()?;

    println!("{}", pool.run(Greet("world")).await?);

    // One job without end, on the terms that it is asked first and then dropped.
    let endless = async |cx: JobContext| {
        cx.cancelled().await;
        Err::<(), _>("I was asked to end")
    };
    let endless = pool
        .submit(endless)
        .lane(Lane::Batch)
        .grace(Duration::from_secs(1))
        .await?;
    println!("cancelled: {}", endless.cancel("nobody wants it"));
    println!("the job gave: {:?}", endless.await);

    // Many at once: two run, the others wait.
    let mut handles = Vec::new();
    for name in ["Ada", "Grace", "Edsger", "Barbara"] {
        handles.push(pool.submit(Greet(name)).lane(Lane::Interactive).await?);
    }
    for handle in handles {
        let report = handle.report().await;
        println!("{:?} after waiting {:?}", report.result, report.waited);
    }

    let report = pool
        .shutdown(Shutdown::drain(Duration::from_secs(10)))
        .await;
    println!("drained: {}, {:?}", report.is_drained(), pool.stats().ended);
    Ok(())
}
