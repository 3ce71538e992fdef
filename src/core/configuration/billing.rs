//! Reads what billing needs: `STRIPE_SECRET_KEY`, `STRIPE_WEBHOOK_SECRET`, `STRIPE_PRICE_PRO`, `STRIPE_API_BASE`. No
//! sentence repeats a value.
//!
//! The key alone is enough to start, as it was for the former service: what the other two would allow answers 503
//! until they are there.

use url::Url;

use super::{Configuration, read::Reader};
use crate::core::{network, secret::SecretText};

/// Where Stripe is.
const STRIPE: &str = "https://api.stripe.com";
/// Active keys on the FREE plan where nothing else is said and PRO can be bought.
const FREE_PLAN_KEYS: i64 = 3;
/// How many webhook secrets and prices there may be: more is a mistake.
const MOST_ITEMS: usize = 20;

/// Who takes the money.
#[derive(Clone, Debug)]
pub enum BillingWay {
    /// Nobody: billing answers 503 `billing_not_configured`.
    None,
    /// Stripe.
    Stripe(StripeSettings),
    /// A stand-in for Stripe inside this server, for trying things out: `serve --stripe=simulated`.
    Simulated(StripeSettings),
}

/// How Stripe is reached, and what is sold there.
#[derive(Clone, Debug)]
pub struct StripeSettings {
    /// The secret or restricted key, `sk_…` or `rk_…`.
    pub key: SecretText,
    /// The secrets that webhooks are signed with, `whsec_…`; several while one is being changed. Empty: webhooks are
    /// refused.
    pub webhook_secrets: Vec<SecretText>,
    /// The prices of PRO, `price_…`: the first is sold, the others still count. Empty: nothing is sold.
    pub prices: Vec<String>,
    /// The API's address, without `/v1` and without a slash at its end.
    pub base: String,
    /// Whether the key moves real money.
    pub is_live: bool,
}

/// A variable that billing lacks, and what does not work without it.
pub struct Lack {
    /// The variable's name.
    pub variable: &'static str,
    /// What follows.
    pub consequence: &'static str,
}

impl BillingWay {
    /// The settings, where there is anybody to take the money.
    #[must_use]
    pub fn settings(&self) -> Option<&StripeSettings> {
        match self {
            Self::None => None,
            Self::Stripe(settings) | Self::Simulated(settings) => Some(settings),
        }
    }
}

impl StripeSettings {
    /// The mode of the key, as Stripe calls it: `live` or `test`.
    #[must_use]
    pub fn mode(&self) -> &'static str {
        if self.is_live { "live" } else { "test" }
    }

    /// What is missing beside the key.
    #[must_use]
    pub fn lacks(&self) -> Vec<Lack> {
        let price = Lack {
            variable: "STRIPE_PRICE_PRO",
            consequence: "nothing can be bought, POST /api/billing/checkout answers 503, and plans stay as they are",
        };
        let webhook = Lack {
            variable: "STRIPE_WEBHOOK_SECRET",
            consequence: "Stripe's events are refused with 503, and what changes at Stripe is noticed late",
        };
        let lacks = [(self.prices.is_empty(), price), (self.webhook_secrets.is_empty(), webhook)];
        lacks.into_iter().filter(|(is_missing, _)| *is_missing).map(|(_, lack)| lack).collect()
    }
}

impl Configuration {
    /// Puts a stand-in for Stripe in the place of what was configured. The FREE plan gets its limit, unless
    /// `FREE_PLAN_MAX_KEYS` gave it one already.
    pub fn simulate_stripe(&mut self, settings: StripeSettings) {
        self.billing = BillingWay::Simulated(settings);
        self.free_plan_max_keys.get_or_insert(FREE_PLAN_KEYS);
    }
}

