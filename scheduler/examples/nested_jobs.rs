//! Jobs that need jobs, on a single slot: packages that are built after what they depend on.
//!
//! `cargo run -p vasca-scheduler --example nested_jobs`
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use vasca_scheduler::{Job, JobContext, Scheduler, Shutdown, Slots};

/// Who needs whom. It must have no circle: jobs that wait for each other wait for ever, or for
/// their timeouts.
const PACKAGES: [(&str, &[&str]); 4] = [
    ("app", &["web", "store"]),
    ("web", &["core"]),
    ("store", &["core"]),
    ("core", &[]),
];

#[derive(Clone)]
struct Build {
    package: &'static str,
    pool: Scheduler,
    built: Arc<Mutex<Vec<&'static str>>>,
}

#[derive(Clone, Debug, thiserror::Error)]
enum BuildError {
    #[error("there is no package {0:?}")]
    Unknown(&'static str),
    #[error("a dependency was not built: {0}")]
    Dependency(String),
}

impl Job for Build {
    type Output = usize;
    type Error = BuildError;

    /// Gives the number of packages below, each path counted.
    async fn run(self, cx: JobContext) -> Result<usize, BuildError> {
        let known = PACKAGES.iter().find(|(name, _)| *name == self.package);
        let (_, needs) = known.ok_or(BuildError::Unknown(self.package))?;
        let failed = |error: &dyn Error| BuildError::Dependency(error.to_string());
        let mut parts = Vec::new();
        for &package in *needs {
            let part = Self {
                package,
                ..self.clone()
            };
            // Whoever needs the same package meanwhile gets the same run.
            let part = self.pool.submit(part).share(package);
            parts.push(part.await.map_err(|rejected| failed(&rejected))?);
        }
        let mut below = 0;
        for part in parts {
            // The slot is given back meanwhile; otherwise the parts would wait for it for ever.
            below += 1 + cx.join(part).await.map_err(|error| failed(&error))?;
        }
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        built.push(self.package);
        println!("{} is built, on slot {}", self.package, cx.slot());
        Ok(below)
    }
}

#[tokio::main]
async fn host() -> Result<(), Box<dyn Error>> {
    let pool = Scheduler::builder("packages")
        .slots(Slots::Exactly(1))
        .build()?;
    let built = Arc::default();
    let app = Build {
        package: "app",
        pool: pool.clone(),
        built: Arc::clone(&built),
    };
    let below = pool.run(app).await?;
    assert_eq!(below, 4, "core counts twice");

    let built = built.lock().unwrap_or_else(PoisonError::into_inner).clone();
    println!("in this order: {built:?}; shared: {}", pool.stats().joined);
    // The two in between wait for the first at the same time; either may go on first.
    assert_eq!(built.len(), 4, "core is built once");
    assert_eq!((built.first(), built.last()), (Some(&"core"), Some(&"app")));

    let end = pool.shutdown(Shutdown::drain(Duration::from_secs(1))).await;
    assert!(end.is_drained());
    Ok(())
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    host()
}
