//! Clients that submit builds without a pause, and write down what they are told.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use vasca_tests::server::{Client, Server};
use vasca_tests::wait::try_wait_for;

use crate::ledger::Ledger;
use crate::sources::submission;

/// Clients at once.
const CLIENTS: usize = 6;
/// Builds that a client has under way.
const OPEN_MAX: usize = 6;
/// After a refusal.
const PAUSE: Duration = Duration::from_millis(20);

/// Clients at work, until they are stopped or their server is gone.
#[derive(Debug)]
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<()>>,
}

impl Load {
    /// Sets clients to work.
    pub(crate) fn on(server: &Server, ledger: &Arc<Ledger>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let clients = (0..CLIENTS).map(|_| {
            let (client, ledger, stop) = (server.client(), Arc::clone(ledger), Arc::clone(&stop));
            std::thread::spawn(move || submit(&client, &ledger, &stop))
        });
        Self {
            clients: clients.collect(),
            stop,
        }
    }

    /// Lets them work for so long.
    pub(crate) fn go_on_for(&self, length: Duration) {
        let all_gone = || {
            self.clients
                .iter()
                .all(JoinHandle::is_finished)
                .then_some(())
        };
        let gone = try_wait_for(length, all_gone);
        assert_eq!(gone, None, "the server has gone");
    }

    /// Stops them, after what they are at.
    pub(crate) fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.join().expect("a client has panicked");
        }
    }
}

fn submit(client: &Client, ledger: &Ledger, stop: &AtomicBool) {
    let is_over = || stop.load(Ordering::Relaxed).then_some(());
    let mut open = VecDeque::new();
    while is_over().is_none() {
        let number = ledger.next_number();
        let preference = if number.is_multiple_of(3) {
            "wait=2"
        } else {
            "respond-async"
        };
        let body = submission(number).to_string();
        let answer = client.try_post("/v1/builds", &[("prefer", preference)], body.as_bytes());
        let Ok(answer) = answer else {
            return ledger.unanswered();
        };
        match ledger.answered(number, &answer) {
            Some(id) => open.push_back(id),
            None => drop(try_wait_for(PAUSE, is_over)),
        }
        while open.len() > OPEN_MAX
            && is_over().is_none()
            && let Some(id) = open.pop_front()
        {
            let Ok(answer) = client.try_get(&format!("/v1/builds/{id}?wait=1"), &[]) else {
                return ledger.unanswered();
            };
            if !ledger.looked(&id, &answer) {
                open.push_back(id);
                // Those that cannot end keep their client from new ones for this long and no more.
                break;
            }
        }
    }
}
