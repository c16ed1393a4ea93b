"""TextVerified's official client rents a number, reads its code, gives one back and is refused, against our twin."""

import argparse
import datetime

import requests
from textverified import NumberType, ReservationCapability, ReservationType, TextVerified, TextVerifiedError
from textverified.data import ReservationState

from journey import Journey, deliver, holds, raised, same

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--url", required=True, help="root of the twin, without a path")
parser.add_argument("--control", required=True, help="root of the twin's control API")
parser.add_argument("--key", required=True, help="API key")
parser.add_argument("--username", required=True, help="API user name")
options = parser.parse_args()

SERVICE = "telegram"
LONG_AGO = datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone.utc)

journey = Journey("textverified-python")
step = journey.step


def connect(key=options.key):
    return TextVerified(api_key=key, api_username=options.username, base_url=options.url.rstrip("/"))


def rent(service=SERVICE, **more):
    return client.verifications.create(service_name=service, capability=ReservationCapability.SMS, **more)


client = connect()
found = {}


@step
def account():
    found["balance"] = client.account.balance
    holds(found["balance"] > 0, found["balance"])


@step
def services_and_stock():
    names = [service.service_name for service in client.services.list(NumberType.MOBILE, ReservationType.VERIFICATION)]
    holds(SERVICE in names, names)
    stock = client.services.verification_inventory(
        number_type=NumberType.MOBILE, service_name=SERVICE, capability=ReservationCapability.SMS
    )
    holds(stock.available_quantity > 0, stock)
    return f"{len(names)} services"


@step
def price():
    found["price"] = client.verifications.pricing(
        service_name=SERVICE,
        area_code=False,
        carrier=False,
        number_type=NumberType.MOBILE,
        capability=ReservationCapability.SMS,
    ).price
    return found["price"]


@step
def buy():
    rented = rent(max_price=found["price"])
    same((rented.state, rented.total_cost), (ReservationState.VERIFICATION_PENDING, found["price"]), "state and cost")
    holds(rented.number.isdigit() and len(rented.number) == 10, rented.number)
    holds(abs(client.account.balance - (found["balance"] - found["price"])) < 1e-6, "the float is debited once")
    found["rented"] = rented
    return rented.number


@step
def read_its_code():
    rented = found["rented"]
    deliver(options.control + "/sms", id=rented.id, text="Your code is 482-913")
    text = next(iter(client.sms.incoming(rented, timeout=20, polling_interval=0.2, since=LONG_AGO)))
    same((text.parsed_code, text.to_value), ("482913", rented.number), "code and number")
    same(client.verifications.details(rented).state, ReservationState.VERIFICATION_COMPLETED, "state")


@step
def what_came_is_not_given_back():
    raised(TextVerifiedError, lambda: client.verifications.cancel(found["rented"]))


@step
def give_one_back():
    before = client.account.balance
    other = rent()
    client.verifications.cancel(other)
    ended = (ReservationState.VERIFICATION_CANCELED, ReservationState.VERIFICATION_REFUNDED)
    holds(client.verifications.details(other).state in ended, "it is given back")
    raised(TextVerifiedError, lambda: client.verifications.cancel(other))
    holds(abs(client.account.balance - before) < 1e-6, "the money is back once")
    listed = [verification.id for verification in client.verifications.list()]
    holds({other.id, found["rented"].id} <= set(listed) and len(listed) == len(set(listed)), listed)


@step
def what_cannot_be_bought():
    same(raised(TextVerifiedError, lambda: rent(max_price=0.0001)).error_code, "PricingFailure", "code")
    holds(raised(TextVerifiedError, lambda: rent("no-such-service")).error_code, "a code")


@step
def wrong_key():
    error = raised((requests.HTTPError, TextVerifiedError), lambda: connect("wrong").account.me())
    holds("401" in str(error), error)


journey.finish()
