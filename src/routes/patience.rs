//! How long a client may take for the head of a request, told to hyper as its timer.
//!
//! Hyper sets a new alarm for each head and takes it off when the head is there. Setting one with tokio means to enter
//! a list that all connections share, twice for each request. Here a connection has one alarm that stays in that list:
//! where it goes off before its time has come, it is set anew, once in ten seconds.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use hyper::rt::{Sleep, Timer};

/// The timer of one connection. All that hyper asks it for lies equally far ahead, so that a later alarm never ends
/// before an earlier one.
#[derive(Clone, Default)]
pub(super) struct Patience(Arc<Mutex<Option<Pin<Box<tokio::time::Sleep>>>>>);

impl Timer for Patience {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Alarm { patience: self.clone(), deadline })
    }
}

struct Alarm {
    patience: Patience,
    deadline: Instant,
}

impl Sleep for Alarm {}

impl Future for Alarm {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut shared = self.patience.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sleep = shared.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(self.deadline.into())));
        loop {
            ready!(sleep.as_mut().poll(cx));
            if Instant::now() >= self.deadline {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(self.deadline.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_millis(40);

    #[tokio::test]
    async fn an_alarm_goes_off_at_its_own_time_also_where_the_shared_one_was_set_for_an_earlier_one() {
        let patience = Patience::default();
        let began = Instant::now();
        let mut first = patience.sleep(STEP);
        assert!(tokio::time::timeout(STEP / 4, &mut first).await.is_err());
        drop(first);

        patience.sleep_until(began + 3 * STEP).await;
        assert!(began.elapsed() >= 3 * STEP);
        patience.sleep_until(began + 4 * STEP).await;
        assert!(began.elapsed() >= 4 * STEP && began.elapsed() < 40 * STEP);
    }
}
