"""Webhook signatures by Stripe's official library, so that ours are compared with theirs.

Reads a JSON list, prints a JSON list of the same length. `{"body", "secret", "at"}` becomes the `Stripe-Signature`
header for that second; with `"header"` too it becomes "accepted", or the library's reason for refusing it now.
"""

import json
import sys

import stripe


def answer(case):
    if "header" not in case:
        return stripe.WebhookSignature.generate_signature_header(case["body"], case["secret"], case["at"])
    try:
        event = stripe.Webhook.construct_event(case["body"].encode(), case["header"], case["secret"])
    except stripe.SignatureVerificationError as refusal:
        return refusal.user_message
    assert event.id == json.loads(case["body"])["id"]
    return "accepted"


json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
