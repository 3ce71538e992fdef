//! Stripe's JSON for what the stand-in knows, in the version `state::VERSION`. What Stripe shows on demand alone
//! (`payments`, `refunds`, `line_items`) is always in here; `expand` takes out what nobody asked for.

use serde_json::{Value, json};

use super::state::{
    AMOUNT, CURRENCY, Charge, CheckoutStatus, Customer, Invoice, InvoiceStatus, PRICE, PRODUCT, Portal, State, Status,
};

/// A list, as Stripe wraps them.
pub(super) fn list(url: &str, data: &[Value], has_more: bool) -> Value {
    json!({ "object": "list", "url": url, "has_more": has_more, "data": data })
}

/// The object with these fields too, which say nothing here and which Stripe always sends.
fn with_nulls(object: Value, names: &str) -> Value {
    with_each(object, names, &Value::Null)
}

/// The object with this value in each of these fields.
fn with_each(mut object: Value, names: &str, value: &Value) -> Value {
    for name in names.split_whitespace() {
        put(&mut object, name, value.clone());
    }
    object
}

/// Sets one field of an object.
pub(super) fn put(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Value::Object(fields) = object {
        fields.insert(name.to_owned(), value.into());
    }
}

/// The one price.
pub(super) fn price() -> Value {
    let known = json!({
        "id": PRICE, "object": "price", "active": true, "billing_scheme": "per_unit", "created": 1_767_225_600,
        "currency": CURRENCY, "livemode": false, "metadata": {}, "product": PRODUCT,
        "recurring": { "interval": "month", "interval_count": 1, "meter": null, "trial_period_days": null, "usage_type": "licensed" },
        "tax_behavior": "unspecified", "type": "recurring", "unit_amount": AMOUNT,
        "unit_amount_decimal": AMOUNT.to_string(),
    });
    with_nulls(known, "custom_unit_amount lookup_key nickname tiers_mode transform_quantity")
}

/// The one product.
pub(super) fn product() -> Value {
    let known = json!({
        "id": PRODUCT, "object": "product", "active": true, "attributes": [], "created": 1_767_225_600,
        "default_price": PRICE, "images": [], "livemode": false, "marketing_features": [], "metadata": {},
        "name": "Vault API PRO", "type": "service", "updated": 1_767_225_600,
    });
    with_nulls(known, "description package_dimensions shippable statement_descriptor tax_code unit_label url")
}

/// The one price in the shape of former days, which items still carry.
fn plan() -> Value {
    let known = json!({
        "id": PRICE, "object": "plan", "active": true, "amount": AMOUNT, "amount_decimal": AMOUNT.to_string(),
        "billing_scheme": "per_unit", "created": 1_767_225_600, "currency": CURRENCY, "interval": "month",
        "interval_count": 1, "livemode": false, "metadata": {}, "product": PRODUCT, "usage_type": "licensed",
    });
    with_nulls(known, "meter nickname tiers_mode transform_usage trial_period_days")
}

/// A customer; of a deleted one that alone.
pub(super) fn customer(state: &State, customer: &Customer) -> Value {
    if customer.is_deleted {
        return deleted_customer(&customer.id);
    }
    let is_late = |one: &&super::state::Subscription| one.customer == customer.id && one.status == Status::PastDue;
    let known = json!({
        "id": customer.id, "object": "customer", "balance": 0, "created": customer.created,
        "currency": CURRENCY, "delinquent": state.subscriptions.iter().find(is_late).is_some(),
        "email": customer.email, "invoice_prefix": customer.invoice_prefix,
        "invoice_settings": { "custom_fields": null, "default_payment_method": null, "footer": null, "rendering_options": null },
        "livemode": false, "metadata": customer.metadata, "name": customer.name,
        "next_invoice_sequence": customer.next_invoice, "preferred_locales": [], "tax_exempt": "none",
    });
    with_nulls(known, "address default_source description phone shipping test_clock")
}

/// What is left of a deleted customer.
pub(super) fn deleted_customer(id: &str) -> Value {
    json!({ "id": id, "object": "customer", "deleted": true })
}

