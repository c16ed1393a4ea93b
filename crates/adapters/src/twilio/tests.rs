//! Requests as Twilio wants them, and its answers as the port wants them.

use ports::{
    Carrier, PortError, RefusalReason,
    carrier::{AddressRequirement, Hooks, Near, NumberOrder, NumberQuery, Regulation},
};
use serde_json::json;
use url::Url;
use vocab::{
    Ambient,
    telephony::{NumberCapability, NumberType},
};

use super::{Twilio, TwilioConfig};
use crate::http::testing::{Reply, Stub, answer, hasty, nowhere};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const ROOT: &str = "/2010-04-01/Accounts/AC00000000000000000000000000000001";
const SID: &str = "PN00000000000000000000000000000001";

fn twilio(root: Url) -> Twilio {
    Twilio::new(TwilioConfig {
        account_sid: ACCOUNT.to_owned(),
        auth_token: "token".into(),
        second_secret: None,
        pricing_url: root.clone(),
        numbers_url: root.clone(),
        api_url: root,
        limits: hasty(),
        ambient: Ambient::fixed(1),
    })
    .unwrap()
}

async fn serving(replies: impl IntoIterator<Item = Reply>) -> (Twilio, Stub) {
    let stub = Stub::start(replies).await;
    (twilio(stub.url()), stub)
}

fn query() -> NumberQuery {
    NumberQuery {
        country: "US".parse().unwrap(),
        number_type: NumberType::Local,
        area_code: None,
        contains: None,
        near: None,
        capabilities: Vec::new(),
        exclude_restricted: false,
        limit: 20,
    }
}

fn hooks() -> Hooks {
    Hooks { voice_url: "https://a.example/v?x=1".to_owned(), status_callback: "https://a.example/s".to_owned() }
}

fn order() -> NumberOrder {
    NumberOrder { number: "+14155552671".parse().unwrap(), hooks: hooks() }
}

fn owned(number: &str) -> serde_json::Value {
    json!({"sid": SID, "phone_number": number, "friendly_name": "(415) 555-2671", "voice_url": null, "status_callback": "",
        "capabilities": {"voice": true, "sms": true, "mms": false, "fax": false}, "beta": null, "new_field": {}})
}

fn problem(status: u16, code: u32) -> Reply {
    answer(status, json!({"code": code, "message": "No\nway", "more_info": "", "status": status}))
}

