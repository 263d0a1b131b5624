//! A `vasca serve` of a test's own, and a client for it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;

use crate::child::Child;
use crate::run::vasca;

/// Starting takes a fraction of a second, and its multiple on a busy machine.
const READY_WITHIN: Duration = Duration::from_secs(30);
/// Longer than any answer is held back.
const ANSWER_WITHIN: Duration = Duration::from_secs(90);

/// A server that ends with its test. Its workers end with it.
#[derive(Debug)]
pub struct Server {
    child: Child,
    url: String,
    log: PathBuf,
    printed: Arc<Mutex<String>>,
}

impl Server {
    /// Starts a server on a free port that keeps everything in `folder`, and waits until it listens.
    ///
    /// # Panics
    /// When it does not listen in time; with what it said.
    #[must_use]
    #[track_caller]
    pub fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[], |_| {})
    }

    /// The same with further arguments and a last look at the command.
    ///
    /// # Panics
    /// When it does not listen in time; with what it said.
    #[must_use]
    #[track_caller]
    pub fn start_with(
        folder: &Path,
        arguments: &[&str],
        change: impl FnOnce(&mut Command),
    ) -> Self {
        match Self::try_start(folder, arguments, change) {
            Ok(server) => server,
            Err(said) => panic!("the server did not start:\n{said}"),
        }
    }

    /// The same for a server that may not start: gives what it said on standard error.
    ///
    /// # Errors
    /// When it ended, or did not listen in time.
    ///
    /// # Panics
    /// When the command itself cannot be run.
    #[track_caller]
    pub fn try_start(
        folder: &Path,
        arguments: &[&str],
        change: impl FnOnce(&mut Command),
    ) -> Result<Self, String> {
        let first = ["serve", "--listen", "127.0.0.1:0", "--data-dir"].map(OsStr::new);
        let mut command = vasca(first);
        command.arg(folder).args(arguments);
        let log = folder.with_extension(format!("{}.log", next_number()));
        let file = File::create(&log).unwrap_or_else(|error| panic!("no log: {error}"));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file);
        change(&mut command);
        let mut child = Child::spawn(&mut command);
        let stdout = child.take_stdout();
        let said = || std::fs::read_to_string(&log).unwrap_or_default();
        let printed = Arc::default();
        let first = first_line(stdout, READY_WITHIN, Arc::clone(&printed));
        match first.as_deref().and_then(url_in) {
            Some(url) => Ok(Self {
                child,
                url,
                log,
                printed,
            }),
            None => {
                let status = child.status_within(Duration::from_secs(5));
                Err(format!("{}exit status {status:?}", said()))
            }
        }
    }

    /// Its process id; it is the leader of its session.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.pid()
    }

    /// `http://127.0.0.1:PORT`
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `127.0.0.1:PORT`
    #[must_use]
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// What it has printed so far below the line that says where it listens.
    #[must_use]
    pub fn printed(&self) -> String {
        let printed = self.printed.lock();
        printed.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A client with connections of its own.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.url)
    }

    /// Kills it at once, as a crash of the machine would, and waits until it is gone.
    pub fn kill(mut self) {
        self.child.kill();
        let _ = self.child.status_within(Duration::from_secs(10));
    }

    /// Asks it to end, and waits for that.
    ///
    /// # Panics
    /// When it does not end within `limit`.
    #[track_caller]
    pub fn end(mut self, limit: Duration) -> ExitStatus {
        self.child.terminate();
        match self.child.status_within(limit) {
            Some(status) => status,
            None => panic!("the server did not end within {limit:?}:\n{}", self.log()),
        }
    }

    /// Asks it to end, without waiting.
    pub fn terminate(&mut self) {
        self.child.terminate();
    }

    /// Its exit status, when it ends within `limit`.
    pub fn status_within(&mut self, limit: Duration) -> Option<ExitStatus> {
        self.child.status_within(limit)
    }
}

