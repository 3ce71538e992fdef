//! Threads that serve connections, one for each core, each with a runtime of its own: a connection stays with its thread.
//! In one runtime for all, threads wake each other for every few requests and take each other's tasks.
//!
//! Connections are dealt in turn, whatever the others do: who may choose the thread of others by what he holds open has them
//! all on one. What may keep a thread busy for longer than a moment does not run here (see `routes::entrance`): the other connections
//! of the thread would wait for it.

use std::{
    future, io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use tokio::sync::mpsc;

use crate::core::system;

/// What a thread is given to begin: it runs there, and spawns what shall go on.
type Work = Box<dyn FnOnce() + Send>;

/// The threads. They live as long as the program: what began on one of them is never cut off by the end of another.
pub struct Lanes {
    lanes: Vec<mpsc::UnboundedSender<Work>>,
    turn: AtomicUsize,
}

impl Lanes {
    /// Starts them.
    ///
    /// # Errors
    /// As the system refuses threads or files.
    pub fn start() -> io::Result<Self> {
        Self::of(system::cores())
    }

    fn of(count: usize) -> io::Result<Self> {
        let lanes = (0..count).map(lane).collect::<io::Result<_>>()?;
        Ok(Self { lanes, turn: AtomicUsize::new(0) })
    }

    /// Gives a connection to the next thread.
    pub(super) fn begin(&self, work: impl FnOnce() + Send + 'static) {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let next = turn.checked_rem(self.lanes.len()).and_then(|place| self.lanes.get(place));
        // a thread ends with the program alone, so there is one who receives
        if next.is_none_or(|lane| lane.send(Box::new(work)).is_err()) {
            tracing::error!("a connection was lost: its thread is gone; start the server again and report it");
        }
    }
}

fn lane(number: usize) -> io::Result<mpsc::UnboundedSender<Work>> {
    let (lane, mut works) = mpsc::unbounded_channel::<Work>();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name(format!("lane-{number}")).spawn(move || {
        runtime.block_on(async {
            while let Some(work) = works.recv().await {
                if catch_unwind(AssertUnwindSafe(work)).is_err() {
                    tracing::error!("a connection was lost in a panic; report what the log says");
                }
            }
            future::pending::<()>().await;
        });
    })?;
    Ok(lane)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name of the thread that a connection is given to.
    fn begin(lanes: &Lanes) -> String {
        let (told, tells) = std::sync::mpsc::channel();
        lanes.begin(move || told.send(thread::current().name().unwrap_or_default().to_owned()).unwrap());
        tells.recv().unwrap()
    }

    #[test]
    fn connections_are_dealt_in_turn() {
        let lanes = Lanes::of(3).unwrap();

        let names: Vec<_> = (0..6).map(|_| begin(&lanes)).collect();
        assert_eq!(names, ["lane-0", "lane-1", "lane-2", "lane-0", "lane-1", "lane-2"]);
    }

    #[test]
    fn a_panic_costs_its_own_connection_alone() {
        let lanes = Lanes::of(1).unwrap();

        lanes.begin(|| assert_eq!(1, 2, "a reason"));
        assert_eq!(begin(&lanes), "lane-0");
    }

    #[test]
    fn what_began_goes_on_when_no_more_connections_are_given() {
        let lanes = Lanes::of(1).unwrap();
        let (told, tells) = std::sync::mpsc::channel();
        lanes.begin(move || {
            tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                told.send("done").unwrap();
            });
        });
        drop(lanes);

        assert_eq!(tells.recv().unwrap(), "done");
    }
}
