//! The client: a number of connections, each of which asks for its next build when it has the
//! answer to the last.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ureq::Agent;

/// What the server is asked to wait at most before it answers without a result, in seconds.
const PREFER_WAIT: &str = "wait=10";
/// Longer than the server waits, with time for the answer to travel.
const ANSWER_LIMIT: Duration = Duration::from_secs(15);
/// A server on this machine takes a connection at once, or is not there.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// No turn of a sensible size takes so long: the slowest machine builds ten in a second.
const TURN_LIMIT: Duration = Duration::from_secs(600);

/// The requests of one turn, made ready before the clock runs.
#[derive(Debug)]
pub(crate) struct Load {
    /// Where the server listens, as `http://address:port`.
    pub(crate) server: String,
    /// How many clients ask at once.
    pub(crate) connections: usize,
    /// The unmeasured requests of each connection.
    pub(crate) warm_up_of_each: usize,
    /// The bodies of all requests; those of the warm-up come first.
    pub(crate) requests: Vec<String>,
}

/// One answer, as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Which of the load's requests it answers.
    pub(crate) request: usize,
    /// From before the request was written until the whole answer was read.
    pub(crate) latency: Duration,
    /// The answer's status and body, or why there is none.
    pub(crate) received: Result<(u16, String), String>,
}

/// What came back in one turn.
#[derive(Debug)]
pub(crate) struct Answers {
    /// The answers of the warm-up.
    pub(crate) warm_up: Vec<Answer>,
    /// The measured answers.
    pub(crate) measured: Vec<Answer>,
    /// From the first measured request to the last measured answer.
    pub(crate) took: Duration,
}

/// What the connections of a turn share.
struct Shared<'a> {
    load: &'a Load,
    /// The next request that nobody has taken.
    next: AtomicUsize,
    /// Holds all connections until the last is warm.
    warm: Barrier,
    /// Set when one answer is missing: the turn has failed, and the rest need not wait.
    failed: AtomicBool,
    end: Instant,
}

/// What one connection has seen.
struct Seen {
    answers: Answers,
    started: Instant,
    ended: Instant,
}

/// Puts the load on the server, and gives what came back.
pub(crate) fn drive(load: &Load) -> Answers {
    let shared = Shared {
        load,
        next: AtomicUsize::new(load.connections * load.warm_up_of_each),
        warm: Barrier::new(load.connections),
        failed: AtomicBool::new(false),
        end: Instant::now() + TURN_LIMIT,
    };
    let seen: Vec<_> = thread::scope(|scope| {
        let start = |number| {
            let shared = &shared;
            scope.spawn(move || shared.connection(number))
        };
        let threads: Vec<_> = (0..load.connections).map(start).collect();
        threads
            .into_iter()
            .filter_map(|thread| thread.join().ok())
            .collect()
    });
    gather(seen)
}

/// The answers of all connections, and the time from the first start to the last end.
fn gather(seen: Vec<Seen>) -> Answers {
    let started = seen.iter().map(|seen| seen.started).min();
    let ended = seen.iter().map(|seen| seen.ended).max();
    let mut all = Answers {
        warm_up: Vec::new(),
        measured: Vec::new(),
        took: Option::zip(started, ended)
            .map(|(started, ended)| ended.duration_since(started))
            .unwrap_or_default(),
    };
    for seen in seen {
        all.warm_up.extend(seen.answers.warm_up);
        all.measured.extend(seen.answers.measured);
    }
    all
}

impl Shared<'_> {
    /// One connection from its first request to its last.
    fn connection(&self, number: usize) -> Seen {
        let agent = agent();
        let each = self.load.warm_up_of_each;
        let mut warm_up = Vec::new();
        let mut own = number * each..(number + 1) * each;
        self.ask_all(&agent, || own.next(), &mut warm_up);
        self.warm.wait();
        let started = Instant::now();
        let mut measured = Vec::new();
        let take = || Some(self.next.fetch_add(1, Ordering::Relaxed));
        self.ask_all(&agent, take, &mut measured);
        Seen {
            answers: Answers {
                warm_up,
                measured,
                took: started.elapsed(),
            },
            started,
            ended: Instant::now(),
        }
    }

    /// Asks for one build after another, until there is none or one has failed.
    fn ask_all(
        &self,
        agent: &Agent,
        mut take: impl FnMut() -> Option<usize>,
        into: &mut Vec<Answer>,
    ) {
        while !self.failed.load(Ordering::Relaxed) && Instant::now() < self.end {
            let Some(request) = take() else { return };
            let Some(body) = self.load.requests.get(request) else {
                return;
            };
            let start = Instant::now();
            let received = ask(agent, &self.load.server, body);
            let latency = start.elapsed();
            if !matches!(received, Ok((200, _))) {
                self.failed.store(true, Ordering::Relaxed);
            }
            into.push(Answer {
                request,
                latency,
                received,
            });
        }
    }
}

/// A client that keeps its one connection. Its limits are for parts of a request: one for all of
/// it would cost a thread for each look-up of the address.
fn agent() -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .max_redirects(0)
        .max_idle_connections(1)
        .timeout_connect(Some(CONNECT_LIMIT))
        .timeout_send_body(Some(CONNECT_LIMIT))
        .timeout_recv_response(Some(ANSWER_LIMIT))
        .timeout_recv_body(Some(ANSWER_LIMIT));
    config.build().new_agent()
}

/// One build, from the request to the whole answer.
fn ask(agent: &Agent, server: &str, body: &str) -> Result<(u16, String), String> {
    let request = agent
        .post(format!("{server}/v1/builds"))
        .header("content-type", "application/json")
        .header("prefer", PREFER_WAIT);
    let mut response = request.send(body).map_err(|error| error.to_string())?;
    let text = response.body_mut().read_to_string();
    let text = text.map_err(|error| error.to_string())?;
    Ok((response.status().as_u16(), text))
}

/// What a server has at this path.
pub(crate) fn get(server: &str, path: &str) -> Result<(u16, Vec<u8>), String> {
    let response = agent().get(format!("{server}{path}")).call();
    let mut response = response.map_err(|error| error.to_string())?;
    let bytes = response.body_mut().read_to_vec();
    let bytes = bytes.map_err(|error| error.to_string())?;
    Ok((response.status().as_u16(), bytes))
}
