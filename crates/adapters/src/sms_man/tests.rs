//! Requests as SMS-Man's own clients send them, and its answers of every shape as the port wants them.

use ports::{
    PortError, RefusalReason, Supplier,
    supplier::{Another, GivenBack, PurchaseOrder, RentalState},
};
use serde_json::json;
use url::Url;
use vocab::{Ambient, Currency, Money};

use super::{SmsMan, SmsManConfig};
use crate::http::testing::{Log, Reply, Stub, answer, hasty, nowhere};

const TOKEN: &str = "t0ken-of-ours";

fn sms_man(root: Url) -> SmsMan {
    SmsMan::new(SmsManConfig {
        api_key: TOKEN.into(),
        api_url: root,
        currency: Currency::USD,
        purchases_per_second: 1000,
        cancel_lock: None,
        limits: hasty(),
        ambient: Ambient::fixed(1),
    })
    .unwrap()
}

async fn serving(replies: impl IntoIterator<Item = Reply>) -> (SmsMan, Stub) {
    let stub = Stub::start(replies).await;
    (sms_man(stub.url()), stub)
}

fn order() -> PurchaseOrder {
    PurchaseOrder {
        key: "ver-1".to_owned(),
        service: "1".to_owned(),
        country: "5".to_owned(),
        max_cost: Some(usd("0.45")),
    }
}

fn usd(text: &str) -> Money {
    Money::new(text.parse().unwrap(), Currency::USD)
}

fn failure(code: &str) -> Reply {
    answer(200, json!({"success": false, "error_code": code, "error_msg": "in words"}))
}

fn refusal<T: std::fmt::Debug>(result: Result<T, PortError>) -> (RefusalReason, Option<String>) {
    match result {
        Err(PortError::Refused(refusal)) => (refusal.reason, refusal.code),
        other => panic!("{other:?}"),
    }
}

fn number() -> Reply {
    answer(200, json!({"request_id": 77, "country_id": 5, "application_id": 1, "number": "14155552671"}))
}

#[tokio::test]
async fn a_purchase() {
    let (sms_man, stub) = serving([number()]).await;
    let bought = sms_man.buy(&order()).await.unwrap();
    assert_eq!((bought.reference.as_str(), bought.number.as_str()), ("77", "+14155552671"));
    assert_eq!((bought.cost, bought.ends_at), (None, None));
    let expected =
        format!("GET /control/get-number?token={TOKEN}&country_id=5&application_id=1&currency=USD&maxPrice=0.45");
    assert_eq!(stub.lines(), [expected]);
}

#[tokio::test]
async fn numbers_with_and_without_a_plus_and_ids_as_text() {
    let reply = json!({"request_id": "77", "number": "+14155552671", "success": true});
    let (sms_man, _stub) = serving([answer(200, reply)]).await;
    assert_eq!(sms_man.buy(&order()).await.unwrap().number.as_str(), "+14155552671");
}

#[tokio::test]
async fn a_purchase_in_doubt_is_sent_once() {
    for reply in [
        Reply::Close,
        Reply::Cut,
        Reply::Hang,
        answer(500, "<html>error</html>"),
        answer(502, ""),
        answer(200, "<html>maintenance</html>"),
        answer(200, json!({})),
        answer(200, json!({"request_id": 77})),
        answer(200, json!({"request_id": 77, "number": "anonymous"})),
        answer(404, "<html>"),
        answer(400, json!({"request_id": 77})),
        failure("something_new"),
        answer(400, json!({"success": false})),
        answer(200, json!("77")),
    ] {
        let (sms_man, stub) = serving([reply.clone()]).await;
        assert_eq!(sms_man.buy(&order()).await, Err(PortError::Unknown), "{reply:?}");
        assert_eq!(stub.seen().len(), 1, "{reply:?}");
    }
    assert_eq!(sms_man(nowhere()).buy(&order()).await, Err(PortError::NotSent));
    let (sms_man, _stub) = serving([number()]).await;
    assert_eq!(refusal(sms_man.find(&order()).await).0, RefusalReason::Unsupported);
}

#[tokio::test]
async fn the_table_of_errors() {
    use RefusalReason::{Invalid, NoFunds, NotFound, NumberNotAvailable};
    for (code, reason) in [
        ("no_numbers", NumberNotAvailable),
        ("no_free_phones", NumberNotAvailable),
        ("NO_NUMBERS", NumberNotAvailable),
        ("balance", NoFunds),
        ("not_enough_balance", NoFunds),
        ("wrong_service_id", Invalid),
        ("wrong_application_id", Invalid),
        ("wrong_country_id", Invalid),
        ("wrong_request_id", NotFound),
    ] {
        for status in [200, 400] {
            let reply = answer(status, json!({"success": false, "error_code": code, "error_msg": {"field": "why"}}));
            let (sms_man, stub) = serving([reply]).await;
            assert_eq!(refusal(sms_man.buy(&order()).await), (reason, Some(code.to_owned())), "{status}");
            assert_eq!(stub.seen().len(), 1);
        }
    }
    for reply in [failure("wrong_token"), failure("bad_token"), answer(403, "<html>"), answer(301, "")] {
        let (sms_man, _stub) = serving([reply]).await;
        assert!(matches!(sms_man.buy(&order()).await, Err(PortError::Misconfigured(_))));
    }
    let (sms_man, stub) = serving([answer(429, ""), number()]).await;
    assert!(sms_man.buy(&order()).await.is_ok(), "turned away is not processed");
    assert_eq!(stub.seen().len(), 2);
}

