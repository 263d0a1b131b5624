//! Jobs that wait for several others at once, and give one of the waits up.

use std::convert::Infallible;

use tokio::sync::oneshot;
use tokio::time::timeout;
use vasca_scheduler::{Job, JobContext, JobHandle};

use crate::fixtures::{SECOND, Unit, builder, nap, nothing, pool, soon};

#[tokio::test(start_paused = true)]
async fn a_join_given_up_while_its_slot_comes_back_does_not_take_the_slot_of_the_other() {
    let pool = pool(1);
    let inner = pool.clone();
    let outer = move |cx: JobContext| async move {
        let short = inner.submit(nothing).submit_now().unwrap();
        drop(inner.submit(nap(SECOND)).submit_now().unwrap());
        let mut given_up = Box::pin(cx.join(short));
        // Its job is over, and the nap has the slot: it waits for the slot.
        assert!(timeout(SECOND / 2, &mut given_up).await.is_err());
        let other = inner.submit(nothing).submit_now().unwrap();
        let mut kept = Box::pin(cx.join(other));
        assert!(timeout(SECOND / 100, &mut kept).await.is_err());
        drop(given_up);
        let _ = kept.await;
        Unit::Ok(())
    };
    soon(pool.run(outer)).await.unwrap();
    assert_eq!((pool.stats().busy_slots, pool.stats().lent), (0, 0));
}

/// Joins both at once. The second ends when the join of the first has come back, and its own join
/// begins while that of the first waits for the slot.
async fn join_both(
    cx: &JobContext,
    first: JobHandle<(), Infallible>,
    release: oneshot::Sender<()>,
    second: JobHandle<(), Infallible>,
) {
    let one = async {
        let _ = cx.join(first).await;
        let _ = release.send(());
    };
    let two = async {
        cx.sleep(SECOND / 20).await;
        let _ = cx.join(second).await;
    };
    tokio::join!(one, two);
}

/// A job that ends when its sender is used.
struct Held(oneshot::Receiver<()>);

impl Job for Held {
    type Output = ();
    type Error = Infallible;

    async fn run(self, _: JobContext) -> Unit {
        let _ = self.0.await;
        Ok(())
    }
}

#[test]
fn a_join_is_not_stranded_when_the_next_begins_while_it_waits_for_its_slot() {
    let (pool, manual) = builder(1).manual().unwrap();
    let inner = pool.clone();
    let outer = move |cx: JobContext| async move {
        let (release, held) = oneshot::channel();
        let first = inner.submit(nothing).submit_now().unwrap();
        drop(inner.submit(nap(SECOND)).submit_now().unwrap());
        let second = inner.submit(Held(held)).submit_now().unwrap();
        join_both(&cx, first, release, second).await;
        Unit::Ok(())
    };
    drop(pool.submit(outer).submit_now().unwrap());
    manual.advance(3600 * SECOND);
    assert_eq!(pool.stats().ended.succeeded, 4);
}

#[test]
fn a_join_is_not_stranded_by_strangers_on_all_slots_and_a_next_that_is_delayed() {
    let (pool, manual) = builder(2).manual().unwrap();
    let inner = pool.clone();
    let outer = move |cx: JobContext| async move {
        let (release, held) = oneshot::channel();
        let first = inner.submit(nothing).submit_now().unwrap();
        let second = inner
            .submit(Held(held))
            .delay(SECOND / 10)
            .submit_now()
            .unwrap();
        join_both(&cx, first, release, second).await;
        Unit::Ok(())
    };
    drop(pool.submit(outer).submit_now().unwrap());
    for _ in 0..2 {
        drop(pool.submit(nap(SECOND)).submit_now().unwrap());
    }
    manual.advance(3600 * SECOND);
    assert_eq!(pool.stats().ended.succeeded, 5);
}
