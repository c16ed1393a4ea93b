//! It rings: what callers hear, what is logged, what it costs.

use std::time::Duration;

use futures::future::join_all;
use reqwest::{Method, header::CONTENT_TYPE};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use store::one;

use crate::support::{
    TestDb,
    api::Answer,
    customer::{Customer, MoneyView},
    laws, on_both,
    product::Product,
    signed,
    wait::until,
};

on_both!(
    callers_hear_what_was_configured,
    an_unanswered_forward_ends_as_configured,
    an_unanswered_forward_ends_in_the_owners_greeting,
    what_cannot_be_acted_on_is_refused,
    many_calls_at_once_are_each_answered_and_logged_once,
    reports_may_come_twice_and_in_any_order,
    who_is_not_the_carrier_is_refused,
    a_call_may_cost_more_than_there_is_and_then_blocks_spending,
);

const CALLER: &str = "+12125550100";
const SOON: Duration = Duration::from_secs(10);

/// A customer with a number: who, its id, and the number.
async fn with_number(product: &Product) -> (Customer, String, String) {
    let ada = product.customer(10).await;
    let number = ada.offers("415", 1).await.remove(0);
    let id = ada.buy(&number).await;
    (ada, id, number)
}

async fn configure(ada: &Customer, id: &str, action: Value, features: Value) -> Answer {
    let rules = json!({ "defaultAction": action });
    let configuration = json!({ "name": "main", "routingRules": rules, "features": features });
    ada.api.post(&format!("/numbers/{id}/configure"), json!({ "configuration": configuration })).await
}

/// Calls the number; the transcript as text.
async fn ring(product: &Product, from: &str, to: &str, outcomes: Value) -> String {
    let call = product.twilio.post("calls", json!({ "from": from, "to": to, "outcomes": outcomes })).await;
    call["transcript"].to_string()
}

async fn callers_hear_what_was_configured(db: TestDb) {
    let product = Product::start(&db).await;
    let (ada, id, number) = with_number(&product).await;
    let nasty = "Tom & \"Jerry\" <script>alert('x')</script> ]]> \u{1F4DE} ünï";
    for (action, heard) in [
        (json!({ "type": "say", "destination": nasty }), nasty),
        (json!("voicemail"), "Nobody can take your call right now"),
        (json!({ "type": "voicemail", "destination": "Leave us alone." }), "Leave us alone."),
        (json!({ "type": "play", "destination": "https://example.com/hello.mp3" }), "https://example.com/hello.mp3"),
        (json!({ "type": "reject", "destination": "busy" }), "busy"),
        (json!({ "type": "forward", "destination": "+442071838750" }), "+442071838750"),
    ] {
        configure(&ada, &id, action.clone(), json!({})).await.data(200);
        // As it stands in a JSON text.
        let heard = serde_json::to_string(heard).expect("text");
        for caller in [CALLER, "anonymous", "sip:alice@example.com"] {
            let transcript = ring(&product, caller, &number, json!([])).await;
            assert!(transcript.contains(heard.trim_matches('"')), "{caller}, {action}: {transcript}");
        }
    }
    laws::hold(&product.store, &product.twilio).await;
}

async fn an_unanswered_forward_ends_as_configured(db: TestDb) {
    let product = Product::start(&db).await;
    let (ada, id, number) = with_number(&product).await;
    let forward = json!({ "type": "forward", "destination": "+442071838750", "options": { "timeout": 5 } });
    for (voicemail, outcome, greeted) in
        [(true, "no-answer", true), (true, "busy", true), (true, "completed", false), (false, "no-answer", false)]
    {
        configure(&ada, &id, forward.clone(), json!({ "voicemail": voicemail })).await.data(200);
        let transcript = ring(&product, CALLER, &number, json!([outcome])).await;
        assert!(transcript.contains("+442071838750"), "{transcript}");
        let heard = transcript.contains("Nobody can take your call right now");
        assert_eq!(heard, greeted, "voicemail {voicemail}, {outcome}: {transcript}");
    }
    laws::hold(&product.store, &product.twilio).await;
}

async fn an_unanswered_forward_ends_in_the_owners_greeting(db: TestDb) {
    let product = Product::start(&db).await;
    let (ada, id, number) = with_number(&product).await;
    let forward = json!({ "type": "forward", "destination": "+442071838750", "options": { "timeout": 5 } });
    configure(&ada, &id, forward, json!({ "voicemail": true })).await.data(200);
    for greeting in ["Ada is out.", "Ada is still out.", "https://example.com/out.mp3"] {
        let action = json!({ "type": "voicemail", "destination": greeting });
        let kept = json!({ "name": "voicemail", "routingRules": { "defaultAction": action } });
        let body = json!({ "configuration": kept, "makeDefault": false });
        ada.api.post(&format!("/numbers/{id}/configure"), body).await.data(200);
        let transcript = ring(&product, CALLER, &number, json!(["no-answer"])).await;
        assert!(transcript.contains("+442071838750") && transcript.contains(greeting), "{transcript}");
        assert!(!transcript.contains("Nobody can take your call"), "{transcript}");
    }
    laws::hold(&product.store, &product.twilio).await;
}

