//! The language of host and worker: frames of a length (u32, little endian), a head and a body.
//!
//! Head and body are postcard, one after the other, so that a body is never encoded twice.

use std::io::{self, Read, Write};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::worker_error::WorkerError;

/// Raised with every change of the heads below, or of the way frames are cut.
pub(super) const VERSION: u32 = 1;

/// The longest frame that may be configured: both sides hold a message in memory at once, twice.
pub(super) const MAX_FRAME_BYTES: u32 = 1 << 30;

/// A greeting is a few bytes; a page leaves room for versions to come.
pub(super) const GREETING_LIMIT_BYTES: u32 = 4096;

/// The length before each frame.
const LENGTH_BYTES: usize = size_of::<u32>();

/// From the host; the body is the job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Run {
    /// The job's id, which the answer repeats.
    pub(super) id: u64,
    /// Which code is to run it.
    pub(super) name: String,
    /// The longest frame the host will read.
    pub(super) limit_bytes: u32,
}

/// From the worker.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Reply {
    /// The first frame.
    Ready {
        /// What the worker speaks.
        version: u32,
    },
    /// The answer to a [`Run`].
    Done {
        /// The job's id.
        id: u64,
        /// What the body is.
        answer: Answer,
    },
}

/// How a job went in the worker.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Answer {
    /// The body is the job's output.
    Output,
    /// The body is the job's error.
    Error,
    /// It panicked, with this message.
    Panicked(String),
    /// Nothing is registered for its name.
    UnknownJob,
    /// The job could not be decoded or the answer not encoded.
    Codec(String),
    /// No thread could be started for it.
    Refused(String),
    /// The answer would have been this long.
    TooLong(u64),
}

/// A whole frame, its length first.
pub(super) fn encode<H: Serialize, B: Serialize>(
    head: &H,
    body: &B,
    limit_bytes: u32,
) -> Result<Vec<u8>, WorkerError> {
    let frame = vec![0; LENGTH_BYTES];
    let frame = postcard::to_extend(head, frame).map_err(codec)?;
    let mut frame = postcard::to_extend(body, frame).map_err(codec)?;
    let bytes = frame.len() - LENGTH_BYTES;
    let length = check(bytes as u64, limit_bytes)?;
    if let Some(place) = frame.first_chunk_mut() {
        *place = length.to_le_bytes();
    }
    Ok(frame)
}

/// A frame's head, and its body still encoded.
pub(super) fn split<H: DeserializeOwned>(frame: &[u8]) -> Result<(H, &[u8]), WorkerError> {
    postcard::take_from_bytes(frame).map_err(codec)
}

/// A frame's body; nothing may follow it.
pub(super) fn decode<B: DeserializeOwned>(body: &[u8]) -> Result<B, WorkerError> {
    match postcard::take_from_bytes(body).map_err(codec)? {
        (value, []) => Ok(value),
        _ => Err(WorkerError::Protocol {
            what: "a body is longer than what it holds",
        }),
    }
}

/// Reads one frame without its length, on the host's side; nothing at the end of the stream.
pub(super) async fn read<R: AsyncRead + Unpin>(
    from: &mut R,
    limit_bytes: u32,
) -> Result<Option<Vec<u8>>, WorkerError> {
    let mut length = [0; LENGTH_BYTES];
    match from.read_exact(&mut length).await {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(WorkerError::Pipe(Arc::new(error))),
    }
    let length = check(u64::from(u32::from_le_bytes(length)), limit_bytes)?;
    let mut frame = Vec::new();
    // Grows with what comes, so that a lie about the length costs its teller only.
    let read = from.take(u64::from(length)).read_to_end(&mut frame).await;
    match read.map_err(|error| WorkerError::Pipe(Arc::new(error)))? {
        read if read == length as usize => Ok(Some(frame)),
        _ => Ok(None),
    }
}

/// Reads one frame without its length, on the worker's side; nothing at the end of the stream.
pub(super) fn read_blocking(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; LENGTH_BYTES];
    match from.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let bytes = u64::from(u32::from_le_bytes(length));
    let length = check(bytes, MAX_FRAME_BYTES).map_err(io::Error::other)?;
    let mut frame = Vec::with_capacity(length as usize);
    let read = from.take(u64::from(length)).read_to_end(&mut frame)?;
    Ok((read == length as usize).then_some(frame))
}

/// Writes one frame, on the worker's side.
pub(super) fn write_blocking(to: &mut impl Write, frame: &[u8]) -> io::Result<()> {
    to.write_all(frame)?;
    to.flush()
}

fn check(bytes: u64, limit_bytes: u32) -> Result<u32, WorkerError> {
    match u32::try_from(bytes) {
        Ok(length) if length <= limit_bytes => Ok(length),
        _ => Err(WorkerError::FrameTooLong {
            bytes,
            limit_bytes: u64::from(limit_bytes),
        }),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape `map_err` takes")]
fn codec(error: postcard::Error) -> WorkerError {
    WorkerError::Codec {
        what: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Reply, decode, encode, read, split};
    use crate::worker_error::WorkerError;

    #[tokio::test]
    async fn a_frame_comes_back_as_it_went_and_the_stream_ends_between_frames() {
        let head = Reply::Done {
            id: 7,
            answer: Answer::Output,
        };
        let frame = encode(&head, &"body", 100).unwrap();
        let mut stream: &[u8] = &[frame.clone(), frame].concat();
        for _ in 0..2 {
            let frame = read(&mut stream, 100).await.unwrap().unwrap();
            let (got, body) = split::<Reply>(&frame).unwrap();
            assert_eq!(
                (got, decode::<String>(body).unwrap().as_str()),
                (head_again(), "body")
            );
        }
        assert!(read(&mut stream, 100).await.unwrap().is_none());
    }

    fn head_again() -> Reply {
        Reply::Done {
            id: 7,
            answer: Answer::Output,
        }
    }

    #[tokio::test]
    async fn a_frame_over_the_limit_is_refused_on_both_sides_and_one_at_it_is_not() {
        let frame = encode(&(), &"12345", 6).unwrap();
        assert!(matches!(
            encode(&(), &"123456", 6),
            Err(WorkerError::FrameTooLong {
                bytes: 7,
                limit_bytes: 6
            })
        ));
        assert!(read(&mut frame.as_slice(), 6).await.unwrap().is_some());
        assert!(matches!(
            read(&mut frame.as_slice(), 5).await,
            Err(WorkerError::FrameTooLong {
                bytes: 6,
                limit_bytes: 5
            })
        ));
    }

    #[tokio::test]
    async fn a_stream_that_ends_inside_a_frame_gives_no_frame() {
        let frame = encode(&(), &"12345", 100).unwrap();
        for end in 0..frame.len() {
            assert!(read(&mut &frame[..end], 100).await.unwrap().is_none());
        }
    }

    #[test]
    fn rubbish_is_an_error_and_no_panic() {
        assert!(split::<Reply>(&[0xff; 9]).is_err());
        assert!(split::<Reply>(&[]).is_err());
        assert!(
            decode::<String>(&[1, b'a', b'b']).is_err(),
            "a byte too many"
        );
    }
}
