//! What the threads of a pool run.

/// What a thread runs. It should contain its panics: one that gets out costs the report. Without a
/// report the thread is one too many, and leaves unless it is needed.
pub(crate) type Work = Box<dyn FnOnce() -> Option<Report> + Send>;

/// Tells that work is done, from the thread it was done on, once that thread counts as idle. It is
/// to be short, as the next work may wait for it already.
pub(crate) type Report = Box<dyn FnOnce() + Send>;
