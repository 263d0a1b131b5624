//! Two tenants, one of them with far too many jobs: the other is served between them.
//!
//! `cargo run -p vasca-scheduler --example fair_tenants`
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::convert::Infallible;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use vasca_scheduler::{
    Job, JobContext, Lane, Order, QueueLimit, RejectReason, Scheduler, Shutdown, Slots,
};

/// The names of the jobs, in the order in which they start.
type Starts = Arc<Mutex<Vec<String>>>;

struct Report {
    name: String,
    starts: Starts,
}

impl Job for Report {
    type Output = ();
    type Error = Infallible;

    async fn run(self, cx: JobContext) -> Result<(), Infallible> {
        let starts = || self.starts.lock().unwrap_or_else(PoisonError::into_inner);
        starts().push(self.name.clone());
        cx.sleep(Duration::from_millis(5)).await;
        Ok(())
    }
}

#[tokio::main]
async fn host() -> Result<(), Box<dyn Error>> {
    let pool = Scheduler::builder("reports")
        .slots(Slots::Exactly(2))
        // No tenant has more than one of the slots, or more than twenty jobs waiting.
        .key_limit(1)
        .queue(QueueLimit::count(100).per_key(20))
        // Tenants take turns. For each of its jobs, ten minutes of waiting are worth a level.
        .order(
            Order::priority()
                .aging(Duration::from_secs(600))
                .fair_by_key(),
        )
        .build()?;
    let starts = Starts::default();
    let report = |name: &str| Report {
        name: name.to_owned(),
        starts: Arc::clone(&starts),
    };

    // All of this comes before anything starts, so that there is something to choose from.
    pool.pause();
    let mut handles = Vec::new();
    for number in 1..20 {
        let job = report(&format!("big {number}"));
        handles.push(pool.submit(job).key("big").await?);
    }
    // Somebody at a screen: ahead of all that nobody waits for, even of their own tenant.
    let page = pool.submit(report("big page")).key("big");
    handles.push(page.lane(Lane::Interactive).await?);
    let refused = pool.submit(report("big 20")).key("big").await;
    let reason = refused.err().map(|rejected| rejected.reason());
    println!("one too many: {reason:?}");
    assert_eq!(reason, Some(RejectReason::KeyFull));

    handles.push(pool.submit(report("small later")).key("small").await?);
    let urgent = pool.submit(report("small urgent")).key("small");
    handles.push(urgent.priority(10).await?);

    pool.resume();
    for handle in handles {
        handle.await?;
    }
    let starts = starts
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    println!("{}", starts.join(", "));
    // Both at once, on the two slots.
    let mut first: Vec<&str> = starts.iter().take(2).map(String::as_str).collect();
    first.sort_unstable();
    assert_eq!(first, ["big page", "small urgent"]);
    let later = starts.iter().position(|name| name == "small later");
    assert!(
        later < Some(4),
        "it does not wait for the nineteen before it"
    );

    let end = pool.shutdown(Shutdown::drain(Duration::from_secs(1))).await;
    assert!(end.is_drained());
    Ok(())
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    host()
}
