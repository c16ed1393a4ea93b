"""The Python client that openapi-python-client makes of docs/openapi.json, as it is made: a new customer registers, pays
in, buys a number, rents a code and is refused what there is not."""

import argparse
import re
import uuid
from typing import Protocol, TypeVar

import httpx
from numberline_client import AuthenticatedClient, Client
from numberline_client.api.auth import register_user
from numberline_client.api.billing import show_billing_account
from numberline_client.api.numbers import list_numbers, purchase_numbers, search_numbers
from numberline_client.api.payments import create_deposit
from numberline_client.api.verifications import create_verification, show_verification
from numberline_client.models import (
    CreateVerification, DepositRequest, ErrorCode, ErrorEnvelope, PaymentStatus, PurchaseNumber, PurchaseNumbers,
    RegisterRequest, ResultStatus, VerificationStatus,
)

from journey import Journey, deliver, holds, same

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("url", help="root of the product, without a path")
options = parser.parse_args()

DEPOSIT = 25
WAIT_SECONDS = 25
# The client gives up later than the API, which answers when it has waited in vain.
CLIENT_SECONDS = 40
# Too short for any that can exist.
NO_NUMBER = "+14155551"

journey = Journey("generated Python client")
Data = TypeVar("Data", covariant=True)


class Envelope(Protocol[Data]):
    """An answer with data, of whichever operation."""

    @property
    def data(self) -> Data: ...


def given(answer: Envelope[Data] | ErrorEnvelope | None) -> Data:
    """The data of an answer that must be one."""
    if isinstance(answer, ErrorEnvelope):
        raise AssertionError(f"{answer.error.code}: {answer.error.message}")
    if answer is None:
        raise AssertionError("a status that the document does not have")
    return answer.data


def newcomer() -> AuthenticatedClient:
    """A client that speaks for a customer who is new here."""
    person = RegisterRequest(
        email=f"{uuid.uuid4()}@example.com", password=str(uuid.uuid4()), first_name="Ada", last_name="King")
    tokens = given(register_user.sync(client=Client(base_url=options.url), body=person)).tokens
    return AuthenticatedClient(
        base_url=options.url, token=tokens.access_token, timeout=httpx.Timeout(CLIENT_SECONDS),
        raise_on_unexpected_status=True)


client = newcomer()


@journey.step
def pay_in() -> None:
    body = DepositRequest(amount=DEPOSIT, payment_method_id="pm_card_visa")
    same(given(create_deposit.sync(client=client, body=body)).payment.status, PaymentStatus.SUCCEEDED, "the payment's status")


@journey.step
def search_purchase_and_list() -> str:
    found = given(search_numbers.sync(client=client, country_code="US", area_code="415")).numbers
    number = found[0].phone_number
    holds(number.startswith("+1415"), f"{number} is not of the area")
    result = given(purchase_numbers.sync(
        client=client, idempotency_key=str(uuid.uuid4()), body=PurchaseNumbers(numbers=[PurchaseNumber(number)]))).results[0]
    same(result.status, ResultStatus.SUCCESS, "the purchase's status")
    mine = given(list_numbers.sync(client=client, limit=10)).data
    same([(one.id, one.phone_number) for one in mine], [(result.number_id, number)], "the list")
    return number


@journey.step
def rent_and_wait_for_the_code() -> str:
    rental = given(create_verification.sync(client=client, body=CreateVerification(service_code="tg", country="US")))
    if not isinstance(rental.phone_number, str):
        raise AssertionError(f"no number: {rental.status}")
    deliver(f"{options.url}/api/v1/sandbox/sms", to=rental.phone_number)
    seen = given(show_verification.sync(rental.id, client=client, wait=WAIT_SECONDS))
    same(seen.status, VerificationStatus.COMPLETED, "the rental's status")
    if not isinstance(seen.code, str) or not re.fullmatch(r"\d{4,8}", seen.code):
        raise AssertionError(f"the code is {seen.code!r}")
    return seen.code


@journey.step
def balance() -> str:
    left = given(show_billing_account.sync(client=client)).account_balance
    holds(0 < left < DEPOSIT, f"the balance is {left}")
    return str(left)


@journey.step
def refused() -> None:
    answer = purchase_numbers.sync_detailed(client=client, body=PurchaseNumbers(numbers=[PurchaseNumber(NO_NUMBER)]))
    same(answer.status_code, 400, "the status")
    if not isinstance(answer.parsed, ErrorEnvelope):
        raise AssertionError(f"no error, but {answer.parsed!r}")
    same(answer.parsed.error.code, ErrorCode.VALIDATION_ERROR, "the error's code")
    same(answer.parsed.error.field, "numbers[0].phoneNumber", "the error's field")


journey.finish()
