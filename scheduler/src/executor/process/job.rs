//! What a job for a worker is: three types and a name.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A job that runs in a child process: only its types; the code is the worker's, registered with
/// [`Worker::on`](super::worker::Worker::on).
///
/// All three types cross a pipe in postcard, which does not describe itself: serde's `untagged`,
/// `flatten`, `skip_serializing_if` and `deserialize_any` do not survive it. The host encodes and
/// decodes on its runtime.
pub trait ProcessJob: Serialize + DeserializeOwned + Send + 'static {
    /// The name by which the worker finds the code; unique among the jobs of a worker.
    const NAME: &'static str;
    /// What a successful run gives.
    type Output: Serialize + DeserializeOwned + Send + 'static;
    /// What a failed run gives; it reaches the submitter with its type and fields.
    type Error: Serialize + DeserializeOwned + Send + 'static;
}