#[tokio::test]
async fn what_must_not_be_bought_is_not_asked_for() {
    let (sms_man, stub) = serving([number()]).await;
    let random = PurchaseOrder { country: "0".to_owned(), ..order() };
    assert_eq!(refusal(sms_man.buy(&random).await).0, RefusalReason::Invalid);
    let rubles = Money::new("45".parse().unwrap(), "RUB".parse().unwrap());
    let in_rubles = PurchaseOrder { max_cost: Some(rubles), ..order() };
    assert_eq!(refusal(sms_man.buy(&in_rubles).await).0, RefusalReason::Invalid);
    assert!(stub.seen().is_empty());
}

#[tokio::test]
async fn the_catalogue() {
    let (sms_man, stub) = serving([
        answer(200, json!({"balance": "799.70"})),
        answer(200, json!({"1": {"id": "1", "title": "Telegram", "code": "tg"}, "2": {"id": 2, "name": "VK"}})),
        answer(200, json!([{"id": 5, "title": "USA", "code": "US"}, {"id": "6", "title": "England", "code": "UK"}])),
        answer(
            200,
            json!({"5": {"1": {"cost": "0.40", "count": "37"}, "2": {"cost": "0.10"}}, "6": {"1": {"cost": 0}}}),
        ),
        answer(200, json!([{"application_id": "1", "country_id": "5", "cost": 0.4, "count": 37}])),
    ])
    .await;
    assert_eq!(sms_man.balance().await, Ok(usd("799.7")));
    let services = sms_man.services().await.unwrap();
    assert_eq!((services[0].code.as_str(), services[0].market.as_deref()), ("1", Some("tg")));
    assert_eq!((services[1].title.as_str(), services[1].market.as_deref()), ("VK", None));
    let countries = sms_man.countries().await.unwrap();
    let isos: Vec<_> = countries.iter().filter_map(|country| country.country).map(|c| c.to_string()).collect();
    assert_eq!(isos, ["US", "GB"]);
    let offers = sms_man.offers(None).await.unwrap();
    let seen: Vec<_> = offers.iter().map(|o| (o.country.as_str(), o.service.as_str(), o.count, o.cost)).collect();
    assert_eq!(seen, [("5", "1", 37, usd("0.4")), ("5", "2", 0, usd("0.1"))], "what has no price is not on offer");
    assert_eq!(sms_man.quote("1", "5").await.unwrap().map(|offer| offer.cost), Some(usd("0.4")));
    let expected = format!("GET /control/get-prices?token={TOKEN}&currency=USD&country_id=5");
    assert_eq!(stub.lines().last(), Some(&expected));
}

#[tokio::test]
async fn reads_survive_pages_of_html() {
    let (sms_man, stub) =
        serving([answer(500, "<html>"), answer(200, "<html>"), answer(200, json!({"balance": 1}))]).await;
    assert_eq!(sms_man.balance().await, Ok(usd("1")));
    assert_eq!(stub.seen().len(), 3);
}

#[tokio::test]
async fn texts() {
    let waiting =
        json!({"request_id": 77, "number": "14155552671", "error_code": "wait_sms", "error_msg": "Still waiting..."});
    let cases = [
        (answer(200, waiting.clone()), RentalState::Waiting, None),
        (answer(400, waiting), RentalState::Waiting, None),
        (answer(200, json!({"request_id": 77, "sms_code": "012 345"})), RentalState::Received, Some("012 345")),
        (answer(200, json!({"request_id": 77, "sms_code": 12345})), RentalState::Received, Some("12345")),
        (answer(200, json!({"request_id": 77, "sms_code": ""})), RentalState::Waiting, None),
        (answer(200, json!({"request_id": 77, "sms_code": null})), RentalState::Waiting, None),
        (failure("wrong_status"), RentalState::Closed, None),
        (failure("CANCELED"), RentalState::Cancelled, None),
    ];
    for (reply, state, code) in cases {
        let (sms_man, _stub) = serving([reply.clone()]).await;
        let status = sms_man.status("77").await.unwrap();
        assert_eq!(
            (status.state, status.texts.first().and_then(|text| text.code.as_deref())),
            (state, code),
            "{reply:?}"
        );
    }
    let (sms_man, _stub) = serving([failure("something_new")]).await;
    assert_eq!(refusal(sms_man.status("77").await).0, RefusalReason::Other);
}

