//! Signatures as the official SDKs make them, and events of any shape.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use ports::{
    InboundRequest, ProcessorInbound, Rejected,
    inbound::{ProcessorEvent, ProcessorNews},
    processor::ChargeStatus,
};
use proptest::{collection::vec, prelude::*};
use sha2::Sha256;
use vocab::SecretString;

use super::StripeHooks;

const SECRET: &str = "whsec_loopback_test";
const NOW: i64 = 1_793_000_000;
const BODY: &str = r#"{
  "id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "api_version": "2020-01-01",
  "data": {"object": {"id": "pi_1", "object": "payment_intent", "amount": 1099, "currency": "usd",
    "status": "succeeded", "metadata": {"payment": "pay_1"}, "payment_method": "pm_1", "last_payment_error": null}}
}"#;

fn v1(secret: &str, time: &str, body: &[u8]) -> String {
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).unwrap();
    hex::encode(mac.chain_update(time).chain_update(".").chain_update(body).finalize().into_bytes())
}

fn receive(header: Option<&str>, body: &[u8]) -> Result<ProcessorEvent, Rejected> {
    let headers: Vec<_> = header.map(|value| ("stripe-signature".to_owned(), value.to_owned())).into_iter().collect();
    let now = DateTime::<Utc>::from_timestamp(NOW, 0).unwrap();
    let hooks = StripeHooks::new(["", "whsec_old", SECRET].map(SecretString::from));
    hooks.event(&InboundRequest { is_post: true, urls: &[], content_type: "", headers: &headers, body, now })
}

/// The outcome for a body signed now.
fn signed(body: &str) -> Result<ProcessorEvent, Rejected> {
    receive(Some(&format!("t={NOW},v1={}", v1(SECRET, &NOW.to_string(), body.as_bytes()))), body.as_bytes())
}

fn at(time: i64) -> Result<ProcessorEvent, Rejected> {
    receive(Some(&format!("t={time},v1={}", v1(SECRET, &time.to_string(), BODY.as_bytes()))), BODY.as_bytes())
}

/// Made by `generate_signature_header` of the official Python SDK 16.1.0.
#[test]
fn the_official_sdks_header_holds() {
    let header = "t=1793000000,v1=aca6dee4bdca0b74f26851eabfbd3209597845466877924e74fa324a6d8e786b";
    assert_eq!(receive(Some(header), br#"{"id":"evt_test"}"#).map(|event| event.id).as_deref(), Ok("evt_test"));
    assert!(receive(Some(header), br#"{"id": "evt_test"}"#).is_err(), "the raw bytes count");
}

#[test]
fn good_rolled_and_edge_signatures_hold() {
    assert!(signed(BODY).is_ok());
    let (time, body) = (NOW.to_string(), BODY.as_bytes());
    let (good, wrong) = (v1(SECRET, &time, body), v1("whsec_other", &time, body));
    for header in [
        format!("t={time},v1={wrong},v1={good}"),
        format!("t={time}, v1={good}, v0=abc"),
        format!("v2=x,,=,t={time},v1={good}"),
        format!("t={time},v1={}", v1("whsec_old", &time, body)),
    ] {
        assert!(receive(Some(&header), body).is_ok(), "{header}");
    }
    assert!(at(NOW - 300).is_ok() && at(NOW + 300).is_ok());
}

#[test]
fn everything_else_is_refused() {
    let (time, body) = (NOW.to_string(), BODY.as_bytes());
    let good = v1(SECRET, &time, body);
    for header in [
        String::new(),
        "t=abc,v1=zz,,=".to_owned(),
        format!("t={time}"),
        format!("v1={good}"),
        format!("t={time},v0={good}"),
        format!("t={time},v1={}", good.to_uppercase()),
        format!("t={time},v1={}", &good[..10]),
        format!("t={time}.0,v1={good}"),
        format!("t={time},v1={}", v1("whsec_other", &time, body)),
        format!("t={time},v1={}", v1("", &time, body)),
        format!("t=1{time},v1={good}"),
    ] {
        assert!(receive(Some(&header), body).is_err(), "{header}");
    }
    assert!(receive(None, body).is_err());
    assert!(receive(Some(&format!("t={time},v1={good}")), BODY.replace("1099", "9099").as_bytes()).is_err());
    assert!(at(NOW - 301).unwrap_err().diagnosis.contains("301 s old"));
    assert!(at(NOW + 301).is_err() && at(i64::MIN).is_err() && at(i64::MAX).is_err());
    let none = StripeHooks::new([]);
    let now = DateTime::<Utc>::default();
    let headers = [("stripe-signature".to_owned(), format!("t={time},v1={good}"))];
    let request = InboundRequest { is_post: true, urls: &[], content_type: "", headers: &headers, body, now };
    assert!(none.event(&request).unwrap_err().diagnosis.contains("STRIPE_WEBHOOK_SECRET"));
}

#[test]
fn a_charge_is_read() {
    let event = signed(BODY).unwrap();
    assert_eq!((event.id.as_str(), event.kind.as_str()), ("evt_1", "payment_intent.succeeded"));
    let ProcessorNews::Charge(state) = event.news else { panic!("{event:?}") };
    assert_eq!((state.reference.as_str(), state.payment.as_deref()), ("pi_1", Some("pay_1")));
    assert_eq!(state.money.map(|money| money.to_string()).as_deref(), Some("10.99 USD"));
    assert_eq!(state.status, ChargeStatus::Succeeded);
}

#[test]
fn other_and_odd_events_are_other_and_keep_an_identity() {
    for body in [
        r#"{"id":"evt_2","type":"charge.refunded","data":{"object":{"id":"ch_1","status":"succeeded"}}}"#,
        r#"{"id":"evt_2","type":"payment_intent.succeeded","data":{"object":{"status":"succeeded"}}}"#,
        r#"{"id":"evt_2","type":"payment_intent.succeeded","data":{"object":{"id":"pi_1"}}}"#,
        r#"{"id":"evt_2","type":"payment_intent.succeeded","data":[]}"#,
        r#"{"id":"evt_2","type":7}"#,
    ] {
        let event = signed(body).unwrap();
        assert_eq!((event.id.as_str(), event.news), ("evt_2", ProcessorNews::Other), "{body}");
    }
    for body in ["", "{", "[]", "null", "\u{0}", r#"{"id":null}"#] {
        let event = signed(body).unwrap();
        assert_eq!((event.id, event.news), (signed(body).unwrap().id, ProcessorNews::Other));
    }
    assert_ne!(signed("1").unwrap().id, signed("2").unwrap().id);
}

proptest! {
    #[test]
    fn no_request_whatever_panics_or_holds(header in any::<String>(), body in vec(any::<u8>(), 0..100)) {
        prop_assert!(receive(Some(&header), &body).is_err());
        let timely = format!("t={NOW},v1={header}");
        prop_assert!(receive(Some(&timely), &body).is_err());
    }

    #[test]
    fn any_signed_body_is_an_event(body in any::<String>()) {
        prop_assert!(signed(&body).is_ok());
    }
}
