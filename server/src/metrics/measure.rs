//! The library face of the table: [`record_metric`] and [`measure_duration`].
//!
//! Both put a point into the durable table and, where the configuration exports the name, into the
//! facade `metrics`. Neither fails or blocks its caller: what cannot be kept is dropped and counted.
//!
//! `vasca serve` installs its own points. A host without it opens a table of its own:
//!
//! ```
//! use std::sync::Arc;
//! use vasca_server::metrics::exporter::Exporter;
//! use vasca_server::metrics::measure::{Points, measure_duration, record_metric};
//! use vasca_server::records::committer::Committer;
//! use vasca_server::records::sled::SledStore;
//! use vasca_server::records::store::{Change, RecordStore};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let store: Arc<dyn RecordStore> = Arc::new(SledStore::open(folder, Box::new(|_| {}))?);
//! let committer = Committer::start(Arc::clone(&store), 0, Box::new(|_| {}))?;
//! assert!(Points::new(committer.clone(), Exporter::new(&[]), Vec::new()).install());
//!
//! record_metric("thumbnail_bytes", 51_200.0, &[("size", "small")]);
//! let failed = measure_duration("upload_ms", async { Err::<(), _>("no route") }, &[]).await;
//! assert_eq!(failed, Err("no route"));
//!
//! committer.commit(Change::Barrier).await?;
//! assert_eq!(store.points("thumbnail_bytes", 10)?[0].value, 51_200.0);
//! assert_eq!(store.points("upload_ms", 10)?.len(), 1);
//! # Ok(())
//! # }
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use metrics::Label;

use crate::config::ExportedPoint;
use crate::lifecycle::now;
use crate::metrics::exporter::Exporter;
use crate::metrics::observe;
use crate::records::committer::Committer;
use crate::records::point::{Point, PointOutcome};
use crate::records::record::milliseconds;
use crate::records::store::Change;

/// Sets of labels that one exported name may have; all further ones are one more, whose labels are
/// `other`. Whoever records chooses the values, and each set is kept for ever.
const SERIES_MAX: usize = 100;

static INSTALLED: OnceLock<Points> = OnceLock::new();

/// Records a number with the points that were [installed](Points::install); before that, nothing.
///
/// `name` has 1 to 64 bytes, `tags` are at most 16 of 64 and 256 bytes, `value` is finite; anything
/// else is dropped and counted. O(1), never blocks; the point is durable some milliseconds later,
/// unless the server ends first.
pub fn record_metric(name: &str, value: f64, tags: &[(&str, &str)]) {
    if let Some(points) = INSTALLED.get() {
        points.record(name, value, tags);
    }
}

/// Awaits `future`, records the time that took in milliseconds as a point called `name`, with
/// whether it succeeded, and gives its result unchanged.
///
/// Dropping it before it is ready records the time until then as `cancelled`. Cancel safe as far as
/// `future` is.
///
/// # Errors
/// Those of `future`.
///
/// ```
/// # use vasca_server::metrics::measure::measure_duration;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let parsed = measure_duration("parse_ms", async { "x".parse::<u32>() }, &[("kind", "number")]).await;
/// assert!(parsed.is_err(), "recorded as a failure, and handed through");
/// # }
/// ```
pub async fn measure_duration<T, E>(
    name: &str,
    future: impl Future<Output = Result<T, E>>,
    tags: &[(&str, &str)],
) -> Result<T, E> {
    match INSTALLED.get() {
        Some(points) => points.measure(name, future, tags).await,
        None => future.await,
    }
}

/// Where points go. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Points {
    committer: Committer,
    exporter: Exporter,
    exported: Arc<Vec<ExportedPoint>>,
    /// The sets of labels seen of each exported name.
    series: Arc<Mutex<BTreeMap<String, BTreeSet<Vec<String>>>>>,
}

impl Points {
    /// Points that go into a table, and those of the exported names into the facade too.
    #[must_use]
    pub fn new(committer: Committer, exporter: Exporter, exported: Vec<ExportedPoint>) -> Self {
        for point in &exported {
            exporter.describe_point(&point.name);
        }
        let (exported, series) = (Arc::new(exported), Arc::default());
        Self {
            committer,
            exporter,
            exported,
            series,
        }
    }

    /// Makes these the ones that the free functions of this file record with, for the life of the
    /// process. False when there are some already.
    #[must_use]
    pub fn install(&self) -> bool {
        INSTALLED.set(self.clone()).is_ok()
    }

    /// See [`record_metric`].
    pub fn record(&self, name: &str, value: f64, tags: &[(&str, &str)]) {
        self.keep(name, value, tags, None);
    }

    /// See [`measure_duration`].
    ///
    /// # Errors
    /// Those of `future`.
    pub async fn measure<T, E>(
        &self,
        name: &str,
        future: impl Future<Output = Result<T, E>>,
        tags: &[(&str, &str)],
    ) -> Result<T, E> {
        let mut measured = Measured {
            points: self,
            name,
            tags,
            start: Instant::now(),
            outcome: PointOutcome::Cancelled,
        };
        let result = future.await;
        measured.outcome = match &result {
            Ok(_) => PointOutcome::Success,
            Err(_) => PointOutcome::Failure,
        };
        result
    }

    fn keep(&self, name: &str, value: f64, tags: &[(&str, &str)], outcome: Option<PointOutcome>) {
        let tags = tags
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let (name, tags, at) = (name.to_owned(), tags.collect(), now());
        let point = Point {
            name,
            value,
            tags,
            at,
            outcome,
        };
        if !point.is_sound() {
            return observe::point_dropped(&self.exporter, "unsound");
        }
        self.export(&point);
        if self.committer.note(Change::Point(point)).is_err() {
            observe::point_dropped(&self.exporter, "store");
        }
    }

