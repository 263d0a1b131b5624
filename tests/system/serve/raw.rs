//! Connections below HTTP's good manners: bytes go out as they are, answers are read one by one.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use vasca_tests::server::Answer;

/// Longer than any test waits for an answer; a read that takes longer fails its test.
const READ_WITHIN: Duration = Duration::from_secs(30);

/// A connection to a server.
#[derive(Debug)]
pub(crate) struct Connection {
    reader: BufReader<TcpStream>,
}

impl Connection {
    /// Opens one.
    #[track_caller]
    pub(crate) fn open(address: &str) -> Self {
        Self::of(TcpStream::connect(address).expect("the server accepts connections"))
    }

    /// One that is open already.
    #[track_caller]
    pub(crate) fn of(stream: TcpStream) -> Self {
        stream
            .set_read_timeout(Some(READ_WITHIN))
            .expect("a limit on reads");
        stream
            .set_write_timeout(Some(READ_WITHIN))
            .expect("a limit on writes");
        Self {
            reader: BufReader::new(stream),
        }
    }

    /// Sends bytes; an error where the server takes no more.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.reader.get_mut().write_all(bytes.as_ref())
    }

    /// The same connection for another thread that only writes.
    #[track_caller]
    pub(crate) fn writer(&self) -> Self {
        let stream = self.reader.get_ref().try_clone();
        Self {
            reader: BufReader::new(stream.expect("a further descriptor")),
        }
    }

    /// Says that nothing more comes.
    #[track_caller]
    pub(crate) fn finish(&mut self) {
        let stream = self.reader.get_ref();
        stream
            .shutdown(std::net::Shutdown::Write)
            .expect("the connection is open");
    }

    /// The next answer; nothing when the connection is closed or reset before one comes.
    #[track_caller]
    pub(crate) fn answer(&mut self) -> Option<Answer> {
        let mut answer = self.head()?;
        let length = answer.header("content-length").unwrap_or("0");
        let length = length.parse().expect("a length");
        answer.body = vec![0; length];
        self.reader.read_exact(&mut answer.body).ok()?;
        Some(answer)
    }

    /// The next answer, if it begins within this time.
    #[track_caller]
    pub(crate) fn try_answer(&mut self, limit: Duration) -> Option<Answer> {
        let wait = |reader: &BufReader<TcpStream>, limit| {
            let set = reader.get_ref().set_read_timeout(Some(limit));
            set.expect("a limit on reads");
        };
        wait(&self.reader, limit);
        let begins = self.reader.fill_buf().is_ok_and(|bytes| !bytes.is_empty());
        wait(&self.reader, READ_WITHIN);
        begins.then(|| self.answer()).flatten()
    }

    /// The next answer without its body, which must be read or not be there.
    #[track_caller]
    pub(crate) fn head(&mut self) -> Option<Answer> {
        let status = self.line()?;
        let status = status
            .strip_prefix("HTTP/1.1 ")
            .or(status.strip_prefix("HTTP/1.0 "));
        let status = status.and_then(|rest| rest.get(..3)?.parse::<u16>().ok());
        let mut answer = Answer {
            status: status.expect("an answer begins with its status"),
            headers: Vec::new(),
            body: Vec::new(),
        };
        loop {
            let line = self.line()?;
            match line.split_once(':') {
                Some((name, value)) => {
                    let pair = (name.to_ascii_lowercase(), value.trim().to_owned());
                    answer.headers.push(pair);
                }
                None => return Some(answer),
            }
        }
    }

    /// A line without its end; nothing when there is none any more.
    #[track_caller]
    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.reader.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(line.trim_end().to_owned()),
            Err(error) => self.gone(&error),
        }
    }

    /// Whether the server closes the connection without another byte.
    #[track_caller]
    pub(crate) fn is_closed(&mut self) -> bool {
        match self.reader.read(&mut [0]) {
            Ok(read) => read == 0,
            Err(error) => self.gone::<()>(&error).is_none(),
        }
    }

    /// Whether the server closes the connection, perhaps with a last word that it took too long.
    #[track_caller]
    pub(crate) fn is_closed_or_408(&mut self) -> bool {
        match self.answer() {
            Some(answer) => answer.status == 408 && self.is_closed(),
            None => true,
        }
    }

    /// A connection that was reset is gone; one on which nothing comes is not.
    #[track_caller]
    fn gone<T>(&self, error: &io::Error) -> Option<T> {
        let waits = [io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut];
        assert!(!waits.contains(&error.kind()), "nothing comes: {error}");
        None
    }
}

/// What comes of bytes on a connection of their own.
#[track_caller]
pub(crate) fn exchange(address: &str, bytes: impl AsRef<[u8]>) -> Option<Answer> {
    let mut connection = Connection::open(address);
    // A server may have answered and closed before everything has gone out.
    let _ = connection.send(bytes);
    connection.answer()
}

/// The head of a submission whose body has, or is said to have, this length.
pub(crate) fn submission_head(length: impl std::fmt::Display) -> String {
    format!(
        "POST /v1/builds HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
}
