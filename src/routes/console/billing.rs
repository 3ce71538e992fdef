//! `/billing`: the plan and how far it is used, the subscription behind it, invoices, and the ways to Stripe's pages.

use askama::Template;
use axum::{
    Router,
    http::{HeaderName, HeaderValue, StatusCode},
    routing::get,
};

use super::{
    form::Form,
    frame::{Frame, Section, page},
    listing::{self, Pager},
    refusal::{Answered, see_other},
    sign_in::refused,
    stamp,
    visit::{Entered, Posted, Visit},
};
use crate::{
    core::{
        app::App,
        error::{Error, Result},
        html::escape,
        language::Language,
        texts::{
            billing::price,
            console::{BillingTexts, counted, grouped, is_one},
            money::money,
            problems::Code,
        },
    },
    models::{
        billing::{InvoiceStatus, StripeInvoice, SubscriptionStatus},
        billing_account::{Invoice, KeyUse, Seen, Standing},
        page::{Page, PageRequest},
        user::Plan,
    },
    schemas::query,
    services::billing,
};

/// The page and the ways from it.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/billing", get(show))
        .route("/billing/checkout", get(go_back).post(check_out))
        .route("/billing/portal", get(go_back).post(open_portal))
}

#[derive(Template)]
#[template(path = "console/pages/billing.html")]
struct BillingPage {
    frame: Frame,
    t: &'static BillingTexts,
    /// What Stripe's pages were refused for.
    sentence: Option<String>,
    plan: &'static str,
    keys: String,
    /// How much of the limit is used, in hundredths.
    meter: Option<i64>,
    /// `None` where the server takes no payments.
    account: Option<Account>,
}

