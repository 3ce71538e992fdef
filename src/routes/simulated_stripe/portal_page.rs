//! The page where somebody looks after a subscription; and, in place of time, the bank and the seller, lets happen what
//! they would do.

use axum::{
    extract::{Path, Request, State as Shared},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};

use super::{
    SimulatedStripe,
    pages::{Frame, amount, invoice_word, language, lead_to, list},
    refusal::Refusal,
    state::{AMOUNT, Customer, InvoiceStatus, Portal, State, Status, Subscription},
};
use crate::{
    core::{
        language::Language,
        texts::simulated_stripe::{self as texts, PortalTexts},
    },
    routes::{
        extractors::form,
        html::{escape, value_of},
    },
};

const MOST_INVOICES: usize = 24;

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
    let Ok(content) = stripe.ask(|state| Ok(content(&frame, &words, state, &portal))) else { return frame.nothing() };
    let done = match &*value_of(query, "done") {
        "" => String::new(),
        _ => format!("<p class=\"note ok\" role=\"status\">{}</p>", words.done),
    };
    frame.page(StatusCode::OK, words.title, &format!("{done}{content}"))
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
    lead_to(&format!("{}simulated-stripe/portal/{}?lang={}{done}", stripe.root(), portal.id, language.tag()))
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

fn content(frame: &Frame<'_>, words: &PortalTexts, state: &State, portal: &Portal) -> String {
    let language = frame.language;
    let customer = state.customer(&portal.customer);
    let of_customer = || state.subscriptions.iter().rev().filter(|one| one.customer == portal.customer);
    let mut shown: Vec<&Subscription> = of_customer().filter(|one| one.status != Status::Canceled).collect();
    if shown.is_empty() {
        shown.extend(of_customer().next());
    }
    let mut out = Vec::new();
    if shown.is_empty() {
        out.push(format!("<p class=\"lede\">{}</p>", words.none));
    }
    for one in &shown {
        out.push(about(language, words, state, one, customer));
        out.push(what_one_can_do(frame, words, state, one));
    }
    if let Some(customer) = customer.filter(|one| !one.is_deleted) {
        out.push(what_else(frame, words, state, customer, shown.iter().any(|one| one.is_running())));
    }
    out.push(invoices(frame, words, state, &portal.customer));
    if let Some(back) = &portal.return_url {
        out.push(format!("<p class=\"hint\"><a href=\"{}\">← {}</a></p>", escape(back), texts::common(language).back));
    }
    out.concat()
}

fn about(
    language: Language,
    words: &PortalTexts,
    state: &State,
    subscription: &Subscription,
    customer: Option<&Customer>,
) -> String {
    let common = texts::common(language);
    let next_attempt = state
        .invoices
        .iter()
        .filter(|one| one.subscription == subscription.id && one.status == InvoiceStatus::Open)
        .find_map(|one| one.next_attempt);
    let (label, moment) = match (subscription.ended_at, next_attempt) {
        (Some(ended), _) => (words.ended, ended),
        (None, Some(next)) => (words.next_attempt, next),
        (None, None) if subscription.cancel_at_period_end => (words.ends, subscription.period_end),
        (None, None) => (words.renews, subscription.period_end),
    };
    let status = serde_json::to_value(subscription.status).ok();
    let status = status.as_ref().and_then(|word| word.as_str()).unwrap_or_default();
    let rows = [
        (common.plan, texts::a_month(language, &format!("PRO, {}", amount(language, AMOUNT)))),
        (common.status, texts::subscription_status(language, status).to_owned()),
        (label, texts::day(language, moment)),
        (common.customer, customer.and_then(|one| one.email.clone()).unwrap_or_default()),
    ];
    list(&rows)
}

fn what_one_can_do(frame: &Frame<'_>, words: &PortalTexts, state: &State, subscription: &Subscription) -> String {
    if !subscription.is_running() {
        return String::new();
    }
    let has_open =
        state.invoices.iter().any(|one| one.subscription == subscription.id && one.status == InvoiceStatus::Open);
    let later = if subscription.cancel_at_period_end {
        button("resume", words.resume, true)
    } else {
        button("cancel_later", words.cancel_later, false)
    };
    format!(
        "<section class=\"stack\"><h2>{}</h2>{}<input type=\"hidden\" name=\"subscription\" value=\"{}\">{}{later}{}</form></section>",
        words.yours,
        frame.form("actions"),
        escape(&subscription.id),
        if has_open { button("pay_open", words.pay_open, true) } else { String::new() },
        button("cancel_now", words.cancel_now, false),
    )
}

fn what_else(frame: &Frame<'_>, words: &PortalTexts, state: &State, customer: &Customer, is_running: bool) -> String {
    let is_open = state
        .invoices
        .iter()
        .any(|one| one.customer == customer.id && one.status == InvoiceStatus::Open && one.next_attempt.is_some());
    let mut buttons = String::new();
    if is_running {
        buttons += &button("end_period", if is_open { words.try_again } else { words.end_period }, false);
        let (act, label) = if customer.card_is_declined { ("succeed", words.succeed) } else { ("fail", words.fail) };
        buttons += &button(act, label, false);
    }
    if state.last_payment(&customer.id).is_some() {
        buttons += &button("refund", words.refund, false);
    }
    if buttons.is_empty() {
        return String::new();
    }
    let fails = if customer.card_is_declined { format!(" <strong>{}</strong>", words.fails) } else { String::new() };
    format!(
        "<section class=\"stack\"><h2>{}</h2><p class=\"hint\">{}{fails}</p>{}{buttons}</form></section>",
        words.others,
        words.others_hint,
        frame.form("actions"),
    )
}

fn button(act: &str, label: &str, is_main: bool) -> String {
    let class = if is_main { "btn primary" } else { "btn" };
    format!("<button class=\"{class}\" type=\"submit\" name=\"act\" value=\"{act}\">{label}</button>")
}

fn invoices(frame: &Frame<'_>, words: &PortalTexts, state: &State, customer: &str) -> String {
    let language = frame.language;
    let root = escape(&frame.stripe.root());
    let found = state.invoices.iter().rev().filter(|one| one.customer == customer && one.number.is_some());
    let rows: Vec<_> = found
        .take(MOST_INVOICES)
        .map(|one| {
            format!(
                "<li><span><a href=\"{root}simulated-stripe/invoices/{}?lang={}\"><strong>{}</strong></a><br><span class=\"muted small\">{} · {}</span></span><span class=\"num\">{}</span></li>",
                escape(&one.token),
                language.tag(),
                escape(one.number.as_deref().unwrap_or_default()),
                texts::day(language, one.created),
                texts::invoice_status(language, invoice_word(state, one)),
                escape(&amount(language, one.amount)),
            )
        })
        .collect();
    let shown = if rows.is_empty() {
        format!("<p class=\"hint\">{}</p>", words.no_invoice)
    } else {
        format!("<ol class=\"rows\">{}</ol>", rows.concat())
    };
    format!("<section class=\"stack\"><h2>{}</h2>{shown}</section>", words.invoices)
}
