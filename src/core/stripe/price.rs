//! What PRO costs, for the pages that say so: asked of Stripe when somebody looks, and kept.
//!
//! Nobody waits for it longer than a moment: while Stripe is away, or its answer can not be told in a sentence, the price
//! is unknown. Who finds it old sees it all the same, since Stripe never changes the amount of a price, and has it asked
//! for again behind their back.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};

use super::{Stripe, StripeError, check::may_be_sold, read, segment};
use crate::models::billing::{Interval, Price};

/// How long a page waits for the first answer.
const MOMENT: Duration = Duration::from_millis(600);
/// When a price that is known is asked for again.
const KEPT_FOR: Duration = Duration::from_hours(1);
/// When it is asked for again after nothing came, at the earliest: longer than one call takes.
const REST: Duration = Duration::from_mins(1);
/// The same after a refusal, which somebody must mend.
const REST_AFTER_REFUSAL: Duration = Duration::from_mins(10);

/// What is known of the price.
#[derive(Default)]
pub(super) struct Board {
    known: Mutex<Known>,
    news: watch::Sender<()>,
}

#[derive(Default)]
struct Known {
    price: Option<Price>,
    asked_at: Option<Instant>,
    ask_again_at: Option<Instant>,
}

impl Board {
    fn look<T>(&self, with: impl FnOnce(&mut Known) -> T) -> T {
        with(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Stripe {
    /// What the price that is sold costs; `None` where that can not be found out within a moment.
    pub async fn price(self: &Arc<Self>) -> Option<Price> {
        let sold = self.settings().prices.first()?.clone();
        let mut news = self.board.news.subscribe();
        let now = Instant::now();
        let (is_due, until) = self.board.look(|known| {
            let is_due = known.ask_again_at.is_none_or(|at| at <= now);
            if is_due {
                (known.asked_at, known.ask_again_at) = (Some(now), Some(now + REST));
            }
            (is_due, known.asked_at.filter(|_| known.price.is_none()).map(|asked_at| asked_at + MOMENT))
        });
        if is_due {
            let stripe = Arc::clone(self);
            // to its end also where the browser leaves
            tokio::spawn(async move { stripe.ask_price(&sold).await });
        }
        if let Some(until) = until {
            // others wait from the same beginning, and nobody after it
            let _ = timeout_at(until, news.changed()).await;
        }
        self.board.look(|known| known.price.clone())
    }

    async fn ask_price(&self, sold: &str) {
        let found = self.find_price(sold).await;
        if let Err(error) = &found {
            let is_refusal = !error.is_for_now();
            if is_refusal {
                tracing::warn!(%error, "Stripe did not tell what PRO costs; run `vault-api check`");
            }
        }
        self.board.look(|known| {
            let rest = match &found {
                Ok(_) => KEPT_FOR,
                Err(error) if error.is_for_now() => REST,
                Err(_) => REST_AFTER_REFUSAL,
            };
            known.ask_again_at = Some(Instant::now() + rest);
            match found {
                Ok(price) => known.price = price,
                // it is not sold any more, or nobody may say what it costs
                Err(error) if !error.is_for_now() => known.price = None,
                Err(_) => {}
            }
        });
        self.board.news.send_replace(());
    }

    /// The price; `None` where it is no fixed amount.
    async fn find_price(&self, sold: &str) -> Result<Option<Price>, StripeError> {
        let found = self.http.get(&format!("prices/{}", segment(sold)?), &[]).await?;
        may_be_sold(sold, &found, self.settings().is_live)?;
        Ok(read_price(&found))
    }
}

fn read_price(found: &Value) -> Option<Price> {
    let amount = found.get("unit_amount")?.as_i64()?;
    let every = Interval::try_from(found.pointer("/recurring/interval")?.as_str()?.to_owned()).ok()?;
    let count = found.pointer("/recurring/interval_count").and_then(Value::as_i64).unwrap_or(1);
    Some(Price { amount, currency: read::currency(found)?, every, count })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_fixed_amount_for_a_known_time_is_not_told() {
        let price = |amount: Value, every: &str| json!({ "unit_amount": amount, "currency": "EUR", "recurring": { "interval": every, "interval_count": 3 } });
        let expected = Price { amount: 900, currency: "eur".into(), every: Interval::Month, count: 3 };

        assert_eq!(read_price(&price(json!(900), "month")), Some(expected));
        assert_eq!(read_price(&price(Value::Null, "month")), None, "an amount in tiers");
        assert_eq!(read_price(&price(json!(900), "fortnight")), None);
        assert_eq!(read_price(&json!({ "unit_amount": 900, "currency": "eur" })), None);
    }
}