fn reason(error: PortError) -> (RefusalReason, Option<String>) {
    match error {
        PortError::Refused(refusal) => (refusal.reason, refusal.code),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_search_carries_every_filter_and_the_credentials() {
    let (twilio, stub) = serving([answer(200, r#"{"available_phone_numbers":[]}"#)]).await;
    let full = NumberQuery {
        number_type: NumberType::TollFree,
        area_code: Some("415".to_owned()),
        contains: Some("415***CALL".to_owned()),
        near: Some(Near { latitude: 37.78, longitude: -122.42, miles: 50 }),
        capabilities: NumberCapability::ALL.to_vec(),
        exclude_restricted: true,
        limit: 5,
        ..query()
    };
    assert_eq!(twilio.search(&full).await, Ok(Vec::new()));
    assert_eq!(
        stub.lines(),
        [format!(
            "GET {ROOT}/AvailablePhoneNumbers/US/TollFree.json?AreaCode=415&Contains=415***CALL\
             &NearLatLong=37.78%2C-122.42&Distance=50&VoiceEnabled=true&SmsEnabled=true&MmsEnabled=true&FaxEnabled=true\
             &ExcludeAllAddressRequired=true&PageSize=5"
        )]
    );
    assert!(stub.seen()[0].contains("authorization: Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTp0b2tlbg=="));
}

#[tokio::test]
async fn odd_offers_are_dropped_and_sparse_ones_kept() {
    let list = json!({"available_phone_numbers": [
        {"phone_number": "+14155552671", "friendly_name": "(415) 555-2671", "iso_country": "US", "locality": "San Francisco",
         "region": "CA", "latitude": "37.780000", "longitude": null, "address_requirements": "local",
         "capabilities": {"voice": true, "SMS": true, "MMS": false}},
        {"phone_number": "+14155552672", "locality": "", "region": null, "address_requirements": "galactic"},
        {"phone_number": "+10005552671"}, {"phone_number": 7}, {}, null,
        {"phone_number": "+14155552673"},
    ], "uri": "x"});
    let (twilio, _stub) = serving([answer(200, list)]).await;
    let offers = twilio.search(&NumberQuery { limit: 2, ..query() }).await.unwrap();
    assert_eq!(offers.len(), 2);
    assert_eq!(offers[0].locality.as_deref(), Some("San Francisco"));
    assert_eq!(offers[0].capabilities, [NumberCapability::Voice, NumberCapability::Sms]);
    assert_eq!(offers[0].address, AddressRequirement::Local);
    assert_eq!((offers[1].friendly_name.as_str(), &offers[1].locality), ("(415) 555-2672", &None));
    assert_eq!(offers[1].address, AddressRequirement::Any, "an unknown requirement is one");
}

#[tokio::test]
async fn what_a_country_lacks_is_an_empty_list() {
    let (twilio, stub) = serving([problem(404, 20404), problem(400, 21452)]).await;
    assert_eq!(twilio.search(&query()).await, Ok(Vec::new()));
    assert_eq!(twilio.search(&query()).await, Ok(Vec::new()));
    let premium = NumberQuery { number_type: NumberType::Premium, ..query() };
    assert_eq!(twilio.search(&premium).await, Ok(Vec::new()), "Twilio has none anywhere");
    let letters = NumberQuery { area_code: Some("4I5".to_owned()), ..query() };
    assert_eq!(reason(twilio.search(&letters).await.unwrap_err()).0, RefusalReason::Invalid);
    assert_eq!(stub.seen().len(), 2);
}

#[tokio::test]
async fn countries_and_prices_are_read() {
    let countries = json!({"countries": [
        {"country_code": "DK", "country": "Denmark", "beta": false, "subresource_uris":
            {"toll_free": "x", "local": "y", "voip": "z", "shared_cost": "w", "machine_to_machine": "v"}},
        {"country_code": "Denmark"}, {"country_code": "AU"},
    ]});
    let prices = json!({"country": "United States", "price_unit": "usd", "phone_number_prices": [
        {"number_type": "local", "base_price": null, "current_price": "1.15"},
        {"number_type": "toll free", "base_price": "2.15", "current_price": "2.15000"},
        {"number_type": "mobile", "current_price": null}, {"number_type": "orbital", "current_price": "1"},
    ]});
    let (twilio, stub) = serving([answer(200, countries), answer(200, prices), problem(404, 20404)]).await;
    let countries = twilio.countries().await.unwrap();
    assert_eq!(countries.len(), 2);
    assert_eq!(countries[0].name, "Denmark");
    assert_eq!(countries[0].number_types, [NumberType::Local, NumberType::TollFree, NumberType::SharedCost]);
    assert_eq!((countries[1].name.as_str(), countries[1].number_types.len()), ("AU", 0));
    let prices = twilio.prices("US".parse().unwrap()).await.unwrap();
    assert_eq!(prices.currency.as_str(), "USD");
    let (local, free) = ("1.15".parse().unwrap(), "2.15".parse().unwrap());
    assert_eq!(prices.monthly, [(NumberType::Local, local), (NumberType::TollFree, free)]);
    let none = twilio.prices("AQ".parse().unwrap()).await.unwrap_err();
    assert_eq!(reason(none), (RefusalReason::NotFound, Some("20404".to_owned())));
    assert_eq!(stub.lines()[1], "GET /v1/PhoneNumbers/Countries/US");
}

#[tokio::test]
async fn what_regulators_want_is_read_by_owner() {
    let rule = |country: &str, kind: &str, owner: &str, documents: serde_json::Value| {
        json!({"sid": "RN1", "iso_country": country, "number_type": kind, "end_user_type": owner,
            "requirements": {"end_user": [{"name": "Somebody"}], "supporting_document": documents}})
    };
    let name = |name: &str| json!({"name": name, "type": "document", "accepted_documents": [{"name": "Passport"}]});
    let results = json!({"results": [
        rule("DE", "toll-free", "business", json!([[name("Register excerpt"), name("Proof of address")], name("Seal")])),
        rule("DE", "toll-free", "business", json!([[name("Seal"), {}, null, 7]])),
        rule("FR", "toll-free", "individual", json!([[name("Carte")]])),
        rule("DE", "mobile", "individual", json!([[name("Ausweis")]])),
    ], "meta": {"key": "results"}});
    let (twilio, stub) =
        serving([answer(200, results), answer(200, json!({"results": []})), problem(404, 20404)]).await;
    let ask = |kind| twilio.regulation("DE".parse().unwrap(), kind);
    let asked = ask(NumberType::TollFree).await.unwrap();
    let business = ["Register excerpt", "Proof of address", "Seal"].map(str::to_owned).to_vec();
    assert_eq!(asked, Regulation { individual: None, business: Some(business) });
    assert!(!asked.asks_nothing());
    assert!(ask(NumberType::Local).await.unwrap().asks_nothing());
    assert_eq!(reason(ask(NumberType::Local).await.unwrap_err()).0, RefusalReason::NotFound);
    assert!(ask(NumberType::Premium).await.unwrap().asks_nothing(), "Twilio has none anywhere");
    let line = |kind: &str| format!("GET /v2/RegulatoryCompliance/Regulations?IsoCountry=DE&NumberType={kind}");
    assert_eq!(stub.lines()[..2], [line("toll-free"), line("local")]);
    assert_eq!(stub.seen().len(), 3);
}

#[tokio::test]
async fn a_rule_that_cannot_be_read_is_a_rule() {
    let of_nobody = json!({"end_user_type": "robot", "requirements": {"supporting_document": {"name": "x"}}});
    let (twilio, _stub) = serving([answer(200, json!({"results": [7, of_nobody]}))]).await;
    let asked = twilio.regulation("DE".parse().unwrap(), NumberType::Local).await.unwrap();
    assert_eq!(asked, Regulation { individual: Some(Vec::new()), business: Some(Vec::new()) });
    let (twilio, _stub) = serving([answer(200, "{}")]).await;
    let asked = twilio.regulation("DE".parse().unwrap(), NumberType::Local).await;
    assert_eq!(asked, Err(PortError::Unknown), "an answer without a list does not say that nothing is asked for");
}

#[tokio::test]
async fn a_purchase_names_the_number_and_reports_what_was_bought() {
    let (twilio, stub) = serving([answer(201, owned("+14155552671")), answer(201, owned("+15005550006"))]).await;
    let bought = twilio.buy(&order()).await.unwrap();
    assert_eq!((bought.sid.as_str(), bought.number.as_str()), (SID, "+14155552671"));
    assert_eq!(bought.capabilities, [NumberCapability::Voice, NumberCapability::Sms]);
    assert_eq!(bought.hooks, Hooks { voice_url: String::new(), status_callback: String::new() });
    let request = &stub.seen()[0];
    assert!(request.starts_with(&format!("POST {ROOT}/IncomingPhoneNumbers.json ")));
    assert!(request.contains("content-type: application/x-www-form-urlencoded"));
    assert!(request.ends_with(
        "PhoneNumber=%2B14155552671&VoiceUrl=https%3A%2F%2Fa.example%2Fv%3Fx%3D1&VoiceMethod=POST\
         &StatusCallback=https%3A%2F%2Fa.example%2Fs&StatusCallbackMethod=POST"
    ));
    let other = twilio.buy(&order()).await.unwrap();
    assert_eq!(other.number.as_str(), "+15005550006", "the caller judges a number that it did not ask for");
}

#[tokio::test]
async fn a_doubtful_purchase_is_sent_once() {
    for reply in [Reply::Close, Reply::Cut, problem(500, 20500), problem(503, 20503), answer(201, "{}")] {
        let (twilio, stub) = serving([reply]).await;
        assert_eq!(twilio.buy(&order()).await, Err(PortError::Unknown));
        assert_eq!(stub.seen().len(), 1);
    }
    assert_eq!(twilio(nowhere()).buy(&order()).await, Err(PortError::NotSent));
    let (twilio, stub) = serving([problem(429, 20429), answer(201, owned("+14155552671"))]).await;
    assert!(twilio.buy(&order()).await.is_ok(), "429 was not processed");
    assert_eq!(stub.seen().len(), 2);
}

#[tokio::test]
async fn the_table_of_errors() {
    use RefusalReason::{Invalid, NotFound, NotPermitted, NumberNotAvailable, Other, RequirementsNotMet};
    for (status, code, expected) in [
        (400, 21422, NumberNotAvailable),
        (400, 21421, Invalid),
        (400, 21458, Invalid),
        (400, 21404, NotPermitted),
        (400, 22300, NotPermitted),
        (403, 20005, NotPermitted),
        (403, 1, NotPermitted),
        (400, 21615, RequirementsNotMet),
        (400, 21631, RequirementsNotMet),
        (400, 21649, RequirementsNotMet),
        (404, 20404, NotFound),
        (400, 99999, Other),
    ] {
        let (twilio, _stub) = serving([problem(status, code)]).await;
        assert_eq!(reason(twilio.buy(&order()).await.unwrap_err()), (expected, Some(code.to_string())));
    }
    for reply in [problem(401, 20003), answer(401, "<html>"), answer(302, "")] {
        let (twilio, _stub) = serving([reply]).await;
        assert!(matches!(twilio.buy(&order()).await, Err(PortError::Misconfigured(_))));
    }
    let (twilio, _stub) = serving([problem(429, 20429)]).await;
    assert!(matches!(twilio.buy(&order()).await, Err(PortError::Busy { .. })));
    let (twilio, _stub) = serving([problem(503, 20503)]).await;
    assert!(matches!(twilio.search(&query()).await, Err(PortError::Busy { .. })), "a read did nothing");
}

#[tokio::test]
async fn both_forms_of_an_error_are_read_and_other_bodies_too() {
    let rfc9457 = json!({"type": "x", "title": "Bad", "status": 400, "code": 21422, "detail": "Taken"});
    let (twilio, _stub) = serving([answer(400, rfc9457), answer(400, "<h1>?</h1>")]).await;
    let PortError::Refused(taken) = twilio.buy(&order()).await.unwrap_err() else { panic!() };
    assert_eq!((taken.reason, taken.message.as_str()), (RefusalReason::NumberNotAvailable, "Taken"));
    assert_eq!(reason(twilio.buy(&order()).await.unwrap_err()), (RefusalReason::Other, None));
}

#[tokio::test]
async fn finding_compares_what_the_pattern_matched() {
    let list = |number| answer(200, json!({"incoming_phone_numbers": [owned("+14155552672"), owned(number)]}));
    let (twilio, stub) =
        serving([list("+14155552671"), list("+14155552673"), Reply::Close, list("+14155552671")]).await;
    let number = order().number;
    assert_eq!(twilio.find(&number).await.unwrap().map(|owned| owned.number), Some(number.clone()));
    assert_eq!(twilio.find(&number).await, Ok(None));
    assert!(twilio.find(&number).await.unwrap().is_some(), "a read is repeated");
    assert_eq!(stub.lines()[0], format!("GET {ROOT}/IncomingPhoneNumbers.json?PhoneNumber=%2B14155552671"));
}

#[tokio::test]
async fn pointing_and_releasing_are_repeated_until_they_are_done() {
    let (twilio, stub) = serving([
        Reply::Close,
        answer(200, owned("+14155552671")),
        Reply::Close,
        problem(404, 20404),
        answer(204, ""),
        problem(401, 20003),
    ])
    .await;
    assert!(twilio.point(SID, &hooks()).await.is_ok());
    assert_eq!(twilio.release(SID).await, Ok(()), "already gone");
    assert_eq!(twilio.release(SID).await, Ok(()));
    assert!(matches!(twilio.release(SID).await, Err(PortError::Misconfigured(_))));
    let lines = stub.lines();
    assert_eq!(lines[0], format!("POST {ROOT}/IncomingPhoneNumbers/{SID}.json"));
    assert_eq!(lines[2], format!("DELETE {ROOT}/IncomingPhoneNumbers/{SID}.json"));
    assert!(!stub.seen()[0].contains("PhoneNumber="), "an update names no number");
}

#[tokio::test]
async fn pages_are_followed_verbatim_but_not_elsewhere() {
    let next = format!("{ROOT}/IncomingPhoneNumbers.json?PageSize=1000&Page=1&PageToken=PAx%2F");
    let page = json!({"incoming_phone_numbers": [owned("+14155552671"), owned("12345")], "next_page_uri": next});
    let (twilio, stub) = serving([answer(200, page)]).await;
    let first = twilio.owned(None).await.unwrap();
    assert_eq!((first.numbers.len(), first.next.as_deref()), (1, Some(next.as_str())));
    assert_eq!(twilio.owned(Some(&next)).await.unwrap().next, None, "a page that names itself ends the list");
    let first_line = format!("GET {ROOT}/IncomingPhoneNumbers.json?PageSize=1000");
    assert_eq!(stub.lines(), [first_line, format!("GET {next}")]);
    for foreign in ["https://evil.example/x", "//evil.example/x", "http://127.0.0.1:1/x", "file:///etc"] {
        assert_eq!(reason(twilio.owned(Some(foreign)).await.unwrap_err()).0, RefusalReason::Invalid, "{foreign}");
    }
}

#[tokio::test]
async fn the_account_is_checked() {
    let (twilio, stub) = serving([
        answer(200, r#"{"status":"active"}"#),
        answer(200, "{}"),
        answer(200, r#"{"status":"suspended"}"#),
        problem(401, 20003),
    ])
    .await;
    assert_eq!(twilio.check().await, Ok(()));
    assert_eq!(twilio.check().await, Ok(()));
    assert_eq!(reason(twilio.check().await.unwrap_err()).0, RefusalReason::NotPermitted);
    assert!(matches!(twilio.check().await, Err(PortError::Misconfigured(_))));
    assert_eq!(stub.lines()[0], format!("GET {ROOT}.json"));
}

#[test]
fn a_credential_that_no_header_carries_is_refused_at_the_start() {
    let url: Url = "http://127.0.0.1:1".parse().unwrap();
    let config = TwilioConfig {
        account_sid: ACCOUNT.to_owned(),
        auth_token: "token".into(),
        second_secret: None,
        pricing_url: "ftp://x".parse().unwrap(),
        numbers_url: url.clone(),
        api_url: url,
        limits: hasty(),
        ambient: Ambient::fixed(1),
    };
    assert!(Twilio::new(config).is_err());
}
