//! A job has one result.

use std::convert::Infallible;

use vasca_scheduler::JobHandle;

async fn wait(handle: JobHandle<u32, Infallible>) {
    let _ = handle.await;
    let _ = handle.await;
}

fn main() {}
