//! Spans of jobs, and what happens written as events.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what goes wrong in a test is to be seen"
)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::sync::{Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Instrument, Level, Metadata, Subscriber, info_span};
use vasca_scheduler::{JobContext, Retry, Scheduler, Slots, Threads, Tracing};

use crate::fixtures::{SECOND, Unit, blocked, soon};

/// What was noted of a span.
#[derive(Clone)]
struct Noted {
    name: &'static str,
    parent: Option<u64>,
    fields: BTreeMap<&'static str, String>,
}

/// Levels and fields of events.
type Told = (Level, BTreeMap<&'static str, String>);

static SPANS: Mutex<Vec<Noted>> = Mutex::new(Vec::new());
static EVENTS: Mutex<Vec<Told>> = Mutex::new(Vec::new());

thread_local! {
    static ENTERED: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// Notes all spans and events of this process.
struct Notes;

/// The text of each field.
#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

fn current() -> Option<u64> {
    ENTERED.with_borrow(|entered| entered.last().copied())
}

impl Subscriber for Notes {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let parent = match span.parent() {
            Some(parent) => Some(parent.into_u64()),
            None if span.is_contextual() => current(),
            None => None,
        };
        let mut fields = Fields::default();
        span.record(&mut fields);
        let mut spans = SPANS.lock().unwrap();
        spans.push(Noted {
            name: span.metadata().name(),
            parent,
            fields: fields.0,
        });
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        let mut spans = SPANS.lock().unwrap();
        let place = span.into_u64() as usize - 1;
        spans[place].fields.extend(fields.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let told = (*event.metadata().level(), fields.0);
        EVENTS.lock().unwrap().push(told);
    }

    fn enter(&self, span: &Id) {
        ENTERED.with_borrow_mut(|entered| entered.push(span.into_u64()));
    }

    fn exit(&self, span: &Id) {
        let gone = ENTERED.with_borrow_mut(Vec::pop);
        assert_eq!(gone, Some(span.into_u64()));
    }
}

fn noted(id: u64) -> Noted {
    SPANS.lock().unwrap()[id as usize - 1].clone()
}

/// The builder of a scheduler, after the notes have been opened.
fn named(name: &str) -> vasca_scheduler::SchedulerBuilder {
    static OPENED: Once = Once::new();
    OPENED.call_once(|| tracing::subscriber::set_global_default(Notes).unwrap());
    Scheduler::builder(name).slots(Slots::Exactly(1))
}

/// What was noted of the span of the job that is running here.
fn check(job: Option<u64>, submitter: Option<Id>, scheduler: &str) {
    let job = noted(job.unwrap());
    assert_eq!(job.name, "job");
    assert_eq!(job.parent, Some(submitter.unwrap().into_u64()));
    assert_eq!(job.fields["scheduler"], format!("{scheduler:?}"));
    assert_eq!((&*job.fields["slot"], &*job.fields["attempt"]), ("0", "1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_span_of_a_job_has_that_of_its_submitter_as_parent() {
    let pool = named("tasks").build().unwrap();
    let submitter = info_span!("submitter");
    let job = |_: JobContext| async move {
        tokio::task::yield_now().await;
        Ok::<_, Infallible>(current())
    };
    let submitted = pool.submit(job).into_future();
    let handle = submitted.instrument(submitter.clone()).await.unwrap();
    check(soon(handle).await.unwrap(), submitter.id(), "tasks");
    assert_eq!(current(), None, "nothing is left of it on this thread");
}

#[tokio::test]
async fn the_span_of_a_job_on_a_thread_has_that_of_its_submitter_as_parent() {
    let builder = named("threads").executor(Threads::new());
    let pool = builder.build().unwrap();
    let submitter = info_span!("submitter");
    let job = |_: JobContext| Ok::<_, Infallible>(current());
    let submitted = pool.submit(job).into_future();
    let handle = submitted.instrument(submitter.clone()).await.unwrap();
    check(soon(handle).await.unwrap(), submitter.id(), "threads");
    let id = soon(pool.run(job)).await.unwrap().unwrap();
    assert_eq!(noted(id).parent, None, "submitted by nobody");
}

/// A job that gives the span it is in.
async fn look(_: JobContext) -> Result<Option<u64>, Infallible> {
    Ok(current())
}

#[tokio::test]
async fn a_nested_job_is_a_child_of_the_job_that_has_submitted_it() {
    let pool = named("nested").build().unwrap();
    let inner = pool.clone();
    let parent = move |cx: JobContext| async move {
        let own = current();
        let child = inner.submit(look).await.unwrap();
        let child = cx.join(child).await.unwrap();
        Ok::<_, Infallible>((own, child))
    };
    let (own, child) = soon(pool.run(parent)).await.unwrap();
    check(child, own.map(Id::from_u64), "nested");
}

#[tokio::test(start_paused = true)]
async fn all_attempts_of_a_job_are_in_its_one_span() {
    let pool = named("attempts").build().unwrap();
    let job = |cx: JobContext| async move {
        match cx.attempt() {
            1 => Err(current()),
            _ => Ok(current()),
        }
    };
    let seen = std::sync::Arc::new(Mutex::new(None));
    let first = std::sync::Arc::clone(&seen);
    let worth = move |error: &vasca_scheduler::JobError<Option<u64>>| {
        if let vasca_scheduler::JobError::Failed(id) = error {
            *first.lock().unwrap() = *id;
        }
        true
    };
    let handle = pool.submit(job).retry_if(Retry::fixed(SECOND), worth);
    let last = soon(handle.await.unwrap()).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), last);
    let job = noted(last.unwrap());
    assert_eq!(job.fields["attempt"], "2");
}

/// The levels of what was written with this text for this scheduler.
fn levels(scheduler: &str, text: &str) -> Vec<Level> {
    let scheduler = format!("{scheduler:?}");
    let events = EVENTS.lock().unwrap();
    let mine = events.iter().filter(|(_, fields)| {
        fields.get("scheduler") == Some(&scheduler)
            && fields
                .get("message")
                .is_some_and(|said| said.contains(text))
    });
    mine.map(|(level, _)| *level).collect()
}

#[tokio::test]
async fn a_stuck_job_is_written_as_a_warning_and_an_ordinary_one_is_not() {
    let builder = named("warned").stuck_after(SECOND / 50);
    let executor = Threads::new().abandon(0);
    let builder = builder.observe(Tracing::new()).executor(executor);
    let pool = builder.build().unwrap();
    let quick = |_: JobContext| -> Unit { Ok(()) };
    soon(pool.run(quick)).await.unwrap();
    assert!(levels("warned", "stuck").is_empty());
    assert_eq!(levels("warned", "job started"), [Level::DEBUG]);
    let (release, _, job) = blocked();
    let stuck = pool.submit(job).run_timeout(SECOND / 50);
    let stuck = stuck.grace(SECOND / 50).await.unwrap();
    assert!(soon(stuck).await.is_err());
    assert_eq!(levels("warned", "job is stuck"), [Level::WARN]);
    drop(release);
    soon(pool.run(quick)).await.unwrap();
    assert_eq!(levels("warned", "that was stuck has gone"), [Level::INFO]);
    pool.close();
    assert_eq!(levels("warned", "closed"), [Level::INFO]);
}