async fn what_cannot_be_acted_on_is_refused(db: TestDb) {
    let product = Product::start(&db).await;
    let (ada, id, number) = with_number(&product).await;
    let say = json!({ "type": "say", "destination": "Still me." });
    configure(&ada, &id, say.clone(), json!({})).await.data(200);
    for (action, features) in [
        (json!({ "type": "ivr" }), json!({})),
        (json!({ "type": "queue" }), json!({})),
        (json!({ "type": "conference" }), json!({})),
        (json!({ "type": "forward" }), json!({})),
        (json!({ "type": "forward", "destination": "12" }), json!({})),
        (json!({ "type": "play", "destination": "file:///etc/passwd" }), json!({})),
        (json!({ "type": "say", "destination": "" }), json!({})),
        (say.clone(), json!({ "recordCalls": true })),
        (say.clone(), json!({ "callScreening": true })),
        (json!({ "type": "say", "destination": "x", "options": { "record": true } }), json!({})),
    ] {
        let error = configure(&ada, &id, action.clone(), features.clone()).await;
        let error = error.refused(422, "INVALID_CONFIGURATION");
        assert!(error["details"].as_array().is_some_and(|faults| !faults.is_empty()), "{action} {features}: {error}");
    }
    let path = format!("/numbers/{id}/configure");
    ada.api.post(&path, json!({ "voiceUrl": "https://example.com" })).await.refused(422, "INVALID_CONFIGURATION");
    let both =
        json!({ "friendlyName": "x", "configuration": { "name": "a", "routingRules": { "defaultAction": say } } });
    ada.api.post(&path, both).await.refused(400, "VALIDATION_ERROR");
    assert!(ring(&product, CALLER, &number, json!([])).await.contains("Still me."), "nothing was changed");
}

/// The carrier's desk, which signs what it wants.
struct Twilio<'a> {
    product: &'a Product,
    root: String,
    token: String,
    account: String,
}

impl<'a> Twilio<'a> {
    fn of(product: &'a Product) -> Self {
        let text = |name: &str| product.sandbox["twilio"][name].as_str().expect("a text").to_owned();
        let root = format!("{}/api/v1", product.api.root());
        Self { product, root, token: text("authToken"), account: text("accountSid") }
    }

    /// What a call's webhook says, beside what the test says.
    fn form<'f>(&'f self, call: &'f str, to: &'f str, more: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
        let usual = [
            ("AccountSid", self.account.as_str()),
            ("CallSid", call),
            ("From", CALLER),
            ("To", to),
            ("Direction", "inbound"),
            ("ApiVersion", "2010-04-01"),
        ];
        usual.into_iter().chain(more.iter().copied()).collect()
    }

    async fn send(&self, path: &str, form: &[(&str, &str)], signature: Option<&str>) -> Answer {
        let request = self.product.api.request(Method::POST, path).form(form);
        let request = match signature {
            Some(signature) => request.header("X-Twilio-Signature", signature),
            None => request,
        };
        self.product.api.send(request).await
    }

    async fn tell(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let signature = signed::twilio(&self.token, &format!("{}{path}", self.root), form);
        let answer = self.send(path, form, Some(&signature)).await;
        assert!(matches!(answer.status, 200 | 204), "{answer:?}");
        answer
    }
}

const VOICE: &str = "/webhooks/twilio/voice";
const STATUS: &str = "/webhooks/twilio/status";

async fn calls(ada: &Customer, id: &str) -> Vec<Value> {
    let mut shown = ada.api.get(&format!("/numbers/{id}")).await.data(200);
    shown["recentCalls"].as_array_mut().map(std::mem::take).expect("a list of calls")
}

#[derive(FromQueryResult)]
struct Logged {
    calls: i64,
}

async fn many_calls_at_once_are_each_answered_and_logged_once(db: TestDb) {
    let product = Product::start(&db).await;
    let (ada, adas, first) = with_number(&product).await;
    let (bob, bobs, second) = with_number(&product).await;
    for (who, id, text) in [(&ada, &adas, "Ada is out."), (&bob, &bobs, "Bob is out.")] {
        configure(who, id, json!({ "type": "say", "destination": text }), json!({})).await.data(200);
    }
    let twilio = &Twilio::of(&product);
    let ring = async |call: String, to: &str, heard: &str| {
        let form = twilio.form(&call, to, &[("CallStatus", "ringing")]);
        let twiml = twilio.tell(VOICE, &form).await;
        assert!(twiml.body.as_str().is_some_and(|twiml| twiml.contains(heard)), "{call}: {twiml:?}");
    };
    // Each call is asked about twice, as by a carrier that got no answer, with strays in between, and one call whose
    // id PostgreSQL cannot hold: it may be answered with an apology, and the others do not notice.
    let calls = (0..60).map(async |at: u32| match at % 3 {
        0 => tokio::join!(ring(format!("CA{at}"), &first, "Ada"), ring(format!("CA{at}"), &first, "Ada")).0,
        1 => tokio::join!(ring(format!("CA{at}"), &second, "Bob"), ring(format!("CA{at}"), &second, "Bob")).0,
        _ => ring(format!("CA{at}"), "+14155550199", "not in service").await,
    });
    tokio::join!(join_all(calls), ring("CA\0".into(), &first, "Say"));
    let count = "SELECT COUNT(*) AS calls FROM calls WHERE length(carrier_sid) > 2";
    let logged: Option<Logged> = one(product.store.fresh(), count, []).await.expect("counts");
    assert_eq!(logged.map(|logged| logged.calls), Some(40));
    laws::hold(&product.store, &product.twilio).await;
}

