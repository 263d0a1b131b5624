//! Each kind of job on the executor that runs it, and the traits that hosts rely on.

use std::convert::Infallible;
use std::error::Error;
use std::fmt::Debug;
use std::future::{Future, IntoFuture};

use serde::{Deserialize, Serialize};
use vasca_scheduler::{
    CancelToken, Job, JobContext, JobError, JobHandle, Process, ProcessJob, Rejected, Reservation,
    Scheduler, Submission, Tasks, Threads,
};

#[derive(Serialize, Deserialize)]
struct Compile;

impl ProcessJob for Compile {
    const NAME: &'static str = "compile";
    type Output = u32;
    type Error = String;
}

struct Connection;
struct Query;

impl Job<Connection> for Query {
    type Output = u32;
    type Error = Infallible;

    async fn run(self, _cx: JobContext<Connection>) -> Result<u32, Infallible> {
        Ok(1)
    }
}

async fn futures(pool: Scheduler) -> Result<u32, JobError<Infallible>> {
    let by_function = |_cx: JobContext| async { Ok::<_, Infallible>(1) };
    Ok(pool.run(by_function).await? + pool.run(async |_cx: JobContext| Ok(1)).await?)
}

async fn threads(pool: Scheduler<Threads>) -> Result<u32, JobError<Infallible>> {
    pool.run(|_cx: JobContext| Ok(1)).await
}

async fn processes(pool: Scheduler<Process>) -> Result<u32, JobError<String>> {
    pool.run(Compile).await
}

async fn states(pool: Scheduler<Tasks<Connection>>) -> Result<u32, JobError<Infallible>> {
    pool.run(Query).await
}

/// `run` in a route of a server: its future moves between threads.
fn is_send(future: impl Future + Send) {
    drop(future);
}

fn is_shared<T: Send + Sync + 'static>() {}

fn is_debug<T: Debug>() {}

/// With `?` into a boxed error.
fn is_error<E: Error + Send + Sync + 'static>() {}

fn futures_are_send(
    pool: Scheduler,
    handle: JobHandle<u32, Infallible>,
    submission: Submission<Process, Compile>,
) {
    is_send(futures(pool));
    is_send(handle);
    is_send(submission.into_future());
}

pub(crate) fn main() {
    let _ = (futures, threads, processes, states, futures_are_send);
    is_shared::<Scheduler>();
    is_shared::<Scheduler<Threads<Connection>>>();
    is_shared::<Scheduler<Process>>();
    is_shared::<JobContext<Connection>>();
    is_shared::<CancelToken>();
    is_shared::<JobHandle<u32, Infallible>>();
    is_shared::<Reservation<Tasks>>();
    is_debug::<Scheduler>();
    is_debug::<JobHandle<Connection, Connection>>();
    is_error::<JobError<std::io::Error>>();
    is_error::<Rejected<Query>>();
}
