"""Drives the stand-in for Stripe with Stripe's own library, as a program of a stranger would.

    stripe_contract.py drive BASE KEY        the API at BASE, without /v1
    stripe_contract.py events FILE SECRET    signed events: a JSON list of [header, body]
"""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timezone
from decimal import Decimal

import stripe


class Stay(urllib.request.HTTPRedirectHandler):
    """Shows a redirection in place of following it."""

    def redirect_request(self, *_):
        return None


def press(address, **fields):
    """Presses a button of a page: the status and where it leads."""
    opener = urllib.request.build_opener(Stay)
    try:
        answer = opener.open(address, urllib.parse.urlencode(fields).encode(), 10)
    except urllib.error.HTTPError as error:
        answer = error
    return answer.status, answer.headers.get("location", "")


def refused(kind, status, code, act):
    try:
        act()
    except kind as error:
        assert error.http_status == status, (error.http_status, error)
        assert error.code == code, (error.code, error)
        assert error.user_message, error
        return error
    raise AssertionError(f"not refused: {kind} {status} {code}")


def is_moment(value):
    return isinstance(value, int) and 2020 < datetime.fromtimestamp(value, timezone.utc).year < 2200


def drive(base, key):
    origin = base.removesuffix("/simulated-stripe")
    client = stripe.StripeClient(key, base_addresses={"api": base}, max_network_retries=0)
    v1 = client.v1

    price = v1.prices.retrieve("price_simulated_pro", {"expand": ["product"]})
    assert isinstance(price, stripe.Price) and price.active and not price.livemode
    assert (price.unit_amount, price.currency, price.recurring.interval) == (900, "eur", "month")
    assert price.unit_amount_decimal == Decimal(900), repr(price.unit_amount_decimal)
    assert isinstance(price.product, stripe.Product) and price.product.name == "Vault API PRO"

    # the same idempotency key makes one customer; with other parameters it is refused
    new = {"email": "alice@example.com", "name": "Alice É.", "metadata": {"user_id": "u-1"}}
    customer = v1.customers.create(new, {"idempotency_key": "once"})
    again = v1.customers.create(new, {"idempotency_key": "once"})
    assert isinstance(customer, stripe.Customer) and customer.id.startswith("cus_")
    assert again.id == customer.id and again.last_response.headers["idempotent-replayed"] == "true"
    assert customer.metadata["user_id"] == "u-1" and customer.name == "Alice É." and is_moment(customer.created)
    refused(
        stripe.IdempotencyError, 400, None,
        lambda: v1.customers.create({"email": "bob@example.com"}, {"idempotency_key": "once"}),
    )

    asked = {
        "mode": "subscription",
        "customer": customer.id,
        "line_items": [{"price": price.id, "quantity": 1}],
        "success_url": f"{origin}/billing/success?session_id={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{origin}/",
        "client_reference_id": "u-1",
        "locale": "fr",
        "subscription_data": {"metadata": {"user_id": "u-1"}},
    }
    session = v1.checkout.sessions.create(asked)
    assert isinstance(session, stripe.checkout.Session) and session.id.startswith("cs_test_")
    assert (session.status, session.payment_status, session.mode) == ("open", "unpaid", "subscription")
    assert session.url.startswith(f"{base}/checkout/") and session.subscription is None
    assert is_moment(session.expires_at) and session.expires_at - session.created == 86400
    assert len(list(v1.subscriptions.list({"customer": customer.id, "status": "all"}).auto_paging_iter())) == 0

    status, _ = press(session.url, answer="decline")
    assert status == 402, status
    assert v1.checkout.sessions.retrieve(session.id).status == "open"
    for _ in range(2):
        status, location = press(session.url, answer="pay")
        assert (status, location) == (303, f"{origin}/billing/success?session_id={session.id}"), location
    session = v1.checkout.sessions.retrieve(
        session.id, {"expand": ["subscription.latest_invoice.payments", "line_items", "customer"]}
    )
    assert (session.status, session.payment_status, session.url) == ("complete", "paid", None)
    assert isinstance(session.line_items, stripe.ListObject) and session.line_items.data[0].price.id == price.id
    assert isinstance(session.customer, stripe.Customer)
    subscription = session.subscription
    assert isinstance(subscription, stripe.Subscription) and subscription.status == "active"
    assert subscription.metadata["user_id"] == "u-1" and not subscription.cancel_at_period_end
    assert isinstance(subscription["items"], stripe.ListObject)
    item = subscription["items"].data[0]
    assert isinstance(item, stripe.SubscriptionItem) and item.price.id == price.id
    assert 28 * 86400 <= item.current_period_end - item.current_period_start <= 31 * 86400
    assert not hasattr(subscription, "current_period_end"), "since 2025-03-31 it stands at the item"
    invoice = subscription.latest_invoice
    assert isinstance(invoice, stripe.Invoice) and invoice.status == "paid"
    assert isinstance(invoice.payments.data[0], stripe.InvoicePayment)

    portal = v1.billing_portal.sessions.create({"customer": customer.id, "return_url": f"{origin}/"})
    assert isinstance(portal, stripe.billing_portal.Session) and portal.url.startswith(f"{base}/portal/")
    for _ in range(12):
        status, location = press(portal.url, act="end_period")
        assert status == 303 and "done=1" in location, location

    # thirteen invoices, three a page, the newest first
    found = list(v1.invoices.list({"customer": customer.id, "limit": 3, "expand": ["data.payments"]}).auto_paging_iter())
    assert len(found) == 13 and len({one.id for one in found}) == 13
    assert [one.created for one in found] == sorted((one.created for one in found), reverse=True)
    for one in found:
        assert isinstance(one, stripe.Invoice) and one.status == "paid"
        assert (one.total, one.amount_due, one.amount_paid, one.amount_remaining) == (900, 900, 900, 0)
        assert one.parent.subscription_details.subscription == subscription.id
        assert one.number and is_moment(one.status_transitions.paid_at) and one.attempt_count == 1
        assert one.lines.data[0].period.end > one.lines.data[0].period.start
        assert one.payments.data[0].payment.payment_intent.startswith("pi_")
        assert one.hosted_invoice_url.startswith(f"{base}/invoices/")
    assert len({one.number for one in found}) == 13
    first = v1.invoices.list({"customer": customer.id, "limit": 3})
    assert first.has_more and not hasattr(first.data[0], "payments"), "payments come where they are asked for"
    with urllib.request.urlopen(found[0].invoice_pdf, timeout=10) as file:
        assert file.headers["content-type"] == "application/pdf" and file.read().startswith(b"%PDF-1.4")

    # a refund stands at the charge, which names the payment and no invoice
    press(portal.url, act="refund")
    charges = list(v1.charges.list({"customer": customer.id, "expand": ["data.refunds"], "limit": 100}).auto_paging_iter())
    assert len(charges) == 13 and isinstance(charges[0], stripe.Charge)
    assert charges[0].refunded and charges[0].amount_refunded == 900 and charges[0].refunds.data[0].id.startswith("re_")
    assert charges[0].payment_intent == found[0].payments.data[0].payment.payment_intent
    assert not hasattr(charges[0], "invoice") and not charges[1].refunded

    # a payment that fails, and what is canceled
    press(portal.url, act="fail")
    press(portal.url, act="end_period")
    late = v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    assert late.status == "past_due" and late.latest_invoice.status == "open"
    assert late.latest_invoice.amount_remaining == 900 and is_moment(late.latest_invoice.next_payment_attempt)
    press(portal.url, act="pay_open")
    assert v1.subscriptions.retrieve(subscription.id).status == "active"
    press(portal.url, act="cancel_later", subscription=subscription.id)
    ending = v1.subscriptions.retrieve(subscription.id)
    assert ending.cancel_at_period_end and ending.cancel_at == ending["items"].data[0].current_period_end
    press(portal.url, act="end_period")
    over = v1.subscriptions.retrieve(subscription.id)
    assert over.status == "canceled" and over.ended_at == ending.cancel_at
    assert over.cancellation_details.reason == "cancellation_requested"
    assert len(v1.subscriptions.list({"customer": customer.id}).data) == 0, "without a status, not what is canceled"
    assert len(v1.subscriptions.list({"customer": customer.id, "status": "all"}).data) == 1

    # errors
    invalid = stripe.InvalidRequestError
    refused(stripe.AuthenticationError, 401, None, lambda: stripe.StripeClient("sk_test_wrong", base_addresses={"api": base}).v1.customers.retrieve(customer.id))
    refused(invalid, 404, "resource_missing", lambda: v1.customers.retrieve("cus_unknown"))
    refused(invalid, 404, "resource_missing", lambda: v1.checkout.sessions.retrieve("cs_test_unknown"))
    refused(invalid, 404, "resource_missing", lambda: v1.prices.retrieve("price_unknown"))
    error = refused(invalid, 400, "resource_missing", lambda: v1.subscriptions.list({"customer": "cus_unknown"}))
    assert error.param == "customer", error.param
    for name, value, code in [
        ("mode", "payment", "parameter_invalid_string_enum"),
        ("customer", "cus_unknown", "resource_missing"),
        ("line_items", [{"price": "price_unknown", "quantity": 1}], "resource_missing"),
        ("success_url", "https://evil.example.com/", "url_invalid"),
        ("cancel_url", "javascript:alert(1)", "url_invalid"),
        ("success_url", "", "parameter_missing"),
        ("wings", "2", "parameter_unknown"),
    ]:
        error = refused(invalid, 400, code, lambda: v1.checkout.sessions.create({**asked, name: value}))
        assert error.param.startswith(name), (error.param, name)
    refused(invalid, 400, "parameter_invalid_integer", lambda: v1.invoices.list({"limit": 101}))
    refused(invalid, 400, None, lambda: v1.invoices.list({"expand": ["data.wings"]}))
    old = stripe.StripeClient(key, base_addresses={"api": base}, stripe_version="2017-08-15")
    refused(invalid, 400, None, lambda: old.v1.customers.retrieve(customer.id))

    gone = v1.customers.delete(customer.id)
    assert gone.deleted and v1.customers.retrieve(customer.id).deleted
    refused(invalid, 404, "resource_missing", lambda: v1.customers.delete(customer.id))
    refused(invalid, 400, "resource_missing", lambda: v1.checkout.sessions.create(asked))


