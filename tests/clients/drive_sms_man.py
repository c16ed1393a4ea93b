"""SMS-Man's own client orders a number, reads its code, gives one back and is refused, against our twin."""

import argparse
import json
import time
import urllib.parse
import urllib.request

from smsmanpy import NoNumbers, Smsman, SMSnotReceivedError, WrongTokenError

from journey import Journey, deliver, holds, raised, same

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--url", required=True, help="root of the twin, without a path")
parser.add_argument("--control", required=True, help="root of the twin's control API")
parser.add_argument("--token", required=True, help="API token")
options = parser.parse_args()

COUNTRY, STOCKED, EMPTY = "5", "1", "2"
API = options.url.rstrip("/") + "/control"
# The client has no setting for it.
Smsman._Smsman__base_url = API

journey = Journey("smsmanpy")
step = journey.step
client = Smsman(options.token)
found = {}


def ask(path, **query):
    """What the client has no method for."""
    query = urllib.parse.urlencode({"token": options.token, **query})
    return json.load(urllib.request.urlopen(f"{API}/{path}?{query}", timeout=10))


def order():
    request, number = client.request_phone_number(COUNTRY, STOCKED)
    holds(int(request) > 0 and str(number).isdigit(), (request, number))
    return request, number


@step
def balance():
    found["balance"] = client.get_balance()
    holds(found["balance"] > 0, found["balance"])


@step
def countries_and_applications():
    holds({"id", "title"} <= set(client.get_all_countries()[COUNTRY]), "the country is described")
    applications = client.get_all_services()
    holds(STOCKED in applications, applications)
    return f"{len(applications)} applications"


@step
def stock_and_price():
    limits = client.get_limits(COUNTRY, STOCKED)
    limits = list(limits.values()) if isinstance(limits, dict) else limits
    holds(int(limits[0]["numbers"]) > 0, limits)
    found["price"] = float(ask("get-prices", country_id=COUNTRY)[COUNTRY][STOCKED]["cost"])
    return found["price"]


@step
def buy():
    found["request"], number = order()
    holds(abs(client.get_balance() - (found["balance"] - found["price"])) < 0.006, "the float is debited once")
    return number


@step
def read_its_code():
    raised(SMSnotReceivedError, lambda: client.get_sms(found["request"]))
    deliver(options.control + "/sms", id=found["request"], text="Your code is 482913")
    deadline = time.monotonic() + 10
    while True:
        try:
            code = client.get_sms(found["request"])
            break
        except SMSnotReceivedError:
            holds(time.monotonic() < deadline, "no code came")
            time.sleep(0.1)
    same(str(code), "482913", "code")
    same(ask("set-status", request_id=found["request"], status="close")["success"], True, "closed")


@step
def give_one_back():
    before = client.get_balance()
    request, _ = order()
    client.reject_number(request)
    ended = ask("get-sms", request_id=request)
    holds("sms_code" not in ended and ended.get("error_code") != "wait_sms", ended)
    holds(abs(client.get_balance() - before) < 0.006, "the money is back")


@step
def what_cannot_be_bought():
    raised(NoNumbers, lambda: client.request_phone_number(COUNTRY, EMPTY))


@step
def wrong_token():
    raised(WrongTokenError, lambda: Smsman("wrong").get_balance())


journey.finish()
