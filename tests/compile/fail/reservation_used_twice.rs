//! One place is for one job.

use std::convert::Infallible;

use vasca_scheduler::{JobContext, Reservation, Tasks};

async fn fill(place: Reservation<Tasks>) {
    let job = async |_cx: JobContext| Ok::<_, Infallible>(());
    let _ = place.submit(job).await;
    let _ = place.submit(job).await;
}

fn main() {}