def events(path, secret):
    kinds = {}
    for header, body in json.load(open(path, encoding="utf-8")):
        event = stripe.Webhook.construct_event(body, header, secret)
        assert isinstance(event, stripe.Event) and event.api_version == "2026-10-28.endive" and not event.livemode
        assert event.id.startswith("evt_") and is_moment(event.created)
        kinds.setdefault(event.type, event.data.object)
        for spoiled in [(body + " ", header, secret), (body, header, secret + "x")]:
            try:
                stripe.Webhook.construct_event(*spoiled)
            except stripe.SignatureVerificationError:
                continue
            raise AssertionError("a forgery was taken")
    wanted = {
        "checkout.session.completed": stripe.checkout.Session,
        "customer.subscription.created": stripe.Subscription,
        "customer.subscription.updated": stripe.Subscription,
        "customer.subscription.deleted": stripe.Subscription,
        "invoice.created": stripe.Invoice,
        "invoice.finalized": stripe.Invoice,
        "invoice.paid": stripe.Invoice,
        "invoice.payment_succeeded": stripe.Invoice,
        "invoice.payment_failed": stripe.Invoice,
        "invoice.voided": stripe.Invoice,
        "charge.refunded": stripe.Charge,
        "credit_note.created": stripe.CreditNote,
    }
    for kind, shape in wanted.items():
        assert isinstance(kinds.get(kind), shape), (kind, type(kinds.get(kind)))


if __name__ == "__main__":
    assert stripe.VERSION == "16.1.0", stripe.VERSION
    {"drive": drive, "events": events}[sys.argv[1]](*sys.argv[2:])
    print("fine")
