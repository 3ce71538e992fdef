//! What each request of the API does, and what it takes.

use axum::http::Method;
use serde_json::Value;

use super::{
    SimulatedStripe,
    acts::NewCheckout,
    form::Form,
    refusal::Refusal,
    shapes,
    state::{Customer, PRICE, PRODUCT, State},
};

/// Of lists.
const PAGING: [&str; 4] = ["limit", "starting_after", "ending_before", "expand"];
/// What a checkout session may say beside what counts here; it changes nothing about the simulation.
const CHECKOUT: [&str; 20] = [
    "customer",
    "mode",
    "line_items",
    "success_url",
    "cancel_url",
    "client_reference_id",
    "locale",
    "metadata",
    "subscription_data",
    "expires_at",
    "expand",
    "allow_promotion_codes",
    "automatic_tax",
    "billing_address_collection",
    "customer_update",
    "payment_method_collection",
    "payment_method_types",
    "saved_payment_method_options",
    "tax_id_collection",
    "ui_mode",
];

/// Carries a request out; the object that Stripe would answer with.
pub(super) fn carry_out(
    state: &mut State,
    stripe: &SimulatedStripe,
    method: &Method,
    path: &str,
    form: &Form,
) -> Result<Value, Refusal> {
    let segments: Vec<&str> = path.split('/').collect();
    match (method.as_str(), segments.as_slice()) {
        ("POST", ["customers"]) => create_customer(state, form),
        ("GET", ["customers"]) => customers(state, form),
        ("GET", ["customers", id]) => {
            form.allow(&["expand"])?;
            let found = state.customer(id).ok_or_else(|| Refusal::missing("customer", id))?;
            Ok(shapes::customer(state, found))
        }
        ("POST", ["customers", id]) => {
            form.allow(&["email", "expand"])?;
            let email = form.text("email");
            let found = state.customers.get_mut(*id).filter(|one| !one.is_deleted);
            let found = found.ok_or_else(|| Refusal::missing("customer", id))?;
            found.email = email.or(found.email.take());
            let found = found.clone();
            Ok(shapes::customer(state, &found))
        }
        ("DELETE", ["customers", id]) => {
            form.allow(&[])?;
            state.delete_customer(id)?;
            Ok(shapes::deleted_customer(id))
        }
        ("GET", ["prices", id]) => one(form, "price", id, *id == PRICE, shapes::price()),
        ("GET", ["products", id]) => one(form, "product", id, *id == PRODUCT, shapes::product()),
        ("POST", ["checkout", "sessions"]) => create_checkout(state, stripe, form),
        ("GET", ["checkout", "sessions", id]) => {
            let is_there = state.checkouts.contains_key(*id);
            one(form, "checkout.session", id, is_there, shapes::checkout(state, id))
        }
        ("POST", ["checkout", "sessions", id, "expire"]) => {
            form.allow(&["expand"])?;
            state.expire(id)?;
            Ok(shapes::checkout(state, id))
        }
        ("POST", ["billing_portal", "sessions"]) => create_portal(state, stripe, form),
        ("GET", ["subscriptions"]) => subscriptions(state, form),
        ("GET", ["subscriptions", id]) => {
            let is_there = state.subscription(id).is_some();
            one(form, "subscription", id, is_there, shapes::subscription(state, id))
        }
        ("GET", ["invoices"]) => invoices(state, form),
        ("GET", ["invoices", id]) => one(form, "invoice", id, state.invoice(id).is_some(), shapes::invoice(state, id)),
        ("GET", ["charges"]) => charges(state, form),
        (method, _) => {
            let message =
                format!("Unrecognized request URL ({method}: /v1/{path}). The stand-in plays a part of the API.");
            Err(Refusal::invalid(404, None, message))
        }
    }
}

fn one(form: &Form, what: &str, id: &str, is_there: bool, object: Value) -> Result<Value, Refusal> {
    form.allow(&["expand"])?;
    if is_there { Ok(object) } else { Err(Refusal::missing(what, id)) }
}

