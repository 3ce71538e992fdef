//! What an account pays for, in the words of who runs the vault: the subscription, and what Stripe goes on doing where the
//! account is disabled.

use crate::{
    core::{
        language::Language,
        texts::console::{AdminTexts, BillingTexts},
    },
    models::{account::Backing, billing_account::Seen, user::Plan},
    routes::console::{billing, stamp},
};

/// The subscription, in the account's facts.
pub(super) struct Subscription {
    pub(super) id: String,
    pub(super) badge: &'static str,
    pub(super) word: &'static str,
    /// When it renews or ends, as HTML of our own; empty where it does neither.
    pub(super) when: String,
}

impl Subscription {
    pub(super) fn of(t: &AdminTexts, language: Language, seen: &Seen) -> Self {
        let state = billing::state(BillingTexts::of(language), seen);
        let sentence = if seen.cancel_at_period_end { t.ends } else { t.renews };
        let day = seen.current_period_end.filter(|_| seen.status.plan() == Plan::Pro).map(stamp::day);
        let when = day.map(|day| sentence.replace("{day}", &day)).unwrap_or_default();
        Self { id: seen.id.clone(), badge: state.badge, word: state.word, when }
    }
}

/// What becomes of a subscription when the account is disabled: nothing, and what to do about it.
pub(super) struct Charge {
    pub(super) subscription: String,
    /// As HTML of our own.
    pub(super) sentence: String,
    /// Whether something is to be done at Stripe.
    pub(super) is_grave: bool,
}

impl Charge {
    /// `None` where there is no subscription, or one that is over.
    pub(super) fn of(t: &AdminTexts, backing: &Backing) -> Option<Self> {
        let seen = backing.subscription.as_ref().filter(|seen| !seen.status.is_over())?;
        let end = seen.current_period_end.filter(|_| seen.cancel_at_period_end);
        let sentence = match end {
            Some(end) => t.charged_ending.replace("{day}", &stamp::day(end)),
            None if seen.status.plan() == Plan::Pro => t.charged.to_owned(),
            None => t.charged_unpaid.to_owned(),
        };
        Some(Self { subscription: seen.id.clone(), sentence, is_grave: end.is_none() })
    }
}
