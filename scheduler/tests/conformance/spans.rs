//! The context of the submitter: each job has one span, whose parent is the submitter's, is entered
//! while the job runs and closed after it.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Instrument, Metadata, Subscriber, info, info_span};
use vasca_scheduler::JobContext;

use crate::jobs::{pool, within};

/// What has become of one span.
#[derive(Clone, Debug)]
struct Seen {
    metadata: &'static Metadata<'static>,
    parent: Option<u64>,
    holders: usize,
    events: usize,
}

/// Keeps all spans. For one thread: what is entered there is entered for all.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    spans: BTreeMap<u64, Seen>,
    entered: Vec<u64>,
}

impl Spans {
    fn change<T>(&self, id: &Id, change: impl FnOnce(&mut Seen) -> T) -> T {
        change(
            self.0
                .lock()
                .unwrap()
                .spans
                .get_mut(&id.into_u64())
                .unwrap(),
        )
    }

    fn named(&self, name: &str) -> Vec<Seen> {
        let spans: Vec<_> = self.0.lock().unwrap().spans.values().cloned().collect();
        let has_name = |seen: &Seen| seen.metadata.name() == name;
        spans.into_iter().filter(has_name).collect()
    }
}

impl Subscriber for Spans {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut state = self.0.lock().unwrap();
        let id = state.spans.len() as u64 + 1;
        let own = attributes.parent().map(Id::into_u64);
        let around = state.entered.last().copied();
        let seen = Seen {
            metadata: attributes.metadata(),
            parent: own.or(around.filter(|_| attributes.is_contextual())),
            holders: 1,
            events: 0,
        };
        state.spans.insert(id, seen);
        Id::from_u64(id)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        let mut state = self.0.lock().unwrap();
        if let Some(around) = state.entered.last().copied() {
            state.spans.get_mut(&around).unwrap().events += 1;
        }
    }

    fn enter(&self, id: &Id) {
        self.0.lock().unwrap().entered.push(id.into_u64());
    }

    fn exit(&self, id: &Id) {
        let left = self.0.lock().unwrap().entered.pop();
        assert_eq!(left, Some(id.into_u64()));
    }

    fn clone_span(&self, id: &Id) -> Id {
        self.change(id, |seen| seen.holders += 1);
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        self.change(&id, |seen| {
            seen.holders -= 1;
            seen.holders == 0
        })
    }
}

#[tokio::test]
async fn each_job_has_one_span_under_that_of_its_submitter_and_runs_in_it() {
    let spans = Spans::default();
    // Without another one, tracing asks only the thread that comes to a span first whether anybody
    // wants to know of it, and that may be the thread of another test.
    let _other = Dispatch::new(spans.clone());
    let _here = tracing::subscriber::set_default(spans.clone());
    let pool = pool(1);
    let request = info_span!("request");
    let request_id = request.id().map(|id| id.into_u64());
    let job = |_: JobContext| async move {
        info!("before");
        // The span is left here and entered again.
        tokio::task::yield_now().await;
        info!("after");
        Ok::<_, Infallible>(())
    };
    let submitting = async {
        let mut handles = Vec::new();
        for _ in 0..3 {
            handles.push(pool.submit(job).await.unwrap());
        }
        handles
    };
    let handles = submitting.instrument(request.clone()).await;
    for handle in handles {
        within(handle).await.unwrap();
    }
    within(pool.idle()).await;
    let jobs = spans.named("job");
    assert_eq!(jobs.len(), 3);
    for job in jobs {
        assert_eq!(job.parent, request_id);
        assert_eq!(job.events, 2, "{job:?}");
        assert_eq!(job.holders, 0, "closed: {job:?}");
    }
}