/// What is known of an account at Stripe.
struct Account {
    state: Option<State>,
    /// What is known of the subscription's price and of its next invoice: a name, and HTML of our own.
    facts: Vec<(&'static str, String)>,
    may_subscribe: bool,
    /// What PRO costs, as a sentence.
    price: String,
    may_manage: bool,
    /// What there is to do at Stripe.
    manage_lede: &'static str,
    is_given: bool,
    invoices: Vec<Row>,
    pager: Pager,
}

/// The state of the subscription, in words.
pub(super) struct State {
    pub(super) badge: &'static str,
    pub(super) word: &'static str,
    /// What follows, as HTML of our own.
    sentence: String,
}

/// An invoice in the table.
struct Row {
    title: String,
    period: String,
    amount: String,
    badge: &'static str,
    status: &'static str,
    pdf: Option<String>,
    page: Option<String>,
}

/// Stripe's page can not be where a form leads to (`form-action 'self'`): this page goes there.
#[derive(Template)]
#[template(path = "console/pages/to_stripe.html")]
struct ToStripePage {
    frame: Frame,
    t: &'static BillingTexts,
    url: String,
    /// What is bought there, as a sentence.
    price: Option<String>,
}

async fn show(Entered(visit): Entered) -> Answered {
    write(&visit, StatusCode::OK, None).await
}

/// Somebody reloaded the page on the way to Stripe.
async fn go_back(Entered(visit): Entered) -> Answered {
    Ok(see_other(&visit.to("billing")))
}

async fn check_out(Posted(visit, form): Posted) -> Answered {
    let led = billing::check_out(&visit.ctx).await;
    let price = if led.is_ok() { told_price(&visit).await } else { None };
    leave(&visit, &form, led, price).await
}

async fn open_portal(Posted(visit, form): Posted) -> Answered {
    let led = billing::open_portal(&visit.ctx).await;
    leave(&visit, &form, led, None).await
}

/// What PRO costs, as a sentence, where that is known.
async fn told_price(visit: &Visit) -> Option<String> {
    let language = visit.ctx.client().language;
    let found = billing::price(&visit.ctx).await?;
    Some(BillingTexts::of(language).pro_costs.replace("{price}", &price(language, &found)))
}

async fn leave(visit: &Visit, form: &Form, led: Result<String>, price: Option<String>) -> Answered {
    let url = match led {
        Ok(url) => url,
        Err(error) => {
            let (status, shown) = refused(visit, form, &error)?;
            return write(visit, status, shown.sentence).await;
        }
    };
    let t = BillingTexts::of(visit.ctx.client().language);
    let refresh = HeaderValue::from_str(&format!("0; url={url}"));
    let mut response = page(StatusCode::OK, &ToStripePage { frame: visit.frame(Section::Billing)?, t, url, price })?;
    if let Ok(refresh) = refresh {
        response.headers_mut().insert(HeaderName::from_static("refresh"), refresh);
    }
    Ok(response)
}

async fn write(visit: &Visit, status: StatusCode, sentence: Option<String>) -> Answered {
    let language = visit.ctx.client().language;
    let t = BillingTexts::of(language);
    let used = billing::key_use(&visit.ctx).await?;
    let (plan, account) = match billing::subscription(&visit.ctx).await {
        Ok(standing) => {
            let asked: PageRequest = query::read(&listing::only(&visit.query, &["cursor"]))?;
            let invoices = billing::invoices(&visit.ctx, asked).await?;
            (standing.plan, Some(account(visit, t, &standing, invoices).await))
        }
        Err(Error::Refused(Code::BillingNotConfigured)) => (visit.ctx.user()?.plan, None),
        Err(error) => return Err(error.into()),
    };
    let billing_page = BillingPage {
        frame: visit.frame(Section::Billing)?.opened_at("billing"),
        t,
        sentence,
        plan: plan.as_str(),
        keys: keys(language, t, used),
        meter: used.limit.map(|limit| (used.used * 100 / limit.max(1)).clamp(0, 100)),
        account,
    };
    page(status, &billing_page)
}

fn keys(language: Language, t: &BillingTexts, keys: KeyUse) -> String {
    match keys.limit {
        Some(limit) => {
            let text = if is_one(language, keys.used) { t.key_of_limit } else { t.keys_of_limit };
            text.replace("{used}", &grouped(language, keys.used)).replace("{limit}", &grouped(language, limit))
        }
        None => counted(language, keys.used, t.key_without_limit, t.keys_without_limit),
    }
}

async fn account(visit: &Visit, t: &'static BillingTexts, standing: &Standing, invoices: Page<Invoice>) -> Account {
    let seen = standing.subscription.as_ref();
    let is_open = seen.is_some_and(|seen| !seen.status.is_over());
    let may_subscribe = standing.plan == Plan::Free && !is_open;
    // asked for where it is told alone
    let price = if may_subscribe { told_price(visit).await } else { None };
    Account {
        facts: match seen {
            Some(seen) => facts(visit, t, seen).await,
            None => Vec::new(),
        },
        state: seen.map(|seen| state(t, seen)),
        may_subscribe,
        price: price.unwrap_or_else(|| t.price_unknown.to_owned()),
        may_manage: seen.is_some() || !invoices.rows.is_empty(),
        manage_lede: if is_open { t.manage_lede } else { t.manage_lede_over },
        is_given: standing.plan == Plan::Pro && seen.is_none_or(|seen| seen.status.plan() == Plan::Free),
        pager: Pager::of(visit, "billing", "", invoices.next),
        invoices: invoices.rows.into_iter().map(|one| row(visit.ctx.client().language, t, one.stripe)).collect(),
    }
}

/// What a subscription costs and when it is charged next, as far as that is known.
async fn facts(visit: &Visit, t: &'static BillingTexts, seen: &Seen) -> Vec<(&'static str, String)> {
    use SubscriptionStatus::{Active, Trialing};
    if seen.status.plan() == Plan::Free {
        return Vec::new();
    }
    let costs = billing::price_of(&visit.ctx, seen).await;
    let costs = costs.map(|found| (t.price, escape(&price(visit.ctx.client().language, &found))));
    let renews = matches!(seen.status, Active | Trialing) && !seen.cancel_at_period_end;
    let next = seen.current_period_end.filter(|_| renews).map(|day| (t.next_invoice, stamp::day(day)));
    costs.into_iter().chain(next).collect()
}

/// The state of a subscription, in words.
pub(super) fn state(t: &'static BillingTexts, seen: &Seen) -> State {
    let (badge, word, sentence) = match seen.status {
        SubscriptionStatus::Active | SubscriptionStatus::Trialing if seen.cancel_at_period_end => {
            ("warn", t.ending, t.ending_sentence)
        }
        SubscriptionStatus::Active => ("ok", t.active, t.active_sentence),
        SubscriptionStatus::Trialing => ("accent", t.trialing, t.trialing_sentence),
        SubscriptionStatus::PastDue => ("danger", t.past_due, t.past_due_sentence),
        SubscriptionStatus::Unpaid => ("danger", t.unpaid, t.unpaid_sentence),
        SubscriptionStatus::Incomplete => ("warn", t.incomplete, t.incomplete_sentence),
        SubscriptionStatus::Paused => ("warn", t.paused, t.paused_sentence),
        SubscriptionStatus::Canceled | SubscriptionStatus::IncompleteExpired => ("", t.over, t.over_sentence),
    };
    let day = seen.current_period_end.map_or_else(|| t.period_end.to_owned(), stamp::day);
    State { badge, word, sentence: sentence.replace("{day}", &day) }
}

fn row(language: Language, t: &'static BillingTexts, invoice: StripeInvoice) -> Row {
    let (badge, status) = match invoice.status {
        InvoiceStatus::Draft => ("", t.draft),
        InvoiceStatus::Open => ("warn", t.open),
        InvoiceStatus::Paid => ("ok", t.paid),
        InvoiceStatus::Void => ("", t.void),
        InvoiceStatus::Uncollectible => ("danger", t.uncollectible),
    };
    let period = match (invoice.period_start, invoice.period_end) {
        (Some(start), Some(end)) => format!("{} – {}", stamp::day(start), stamp::day(end)),
        _ => stamp::day(invoice.created_at),
    };
    // what Stripe calls an address is followed to the web alone
    let to_web = |url: Option<String>| url.filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    Row {
        title: invoice.number.or(invoice.description).unwrap_or_else(|| t.invoice.to_owned()),
        period,
        amount: money(invoice.amount, &invoice.currency, language),
        badge,
        status,
        pdf: to_web(invoice.invoice_pdf),
        page: to_web(invoice.hosted_invoice_url),
    }
}
