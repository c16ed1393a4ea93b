//! Signatures, staleness, and events of any shape.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use ports::{
    InboundRequest, Rejected, SupplierInbound,
    inbound::{SupplierEvent, SupplierNews},
};
use proptest::{collection::vec, prelude::*};
use sha2::Sha512;
use vocab::SecretString;

use super::{super::map, super::wire, TextVerifiedHooks};

const SECRET: &str = "whsec_loopback_test";
const NOW: i64 = 1_793_000_000;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

fn signature(secret: &str, body: &[u8]) -> String {
    let mac = <Hmac<Sha512> as KeyInit>::new_from_slice(secret.as_bytes()).unwrap();
    format!("HMAC-SHA512={}", STANDARD.encode(mac.chain_update(body).finalize().into_bytes()))
}

fn receive(header: Option<&str>, body: &[u8]) -> Result<SupplierEvent, Rejected> {
    let headers: Vec<_> =
        header.map(|value| ("x-webhook-signature".to_owned(), value.to_owned())).into_iter().collect();
    let hooks = TextVerifiedHooks::new(["", "whsec_old", SECRET].map(SecretString::from), "api-key".into());
    let now = now();
    hooks.event(&InboundRequest { is_post: true, urls: &[], content_type: "", headers: &headers, body, now })
}

fn signed(body: &str) -> Result<SupplierEvent, Rejected> {
    receive(Some(&signature(SECRET, body.as_bytes())), body.as_bytes())
}

/// A text's event that happened so long ago, its data under this name.
fn event(age: TimeDelta, data: &str) -> String {
    let at = (now() - age).to_rfc3339();
    format!(
        r#"{{"id":"evt_1","event":"v2.sms.received","attempt":1,"occurredAt":"{at}","idempotencyKey":"key_1","{data}":
        {{"from":null,"to":"4155552671","createdAt":"2026-01-01T00:01:00+00:00","smsContent":"Your code: 12-345",
        "parsedCode":"12345","encrypted":false,"reservationId":"lr_1"}}}}"#
    )
}

