//! A bounded queue of work that is done in batches, where each asker waits for the answer.

use tokio::sync::{mpsc, oneshot};

use super::error::{Error, Result};

const MOST_WAITING: usize = 4096;

/// One piece of work and whom to tell.
pub struct Ticket<T> {
    /// The work.
    pub work: T,
    /// Told once it is done, or why it was not.
    pub done: oneshot::Sender<Result<(), String>>,
}

/// The asking end.
pub struct BatchQueue<T> {
    sender: mpsc::Sender<Ticket<T>>,
    part: &'static str,
}

impl<T> Clone for BatchQueue<T> {
    fn clone(&self) -> Self {
        Self { sender: self.sender.clone(), part: self.part }
    }
}

/// The working end.
pub type Batches<T> = mpsc::Receiver<Ticket<T>>;

impl<T: Send> BatchQueue<T> {
    /// A queue for `part`, the name that a refusal gives.
    #[must_use]
    pub fn new(part: &'static str) -> (Self, Batches<T>) {
        let (sender, receiver) = mpsc::channel(MOST_WAITING);
        (Self { sender, part }, receiver)
    }

    /// Hands in work and waits until it is done.
    ///
    /// # Errors
    /// `Unavailable` where it could not be done, `Busy` where too much waits.
    pub async fn ask(&self, work: T) -> Result<()> {
        let (done, told) = oneshot::channel();
        self.sender.try_send(Ticket { work, done }).map_err(|_| Error::Busy { retry_after: 1 })?;
        match told.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(why)) => Err(Error::unavailable(self.part, why)),
            Err(_) => Err(Error::unavailable(self.part, "the worker has ended")),
        }
    }
}