fn create_customer(state: &mut State, form: &Form) -> Result<Value, Refusal> {
    form.allow(&["email", "name", "metadata", "description", "preferred_locales", "expand"])?;
    if form.get("email").is_some_and(|email| !email.contains('@') || email.len() > 512) {
        return Err(Refusal::param("email", "email_invalid", "Invalid email address."));
    }
    let id = state.create_customer(form.text("email"), form.text("name"), form.map("metadata"))?;
    let found = state.customer(&id).ok_or_else(|| Refusal::missing("customer", &id))?;
    Ok(shapes::customer(state, found))
}

/// Those that were not deleted, as Stripe lists them.
fn customers(state: &State, form: &Form) -> Result<Value, Refusal> {
    form.allow(&[&PAGING[..], &["email", "created"]].concat())?;
    let email = form.get("email");
    let is_asked = |one: &&Customer| !one.is_deleted && email.is_none_or(|email| one.email.as_deref() == Some(email));
    let mut found: Vec<_> = state.customers.values().filter(is_asked).collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.created));
    page(form, "customer", "/v1/customers", found.into_iter().map(|one| shapes::customer(state, one)).collect())
}

fn create_checkout(state: &mut State, stripe: &SimulatedStripe, form: &Form) -> Result<Value, Refusal> {
    form.allow(&CHECKOUT)?;
    if form.required("mode")? != "subscription" {
        return Err(Refusal::param("mode", "parameter_invalid_string_enum", "The stand-in sells subscriptions alone."));
    }
    let price = form.required("line_items[0][price]")?;
    if price != PRICE {
        return Err(Refusal::missing_param("line_items[0][price]", "price", price));
    }
    if form.number("line_items[0][quantity]")?.unwrap_or(1) != 1 || form.get("line_items[1][price]").is_some() {
        return Err(Refusal::param("line_items", "parameter_invalid_integer", "The stand-in sells one at a time."));
    }
    let url = |name: &str, text: &str| stripe.own_url(text).ok_or_else(|| foreign(name, text));
    let success_url = form.required("success_url")?;
    let new = NewCheckout {
        customer: form.required("customer")?.to_owned(),
        success_url: url("success_url", success_url)?,
        cancel_url: form.get("cancel_url").map(|text| url("cancel_url", text)).transpose()?,
        locale: form.text("locale"),
        client_reference_id: form.text("client_reference_id"),
        metadata: form.map("metadata"),
        subscription_metadata: form.map("subscription_data[metadata]"),
        expires_at: form.number("expires_at")?,
    };
    let id = state.create_checkout(new)?;
    Ok(shapes::checkout(state, &id))
}

fn create_portal(state: &mut State, stripe: &SimulatedStripe, form: &Form) -> Result<Value, Refusal> {
    form.allow(&["customer", "return_url", "locale", "configuration", "expand"])?;
    let return_url = form.get("return_url");
    let return_url = return_url.map(|text| stripe.own_url(text).ok_or_else(|| foreign("return_url", text)));
    let id = state.create_portal(form.required("customer")?, return_url.transpose()?, form.text("locale"))?;
    let found = state.portals.iter().find(|one| one.id == id);
    found.map(|one| shapes::portal(state, one)).ok_or_else(|| Refusal::missing("billing_portal.session", &id))
}

fn foreign(name: &str, text: &str) -> Refusal {
    Refusal::param(name, "url_invalid", format!("The stand-in leads back to its own server alone, not to {text}"))
}