async fn reports_may_come_twice_and_in_any_order(db: TestDb) {
    let product = Product::start(&db).await;
    let (ada, id, number) = with_number(&product).await;
    let twilio = Twilio::of(&product);
    let ringing = twilio.form("CA1", &number, &[("CallStatus", "ringing"), ("SequenceNumber", "0")]);
    let answered = twilio.form("CA1", &number, &[("CallStatus", "in-progress"), ("SequenceNumber", "1")]);
    let over = [("CallStatus", "completed"), ("SequenceNumber", "2"), ("CallDuration", "61")];
    let over = twilio.form("CA1", &number, &over);
    // The end first, then the beginning; each twice, and the end twice at once.
    tokio::join!(twilio.tell(STATUS, &over), twilio.tell(STATUS, &over));
    for form in [&answered, &ringing, &over, &ringing, &answered, &over] {
        twilio.tell(STATUS, form).await;
    }
    let twiml = twilio.tell(VOICE, &ringing).await;
    assert!(twiml.header(CONTENT_TYPE.as_str()).is_some_and(|kind| kind.starts_with("text/xml")), "{twiml:?}");
    let logged = calls(&ada, &id).await;
    assert_eq!(logged.len(), 1, "{logged:?}");
    assert_eq!((&logged[0]["status"], &logged[0]["duration"]), (&json!("COMPLETED"), &json!(61)));
    let shown = ada.api.get(&format!("/numbers/{id}")).await.data(200);
    assert_eq!((&shown["usage"]["totalCalls"], &shown["usage"]["monthlyMinutes"]), (&json!(1), &json!(2)));
    let spent: vocab::Amount = shown["analytics"]["thisMonth"]["cost"].to_string().parse().expect("an amount");
    let left = "8.62".parse::<vocab::Amount>().expect("an amount").checked_sub(spent).expect("fits");
    assert_eq!(ada.money().await, MoneyView::free(&left.to_string()), "two started minutes, once");
    laws::hold(&product.store, &product.twilio).await;
}

async fn who_is_not_the_carrier_is_refused(db: TestDb) {
    let product = Product::start(&db).await;
    let (ada, id, number) = with_number(&product).await;
    let twilio = Twilio::of(&product);
    let form = twilio.form("CA1", &number, &[("CallStatus", "completed"), ("CallDuration", "3600")]);
    for path in [VOICE, STATUS, "/webhooks/twilio/dialled"] {
        let url = format!("{}{path}", twilio.root);
        let good = signed::twilio(&twilio.token, &url, &form);
        let elsewhere = signed::twilio(&twilio.token, &format!("{url}?x=1"), &form);
        let guessed = signed::twilio("guessed", &url, &form);
        let mut other = form.clone();
        other.push(("Extra", "1"));
        for signature in [None, Some(""), Some("AAAA"), Some(&*guessed), Some(&*elsewhere)] {
            twilio.send(path, &form, signature).await.refused(403, "AUTHORIZATION_ERROR");
        }
        twilio.send(path, &other, Some(&good)).await.refused(403, "AUTHORIZATION_ERROR");
    }
    assert_eq!(calls(&ada, &id).await, Vec::<Value>::new());
    assert_eq!(ada.money().await, MoneyView::free("8.62"));

    let stray = twilio.form("CA2", "+14155550199", &[("CallStatus", "ringing")]);
    let neutral = twilio.tell(VOICE, &stray).await;
    assert!(neutral.body.as_str().is_some_and(|twiml| twiml.contains("not in service")), "{neutral:?}");
    twilio.tell(STATUS, &stray).await;
}

async fn a_call_may_cost_more_than_there_is_and_then_blocks_spending(db: TestDb) {
    let product = Product::start(&db).await;
    let (ada, _, number) = with_number(&product).await;
    let day = json!({ "from": CALLER, "to": number, "duration": 86_400 });
    product.twilio.post("calls", day).await;
    let owed = until("the day is charged", SOON, || async {
        let money = ada.money().await;
        money.balance.starts_with('-').then_some(money)
    })
    .await;
    assert_eq!((&owed.available, owed.held.as_str()), (&owed.balance, "0"));
    let next = ada.offers("415", 1).await;
    ada.order(&next).await.refused(402, "INSUFFICIENT_BALANCE");
    ada.deposit(20).await;
    ada.buy(&next[0]).await;
    laws::hold(&product.store, &product.twilio).await;
}