/// A number that no other call in this process has had.
fn next_number() -> usize {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn url_in(line: &str) -> Option<String> {
    line.strip_prefix("listening on ")
        .map(|url| url.trim().to_owned())
}

/// The first line that comes out of a pipe in time; all further ones go into `rest`.
fn first_line(
    pipe: Option<impl Read + Send + 'static>,
    limit: Duration,
    rest: Arc<Mutex<String>>,
) -> Option<String> {
    let mut reader = BufReader::new(pipe?);
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut line = String::new();
        let read = reader.read_line(&mut line);
        let _ = sender.send(read.is_ok().then_some(line));
        for line in reader.lines().map_while(Result::ok) {
            let mut rest = rest.lock().unwrap_or_else(PoisonError::into_inner);
            rest.push_str(&(line + "\n"));
        }
    });
    receiver.recv_timeout(limit).ok().flatten()
}

/// Talks to a server. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    url: String,
}

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers; names are in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter();
        all.find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("{error} in {} {}", self.status, self.text()),
        }
    }

    /// Itself, if it has this status.
    ///
    /// # Panics
    /// Otherwise.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

impl Client {
    /// A client of the server at `url`.
    #[must_use]
    pub fn new(url: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(ANSWER_WITHIN))
            .max_idle_connections_per_host(256)
            .build();
        Self {
            agent: config.into(),
            url: url.to_owned(),
        }
    }

    /// `GET`
    ///
    /// # Errors
    /// When no answer comes.
    pub fn try_get(&self, path: &str, headers: &[(&str, &str)]) -> Result<Answer, ureq::Error> {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.call().and_then(answer)
    }

    /// `POST` with a body, `application/json` unless the headers say otherwise.
    ///
    /// # Errors
    /// When no answer comes.
    pub fn try_post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, ureq::Error> {
        let mut request = self.agent.post(format!("{}{path}", self.url));
        let is_typed = headers.iter().any(|(name, _)| *name == "content-type");
        if !is_typed {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send(body).and_then(answer)
    }

    /// `GET`
    ///
    /// # Panics
    /// When no answer comes.
    #[must_use]
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        match self.try_get(path, &[]) {
            Ok(answer) => answer,
            Err(error) => panic!("GET {path}: {error}"),
        }
    }

    /// `POST` of JSON.
    ///
    /// # Panics
    /// When no answer comes.
    #[must_use]
    #[track_caller]
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        match self.try_post(path, headers, body.to_string().as_bytes()) {
            Ok(answer) => answer,
            Err(error) => panic!("POST {path}: {error}"),
        }
    }

    /// Submits a source and waits for its end, for half a minute at most.
    ///
    /// # Panics
    /// When no answer comes.
    #[must_use]
    #[track_caller]
    pub fn build(&self, source: &str) -> Answer {
        let headers = [("prefer", "wait=30")];
        self.post("/v1/builds", &headers, &json!({ "source": source }))
    }

    /// The value of one line of `/metrics`: a name with its labels, as it is rendered; 0 when it is
    /// not there.
    ///
    /// # Panics
    /// When no answer comes.
    #[must_use]
    #[track_caller]
    pub fn metric(&self, line: &str) -> f64 {
        let text = self.get("/metrics").text();
        let values = text.lines().filter_map(|candidate| {
            let (name, value) = candidate.rsplit_once(' ')?;
            (name == line).then(|| value.parse::<f64>().ok())?
        });
        values.sum()
    }

    /// The sum of all lines of `/metrics` whose names begin so.
    ///
    /// # Panics
    /// When no answer comes.
    #[must_use]
    #[track_caller]
    pub fn metric_sum(&self, begin: &str) -> f64 {
        let text = self.get("/metrics").text();
        let values = text.lines().filter_map(|line| {
            let (name, value) = line.rsplit_once(' ')?;
            name.starts_with(begin).then(|| value.parse::<f64>().ok())?
        });
        values.sum()
    }
}

fn answer(mut response: ureq::http::Response<ureq::Body>) -> Result<Answer, ureq::Error> {
    let headers = response.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    let headers = headers.collect();
    let status = response.status().as_u16();
    // As large as any body of ours, and room.
    let body = response
        .body_mut()
        .with_config()
        .limit(64 << 20)
        .read_to_vec()?;
    Ok(Answer {
        status,
        headers,
        body,
    })
}
