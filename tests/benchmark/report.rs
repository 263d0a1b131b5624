//! What the run has found, in Markdown.

use std::fmt::Write;
use std::time::Duration;

use crate::arguments::Settings;
use crate::figures::{Latencies, median};
use crate::machine::is_for_development;
use crate::turn::Measured;

/// One round: the turn of one server and that of the other, on the same sources.
#[derive(Debug)]
pub(crate) struct Pair {
    /// How many clients asked at once.
    pub(crate) connections: usize,
    /// The turn of `vasca serve`.
    pub(crate) vasca: Measured,
    /// The turn of the server written for the comparison.
    pub(crate) node: Measured,
}

impl Pair {
    /// Vasca's builds a second for each of Node's.
    fn ratio(&self) -> f64 {
        self.vasca.builds_per_second / self.node.builds_per_second
    }
}

/// The pairs with one number of connections.
struct Row<'a> {
    connections: usize,
    pairs: Vec<&'a Pair>,
}

impl Row<'_> {
    /// The median over the rounds, of Vasca and of Node.
    fn medians(&self, of: impl Fn(&Measured) -> f64) -> [f64; 2] {
        [
            median(self.pairs.iter().map(|pair| of(&pair.vasca))),
            median(self.pairs.iter().map(|pair| of(&pair.node))),
        ]
    }

    /// The medians of one of the latencies.
    fn milliseconds(&self, of: fn(&Latencies) -> Duration) -> [f64; 2] {
        self.medians(|turn| of(&turn.latencies).as_secs_f64() * 1000.0)
    }

    /// The median of the pairs' ratios, and where they lie.
    fn ratio(&self) -> String {
        let ratios: Vec<_> = self.pairs.iter().map(|pair| pair.ratio()).collect();
        let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
        let most = ratios.iter().copied().fold(0.0, f64::max);
        format!("{:.2} ({least:.2} to {most:.2})", median(ratios))
    }

    /// Its line in the first table.
    fn throughput(&self) -> String {
        let [vasca, node] = self.medians(|turn| turn.builds_per_second);
        let p50 = self.milliseconds(|latencies| latencies.p50);
        let p99 = self.milliseconds(|latencies| latencies.p99);
        format!(
            "| {} | {vasca:.0} | {node:.0} | {} | {} | {} |",
            self.connections,
            self.ratio(),
            cells(p50),
            cells(p99)
        )
    }

    /// Its line in the second table.
    fn tail(&self) -> String {
        let p95 = self.milliseconds(|latencies| latencies.p95);
        let max = self.milliseconds(|latencies| latencies.max);
        let [vasca, node] = self.medians(|turn| turn.peak_bytes as f64 / f64::from(1 << 20));
        format!(
            "| {} | {} | {} | {vasca:.0} | {node:.0} |",
            self.connections,
            cells(p95),
            cells(max)
        )
    }
}

/// Vasca's figure and Node's, in two cells.
fn cells([vasca, node]: [f64; 2]) -> String {
    format!("{vasca:.2} | {node:.2}")
}

/// The whole report.
pub(crate) fn markdown(settings: &Settings, machine: &str, pairs: &[Pair]) -> String {
    let rows: Vec<_> = settings
        .connections
        .iter()
        .map(|&connections| Row {
            connections,
            pairs: pairs
                .iter()
                .filter(|pair| pair.connections == connections)
                .collect(),
        })
        .collect();
    let throughput = rows.iter().map(Row::throughput).collect();
    let tail = rows.iter().map(Row::tail).collect();
    let tables = [table(THROUGHPUT, throughput), table(TAIL, tail)];
    format!(
        "{}\n\n{}",
        tables.join("\n\n"),
        circumstances(settings, machine)
    )
}

/// A table of finished rows.
fn table(headings: &str, rows: Vec<String>) -> String {
    format!("{headings}\n{}", rows.join("\n"))
}

/// The head of the table that answers the question.
const THROUGHPUT: &str = "\
| connections | builds/s Vasca | builds/s Node | ratio (least to most) | p50 ms Vasca | p50 ms Node | p99 ms Vasca | p99 ms Node |
|--:|--:|--:|--:|--:|--:|--:|--:|";

/// The head of the table with what is looked at next.
const TAIL: &str = "\
| connections | p95 ms Vasca | p95 ms Node | max ms Vasca | max ms Node | MiB Vasca | MiB Node |
|--:|--:|--:|--:|--:|--:|--:|";

/// The machine, what was done on it, and how to do it again.
fn circumstances(settings: &Settings, machine: &str) -> String {
    let Settings {
        builds,
        warm_up,
        rounds,
        slots,
        connections,
        short,
    } = settings;
    let connections: Vec<_> = connections.iter().map(usize::to_string).collect();
    let connections = connections.join(",");
    let mut text = format!(
        "{machine}\n\nMedians of {rounds} rounds of {builds} unique builds after at least {warm_up} \
         unmeasured ones, {slots} slots, no failure.\n\n"
    );
    if *short {
        text.push_str("A short run shows that everything works: its figures mean nothing.\n\n");
    }
    if is_for_development() {
        text.push_str(
            "A development build was measured: its figures say little about a release.\n\n",
        );
    }
    let _ = write!(
        text,
        "Again: `tests/run bench --builds {builds} --rounds {rounds} --slots {slots} \
         --connections {connections}{}`",
        if *short { " --short" } else { "" }
    );
    text
}
