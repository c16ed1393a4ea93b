"""The official Stripe client pays, is declined, repeats itself and reads events against our twin."""

import argparse
import uuid

import stripe

from journey import Journey, holds, raised, same

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--url", required=True, help="root of the twin, without a path")
parser.add_argument("--key", required=True, help="secret key")
options = parser.parse_args()

journey = Journey(f"stripe-python {stripe.VERSION}")
step = journey.step


def connect(key=options.key):
    # No retries: what the first answer says is under test.
    return stripe.StripeClient(key, base_addresses={"api": options.url.rstrip("/")}, max_network_retries=0).v1


def intent(client=None, key=None, **parameters):
    """Creates a PaymentIntent of 25 USD that is confirmed at once with a test card."""
    defaults = {
        "amount": 2500,
        "currency": "usd",
        "payment_method": "pm_card_visa",
        "confirm": True,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
    }
    extra = {"idempotency_key": key} if key else {}
    given = {name: value for name, value in {**defaults, **parameters}.items() if value is not None}
    return (client or connect()).payment_intents.create(given, extra)


def declined(method, code, decline_code=None, **parameters):
    error = raised(stripe.CardError, lambda: intent(payment_method=method, **parameters))
    same((error.http_status, error.code), (402, code), "status and code")
    if decline_code:
        same(error.error.decline_code, decline_code, "decline code")
    holds(error.error.payment_intent.id.startswith("pi_"), "the error names no PaymentIntent")
    return error


client = connect()
found = {}


@step
def create_customer():
    customer = client.customers.create({"email": "ada@example.com", "name": "Ada", "metadata": {"account": "acc_1"}})
    holds(customer.id.startswith("cus_"), customer.id)
    read = client.customers.retrieve(customer.id)
    same((read.email, read.name, read.metadata["account"]), ("ada@example.com", "Ada", "acc_1"), "fields")
    found["customer"] = customer.id
    return customer.id


@step
def pay_with_a_test_card():
    paid = intent(metadata={"payment": "pay_1"}, description="Deposit")
    same((paid.status, paid.amount, paid.amount_received, paid.currency), ("succeeded", 2500, 2500, "usd"), "payment")
    holds(paid.latest_charge.startswith("ch_"), f"charge {paid.latest_charge}")
    same(paid.metadata["payment"], "pay_1", "metadata")
    found["paid"] = paid.id
    return paid.id


@step
def read_it_back():
    read = client.payment_intents.retrieve(found["paid"])
    same((read.id, read.status), (found["paid"], "succeeded"), "payment")
    expanded = client.payment_intents.retrieve(found["paid"], {"expand": ["latest_charge"]})
    same(expanded.latest_charge.payment_intent, found["paid"], "payment of the charge")


@step
def pay_in_two_steps():
    waiting = intent(confirm=None, payment_method=None)
    same(waiting.status, "requires_payment_method", "status before")
    holds(waiting.client_secret.startswith(waiting.id + "_secret_"), "client secret")
    paid = client.payment_intents.confirm(waiting.id, {"payment_method": "pm_card_mastercard"})
    same(paid.status, "succeeded", "status after")


@step
def cancel():
    waiting = intent(confirm=None)
    same(client.payment_intents.cancel(waiting.id).status, "canceled", "status")
    error = raised(stripe.InvalidRequestError, lambda: client.payment_intents.confirm(waiting.id))
    same((error.http_status, error.code), (400, "payment_intent_unexpected_state"), "confirming afterwards")


@step
def declined_cards():
    declined("pm_card_chargeDeclined", "card_declined", "generic_decline")
    declined("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds")
    error = declined("pm_card_chargeDeclinedExpiredCard", "expired_card")
    failed = client.payment_intents.retrieve(error.error.payment_intent.id)
    same(failed.status, "requires_payment_method", "status afterwards")
    same(failed.last_payment_error.code, "expired_card", "last error")


@step
def authentication():
    declined("pm_card_authenticationRequired", "authentication_required", off_session=True)
    waiting = intent(
        payment_method="pm_card_authenticationRequired",
        return_url="https://example.com/back",
        automatic_payment_methods={"enabled": True},
    )
    same(waiting.status, "requires_action", "status with the customer present")
    holds(waiting.next_action.type, "there is no next action")


@step
def saved_card():
    method = client.payment_methods.attach("pm_card_visa", {"customer": found["customer"]})
    holds(method.id.startswith("pm_") and method.id != "pm_card_visa", method.id)
    same((method.customer, method.card.brand, method.card.last4), (found["customer"], "visa", "4242"), "card")
    listed = client.payment_methods.list({"customer": found["customer"], "type": "card"})
    same([card.id for card in listed.data], [method.id], "cards of the customer")
    paid = intent(payment_method=method.id, customer=found["customer"], off_session=True)
    same((paid.status, paid.customer), ("succeeded", found["customer"]), "payment")


@step
def the_same_key_pays_once():
    key = str(uuid.uuid4())
    first, second = intent(key=key), intent(key=key)
    same(second.id, first.id, "PaymentIntent")
    error = raised(stripe.IdempotencyError, lambda: intent(key=key, amount=9900))
    same(error.http_status, 400, "status for another body under the same key")


@step
def a_decline_is_replayed_too():
    key = str(uuid.uuid4())
    ids = [
        raised(stripe.CardError, lambda: intent(key=key, payment_method="pm_card_chargeDeclined")).error.payment_intent.id
        for _ in range(2)
    ]
    same(ids[1], ids[0], "PaymentIntent")


@step
def parameters_that_are_refused():
    error = raised(stripe.InvalidRequestError, lambda: intent(payment_method_types=["card"]))
    same((error.http_status, error.code, error.param), (400, "parameter_unknown", "payment_method_types"), "old parameter")
    error = raised(stripe.InvalidRequestError, lambda: intent(amount=None))
    same((error.http_status, error.param), (400, "amount"), "missing amount")
    error = raised(stripe.InvalidRequestError, lambda: intent(currency="zzz"))
    same((error.http_status, error.param), (400, "currency"), "no currency")


@step
def what_does_not_exist():
    error = raised(stripe.InvalidRequestError, lambda: client.payment_intents.retrieve("pi_0"))
    same((error.http_status, error.code), (404, "resource_missing"), "status and code")


@step
def wrong_key():
    error = raised(stripe.AuthenticationError, lambda: connect("sk_test_wrong").payment_intents.retrieve(found["paid"]))
    same(error.http_status, 401, "status")


@step
def lists_page_by_page():
    pages = client.payment_intents.list({"limit": 2})
    same((len(pages.data), pages.has_more), (2, True), "first page")
    ids = [listed.id for listed in pages.auto_paging_iter()]
    same(len(ids), len(set(ids)), "distinct payments over all pages")
    holds(found["paid"] in ids, "a payment is missing")
    of_customer = client.payment_intents.list({"customer": found["customer"]})
    same(len(of_customer.data), 1, "payments of the customer")


@step
def events():
    listed = client.events.list({"type": "payment_intent.succeeded", "limit": 100})
    told = [event for event in listed.data if event.data.object.id == found["paid"]]
    same(len(told), 1, "events of the first payment")
    same(client.events.retrieve(told[0].id).type, "payment_intent.succeeded", "type")
    failed = client.events.list({"type": "payment_intent.payment_failed", "limit": 100})
    holds(failed.data, "no event tells of the declines")


journey.finish()
