//! The gate to password hashing: threads of our own at low priority, a short queue, an honest refusal behind it.
//!
//! One bcrypt hash of cost 12 takes a quarter of a second of a core. On the async workers a handful of sign-ins
//! would stop everybody; in an unbounded pool none would ever finish. Here at most `threads` run, a few wait,
//! the rest hear 503 at once, and whoever hung up is not hashed for.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
    mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
};

use tokio::sync::oneshot;

use super::{
    crypto::password::{Pepper, Verdict, is_current},
    error::{Error, Result},
    secret::SecretText,
    system,
};

/// How many may wait for each thread.
const WAITING_PER_THREAD: usize = 8;
const RETRY_AFTER_SECONDS: u32 = 1;

type Job = Box<dyn FnOnce() + Send>;

/// Hashes and checks passwords. Cloning it is cheap; all clones share the gate.
#[derive(Clone)]
pub struct Hasher {
    queue: SyncSender<Job>,
    cost: u32,
    compared: Arc<AtomicU64>,
}

impl Hasher {
    /// Starts the hashing threads; `cost` is bcrypt's.
    ///
    /// # Errors
    /// `Internal` where a thread can not be started.
    pub fn start(threads: usize, cost: u32) -> Result<Self> {
        let threads = threads.max(1);
        let (queue, jobs) = sync_channel::<Job>(threads * WAITING_PER_THREAD);
        let jobs = Arc::new(Mutex::new(jobs));
        for number in 0..threads {
            let jobs = jobs.clone();
            std::thread::Builder::new()
                .name(format!("hashing-{number}"))
                .spawn(move || work(&jobs))
                .map_err(Error::internal)?;
        }
        Ok(Self { queue, cost, compared: Arc::default() })
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// `Busy` where the queue is full.
    pub async fn hash(&self, pepper: &Pepper, password: &SecretText) -> Result<String> {
        let (pepper, password, cost) = (pepper.clone(), password.clone(), self.cost);
        self.run(move || pepper.hash(&password, cost)).await?
    }

    /// Checks a password against the stored hash, or against a decoy of the same cost where there is none.
    ///
    /// # Errors
    /// `Busy` where the queue is full.
    pub async fn verify(&self, pepper: &Pepper, password: &SecretText, stored: Option<String>) -> Result<Verdict> {
        let (pepper, password, cost) = (pepper.clone(), password.clone(), self.cost);
        let compared = self.compared.clone();
        self.run(move || {
            // here, for what found no place in the queue was not compared
            compared.fetch_add(1, Ordering::Relaxed);
            metrics::counter!("vault_passwords_compared_total").increment(1);
            let verdict = stored.as_ref().map(|stored| pepper.verify(&password, stored, cost));
            match verdict {
                Some(Verdict::Wrong) if !stored.is_some_and(|stored| is_current(&stored, cost)) => {}
                Some(verdict) => return Ok(verdict),
                None => {}
            }
            // hashing costs what checking costs: an account with an old hash is not told from one that does not exist
            pepper.hash(&password, cost).map(|_| Verdict::Wrong)
        })
        .await?
    }

    /// How many passwords were compared since the start.
    #[must_use]
    pub fn compared(&self) -> u64 {
        self.compared.load(Ordering::Relaxed)
    }

    /// Does other slow work for a password behind the same gate, as judging how hard it is to guess.
    ///
    /// # Errors
    /// `Busy` where the queue is full.
    pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move || {
            if !answer.is_closed() {
                let _ = answer.send(job());
            }
        });
        match self.queue.try_send(job) {
            Ok(()) => answered.await.map_err(Error::internal),
            Err(TrySendError::Full(_)) => {
                metrics::counter!("vault_hashing_refused_total").increment(1);
                Err(Error::Busy { retry_after: RETRY_AFTER_SECONDS })
            }
            Err(TrySendError::Disconnected(_)) => Err(Error::internal("the hashing threads have ended")),
        }
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    system::lower_thread_priority();
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => {
                if std::panic::catch_unwind(std::panic::AssertUnwindSafe(job)).is_err() {
                    tracing::error!("a password hash ended in a panic");
                }
            }
            Err(_) => return,
        }
    }
}
