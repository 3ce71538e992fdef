//! The page where somebody looks after a subscription; and, in place of time, the bank and the seller, lets happen what
//! they would do.

use askama::Template;
use axum::{
    extract::{Path, Request, State as Shared},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};

use super::{
    SimulatedStripe,
    pages::{Frame, Here, amount, invoice_word, language, lead_to},
    refusal::Refusal,
    state::{AMOUNT, Customer, Invoice, InvoiceStatus, Portal, State, Status, Subscription},
};
use crate::{
    core::{
        language::Language,
        texts::simulated_stripe::{self as texts, CommonTexts, PortalTexts},
    },
    routes::{extractors::form, html::value_of},
};

const MOST_INVOICES: usize = 24;

#[derive(Template)]
#[template(path = "console/simulation/portal.html")]
struct PortalCards {
    here: Here,
    common: CommonTexts,
    words: PortalTexts,
    is_done: bool,
    subscriptions: Vec<Seen>,
    /// What time, the bank and the seller would do.
    others: Vec<(&'static str, &'static str)>,
    card_is_declined: bool,
    invoices: Vec<InvoiceRow>,
    back: Option<String>,
}

/// A subscription, and what one can do with it.
struct Seen {
    lines: [(&'static str, String); 4],
    id: String,
    is_running: bool,
    ends_later: bool,
    has_open_invoice: bool,
}

/// An invoice in the list.
struct InvoiceRow {
    place: String,
    number: String,
    day: String,
    status: &'static str,
    amount: String,
}

pub(super) async fn show(
    Shared(stripe): Shared<SimulatedStripe>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let query = uri.query().unwrap_or_default();
    let portal = find(&stripe, &id);
    let language = language(query, portal.as_ref().and_then(|one| one.locale.as_deref()), &headers);
    let frame = Frame { stripe: &stripe, language, own: format!("portal/{id}") };
    let Some(portal) = portal else { return frame.nothing() };
    let words = texts::portal(language);
    // what is due has happened before it is shown
    let is_done = !value_of(query, "done").is_empty();
    let cards = stripe.ask(|state| Ok(content(&frame, &words, state, &portal, is_done)));
    let Ok(cards) = cards else { return frame.nothing() };
    frame.page(StatusCode::OK, words.title, &cards)
}

pub(super) async fn act(
    Shared(stripe): Shared<SimulatedStripe>,
    Path(id): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let body = form(request).await.unwrap_or_default();
    let portal = find(&stripe, &id);
    let language = language(&body, portal.as_ref().and_then(|one| one.locale.as_deref()), &headers);
    let Some(portal) = portal else {
        return Frame { stripe: &stripe, language, own: String::new() }.nothing();
    };
    let (what, subscription) = (value_of(&body, "act"), value_of(&body, "subscription"));
    let outcome = stripe.change(|state| carry_out(state, &portal.customer, &what, &subscription));
    // what was refused was overtaken by something else: the page shows what is true now
    let done = if outcome.is_ok() { "&done=1" } else { "" };
    lead_to(&format!("{}?lang={}{done}", stripe.place(&format!("portal/{}", portal.id)), language.tag()))
}

fn find(stripe: &SimulatedStripe, id: &str) -> Option<Portal> {
    stripe.look(|state| state.portals.iter().find(|one| one.id == id).cloned())
}

fn carry_out(state: &mut State, customer: &str, act: &str, subscription: &str) -> Result<(), Refusal> {
    let owned = state.subscription(subscription).filter(|one| one.customer == customer);
    let owned = owned.map(|one| one.id.clone()).ok_or_else(|| Refusal::missing("subscription", subscription));
    match act {
        "cancel_later" => owned.and_then(|id| state.cancel_at_period_end(&id, true)),
        "resume" => owned.and_then(|id| state.cancel_at_period_end(&id, false)),
        "cancel_now" => owned.and_then(|id| state.cancel(&id)),
        "pay_open" => {
            let open = state.invoices.iter().find(|one| one.customer == customer && one.status == InvoiceStatus::Open);
            let open = open.map(|one| one.id.clone()).ok_or_else(|| Refusal::missing("invoice", ""))?;
            // somebody who pays by hand does it with a card that works
            state.set_card(customer, false)?;
            state.collect(&open)
        }
        "refund" => {
            let charge = state.last_payment(customer).map(|one| one.id.clone());
            let charge = charge.ok_or_else(|| Refusal::missing("charge", ""))?;
            state.refund(&charge, None).map(drop)
        }
        "end_period" => state.let_time_pass(customer).map(drop),
        "fail" => state.set_card(customer, true),
        "succeed" => state.set_card(customer, false),
        _ => Err(Refusal::invalid(400, None, "There is no such act.")),
    }
}

fn content(frame: &Frame<'_>, words: &PortalTexts, state: &State, portal: &Portal, is_done: bool) -> PortalCards {
    let customer = state.customer(&portal.customer);
    let of_customer = || state.subscriptions.iter().rev().filter(|one| one.customer == portal.customer);
    let mut shown: Vec<&Subscription> = of_customer().filter(|one| one.status != Status::Canceled).collect();
    if shown.is_empty() {
        shown.extend(of_customer().next());
    }
    let is_running = shown.iter().any(|one| one.is_running());
    PortalCards {
        here: frame.here(),
        common: texts::common(frame.language),
        is_done,
        subscriptions: shown.iter().map(|one| seen(frame.language, words, state, one, customer)).collect(),
        others: customer
            .filter(|one| !one.is_deleted)
            .map(|one| what_else(words, state, one, is_running))
            .unwrap_or_default(),
        card_is_declined: customer.is_some_and(|one| one.card_is_declined),
        invoices: invoices(frame, state, &portal.customer),
        back: portal.return_url.clone(),
        words: *words,
    }
}

fn seen(
    language: Language,
    words: &PortalTexts,
    state: &State,
    subscription: &Subscription,
    customer: Option<&Customer>,
) -> Seen {
    let common = texts::common(language);
    let is_open = |one: &&Invoice| one.subscription == subscription.id && one.status == InvoiceStatus::Open;
    let next_attempt = state.invoices.iter().filter(is_open).find_map(|one| one.next_attempt);
    let (label, moment) = match (subscription.ended_at, next_attempt) {
        (Some(ended), _) => (words.ended, ended),
        (None, Some(next)) => (words.next_attempt, next),
        (None, None) if subscription.cancel_at_period_end => (words.ends, subscription.period_end),
        (None, None) => (words.renews, subscription.period_end),
    };
    let status = serde_json::to_value(subscription.status).ok();
    let status = status.as_ref().and_then(|word| word.as_str()).unwrap_or_default();
    Seen {
        lines: [
            (common.plan, texts::a_month(language, &format!("PRO, {}", amount(language, AMOUNT)))),
            (common.status, texts::subscription_status(language, status).to_owned()),
            (label, texts::day(language, moment)),
            (common.customer, customer.and_then(|one| one.email.clone()).unwrap_or_default()),
        ],
        id: subscription.id.clone(),
        is_running: subscription.is_running(),
        ends_later: subscription.cancel_at_period_end,
        has_open_invoice: state.invoices.iter().any(|one| is_open(&one)),
    }
}

/// What else may happen: the word of an act, and its button.
fn what_else(
    words: &PortalTexts,
    state: &State,
    customer: &Customer,
    is_running: bool,
) -> Vec<(&'static str, &'static str)> {
    let waits =
        |one: &Invoice| one.customer == customer.id && one.status == InvoiceStatus::Open && one.next_attempt.is_some();
    let mut acts = Vec::new();
    if is_running {
        acts.push(("end_period", if state.invoices.iter().any(waits) { words.try_again } else { words.end_period }));
        acts.push(if customer.card_is_declined { ("succeed", words.succeed) } else { ("fail", words.fail) });
    }
    if state.last_payment(&customer.id).is_some() {
        acts.push(("refund", words.refund));
    }
    acts
}

fn invoices(frame: &Frame<'_>, state: &State, customer: &str) -> Vec<InvoiceRow> {
    let language = frame.language;
    let found = state.invoices.iter().rev().filter(|one| one.customer == customer && one.number.is_some());
    let row = |one: &Invoice| InvoiceRow {
        place: format!("{}?lang={}", frame.stripe.place(&format!("invoices/{}", one.token)), language.tag()),
        number: one.number.clone().unwrap_or_default(),
        day: texts::day(language, one.created),
        status: texts::invoice_status(language, invoice_word(state, one)),
        amount: amount(language, one.amount),
    };
    found.take(MOST_INVOICES).map(row).collect()
}