/// Made by `openssl dgst -sha512 -hmac`.
#[test]
fn another_makers_signature_holds() {
    let header = "HMAC-SHA512=gocVZT6E1hDQW8hOkryfgjzlrsAq0gEv5wEBQUSe8M4vkgw58NW5LxXvlQMRPMDfMVveRjMV1c0W8m0OvhgsYQ==";
    assert_eq!(receive(Some(header), br#"{"idempotencyKey":"k"}"#).map(|event| event.id).as_deref(), Ok("k"));
    assert!(receive(Some(header), br#"{"idempotencyKey": "k"}"#).is_err(), "the raw bytes count");
}

#[test]
fn only_what_one_of_our_secrets_signed_holds() {
    let body = event(TimeDelta::zero(), "data");
    let bytes = body.as_bytes();
    assert!(signed(&body).is_ok());
    assert!(receive(Some(&signature("whsec_old", bytes)), bytes).is_ok(), "while it is rolled");
    let good = signature(SECRET, bytes);
    for header in [
        String::new(),
        good.replace("HMAC-SHA512=", ""),
        good.replace("HMAC-SHA512=", "HMAC-SHA256="),
        good[..40].to_owned(),
        format!("HMAC-SHA512={}", hex::encode(bytes)),
        "HMAC-SHA512=".to_owned(),
        signature("", bytes),
        signature("whsec_other", bytes),
        signature(SECRET, b"other"),
    ] {
        let rejected = receive(Some(&header), bytes).unwrap_err();
        assert!(!rejected.diagnosis.contains("12-345") && !rejected.diagnosis.contains(SECRET), "{rejected}");
    }
    assert!(receive(None, bytes).is_err());
    let none = TextVerifiedHooks::new(["".into()], "api-key".into());
    let headers = [("x-webhook-signature".to_owned(), good)];
    let now = now();
    let request = InboundRequest { is_post: true, urls: &[], content_type: "", headers: &headers, body: bytes, now };
    assert!(none.event(&request).unwrap_err().diagnosis.contains("TEXTVERIFIED_WEBHOOK_SECRET"));
}

#[test]
fn a_text_is_read_whatever_its_data_is_called() {
    for data in ["data", "Data"] {
        let event = signed(&event(TimeDelta::minutes(1), data)).unwrap();
        assert_eq!((event.id.as_str(), event.kind.as_str()), ("key_1", "v2.sms.received"));
        assert_eq!(event.at, Some(now() - TimeDelta::minutes(1)));
        let SupplierNews::Text { reference, to, text } = event.news else { panic!("{event:?}") };
        assert_eq!(reference.as_deref(), Some("lr_1"));
        assert_eq!(to.map(|to| to.to_string()).as_deref(), Some("+14155552671"));
        assert_eq!((text.text.as_deref(), text.code.as_deref()), (Some("Your code: 12-345"), Some("12345")));
    }
}

#[test]
fn a_text_has_one_name_pushed_and_polled() {
    let SupplierNews::Text { text: pushed, .. } = signed(&event(TimeDelta::zero(), "data")).unwrap().news else {
        panic!("a text")
    };
    let polled = r#"{"id":"sms_1","to":"+14155552671","createdAt":"2026-01-01T00:01:00.000Z",
        "smsContent":"Your code: 12-345","parsedCode":"12345"}"#;
    let polled: wire::Sms = serde_json::from_str(polled).unwrap();
    assert_eq!(map::text(polled, &"api-key".into()).id, pushed.id);
}

#[test]
fn what_is_stale_is_refused_and_what_is_ahead_is_not() {
    assert!(signed(&event(TimeDelta::minutes(60), "data")).is_ok());
    assert!(signed(&event(TimeDelta::minutes(61), "data")).unwrap_err().diagnosis.contains("61 min old"));
    assert!(signed(&event(-TimeDelta::days(900), "data")).is_ok(), "business time may be ahead of ours");
}

#[test]
fn other_and_odd_events_are_other_and_keep_an_identity() {
    let created =
        r#"{"idempotencyKey":"k","event":"v2.reservation.created","data":{"id":"lr_9","type":"verification"}}"#;
    assert_eq!(signed(created).unwrap().news, SupplierNews::Changed { reference: "lr_9".to_owned() });
    for body in [
        r#"{"idempotencyKey":"k","event":"v2.rental.billingcycle.renewed","data":{"id":"bc_1"}}"#,
        r#"{"idempotencyKey":"k","event":"v2.sms.received","data":{"smsContent":"x"}}"#,
        r#"{"idempotencyKey":"k","event":"v2.sms.received","data":[]}"#,
        r#"{"idempotencyKey":"k","event":"v2.sms.received"}"#,
        r#"{"id":"k","event":7,"occurredAt":"yesterday"}"#,
        r#"{"idempotencyKey":"","id":"k"}"#,
    ] {
        let event = signed(body).unwrap();
        assert_eq!((event.id.as_str(), event.news), ("k", SupplierNews::Other), "{body}");
    }
    for body in ["", "{", "[]", "null"] {
        assert_eq!(signed(body).unwrap().id, signed(body).unwrap().id);
    }
    assert_ne!(signed("1").unwrap().id, signed("2").unwrap().id);
}

proptest! {
    #[test]
    fn no_request_whatever_panics_or_holds(header in any::<String>(), body in vec(any::<u8>(), 0..100)) {
        prop_assert!(receive(Some(&header), &body).is_err());
        let shaped = format!("HMAC-SHA512={header}");
        prop_assert!(receive(Some(&shaped), &body).is_err());
    }

    #[test]
    fn any_signed_body_is_an_event(body in any::<String>()) {
        prop_assert!(signed(&body).is_ok());
    }
}