    fn export(&self, point: &Point) {
        let Some(exported) = self.exported.iter().find(|it| it.name == point.name) else {
            return;
        };
        let tag = |name: &String| point.tags.get(name).cloned().unwrap_or_default();
        let outcome = point.outcome.map(PointOutcome::as_str).unwrap_or_default();
        let values = exported
            .tags
            .iter()
            .map(tag)
            .chain([outcome.to_owned()])
            .collect();
        let values = self.bounded(&point.name, values);
        let names = exported.tags.iter().map(String::as_str).chain(["outcome"]);
        let pairs = names.zip(values).filter(|(_, value)| !value.is_empty());
        let labels: Vec<_> = pairs
            .map(|(name, value)| Label::new(name.to_owned(), value))
            .collect();
        metrics::histogram!(point.name.clone(), labels).record(point.value);
    }

    /// The values themselves, or `other` for each when there are too many sets of them.
    fn bounded(&self, name: &str, values: Vec<String>) -> Vec<String> {
        // What a panic left here is a set with one element more or less.
        let mut series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = series.entry(name.to_owned()).or_default();
        if seen.contains(&values) || seen.len() < SERIES_MAX {
            seen.insert(values.clone());
            return values;
        }
        values.iter().map(|_| "other".to_owned()).collect()
    }
}

/// A future that is measured; its end, whatever it is, records the time.
struct Measured<'a> {
    points: &'a Points,
    name: &'a str,
    tags: &'a [(&'a str, &'a str)],
    start: Instant,
    outcome: PointOutcome,
}

impl Drop for Measured<'_> {
    fn drop(&mut self) {
        let spent = milliseconds(self.start.elapsed());
        self.points
            .keep(self.name, spent, self.tags, Some(self.outcome));
    }
}

#[cfg(test)]
mod tests {
    use super::{Points, SERIES_MAX};
    use crate::config::ExportedPoint;
    use crate::metrics::exporter::Exporter;
    use crate::records::committer::Committer;
    use crate::records::memory::MemoryStore;
    use crate::records::point::PointOutcome;
    use crate::records::store::RecordStore;
    use std::sync::Arc;

    fn points(exported: Vec<ExportedPoint>) -> (Points, Arc<MemoryStore>, Exporter) {
        let store = Arc::new(MemoryStore::new());
        let committer = Committer::start(Arc::clone(&store) as _, 0, Box::new(|_| {})).unwrap();
        let exporter = Exporter::new(&exported);
        (
            Points::new(committer, exporter.clone(), exported),
            store,
            exporter,
        )
    }

    /// The points of a name once there are so many.
    async fn kept(
        store: &MemoryStore,
        name: &str,
        count: usize,
    ) -> Vec<crate::records::point::Point> {
        loop {
            let points = store.points(name, 1000).unwrap();
            if points.len() >= count {
                return points;
            }
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_failed_future_is_recorded_as_failed_and_handed_through_unchanged() {
        let (points, store, _) = points(Vec::new());
        let failed: Result<(), String> = Err("the very same".to_owned());
        let given = points
            .measure("upload_ms", async { failed.clone() }, &[("to", "s3")])
            .await;
        assert_eq!(given, failed);
        assert_eq!(
            points
                .measure("upload_ms", async { Ok::<_, ()>(7) }, &[])
                .await,
            Ok(7)
        );
        let kept = kept(&store, "upload_ms", 2).await;
        let outcomes: Vec<_> = kept.iter().map(|point| point.outcome).collect();
        assert_eq!(
            outcomes,
            [Some(PointOutcome::Success), Some(PointOutcome::Failure)]
        );
        assert_eq!(kept[1].tags["to"], "s3");
        assert!(kept.iter().all(|point| point.value >= 0.0));
    }

    #[tokio::test]
    async fn a_future_that_is_dropped_is_recorded_as_cancelled() {
        let (points, store, _) = points(Vec::new());
        let never = points.measure("wait_ms", std::future::pending::<Result<(), ()>>(), &[]);
        assert!(
            tokio::time::timeout(std::time::Duration::from_millis(1), never)
                .await
                .is_err()
        );
        let kept = kept(&store, "wait_ms", 1).await;
        assert_eq!(kept[0].outcome, Some(PointOutcome::Cancelled));
    }

    #[tokio::test]
    async fn what_is_no_point_is_dropped_and_counted() {
        let (points, store, exporter) = points(Vec::new());
        points.record("", 1.0, &[]);
        points.record("nan", f64::NAN, &[]);
        points.record("good", 1.0, &[]);
        kept(&store, "good", 1).await;
        assert_eq!(store.points("nan", 1).unwrap(), []);
        let text = exporter.render();
        assert!(
            text.contains("vasca_points_dropped_total{reason=\"unsound\"} 2"),
            "{text}"
        );
    }

    #[tokio::test]
    async fn labels_of_exported_points_are_bounded() {
        let exported = ExportedPoint {
            name: "size".to_owned(),
            tags: vec!["who".to_owned()],
        };
        let (points, _, _) = points(vec![exported]);
        for number in 0..10 * SERIES_MAX {
            points.record("size", 1.0, &[("who", &number.to_string())]);
        }
        let series = points.series.lock().unwrap();
        assert_eq!(series["size"].len(), SERIES_MAX);
        drop(series);
        let values = points.bounded("size", vec!["one more".to_owned(), String::new()]);
        assert_eq!(values, ["other", "other"]);
    }
}