#[tokio::test]
async fn a_text_is_the_same_each_time_and_another_for_another_purchase() {
    let (sms_man, _stub) = serving([answer(200, json!({"sms_code": "1234"}))]).await;
    let id = async |reference| sms_man.status(reference).await.unwrap().texts[0].id.clone();
    assert_eq!(id("77").await, id("77").await);
    assert_ne!(id("77").await, id("78").await);
    assert!(!format!("{:?}", sms_man.status("77").await).contains("1234"), "codes are not printed");
    let references = ["77", "78", "79"].map(str::to_owned);
    assert_eq!(sms_man.statuses(&references).await.len(), 3);
}

fn set() -> Reply {
    answer(200, json!({"request_id": 77, "success": true}))
}

#[tokio::test]
async fn giving_back() {
    let code = || answer(200, json!({"sms_code": "1234"}));
    for (replies, expected) in [
        (vec![set()], GivenBack::Done),
        (vec![Reply::Close, set()], GivenBack::Done),
        (vec![failure("early_cancel_denied")], GivenBack::TooEarly { after: None }),
        (vec![failure("wrong_status"), code()], GivenBack::AlreadyReceived),
        (vec![failure("wrong_status"), failure("wait_sms")], GivenBack::TooEarly { after: None }),
        (vec![failure("wrong_status"), failure("wrong_status")], GivenBack::Gone),
        (vec![failure("wrong_status"), failure("something_new")], GivenBack::Gone),
    ] {
        let (sms_man, stub) = serving(replies.clone()).await;
        assert_eq!(sms_man.cancel("77").await, Ok(expected), "{replies:?}");
        assert!(stub.lines()[0].ends_with("/set-status?token=t0ken-of-ours&request_id=77&status=reject"));
    }
    let (sms_man, stub) = serving([set()]).await;
    assert_eq!(sms_man.report("77").await, Ok(GivenBack::Done));
    assert!(stub.lines()[0].ends_with("status=used"));
}

#[tokio::test]
async fn what_does_not_say_success_is_none() {
    for reply in [answer(200, "<html>"), answer(200, "OK"), answer(200, json!({"request_id": 77})), answer(500, "")] {
        let (sms_man, _stub) = serving([reply.clone()]).await;
        assert_eq!(sms_man.cancel("77").await, Err(PortError::Unknown), "{reply:?}");
        assert_eq!(sms_man.finish("77").await, Err(PortError::Unknown), "{reply:?}");
    }
    let (sms_man, _stub) = serving([failure("something_new")]).await;
    assert_eq!(refusal(sms_man.cancel("77").await).0, RefusalReason::Other);
}

#[tokio::test]
async fn done_and_more() {
    let (sms_man, stub) = serving([set(), failure("wrong_status"), failure("wrong_status")]).await;
    assert_eq!(sms_man.finish("77").await, Ok(()));
    assert_eq!(sms_man.finish("77").await, Ok(()), "closed already is closed");
    assert_eq!(sms_man.another("77").await, Ok(Another::TooLate));
    let words: Vec<_> = stub.lines().iter().map(|line| line.rsplit('=').next().unwrap().to_owned()).collect();
    assert_eq!(words, ["close", "close", "ready"]);
}

/// The same code is another text only where the earlier one is told no more.
#[tokio::test]
async fn one_more_text_is_told_apart() {
    let code = || answer(200, json!({"sms_code": "1234"}));
    for (after, expected) in
        [(failure("wait_sms"), Another::Afresh), (code(), Another::Waiting), (answer(500, ""), Another::Waiting)]
    {
        let (sms_man, stub) = serving([set(), after]).await;
        assert_eq!(sms_man.another("77").await, Ok(expected));
        assert!(stub.lines()[1].starts_with("GET /control/get-sms?"));
    }
}

#[tokio::test]
async fn the_key_is_in_no_log_and_in_no_error() {
    let log = Log::listen();
    let echo = json!({"success": false, "error_code": format!("bad {TOKEN}"), "error_msg": {"token": TOKEN}});
    let echoed = answer(400, echo);
    let refusing = answer(400, json!({"success": false, "error_code": "no_numbers", "error_msg": TOKEN}));
    let mut errors = Vec::new();
    for reply in
        [echoed, refusing, failure("wrong_token"), Reply::Close, Reply::Hang, answer(500, TOKEN), answer(301, "")]
    {
        let (sms_man, _stub) = serving([reply]).await;
        errors.push(format!("{:?}", sms_man.buy(&order()).await));
        errors.push(format!("{:?}", sms_man.status("77").await));
        errors.push(format!("{:?}", sms_man.cancel("77").await));
        errors.push(format!("{:?}", sms_man.balance().await));
    }
    let offline = sms_man(nowhere());
    errors.push(format!("{:?}", offline.buy(&order()).await));
    let call = offline.call("Numbers.get", "get-number", &[], super::Effect::Once);
    errors.push(format!("{call:?}"));
    let (log, errors) = (log.text(), errors.join("\n"));
    assert!(!log.is_empty() && !log.contains(TOKEN), "{log}");
    assert!(errors.contains("[redacted]") && !errors.contains(TOKEN), "{errors}");
}
