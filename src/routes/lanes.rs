//! Threads that serve connections, one for each core, each with a runtime of its own: a connection stays with its thread.
//! In one runtime for all, threads wake each other for every few requests and take each other's tasks.
//!
//! What may keep a thread busy for longer than a moment does not run here (see `routes::entrance`): the other connections
//! of the thread would wait for it.

use std::{
    future, io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use tokio::sync::mpsc;

/// What a thread is given to begin: it runs there, and spawns what shall go on.
type Work = Box<dyn FnOnce(Seat) + Send>;

/// The threads. They live as long as the program: what began on one of them is never cut off by the end of another.
pub struct Lanes(Vec<Lane>);

struct Lane {
    works: mpsc::UnboundedSender<(Work, Seat)>,
    open: Arc<AtomicUsize>,
}

/// The place of one connection; when it is dropped, another may be taken in its stead.
pub(super) struct Seat(Arc<AtomicUsize>);

impl Lanes {
    /// Starts them.
    ///
    /// # Errors
    /// As the system refuses threads or files.
    pub fn start() -> io::Result<Self> {
        let count = thread::available_parallelism().map_or(1, usize::from);
        (0..count).map(Lane::start).collect::<io::Result<_>>().map(Self)
    }

    /// Gives a connection to the thread that has the fewest.
    pub(super) fn begin(&self, work: impl FnOnce(Seat) + Send + 'static) {
        let Some(lane) = self.0.iter().min_by_key(|lane| lane.open.load(Ordering::Relaxed)) else { return };
        // the thread ends with the program alone, so there is one who receives
        let _ = lane.works.send((Box::new(work), Seat::take(lane.open.clone())));
    }
}

impl Lane {
    fn start(number: usize) -> io::Result<Self> {
        let (works, mut received) = mpsc::unbounded_channel::<(Work, Seat)>();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        thread::Builder::new().name(format!("lane-{number}")).spawn(move || {
            runtime.block_on(async {
                while let Some((work, seat)) = received.recv().await {
                    work(seat);
                }
                future::pending::<()>().await;
            });
        })?;
        Ok(Self { works, open: Arc::default() })
    }
}

impl Seat {
    fn take(open: Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Ordering::Relaxed);
        Self(open)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name of the thread that a connection is given to, and its seat there.
    fn begin(lanes: &Lanes) -> (String, Seat) {
        let (told, tells) = std::sync::mpsc::channel();
        lanes.begin(move |seat| {
            let name = thread::current().name().unwrap_or_default().to_owned();
            told.send((name, seat)).unwrap();
        });
        tells.recv().unwrap()
    }

    #[test]
    fn connections_are_shared_out_and_a_place_that_was_left_is_taken_first() {
        let lanes = Lanes((0..3).map(|number| Lane::start(number).unwrap()).collect());

        let mut all: Vec<_> = (0..6).map(|_| begin(&lanes)).collect();
        let names = |all: &[(String, Seat)]| {
            let mut names: Vec<_> = all.iter().map(|(name, _)| name.clone()).collect();
            names.sort();
            names
        };
        assert_eq!(names(&all), ["lane-0", "lane-0", "lane-1", "lane-1", "lane-2", "lane-2"]);

        let (left, seat) = all.remove(4);
        drop(seat);
        let (next, _seat) = begin(&lanes);
        assert_eq!(next, left);
    }

    #[test]
    fn what_began_goes_on_when_no_more_connections_are_given() {
        let lanes = Lanes(vec![Lane::start(0).unwrap()]);
        let (told, tells) = std::sync::mpsc::channel();
        lanes.begin(move |_| {
            tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                told.send("done").unwrap();
            });
        });
        drop(lanes);

        assert_eq!(tells.recv().unwrap(), "done");
    }
}
