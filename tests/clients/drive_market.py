"""Two clients of the market's protocol, unmodified, rent numbers from us: `aiosmsactivate` (POST, V2) and
`smsactivate` (GET)."""

import argparse
import asyncio
import time

from aiosmsactivate import SmsActivate
from aiosmsactivate.exceptions import SmsActivateException
from smsactivate.api import SMSActivateAPI

from journey import Journey, deliver, holds, raised, same

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--url", required=True, help="root of the product, without a path")
parser.add_argument("--key", required=True, help="API key")
options = parser.parse_args()

SERVICE, EMPTY, COUNTRY = "tg", "zz", "187"
WAIT_SECONDS = 40
API = options.url.rstrip("/") + "/stubs/handler_api.php"


class Refused(Exception):
    """A word of the protocol that says no."""


class Posting:
    """`aiosmsactivate` as a plain client."""

    name = "aiosmsactivate"
    WORDS = {1: "STATUS_WAIT_CODE", 2: "STATUS_WAIT_RETRY", 3: "STATUS_WAIT_RESEND", 4: "STATUS_CANCEL", 5: "STATUS_OK"}

    def __init__(self, key=options.key):
        self.client = SmsActivate(key, base_url=API)

    def ask(self, question):
        try:
            return asyncio.run(question)
        except SmsActivateException as error:
            raise Refused(error.code) from error

    def balance(self):
        return float(self.ask(self.client.get_balance()))

    def price(self):
        offer = self.ask(self.client.get_prices(SERVICE, COUNTRY))[COUNTRY][SERVICE]
        return float(offer["cost"]), int(offer["count"])

    def buy(self, service=SERVICE, bound=None):
        bought = self.ask(self.client.purchase(service, country=COUNTRY, maxPrice=bound))
        return str(bought.activation_id), str(bought.phone_number)

    def status(self, activation):
        word, code = self.ask(self.client.get_activation_status_v1(activation))
        return self.WORDS[int(word)], code

    def tell(self, activation, status):
        return self.ask(self.client.set_activation_status(activation, status)).value

    def active(self):
        return [str(each["activationId"]) for each in self.ask(self.client.get_active_activations())["activeActivations"]]


class Getting:
    """`smsactivate` as a plain client."""

    name = "smsactivate"

    def __init__(self, key=options.key):
        self.client = SMSActivateAPI(key)
        # The client has no setting for it.
        self.client._SMSActivateAPI__api_url = API

    def ask(self, answer):
        if isinstance(answer, dict) and "error" in answer:
            raise Refused(answer["error"])
        return answer

    def balance(self):
        return float(self.ask(self.client.getBalance())["balance"])

    def price(self):
        offer = self.ask(self.client.getPrices(SERVICE, COUNTRY))[COUNTRY][SERVICE]
        return float(offer["cost"]), int(offer["count"])

    def buy(self, service=SERVICE, bound=None):
        try:
            bought = self.ask(self.client.getNumber(service=service, country=COUNTRY, maxPrice=bound))
        except ValueError as unread:
            # It does not know the word WRONG_MAX_PRICE and stumbles over it.
            raise Refused("WRONG_MAX_PRICE") from unread
        return str(bought["activation_id"]), str(bought["phone"])

    def status(self, activation):
        try:
            answer = self.ask(self.client.getStatus(activation))
        except Refused as word:
            # It takes STATUS_CANCEL and its like for errors.
            if not str(word).startswith("STATUS"):
                raise
            answer = str(word)
        word, _, code = answer.partition(":")
        return word, code or None

    def tell(self, activation, status):
        answer = self.ask(self.client.setStatus(id=activation, status=status))
        if not str(answer).startswith("ACCESS"):
            raise Refused(answer)
        return answer

    def active(self):
        return [str(each["activationId"]) for each in self.ask(self.client.getActiveActivations())["activeActivations"]]


def refusal(action):
    return str(raised(Refused, action))


def near(amount, wanted, what):
    holds(abs(amount - wanted) < 0.006, f"{what}: {amount}, not {wanted}")


def code_of(client, activation, number, other_than=None):
    """Has a text sent to the number and waits for its code."""
    deliver(options.url.rstrip("/") + "/api/v1/sandbox/sms", to=number)
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        word, code = client.status(activation)
        if word == "STATUS_OK" and code != other_than:
            return code
        time.sleep(0.2)
    raise AssertionError("no code came")


def drive(kind):
    journey = Journey(kind.name)
    step = journey.step
    client, found = kind(), {}

    @step
    def balance_and_price():
        found["balance"] = client.balance()
        found["price"], count = client.price()
        holds(found["balance"] > found["price"] > 0 and count > 0, (found, count))
        return found["price"]

    @step
    def rent():
        found["id"], found["number"] = client.buy()
        holds(found["id"].isdigit() and found["number"].isdigit(), found)
        near(client.balance(), found["balance"] - found["price"], "the balance after one order")
        same(client.status(found["id"])[0], "STATUS_WAIT_CODE", "status")
        same(client.tell(found["id"], 1), "ACCESS_READY", "setStatus 1")
        return found["number"]

    @step
    def read_its_codes():
        first = code_of(client, found["id"], found["number"])
        same(client.tell(found["id"], 3), "ACCESS_RETRY_GET", "setStatus 3")
        second = code_of(client, found["id"], found["number"], other_than=first)
        same(client.tell(found["id"], 6), "ACCESS_ACTIVATION", "setStatus 6")
        near(client.balance(), found["balance"] - found["price"], "both codes cost one price")
        raised(Refused, lambda: client.tell(found["id"], 8))
        return f"{first}, {second}"

    @step
    def give_one_back():
        activation, _ = client.buy()
        holds(activation in client.active(), "it is active")
        same(client.tell(activation, 8), "ACCESS_CANCEL", "setStatus 8")
        same(client.status(activation)[0], "STATUS_CANCEL", "status")
        near(client.balance(), found["balance"] - found["price"], "the money is back")

    @step
    def refusals_cost_nothing():
        same(refusal(lambda: client.buy(EMPTY)), "NO_NUMBERS", "an empty service")
        same(refusal(lambda: client.buy("no-such")), "BAD_SERVICE", "an unknown service")
        same(refusal(lambda: client.buy(bound=0.0001)), "WRONG_MAX_PRICE", "too low a bound")
        same(refusal(lambda: client.status(999999999)), "NO_ACTIVATION", "an unknown activation")
        same(refusal(lambda: kind("wrong").balance()), "BAD_KEY", "a wrong key")
        near(client.balance(), found["balance"] - found["price"], "the balance")

    return journey


failed = sum(drive(kind).told() for kind in (Posting, Getting))
raise SystemExit(min(failed, 99))
