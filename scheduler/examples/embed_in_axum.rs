//! A scheduler in an axum service: tenants as keys, and every way a job ends as a status.
//!
//! `cargo run -p vasca-scheduler --example embed_in_axum`
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;
use std::{io, thread};

use axum::extract::{Json, State};
use axum::http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use vasca_scheduler::{
    JobContext, JobError, Lane, QueueLimit, RejectReason, Scheduler, Shutdown, Slots, Threads,
};

type Pool = Scheduler<Threads>;

/// A millisecond a row, so that a large picture takes longer than a request may.
fn render(rows: u64, cx: &JobContext) -> Result<String, io::Error> {
    for _ in 0..rows {
        if cx.is_cancelled() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        thread::sleep(Duration::from_millis(1));
    }
    Ok(format!("a thumbnail of {rows} rows"))
}

/// In a service of your own the tenant comes from whoever has checked the credentials.
async fn thumbnail(
    State(pool): State<Pool>,
    headers: HeaderMap,
    Json(rows): Json<u64>,
) -> Result<String, Response> {
    let tenant = headers.get("x-tenant").and_then(|name| name.to_str().ok());
    let handle = pool
        .submit(move |cx: JobContext| render(rows, &cx))
        .key(tenant.unwrap_or("nobody"))
        .lane(Lane::Interactive)
        .total_timeout(Duration::from_millis(500))
        // axum drops this future when the client hangs up.
        .cancel_on_drop()
        .await
        .map_err(|rejected| refusal(&pool, rejected.reason()))?;
    handle.await.map_err(|error| {
        let status = match &error {
            JobError::TimedOut { .. } => StatusCode::GATEWAY_TIMEOUT,
            JobError::Shutdown => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, error.to_string()).into_response()
    })
}

fn refusal(pool: &Pool, reason: RejectReason) -> Response {
    let wait = match reason {
        RejectReason::KeyFull => return StatusCode::TOO_MANY_REQUESTS.into_response(),
        RejectReason::DeadlineUnreachable { estimated_wait } => Some(estimated_wait),
        _ => pool.estimated_wait(Lane::Interactive),
    };
    let seconds = wait.map_or(1, |wait| wait.as_secs() + 1).to_string();
    let head = [(RETRY_AFTER, seconds)];
    (StatusCode::SERVICE_UNAVAILABLE, head, reason.to_string()).into_response()
}

async fn stats(State(pool): State<Pool>) -> String {
    let now = pool.stats();
    format!(
        "waiting {}, running {}, ended {}",
        now.waiting,
        now.running,
        now.ended()
    )
}

/// A client: prints the whole answer, and gives it from the status on.
async fn ask(to: SocketAddr, line: &str, tenant: &str, rows: u64) -> io::Result<String> {
    let mut stream = TcpStream::connect(to).await?;
    let head = "host: localhost\r\nconnection: close\r\ncontent-type: application/json";
    let (body, length) = (rows.to_string(), rows.to_string().len());
    let own = format!("x-tenant: {tenant}\r\ncontent-length: {length}");
    let request = format!("{line} HTTP/1.1\r\n{head}\r\n{own}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    println!(
        "{line} {rows} for {tenant}: {}",
        answer.replace("\r\n", "; ")
    );
    Ok(answer.split_off("HTTP/1.1 ".len()))
}

#[tokio::main]
async fn serve() -> Result<(), Box<dyn Error>> {
    let pool: Pool = Scheduler::builder("thumbnails")
        .executor(Threads::new())
        .slots(Slots::Exactly(1))
        .queue(QueueLimit::count(2).per_key(1))
        .build()?;
    let router = axum::Router::new()
        .route("/thumbnails", post(thumbnail))
        .route("/stats", get(stats))
        .with_state(pool.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let to = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let server =
        axum::serve(listener, router).with_graceful_shutdown(async { drop(stopped.await) });
    let server = tokio::spawn(server.into_future());

    let post = "POST /thumbnails";
    assert!(ask(to, post, "ada", 20).await?.starts_with("200"));
    assert!(ask(to, post, "ada", 60_000).await?.starts_with("504"));

    // Nothing starts, so that the queue fills: for one tenant first, then for all.
    pool.pause();
    for (waiting, asking, status) in [("ada", "ada", "429"), ("grace", "edsger", "503")] {
        let job = |cx: JobContext| render(1, &cx);
        drop(pool.submit(job).key(waiting).await?);
        assert!(ask(to, post, asking, 20).await?.starts_with(status));
    }
    assert!(ask(to, "GET /stats", "ada", 0).await?.contains("waiting 2"));
    pool.resume();

    // First the door, then the jobs behind it.
    let _ = stop.send(());
    server.await??;
    let report = pool
        .shutdown(Shutdown::drain(Duration::from_secs(10)))
        .await;
    println!("{report:?}, {:?}", pool.stats().ended);
    assert!(report.is_drained() && pool.stats().ended.succeeded == 3);
    Ok(())
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    serve()
}
