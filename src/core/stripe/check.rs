//! What `vault-api check` asks Stripe: whether what is sold can be sold, and whether the key may read all that we need.

use serde_json::Value;

use super::{Stripe, StripeError, read, segment};
use crate::core::{language::Language, texts::money::money};

/// The lists that we read, and what a restricted key's right to them is called at Stripe.
const READ: [(&str, &str); 4] =
    [("customers", "Customers"), ("subscriptions", "Subscriptions"), ("invoices", "Invoices"), ("charges", "Charges")];

impl Stripe {
    /// Whether the key works, may read what we need, and what it sells can be sold; a line for the operator.
    ///
    /// # Errors
    /// Also where a price is unknown, or the one that is sold is inactive, not recurring, metered or of the other mode;
    /// `is_forbidden` where the key lacks rights, which the sentence names.
    pub async fn check(&self) -> Result<String, StripeError> {
        let settings = self.settings();
        let mut line = None;
        for price in &settings.prices {
            let found = match self.http.get(&format!("prices/{}", segment(price)?), &[]).await {
                Ok(found) => found,
                Err(error) if error.is_missing() => {
                    let sentence =
                        format!("STRIPE_PRICE_PRO: Stripe knows no price {price} in {} mode", settings.mode());
                    return Err(StripeError::ours("price_unknown", sentence));
                }
                Err(error) if is_without_right(&error) => return Err(rights_missing(&["Prices"])),
                Err(error) => return Err(error),
            };
            if line.is_none() {
                may_be_sold(price, &found, settings.is_live)?;
                line = Some(format!("{} mode, {price}: {}", settings.mode(), price_line(&found)));
            }
        }
        let line =
            line.ok_or_else(|| StripeError::ours("no_price", "STRIPE_PRICE_PRO is not set: there is nothing to sell"))?;
        self.may_read().await?;
        Ok(line)
    }

    /// Asks for one item of each list: a restricted key has rights of its own to each.
    async fn may_read(&self) -> Result<(), StripeError> {
        let mut missing = Vec::new();
        for (list, right) in READ {
            match self.http.get(list, &[("limit", "1")]).await {
                Ok(_) => {}
                Err(error) if is_without_right(&error) => missing.push(right),
                Err(error) => return Err(error),
            }
        }
        if missing.is_empty() { Ok(()) } else { Err(rights_missing(&missing)) }
    }
}

/// 401 is the key itself.
fn is_without_right(error: &StripeError) -> bool {
    matches!(error, StripeError::Refused { status: 403, .. })
}

fn rights_missing(rights: &[&str]) -> StripeError {
    let sentence = format!(
        "STRIPE_SECRET_KEY: the restricted key lacks the right to read {}; add it at Stripe (Developers → API keys)",
        rights.join(", ")
    );
    StripeError::Refused { status: 403, code: "right_missing".into(), sentence }
}

/// Whether it can be bought as PRO is: month by month, or for another time, for a fixed amount.
pub(super) fn may_be_sold(price: &str, found: &Value, is_live: bool) -> Result<(), StripeError> {
    let flag = |name: &str| found.get(name).and_then(Value::as_bool);
    let recurring = found.get("recurring").filter(|recurring| recurring.is_object());
    let usage = recurring.and_then(|recurring| recurring.get("usage_type")).and_then(Value::as_str);
    let (code, why) = match () {
        () if flag("livemode").is_some_and(|price_is_live| price_is_live != is_live) => {
            ("other_mode", "is of the other mode than STRIPE_SECRET_KEY: one is for tests, the other for real money")
        }
        () if flag("active") == Some(false) => ("price_inactive", "is archived at Stripe, and can not be bought"),
        () if recurring.is_none() => ("price_not_recurring", "is paid once; PRO needs a recurring price"),
        () if usage == Some("metered") => ("price_metered", "is metered; PRO needs a price with a fixed amount"),
        () => return Ok(()),
    };
    Err(StripeError::ours(code, format!("STRIPE_PRICE_PRO: {price} {why}")))
}

/// As `€9.00 each month`.
fn price_line(found: &Value) -> String {
    let text = |pointer: &str| found.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let count = found.pointer("/recurring/interval_count").and_then(Value::as_i64).unwrap_or(1);
    let interval = match text("/recurring/interval") {
        "" => "period",
        interval => interval,
    };
    let every = if count == 1 { format!("each {interval}") } else { format!("every {count} {interval}s") };
    let amount = found.get("unit_amount").and_then(Value::as_i64).zip(read::currency(found));
    match amount {
        Some((amount, currency)) => format!("{} {every}", money(amount, &currency, Language::English)),
        None => format!("an amount in tiers {every}"),
    }
}
