//! What comes of a wish at once: to submit a job, to leave one.

/// What has come of an application at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Submitted {
    /// It is in, by itself or with another.
    Taken,
    /// It has to wait for room; its entry will be answered.
    Waiting,
}

/// Who is left after one of those who wait for a job has gone.
pub(crate) enum Left {
    /// Others, who still want the job. What is inside tells the one who has gone, through a waker:
    /// not under a lock.
    Others(Box<dyn FnOnce() + Send>),
    /// It is the last one, and has not gone: the job itself is to be cancelled.
    Last,
    /// It had gone before.
    Gone,
}
