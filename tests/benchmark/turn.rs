//! One turn of one server: started with nothing recorded, warmed up, measured, checked, ended.

use std::fmt::{self, Display, Formatter};

use crate::answers;
use crate::arguments::Settings;
use crate::corpus::Corpus;
use crate::figures::Latencies;
use crate::load::{Load, drive};
use crate::servers::{Server, Side};

/// Modules that are fetched after a turn: one of each component, as components take turns.
const FETCHED: usize = 15;

/// The figures of one turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    /// How many clients asked at once.
    connections: usize,
    /// Unique builds in a second.
    pub(crate) builds_per_second: f64,
    /// How long they took, as the client saw it.
    pub(crate) latencies: Latencies,
    /// The most memory that the server's processes have held.
    pub(crate) peak_bytes: u64,
}

impl Display for Measured {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} connections, {:.1} builds/s, {:.1?} at p50, {:.1?} at p99",
            self.connections, self.builds_per_second, self.latencies.p50, self.latencies.p99
        )
    }
}

/// Measures one server on the sources from number `first`.
pub(crate) fn measure(
    side: Side,
    settings: &Settings,
    connections: usize,
    corpus: &Corpus,
    first: usize,
) -> Result<Measured, String> {
    let count = settings.builds_of_a_turn(connections);
    let requests = (first..first + count).map(|number| corpus.request(number));
    let requests = requests.collect();
    let server = Server::start(side, settings.slots)?;
    let load = Load {
        server: server.address().to_owned(),
        connections,
        warm_up_of_each: settings.warm_up_of_each(connections),
        requests,
    };
    let answers = drive(&load);
    let peak_bytes = server.peak_memory_bytes();
    answers::check(server.address(), &answers, first, count, FETCHED)
        .map_err(|reason| server.with_log(&format!("{side}: {reason}")))?;
    server
        .stop()
        .map_err(|reason| format!("{side}: {reason}"))?;
    let latencies = answers.measured.iter().map(|answer| answer.latency);
    Ok(Measured {
        connections,
        builds_per_second: settings.builds as f64 / answers.took.as_secs_f64(),
        latencies: Latencies::of(latencies.collect()),
        peak_bytes,
    })
}