/// A checkout session; `null` where there is none.
pub(super) fn checkout(state: &State, id: &str) -> Value {
    let Some(found) = state.checkouts.get(id) else { return Value::Null };
    let is_open = found.status == CheckoutStatus::Open;
    let customer = state.customer(&found.customer);
    let item = json!({
        "id": format!("li_{}", found.id.trim_start_matches("cs_test_")), "object": "item", "adjustable_quantity": null,
        "amount_discount": 0, "amount_subtotal": AMOUNT, "amount_tax": 0, "amount_total": AMOUNT,
        "currency": CURRENCY, "description": "Vault API PRO", "metadata": {}, "price": price(), "quantity": 1,
    });
    let known = json!({
        "id": found.id, "object": "checkout.session", "amount_subtotal": AMOUNT, "amount_total": AMOUNT,
        "automatic_tax": { "enabled": false, "liability": null, "provider": null, "status": null },
        "cancel_url": found.cancel_url, "client_reference_id": found.client_reference_id,
        "created": found.created, "currency": CURRENCY, "custom_fields": [],
        "custom_text": { "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null },
        "customer": found.customer,
        "customer_details": customer.map(|one| json!({ "address": null, "email": one.email, "name": one.name, "phone": null, "tax_exempt": "none", "tax_ids": null })),
        "discounts": [], "expires_at": found.expires_at, "invoice": found.invoice,
        "line_items": list(&format!("/v1/checkout/sessions/{}/line_items", found.id), &[item], false),
        "livemode": false, "locale": found.locale, "metadata": found.metadata, "mode": "subscription",
        "payment_method_collection": "always",
        "payment_method_options": { "card": { "request_three_d_secure": "automatic" } },
        "payment_method_types": ["card"],
        "payment_status": if found.status == CheckoutStatus::Complete { "paid" } else { "unpaid" },
        "phone_number_collection": { "enabled": false }, "shipping_options": [], "status": found.status,
        "subscription": found.subscription, "success_url": found.success_url,
        "total_details": { "amount_discount": 0, "amount_shipping": 0, "amount_tax": 0 },
        "ui_mode": "hosted_page", "url": is_open.then(|| format!("{}/checkout/{}", state.base, found.id)),
    });
    with_nulls(
        known,
        "after_expiration allow_promotion_codes billing_address_collection client_secret consent \
         consent_collection customer_creation customer_email invoice_creation payment_intent payment_link \
         payment_method_configuration_details permissions recovered_from saved_payment_method_options \
         setup_intent shipping_address_collection shipping_cost submit_type wallet_options",
    )
}

/// A session of the portal.
pub(super) fn portal(state: &State, portal: &Portal) -> Value {
    json!({
        "id": portal.id, "object": "billing_portal.session", "configuration": "bpc_simulated",
        "created": portal.created, "customer": portal.customer, "flow": null, "livemode": false,
        "locale": portal.locale, "on_behalf_of": null, "return_url": portal.return_url,
        "url": format!("{}/portal/{}", state.base, portal.id),
    })
}

/// A subscription; `null` where there is none. When the period ends stands at its item.
pub(super) fn subscription(state: &State, id: &str) -> Value {
    let Some(found) = state.subscription(id) else { return Value::Null };
    let item = json!({
        "id": found.item, "object": "subscription_item", "billing_thresholds": null, "created": found.created,
        "current_period_end": found.period_end, "current_period_start": found.period_start, "discounts": [],
        "metadata": {}, "plan": plan(), "price": price(), "quantity": 1, "subscription": found.id, "tax_rates": [],
    });
    let known = json!({
        "id": found.id, "object": "subscription",
        "automatic_tax": { "disabled_reason": null, "enabled": false, "liability": null },
        "billing_cycle_anchor": found.created,
        "billing_mode": { "flexible": { "proration_discounts": "included" }, "type": "flexible" },
        "billing_schedules": [], "cancel_at": found.cancel_at_period_end.then_some(found.period_end),
        "cancel_at_period_end": found.cancel_at_period_end, "canceled_at": found.canceled_at,
        "cancellation_details": { "comment": null, "feedback": null, "reason": found.reason },
        "collection_method": "charge_automatically", "created": found.created, "currency": CURRENCY,
        "customer": found.customer, "default_tax_rates": [], "discounts": [], "ended_at": found.ended_at,
        "invoice_settings": { "account_tax_ids": null, "issuer": { "type": "self" } },
        "items": list(&format!("/v1/subscription_items?subscription={}", found.id), &[item], false),
        "latest_invoice": found.latest_invoice, "livemode": false, "metadata": found.metadata,
        "payment_settings": { "payment_method_options": null, "payment_method_types": null, "save_default_payment_method": "off" },
        "start_date": found.created, "status": found.status,
        "trial_settings": { "end_behavior": { "missing_payment_method": "create_invoice" } },
    });
    with_nulls(
        known,
        "application application_fee_percent billing_cycle_anchor_config billing_thresholds \
         days_until_due default_payment_method default_source description \
         next_pending_invoice_item_invoice on_behalf_of pause_collection pending_invoice_item_interval \
         pending_setup_intent pending_update schedule test_clock transfer_data trial_end trial_start",
    )
}

/// An invoice; `null` where there is none.
pub(super) fn invoice(state: &State, id: &str) -> Value {
    let Some(found) = state.invoice(id) else { return Value::Null };
    let customer = state.customer(&found.customer);
    let is_written = found.status != InvoiceStatus::Draft;
    let page = is_written.then(|| format!("{}/invoices/{}", state.base, found.token));
    let metadata = state.subscription(&found.subscription).map(|one| &one.metadata);
    let due = found.amount - found.credited_before;
    let mut known = json!({
        "id": found.id, "object": "invoice", "account_country": "FR", "account_name": "Vault API (simulation)",
        "amount_due": due, "amount_paid": found.amount_paid,
        "amount_remaining": found.remaining(), "attempt_count": found.attempts,
        "attempted": found.attempts > 0, "auto_advance": found.next_attempt.is_some(),
        "automatic_tax": { "disabled_reason": null, "enabled": false, "liability": null, "provider": null, "status": null },
        "billing_reason": found.reason, "collection_method": "charge_automatically", "created": found.created,
        "currency": CURRENCY, "customer": found.customer,
        "customer_email": customer.and_then(|one| one.email.as_deref()),
        "customer_name": customer.and_then(|one| one.name.as_deref()), "customer_tax_exempt": "none",
        "effective_at": found.finalized_at,
        "ending_balance": is_written.then_some(0), "hosted_invoice_url": page,
        "invoice_pdf": page.as_ref().map(|page| format!("{page}/pdf")), "issuer": { "type": "self" },
        "livemode": false, "metadata": {}, "next_payment_attempt": found.next_attempt, "number": found.number,
        "payment_settings": { "default_mandate": null, "payment_method_options": null, "payment_method_types": null },
        "period_end": found.created, "period_start": found.created,
        "post_payment_credit_notes_amount": found.credited_after,
        "pre_payment_credit_notes_amount": found.credited_before, "status": found.status,
        "subtotal": found.amount, "subtotal_excluding_tax": found.amount, "total": found.amount,
        "total_excluding_tax": found.amount,
    });
    let lines = list(&format!("/v1/invoices/{}/lines", found.id), &[line(state, found)], false);
    put(&mut known, "lines", lines);
    put(&mut known, "payments", payments(found));
    let parent = json!({
        "quote_details": null, "type": "subscription_details",
        "subscription_details": { "metadata": metadata, "subscription": found.subscription },
    });
    put(&mut known, "parent", parent);
    let moments = json!({
        "finalized_at": found.finalized_at, "marked_uncollectible_at": found.uncollectible_at,
        "paid_at": found.paid_at, "voided_at": found.voided_at,
    });
    put(&mut known, "status_transitions", moments);
    let zeros = "amount_overpaid amount_shipping starting_balance";
    let lists = "customer_tax_ids default_tax_rates discounts total_discount_amounts total_pretax_credit_amounts \
                 total_taxes";
    let known = with_each(with_each(known, lists, &json!([])), zeros, &json!(0));
    with_nulls(
        known,
        "account_tax_ids application automatically_finalizes_at custom_fields customer_address \
         customer_phone customer_shipping default_payment_method default_source description due_date \
         footer from_invoice last_finalization_error latest_revision on_behalf_of receipt_number \
         rendering shipping_cost shipping_details statement_descriptor test_clock webhooks_delivered_at",
    )
}

/// The one line of an invoice; the period that is paid for stands here, not at the invoice.
fn line(state: &State, invoice: &Invoice) -> Value {
    let item = state.subscription(&invoice.subscription).map(|one| one.item.as_str());
    json!({
        "id": format!("il_{}", invoice.id.trim_start_matches("in_")), "object": "line_item", "amount": invoice.amount,
        "currency": CURRENCY, "description": "1 × Vault API PRO (at €9.00 / month)", "discount_amounts": [],
        "discountable": true, "discounts": [], "invoice": invoice.id, "livemode": false, "metadata": {},
        "parent": {
            "invoice_item_details": null, "type": "subscription_item_details",
            "subscription_item_details": {
                "invoice_item": null, "proration": false, "proration_details": { "credited_items": null },
                "subscription": invoice.subscription, "subscription_item": item,
            },
        },
        "period": { "end": invoice.period_end, "start": invoice.period_start }, "pretax_credit_amounts": [],
        "pricing": {
            "price_details": { "price": PRICE, "product": PRODUCT }, "type": "price_details",
            "unit_amount_decimal": AMOUNT.to_string(),
        },
        "quantity": 1, "subscription": invoice.subscription, "subtotal": invoice.amount, "taxes": [],
    })
}

/// The payments of an invoice: the one that Stripe makes when it writes the invoice.
fn payments(invoice: &Invoice) -> Value {
    let is_paid = invoice.status == InvoiceStatus::Paid;
    let made = invoice.payment.iter().map(|(id, payment_intent)| {
        json!({
            "id": id, "object": "invoice_payment", "amount_paid": is_paid.then_some(invoice.amount_paid),
            "amount_requested": invoice.amount - invoice.credited_before, "created": invoice.finalized_at,
            "currency": CURRENCY, "invoice": invoice.id, "is_default": true, "livemode": false,
            "payment": { "payment_intent": payment_intent, "type": "payment_intent" },
            "status": match invoice.status {
                InvoiceStatus::Paid => "paid",
                InvoiceStatus::Void => "canceled",
                _ => "open",
            },
            "status_transitions": { "canceled_at": invoice.voided_at, "paid_at": invoice.paid_at },
        })
    });
    list(&format!("/v1/invoice_payments?invoice={}", invoice.id), &made.collect::<Vec<_>>(), false)
}

/// A charge; `null` where there is none. It names its payment, and the invoice no more.
pub(super) fn charge(state: &State, id: &str) -> Value {
    let Some(found) = state.charge(id) else { return Value::Null };
    let refunds = found.refunds.iter().map(|(refund, amount, created)| {
        json!({
            "id": refund, "object": "refund", "amount": amount, "balance_transaction": null, "charge": found.id,
            "created": created, "currency": CURRENCY, "metadata": {}, "payment_intent": found.payment_intent,
            "reason": "requested_by_customer", "receipt_number": null, "source_transfer_reversal": null,
            "status": "succeeded", "transfer_reversal": null,
        })
    });
    let email = state.customer(&found.customer).and_then(|one| one.email.as_deref());
    let known = json!({
        "id": found.id, "object": "charge", "amount": found.amount,
        "amount_captured": if found.is_paid { found.amount } else { 0 }, "amount_refunded": found.refunded(),
        "billing_details": { "address": null, "email": email, "name": null, "phone": null, "tax_id": null },
        "calculated_statement_descriptor": "VAULT API", "captured": found.is_paid, "created": found.created,
        "currency": CURRENCY, "customer": found.customer, "description": "Subscription update",
        "disputed": false, "failure_code": (!found.is_paid).then_some("card_declined"),
        "failure_message": (!found.is_paid).then_some("Your card was declined."), "fraud_details": {},
        "livemode": false, "metadata": {}, "outcome": outcome(found), "paid": found.is_paid,
        "payment_intent": found.payment_intent, "payment_method": "pm_simulated",
        "payment_method_details": { "card": { "brand": "visa", "last4": "4242" }, "type": "card" },
        "refunded": found.is_paid && found.refunded() == found.amount,
        "refunds": list(&format!("/v1/charges/{}/refunds", found.id), &refunds.collect::<Vec<_>>(), false),
        "status": if found.is_paid { "succeeded" } else { "failed" },
    });
    with_nulls(
        known,
        "application application_fee application_fee_amount balance_transaction \
         failure_balance_transaction on_behalf_of receipt_email receipt_number receipt_url review \
         shipping source_transfer statement_descriptor statement_descriptor_suffix transfer_data \
         transfer_group",
    )
}

fn outcome(charge: &Charge) -> Value {
    let (network, kind) =
        if charge.is_paid { ("approved_by_network", "authorized") } else { ("declined_by_network", "issuer_declined") };
    json!({ "network_status": network, "reason": null, "risk_level": "normal", "type": kind })
}

/// A payment: what its charges come to; `null` where there is none.
pub(super) fn payment_intent(state: &State, id: &str) -> Value {
    let Some(invoice) = state.invoices.iter().find(|one| one.payment.as_ref().is_some_and(|(_, intent)| intent == id))
    else {
        return Value::Null;
    };
    let latest = state.charges.iter().rfind(|one| one.payment_intent == id).map(|one| one.id.as_str());
    let is_paid = invoice.status == InvoiceStatus::Paid;
    json!({
        "id": id, "object": "payment_intent", "amount": invoice.amount - invoice.credited_before,
        "amount_received": invoice.amount_paid, "created": invoice.finalized_at, "currency": CURRENCY,
        "customer": invoice.customer, "latest_charge": latest, "livemode": false, "metadata": {},
        "payment_method_types": ["card"], "status": if is_paid { "succeeded" } else { "requires_payment_method" },
    })
}

/// A credit note; `null` where there is none.
pub(super) fn credit_note(state: &State, id: &str) -> Value {
    let Some(found) = state.credit_notes.iter().find(|one| one.id == id) else { return Value::Null };
    let invoice = state.invoice(&found.invoice);
    json!({
        "id": found.id, "object": "credit_note", "amount": found.amount, "created": found.created,
        "currency": CURRENCY, "customer": invoice.map(|one| one.customer.as_str()), "invoice": found.invoice,
        "livemode": false, "metadata": {}, "status": "issued", "subtotal": found.amount, "total": found.amount,
        "type": if invoice.is_some_and(|one| one.credited_after > 0) { "post_payment" } else { "pre_payment" },
    })
}
