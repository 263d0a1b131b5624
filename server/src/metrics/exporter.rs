//! Keeps the numbers of the catalogue's families, and renders them for Prometheus.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use metrics::{Key, Label, Level, Metadata, Recorder, Unit};
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

use crate::config::ExportedPoint;
use crate::metrics::catalogue::{ALL, Family, Kind};

/// What Prometheus asks for, see its documentation of the text format.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

const METADATA: Metadata<'static> = Metadata::new("vasca", Level::INFO, Some(module_path!()));
/// For the points that somebody exports: nobody knows what they measure, from microseconds to
/// megabytes.
const POINT_BUCKETS: &[f64] = &[0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e7];

/// The numbers. Cheap to clone.
#[derive(Clone)]
pub struct Exporter {
    recorder: Arc<PrometheusRecorder>,
    handle: PrometheusHandle,
    process: Arc<metrics_process::Collector>,
    /// Time that was added to a counter of seconds, which counts whole ones.
    busy_micros: Arc<AtomicU64>,
}

impl Exporter {
    /// All families of the catalogue, and histograms for the points that are to be exported.
    #[must_use]
    pub fn new(points: &[ExportedPoint]) -> Self {
        let histograms = ALL.iter().filter_map(|family| match family.kind {
            Kind::Histogram(buckets) => Some((family.name, buckets)),
            _ => None,
        });
        let points = points
            .iter()
            .map(|point| (point.name.as_str(), POINT_BUCKETS));
        let mut builder = PrometheusBuilder::new();
        for (name, buckets) in histograms.chain(points) {
            // It refuses nothing but an empty list of buckets, and none here is.
            builder = match builder.set_buckets_for_metric(Matcher::Full(name.to_owned()), buckets)
            {
                Ok(builder) => builder,
                Err(_) => PrometheusBuilder::new(),
            };
        }
        let recorder = Arc::new(builder.build_recorder());
        let exporter = Self {
            handle: recorder.handle(),
            process: Arc::new(metrics_process::Collector::default()),
            busy_micros: Arc::default(),
            recorder,
        };
        exporter.describe();
        exporter
    }

    fn describe(&self) {
        for Family {
            name, kind, help, ..
        } in ALL
        {
            let (name, help) = ((*name).into(), (*help).into());
            match kind {
                Kind::Counter => self.recorder.describe_counter(name, None, help),
                Kind::Gauge => self.recorder.describe_gauge(name, None, help),
                Kind::Histogram(_) => self.recorder.describe_histogram(name, None, help),
            }
        }
        metrics::with_local_recorder(&*self.recorder, || self.process.describe());
    }

    /// Says what an exported point is.
    pub fn describe_point(&self, name: &str) {
        let help = "A number that was recorded with record_metric.";
        let name = name.to_owned().into();
        self.recorder
            .describe_histogram(name, None::<Unit>, help.into());
    }

    /// Makes it the recorder of the facade `metrics` for this process: what any library records
    /// there is exported too. False when there is one already.
    #[must_use]
    pub fn install(&self) -> bool {
        metrics::set_global_recorder(Arc::clone(&self.recorder)).is_ok()
    }

    /// Adds to a counter; adding 0 makes it appear.
    pub fn count(&self, family: &Family, labels: &[(&'static str, &str)], by: u64) {
        self.recorder
            .register_counter(&key(family, labels), &METADATA)
            .increment(by);
    }

    /// Adds a length of time to the counter of seconds that slots were held.
    pub fn add_busy(&self, family: &Family, spent: Duration) {
        let micros = u64::try_from(spent.as_micros()).unwrap_or(u64::MAX);
        let before = self.busy_micros.fetch_add(micros, Ordering::Relaxed);
        let seconds = before.saturating_add(micros) / 1_000_000;
        let counter = self.recorder.register_counter(&key(family, &[]), &METADATA);
        counter.absolute(seconds);
    }

    /// Sets a gauge.
    pub fn set(&self, family: &Family, labels: &[(&'static str, &str)], to: f64) {
        self.recorder
            .register_gauge(&key(family, labels), &METADATA)
            .set(to);
    }

    /// Adds to a gauge.
    pub fn add(&self, family: &Family, by: f64) {
        self.recorder
            .register_gauge(&key(family, &[]), &METADATA)
            .increment(by);
    }

    /// Counts a value into a histogram.
    pub fn record(&self, family: &Family, labels: &[(&'static str, &str)], value: f64) {
        self.recorder
            .register_histogram(&key(family, labels), &METADATA)
            .record(value);
    }

    /// Everything, as Prometheus reads it, the process's own numbers among it.
    #[must_use]
    pub fn render(&self) -> String {
        metrics::with_local_recorder(&*self.recorder, || self.process.collect());
        self.handle.render()
    }

    /// Moves what was recorded into the buckets; to be called every few seconds, or what waits to
    /// be moved grows for as long as nobody scrapes.
    pub fn upkeep(&self) {
        self.handle.run_upkeep();
    }
}

fn key(family: &Family, labels: &[(&'static str, &str)]) -> Key {
    debug_assert!(
        labels.len() == family.labels.len()
            && labels.iter().all(|(name, _)| family.labels.contains(name)),
        "{} has the labels {:?}",
        family.name,
        family.labels
    );
    let labels: Vec<_> = labels
        .iter()
        .map(|(name, value)| Label::new(*name, (*value).to_owned()))
        .collect();
    Key::from_parts(family.name, labels)
}

impl fmt::Debug for Exporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exporter").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Exporter;
    use crate::config::ExportedPoint;
    use crate::metrics::catalogue::{BUILD_SECONDS, BUILDS, SLOTS};

    #[test]
    fn families_are_rendered_with_help_type_and_buckets() {
        let exporter = Exporter::new(&[]);
        exporter.count(
            &BUILDS,
            &[
                ("builder", "tsx"),
                ("outcome", "success"),
                ("lane", "normal"),
            ],
            2,
        );
        exporter.set(&SLOTS, &[], 3.0);
        exporter.record(&BUILD_SECONDS, &[("outcome", "success")], 0.02);
        exporter.upkeep();
        let text = exporter.render();
        for line in [
            "# TYPE vasca_builds_total counter",
            "vasca_builds_total{builder=\"tsx\",outcome=\"success\",lane=\"normal\"} 2",
            "vasca_slots 3",
            "vasca_build_duration_seconds_bucket{outcome=\"success\",le=\"0.025\"} 1",
            "vasca_build_duration_seconds_bucket{outcome=\"success\",le=\"+Inf\"} 1",
            "# HELP vasca_slots ",
            "process_start_time_seconds",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
    }

    #[test]
    fn points_are_exported_as_histograms_too() {
        let point = ExportedPoint {
            name: "upload_ms".to_owned(),
            tags: Vec::new(),
        };
        let exporter = Exporter::new(&[point]);
        metrics::with_local_recorder(&*exporter.recorder, || {
            metrics::histogram!("upload_ms").record(5.0);
        });
        let text = exporter.render();
        assert!(text.contains("upload_ms_bucket{le=\"10\"} 1"), "{text}");
    }
}