impl Reader<'_> {
    /// Stripe where its key is set, else nobody. The other variables are read all the same, so that their faults are
    /// told.
    pub(super) fn billing(&mut self) -> Option<BillingWay> {
        let key = self.value("STRIPE_SECRET_KEY", None, |text| secret_key(text).map(Some));
        let webhook_secrets = self.value("STRIPE_WEBHOOK_SECRET", Vec::new(), |text| items(text, webhook_secret));
        let prices = self.value("STRIPE_PRICE_PRO", Vec::new(), |text| items(text, price));
        let base = self.value("STRIPE_API_BASE", STRIPE.to_owned(), api_base);
        let (webhook_secrets, prices, base) = (webhook_secrets?, prices?, base?);
        Some(match key? {
            None => BillingWay::None,
            Some((key, is_live)) => BillingWay::Stripe(StripeSettings { key, webhook_secrets, prices, base, is_live }),
        })
    }

    /// Active keys on the FREE plan: a limit where PRO can be bought, or where one is set.
    pub(super) fn free_plan(&mut self, billing: Option<&BillingWay>) -> Option<Option<i64>> {
        let default_limit = billing.and_then(BillingWay::settings).map(|_| FREE_PLAN_KEYS);
        self.value("FREE_PLAN_MAX_KEYS", default_limit, |text| match text.parse::<i64>() {
            Ok(number) if number >= 0 => Ok(Some(number)),
            _ => Err("must be a whole number from 0".into()),
        })
    }
}

/// Every item of a list; an empty one is a slip that would be found too late.
fn items<T>(text: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    let items: Vec<_> = text.split(',').map(str::trim).collect();
    if items.iter().any(|item| item.is_empty()) {
        return Err("has an empty item; write one value, or several with one comma between two".into());
    }
    if items.len() > MOST_ITEMS {
        return Err(format!("has more than {MOST_ITEMS} items"));
    }
    items.into_iter().map(parse).collect()
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 255
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// The key, and whether it moves real money.
fn secret_key(text: &str) -> Result<(SecretText, bool), String> {
    const FORM: &str =
        "must be a secret or restricted key of Stripe's, as sk_test_…, sk_live_…, rk_test_… or rk_live_…";
    if text.starts_with("pk_") {
        return Err("is a publishable key (pk_…), which may do nothing here; take the secret key (sk_…) or a restricted one (rk_…)".into());
    }
    let of_mode = |mode: &str| {
        ["sk", "rk"].iter().find_map(|kind| text.strip_prefix(&format!("{kind}_{mode}_"))).is_some_and(is_word)
    };
    match (of_mode("live"), of_mode("test")) {
        (true, _) => Ok((text.into(), true)),
        (_, true) => Ok((text.into(), false)),
        _ => Err(FORM.into()),
    }
}

fn webhook_secret(text: &str) -> Result<SecretText, String> {
    if ["sk_", "rk_", "pk_"].iter().any(|prefix| text.starts_with(prefix)) {
        return Err(
            "holds an API key; the secret of a webhook is shown beside its endpoint at Stripe, as whsec_…".into()
        );
    }
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text.into())
    } else {
        Err("must be secrets of Stripe's webhooks, as whsec_…, without blanks".into())
    }
}

fn price(text: &str) -> Result<String, String> {
    if text.starts_with("prod_") {
        return Err("names a product (prod_…); take one of its prices, as price_…".into());
    }
    if is_word(text) { Ok(text.into()) } else { Err("must be prices of Stripe's, as price_…".into()) }
}

/// HTTPS, or plain HTTP to a server close by. A `/v1` at the end is not part of the base.
fn api_base(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|_| "must be an address, as https://api.stripe.com")?;
    let host = url.host_str().unwrap_or_default();
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && network::is_local_host(host));
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if host.is_empty() || !is_safe || !is_plain || url.password().is_some() {
        return Err("must be an https address, as https://api.stripe.com; http is for a local server alone".into());
    }
    let base = url.as_str().trim_end_matches('/');
    Ok(base.strip_suffix("/v1").unwrap_or(base).trim_end_matches('/').into())
}
