//! How those come in who had to wait for room, or give up.

use crate::error::RejectReason;
use crate::event::{Application, Effect};
use crate::id::JobId;
use crate::ledger::Ledger;
use crate::moment::Moment;
use crate::priority::Lane;
use crate::unique::Second;

impl Ledger {
    /// Lets those in for whom there is room now.
    pub(crate) fn admit(&mut self, now: Moment) {
        while let Some((id, application)) = self.lobby.pop() {
            // Whatever becomes of it; one that waits on gets it back.
            self.deadlines.forget(id, application.due);
            let entered = match self.twin_of(&application) {
                Some((Second::Share, twin)) => {
                    self.share(now, id, twin, &application.terms);
                    self.unpark_for(&application);
                    continue;
                }
                Some((Second::Reject, of)) => Err(RejectReason::Duplicate { of }),
                _ => self.enter(now, id, &application),
            };
            match entered {
                Ok(()) => self.effects.push(Effect::Admit { id }),
                Err(RejectReason::KeyFull) => self.park(id, application),
                Err(RejectReason::Full) => {
                    self.line_up(id, application);
                    return;
                }
                Err(reason) => {
                    self.reject(id, application.terms.lane, reason);
                    self.unpark_for(&application);
                }
            }
        }
    }

    /// An application has not used the room that its key has: somebody else may.
    fn unpark_for(&mut self, application: &Application) {
        if let Some(key) = &application.terms.key {
            self.lobby.unpark(key);
        }
    }

    /// Nobody waits for an application any more.
    pub(crate) fn withdraw(&mut self, id: JobId) {
        let _ = self.leave_lobby(id);
    }

    /// Takes an application out that waits for room; its lane, if it was there. Whoever waits behind
    /// it for the room of its key is looked at in its place.
    pub(crate) fn leave_lobby(&mut self, id: JobId) -> Option<Lane> {
        let application = self.lobby.remove(id)?;
        self.deadlines.forget(id, application.due);
        self.unpark_for(&application);
        Some(application.terms.lane)
    }

    /// An application waits for room in line, as long as it has time.
    pub(crate) fn line_up(&mut self, id: JobId, application: Application) {
        self.deadlines.note(id, application.due);
        self.lobby.push(id, application);
    }

    /// An application waits for the room of its key, as long as it has time.
    pub(crate) fn park(&mut self, id: JobId, application: Application) {
        self.deadlines.note(id, application.due);
        self.lobby.park(id, application);
    }

    /// An application has waited for room for all the time that it had.
    pub(crate) fn give_up(&mut self, now: Moment, id: JobId) {
        let waited = self.lobby.get(id).map(|one| now.saturating_sub(one.came));
        if let Some(lane) = self.leave_lobby(id) {
            let estimated_wait = waited.unwrap_or_default();
            self.reject(
                id,
                lane,
                RejectReason::DeadlineUnreachable { estimated_wait },
            );
        }
    }
}
