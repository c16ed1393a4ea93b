"""The official Twilio client searches, buys, changes, lists and releases numbers against our twin."""

import argparse

import twilio
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from journey import Journey, holds, raised, same

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--url", required=True, help="root of the twin, without a path")
parser.add_argument("--sid", required=True, help="account SID")
parser.add_argument("--token", required=True, help="auth token")
options = parser.parse_args()

journey = Journey(f"twilio-python {twilio.__version__}")
step = journey.step


def connect(sid=options.sid, token=options.token):
    made = Client(sid, token)
    for domain in (made.api, made.pricing, made.numbers):
        domain.base_url = options.url.rstrip("/")
    return made


def refused(status, code, action):
    error = raised(TwilioRestException, action)
    same((error.status, error.code), (status, code), "status and code")
    return error.msg


client = connect()
numbers = client.incoming_phone_numbers
found = {}


@step
def countries():
    listed = {country.country_code for country in client.available_phone_numbers.list()}
    holds(len(listed) >= 50, f"only {len(listed)} countries")
    holds({"US", "GB", "DE"} <= listed, "a large country is missing")
    return f"{len(listed)} countries"


@step
def search_local_by_area_code():
    offers = client.available_phone_numbers("US").local.list(area_code=415, voice_enabled=True, limit=5)
    same(len(offers), 5, "number of offers")
    for offer in offers:
        holds(offer.phone_number.startswith("+1415"), f"{offer.phone_number} is outside the area code")
        same(offer.iso_country, "US", "country")
        holds(offer.capabilities["voice"], "a filter was ignored")
    found["offers"] = [offer.phone_number for offer in offers]
    return found["offers"][0]


@step
def search_again_finds_the_same():
    offers = client.available_phone_numbers("US").local.list(area_code=415, voice_enabled=True, limit=5)
    same([offer.phone_number for offer in offers], found["offers"], "offers")


@step
def search_by_pattern():
    offers = client.available_phone_numbers("US").local.list(contains="415***1***", limit=3)
    for offer in offers:
        same(offer.phone_number[8], "1", f"the digit of {offer.phone_number} that the pattern fixes")


@step
def search_other_types():
    toll_free = client.available_phone_numbers("US").toll_free.list(limit=2)
    same(len(toll_free), 2, "toll-free offers")
    mobile = client.available_phone_numbers("GB").mobile.list(limit=2)
    holds(all(offer.phone_number.startswith("+447") for offer in mobile) and mobile, "no British mobile numbers")


@step
def a_type_that_a_country_lacks_is_empty():
    same(client.available_phone_numbers("US").mobile.list(limit=2), [], "American mobile numbers")


@step
def search_in_no_country():
    # The client reports a list that fails without the status and code of other calls.
    error = raised(TwilioException, lambda: client.available_phone_numbers("ZZ").local.list(limit=1))
    holds("20404" in str(error) or "404" in str(error), str(error))


@step
def buy():
    bought = numbers.create(
        phone_number=found["offers"][0],
        friendly_name="Front desk",
        voice_url="https://example.com/voice",
        voice_method="POST",
        status_callback="https://example.com/status",
    )
    holds(bought.sid.startswith("PN") and len(bought.sid) == 34, f"SID {bought.sid}")
    same(bought.phone_number, found["offers"][0], "number")
    same(bought.friendly_name, "Front desk", "friendly name")
    same(bought.voice_url, "https://example.com/voice", "voice URL")
    same(bought.account_sid, options.sid, "account")
    holds(bought.date_created.tzinfo is not None, "the date is not RFC 2822")
    found["sid"] = bought.sid
    return bought.sid


@step
def buy_again_is_the_same_number():
    again = numbers.create(phone_number=found["offers"][0], voice_url="https://example.com/voice")
    same(again.sid, found["sid"], "SID")


@step
def a_bought_number_is_not_offered():
    offers = client.available_phone_numbers("US").local.list(area_code=415, limit=20)
    holds(found["offers"][0] not in [offer.phone_number for offer in offers], "it is")


@step
def fetch():
    same(numbers(found["sid"]).fetch().phone_number, found["offers"][0], "number")


@step
def update():
    changed = numbers(found["sid"]).update(friendly_name="Back door", voice_url="https://example.com/v2", voice_method="GET")
    got = (changed.friendly_name, changed.voice_url, changed.voice_method)
    same(got, ("Back door", "https://example.com/v2", "GET"), "changed fields")
    same(changed.status_callback, "https://example.com/status", "a field that was not named")


@step
def clear_a_url():
    holds(not numbers(found["sid"]).update(voice_url="").voice_url, "the URL is still there")


@step
def list_by_number():
    same([owned.sid for owned in numbers.list(phone_number=found["offers"][0])], [found["sid"]], "SIDs")


@step
def list_page_by_page():
    second = numbers.create(phone_number=found["offers"][1])
    found["second"] = second.sid
    sids = [owned.sid for owned in numbers.list(page_size=1)]
    holds({found["sid"], second.sid} <= set(sids), f"pages gave {sids}")
    same(len(sids), len(set(sids)), "distinct numbers over all pages")
    same(len(list(numbers.page(page_size=1))), 1, "numbers on a page of one")


@step
def buy_by_area_code():
    bought = numbers.create(area_code="212")
    holds(bought.phone_number.startswith("+1212"), bought.phone_number)
    found["third"] = bought.sid


@step
def prices():
    priced = client.pricing.v1.phone_numbers.countries("US").fetch()
    types = {price["number_type"] for price in priced.phone_number_prices}
    holds({"local", "toll free"} <= types, f"types {types}")
    same(priced.price_unit.upper(), "USD", "currency")


@step
def regulations():
    listed = client.numbers.v2.regulatory_compliance.regulations
    german = listed.list(iso_country="DE", number_type="local")
    same([rule.end_user_type for rule in german], ["individual", "business"], "owners")
    documents = german[1].requirements["supporting_document"][0]
    holds(documents and all(document["name"] for document in documents), f"documents {documents}")
    same(german[1].fetch().friendly_name, "Germany: Local - Business", "name")
    same(listed.list(iso_country="US"), [], "American regulations")


@step
def account():
    same(client.api.v2010.accounts(options.sid).fetch().status, "active", "status")


@step
def wrong_token():
    return refused(401, 20003, lambda: connect(token="wrong").api.v2010.accounts(options.sid).fetch())


@step
def wrong_account():
    return refused(401, 20003, lambda: connect(sid="AC" + "0" * 32).incoming_phone_numbers("PN" + "0" * 32).fetch())


@step
def unknown_number():
    return refused(404, 20404, lambda: numbers("PN" + "0" * 31 + "f").fetch())


@step
def number_that_is_not_available():
    return refused(400, 21422, lambda: numbers.create(phone_number="+15005550000"))


@step
def number_that_is_not_valid():
    return refused(400, 21421, lambda: numbers.create(phone_number="+15005550001"))


@step
def area_code_without_numbers():
    return refused(400, 21452, lambda: numbers.create(area_code="533"))


@step
def url_that_is_not_valid():
    return refused(400, 21402, lambda: numbers(found["sid"]).update(voice_url="not a url"))


@step
def release():
    for sid in (found["sid"], found["second"], found["third"]):
        same(numbers(sid).delete(), True, "answer")


@step
def released_is_gone():
    refused(404, 20404, lambda: numbers(found["sid"]).fetch())
    refused(404, 20404, lambda: numbers(found["sid"]).delete())
    same(numbers.list(phone_number=found["offers"][0]), [], "what is listed")


journey.finish()