fn subscriptions(state: &State, form: &Form) -> Result<Value, Refusal> {
    form.allow(&[&PAGING[..], &["customer", "status", "price", "created"]].concat())?;
    let customer = customer(state, form)?;
    let status = form.get("status");
    let known = [
        "all",
        "active",
        "canceled",
        "ended",
        "incomplete",
        "incomplete_expired",
        "past_due",
        "paused",
        "trialing",
        "unpaid",
    ];
    if let Some(status) = status.filter(|status| !known.contains(status)) {
        let message = format!("Invalid status: must be one of {}", known.join(", "));
        return Err(Refusal::param(status, "parameter_invalid_string_enum", message));
    }
    let is_sold = form.get("price").is_none_or(|price| price == PRICE);
    let mut objects = Vec::new();
    for one in state.subscriptions.iter().rev().filter(|one| is_sold && customer.is_none_or(|id| id == one.customer)) {
        let object = shapes::subscription(state, &one.id);
        let of_it = object.get("status").and_then(Value::as_str).unwrap_or_default();
        let counts = match status {
            Some("all") => true,
            Some("ended") => matches!(of_it, "canceled" | "incomplete_expired"),
            Some(status) => of_it == status,
            None => of_it != "canceled",
        };
        if counts {
            objects.push(object);
        }
    }
    page(form, "subscription", "/v1/subscriptions", objects)
}

fn invoices(state: &State, form: &Form) -> Result<Value, Refusal> {
    form.allow(&[&PAGING[..], &["customer", "subscription", "status", "created"]].concat())?;
    let (customer, subscription, status) = (customer(state, form)?, form.get("subscription"), form.get("status"));
    let found = state.invoices.iter().rev().filter(|one| {
        customer.is_none_or(|id| id == one.customer) && subscription.is_none_or(|id| id == one.subscription)
    });
    let objects = found.map(|one| shapes::invoice(state, &one.id));
    let objects = objects
        .filter(|object| status.is_none_or(|status| object.get("status").and_then(Value::as_str) == Some(status)));
    page(form, "invoice", "/v1/invoices", objects.collect())
}

fn charges(state: &State, form: &Form) -> Result<Value, Refusal> {
    form.allow(&[&PAGING[..], &["customer", "payment_intent", "created"]].concat())?;
    let (customer, intent) = (customer(state, form)?, form.get("payment_intent"));
    let found =
        state.charges.iter().rev().filter(|one| {
            customer.is_none_or(|id| id == one.customer) && intent.is_none_or(|id| id == one.payment_intent)
        });
    page(form, "charge", "/v1/charges", found.map(|one| shapes::charge(state, &one.id)).collect())
}

/// The customer that a list is asked of; a deleted one still has what it had.
fn customer<'a>(state: &State, form: &'a Form) -> Result<Option<&'a str>, Refusal> {
    match form.get("customer") {
        Some(id) if state.customer(id).is_none() => Err(Refusal::missing_param("customer", "customer", id)),
        found => Ok(found),
    }
}

/// One page of a list whose newest come first.
fn page(form: &Form, what: &str, url: &str, objects: Vec<Value>) -> Result<Value, Refusal> {
    let limit = form.number("limit")?.unwrap_or(10);
    if !(1..=100).contains(&limit) {
        let message = "This value must be from 1 to 100.";
        return Err(Refusal::param("limit", "parameter_invalid_integer", message));
    }
    let limit = usize::try_from(limit).unwrap_or(10);
    let position = |name: &str| {
        let Some(id) = form.get(name) else { return Ok(None) };
        let found = objects.iter().position(|one| one.get("id").and_then(Value::as_str) == Some(id));
        found.map(Some).ok_or_else(|| Refusal::missing_param(name, what, id))
    };
    let (after, before) = (position("starting_after")?, position("ending_before")?);
    let (first, has_more) = match (after, before) {
        (Some(_), Some(_)) => {
            let message = "You may only specify one of these parameters: starting_after, ending_before.";
            return Err(Refusal::invalid(400, None, message));
        }
        (None, Some(before)) => (before.saturating_sub(limit), before > limit),
        (after, None) => {
            let first = after.map_or(0, |after| after + 1);
            (first, objects.len() > first + limit)
        }
    };
    let limit = before.map_or(limit, |before| before.min(limit));
    Ok(shapes::list(url, &objects.into_iter().skip(first).take(limit).collect::<Vec<_>>(), has_more))
}
