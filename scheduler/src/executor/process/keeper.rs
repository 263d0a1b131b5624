//! The one thread that starts, ends and reaps worker processes.
//!
//! A worker asks the kernel to be killed when its parent dies, and by *parent* the kernel means
//! the thread that started it: so that thread must live as long as the workers. It also holds
//! the only right to reap, so that a signal never reaches a stranger with a reused process id. It
//! needs no runtime: when the last sender of orders is gone it ends all workers and itself.

use std::collections::HashMap;
use std::io;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid,
};
use tokio::sync::oneshot;

use super::command::WorkerCommand;

/// How long to wait between two looks at a killed process: it mostly takes about a millisecond to
/// die, and longer the more memory it held.
const FIRST_LOOK: Duration = Duration::from_millis(1);
/// And at the most, for one that the kernel holds in a call that cannot be interrupted.
const LAST_LOOK: Duration = Duration::from_millis(100);

/// A process just started.
#[derive(Debug)]
pub(super) struct Started {
    /// Its id, and its group's.
    pub(super) pid: u32,
    /// Where it reads from.
    pub(super) stdin: ChildStdin,
    /// Where it writes to.
    pub(super) stdout: ChildStdout,
    /// Where it complains.
    pub(super) stderr: ChildStderr,
}

/// The way to the thread. Orders are few: at most a handful for each process.
#[derive(Clone, Debug)]
pub(super) struct Keeper {
    orders: Sender<Order>,
}

/// What the thread can do.
#[derive(Debug)]
enum Order {
    Start(oneshot::Sender<io::Result<Started>>),
    Terminate(u32),
    Bury(u32, Option<oneshot::Sender<ExitStatus>>),
    BuryAll(oneshot::Sender<()>),
}

impl Keeper {
    /// Starts the thread.
    pub(super) fn open(name: &str, command: WorkerCommand) -> io::Result<Self> {
        let (orders, receiver) = channel();
        thread::Builder::new()
            .name(format!("{name}-keeper"))
            .spawn(move || Graveyard::new(command).keep(&receiver))?;
        Ok(Self { orders })
    }

    /// Starts a process.
    pub(super) async fn start(&self) -> io::Result<Started> {
        let (sender, receiver) = oneshot::channel();
        self.order(Order::Start(sender));
        receiver
            .await
            .unwrap_or_else(|_| Err(io::Error::other("the keeper is gone")))
    }

    /// Asks a process and its group to end.
    pub(super) fn terminate(&self, pid: u32) {
        self.order(Order::Terminate(pid));
    }

    /// Kills a process with its group and reaps it, without waiting.
    pub(super) fn bury(&self, pid: u32) {
        self.order(Order::Bury(pid, None));
    }

    /// Kills a process with its group, and tells how it ended once it is reaped. One that had
    /// ended by itself keeps its own status.
    pub(super) async fn bury_and_wait(&self, pid: u32) -> Option<ExitStatus> {
        let (sender, receiver) = oneshot::channel();
        self.order(Order::Bury(pid, Some(sender)));
        receiver.await.ok()
    }

    /// Kills and reaps all processes; none is started any more.
    pub(super) async fn bury_all(&self) {
        let (sender, receiver) = oneshot::channel();
        self.order(Order::BuryAll(sender));
        // An error means that the thread has ended, which it does after the last process.
        let _ = receiver.await;
    }

    /// As [`bury_all`](Self::bury_all), without waiting.
    pub(super) fn abandon(&self) {
        self.order(Order::BuryAll(oneshot::channel().0));
    }

    fn order(&self, order: Order) {
        // Refused only when the thread has ended, and all processes with it.
        let _ = self.orders.send(order);
    }
}

/// The thread's own state.
struct Graveyard {
    command: WorkerCommand,
    alive: HashMap<u32, Child>,
    dying: Vec<(Child, Option<oneshot::Sender<ExitStatus>>)>,
    closed: bool,
    waiting_for_all: Vec<oneshot::Sender<()>>,
}

impl Graveyard {
    fn new(command: WorkerCommand) -> Self {
        let (alive, dying, waiting_for_all) = (HashMap::new(), Vec::new(), Vec::new());
        Self {
            command,
            alive,
            dying,
            closed: false,
            waiting_for_all,
        }
    }

    fn keep(mut self, orders: &Receiver<Order>) {
        let mut pause = FIRST_LOOK;
        loop {
            let order = if self.dying.is_empty() {
                pause = FIRST_LOOK;
                orders.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                orders.recv_timeout(pause)
            };
            match order {
                Ok(order) => {
                    pause = FIRST_LOOK;
                    self.carry_out(order);
                }
                Err(RecvTimeoutError::Timeout) => pause = LAST_LOOK.min(pause * 2),
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.reap();
        }
        self.kill_all();
        for (mut child, _) in self.dying {
            let _ = child.wait();
        }
    }

    fn carry_out(&mut self, order: Order) {
        match order {
            Order::Start(reply) => self.start(reply),
            Order::Terminate(pid) => {
                if self.alive.contains_key(&pid) {
                    signal(pid, Signal::TERM);
                }
            }
            Order::Bury(pid, reply) => {
                if let Some(child) = self.alive.remove(&pid) {
                    signal(pid, Signal::KILL);
                    self.dying.push((child, reply));
                }
            }
            Order::BuryAll(reply) => {
                self.closed = true;
                self.waiting_for_all.push(reply);
                self.kill_all();
            }
        }
    }

    fn start(&mut self, reply: oneshot::Sender<io::Result<Started>>) {
        let started = if self.closed {
            Err(io::Error::other("the executor is closed"))
        } else {
            self.command.to_command().spawn()
        };
        let started = started.and_then(|mut child| {
            let pid = child.id();
            let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
            self.alive.insert(pid, child);
            match pipes {
                (Some(stdin), Some(stdout), Some(stderr)) => Ok(Started {
                    pid,
                    stdin,
                    stdout,
                    stderr,
                }),
                _ => Err(io::Error::other("a pipe is missing")),
            }
        });
        // Nobody waits any more: the process has lost its pipes, and must not stay.
        if let Err(Ok(started)) = reply.send(started) {
            self.carry_out(Order::Bury(started.pid, None));
        }
    }

    fn kill_all(&mut self) {
        for (pid, child) in self.alive.drain() {
            signal(pid, Signal::KILL);
            self.dying.push((child, None));
        }
    }

    /// Looks at each dying process once.
    fn reap(&mut self) {
        self.dying
            .retain_mut(|(child, reply)| match child.try_wait() {
                Ok(None) => true,
                Ok(Some(status)) => {
                    if let Some(reply) = reply.take() {
                        let _ = reply.send(status);
                    }
                    false
                }
                // Somebody else has reaped it, and with it the word of how it ended.
                Err(_) => false,
            });
        if self.dying.is_empty() && self.closed {
            for reply in self.waiting_for_all.drain(..) {
                let _ = reply.send(());
            }
        }
    }
}

/// Signals a process of ours and its group: the process may have left the group it was given.
///
/// A failure means that nobody is left. One that somebody else has reaped is left alone, since its
/// id may be a stranger's by now.
fn signal(pid: u32, signal: Signal) {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else {
        return;
    };
    let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    if waitid(WaitId::Pid(pid), look).is_err_and(|error| error == Errno::CHILD) {
        return;
    }
    let _ = kill_process_group(pid, signal);
    let _ = kill_process(pid, signal);
}
