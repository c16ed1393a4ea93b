//! The official SDKs' signatures hold, forgeries do not, and a wrong URL is named.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use ports::{
    CarrierInbound, InboundRequest, Rejected,
    inbound::{CallWebhook, DialledLeg},
};
use proptest::{collection::vec, prelude::*};
use serde::Deserialize;
use sha1::Sha1;
use vocab::{SecretString, telephony::CallStatus};

use super::{TwilioHooks, params::Params};

const TOKEN: &str = "a1b2c3d4e5f60718293a4b5c6d7e8f90";
const URL: &str = "https://example.com/voice";
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = r#"{"CallSid":"CA1234567890ABCDE","Caller":"+12349013030"}"#;

#[derive(Deserialize)]
struct Vectors {
    hmac_sha1: Vec<Vector>,
    hmac_sha256: Vec<Vector>,
}

#[derive(Clone, Deserialize)]
struct Vector {
    name: String,
    #[serde(alias = "auth_token")]
    secret: String,
    settings_header: Option<String>,
    url: String,
    params: BTreeMap<String, OneOrMany>,
    json_body: Option<String>,
    signature: String,
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Vector {
    fn form(&self) -> String {
        let pairs = self.params.iter().rev().flat_map(|(key, value)| match value {
            OneOrMany::One(value) => vec![(key, value)],
            OneOrMany::Many(values) => values.iter().map(|value| (key, value)).collect(),
        });
        serde_urlencoded::to_string(pairs.collect::<Vec<_>>()).unwrap()
    }

    fn verify(&self, url: &str, body: &str) -> Result<CallWebhook, Rejected> {
        let mut headers = vec![("x-twilio-signature".to_owned(), self.signature.clone())];
        headers.extend(
            self.settings_header.iter().map(|v| ("x-twilio-webhooks-signature-settings".to_owned(), v.clone())),
        );
        let content_type = if self.is_json() { "application/json; charset=utf-8" } else { FORM };
        hooks(&[&self.secret]).call(&InboundRequest {
            is_post: self.is_json() || !self.params.is_empty(),
            urls: &["https://other.example/".to_owned(), url.to_owned()],
            content_type,
            headers: &headers,
            body: body.as_bytes(),
            now: DateTime::<Utc>::default(),
        })
    }

    fn is_json(&self) -> bool {
        self.url.contains("bodySHA256")
    }

    fn body(&self) -> String {
        if self.is_json() { self.json_body.clone().unwrap_or_else(|| JSON.to_owned()) } else { self.form() }
    }
}

fn hooks(secrets: &[&str]) -> TwilioHooks {
    TwilioHooks::new(secrets.iter().map(|secret| SecretString::from(*secret)))
}

fn sign(secret: &str, text: &str) -> String {
    sign_bytes(secret, text.as_bytes())
}

fn sign_bytes(secret: &str, text: &[u8]) -> String {
    let mac = <Hmac<Sha1> as KeyInit>::new_from_slice(secret.as_bytes()).unwrap();
    STANDARD.encode(mac.chain_update(text).finalize().into_bytes())
}

/// A POST of this form to [`URL`], with this signature.
fn post(hooks: &TwilioHooks, signature: &str, body: &[u8]) -> Result<CallWebhook, Rejected> {
    receive(hooks, &[("x-twilio-signature", signature)], FORM, &[URL], body)
}

fn receive(
    hooks: &TwilioHooks,
    headers: &[(&str, &str)],
    content_type: &str,
    urls: &[&str],
    body: &[u8],
) -> Result<CallWebhook, Rejected> {
    let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let urls: Vec<_> = urls.iter().map(|url| (*url).to_owned()).collect();
    let now = DateTime::<Utc>::default();
    hooks.call(&InboundRequest { is_post: true, urls: &urls, content_type, headers: &headers, body, now })
}

fn diagnosis(urls: &[&str], headers: &[(&str, &str)], signed: &str) -> String {
    let signature = sign(TOKEN, signed);
    let mut all = vec![("x-twilio-signature", signature.as_str())];
    all.extend(headers);
    receive(&hooks(&[TOKEN]), &all, FORM, urls, b"From=%2B14158675310&To=x").unwrap_err().diagnosis
}

#[test]
fn every_signature_of_the_official_sdks_holds_and_no_tampered_one() {
    let vectors: Vectors = serde_json::from_str(include_str!("../fixtures/signatures.json")).unwrap();
    assert_eq!((vectors.hmac_sha1.len(), vectors.hmac_sha256.len()), (28, 2));
    for vector in vectors.hmac_sha1.iter().chain(&vectors.hmac_sha256) {
        let (name, body) = (&vector.name, vector.body());
        assert!(vector.verify(&vector.url, &body).is_ok(), "{name}: {:?}", vector.verify(&vector.url, &body));
        assert!(
            vector.verify(&vector.url.replace("example.com", "example.org").replace("127.0", "127.1"), &body).is_err()
        );
        let covers_body = !body.is_empty() || vector.is_json();
        assert_eq!(vector.verify(&vector.url, &format!("{body}x")).is_err(), covers_body, "{name}: body changed");
        let other = Vector { secret: "another".to_owned(), ..vector.clone() };
        assert!(other.verify(&vector.url, &body).is_err(), "{name}: other secret");
    }
}

#[test]
fn ports_are_accepted_as_twilio_writes_or_drops_them_and_users_are_dropped() {
    for (ours, theirs) in [
        ("https://example.com/v", "https://example.com:443/v"),
        ("https://example.com:443/v", "https://example.com/v"),
        ("https://example.com:8443/v", "https://example.com/v"),
        ("http://example.com/v", "http://example.com:80/v"),
        ("http://[::1]/v", "http://[::1]:80/v"),
        ("https://user:p%40ss@example.com/v", "https://example.com/v"),
        ("https://example.com/v#ct=100", "https://example.com/v"),
    ] {
        let signature = sign(TOKEN, theirs);
        let accepted = receive(&hooks(&[TOKEN]), &[("x-twilio-signature", &signature)], FORM, &[ours], b"");
        assert!(accepted.is_ok(), "{ours} {theirs}: {accepted:?}");
    }
}

#[test]
fn each_accepted_secret_holds_and_an_empty_one_never() {
    let body = b"From=a";
    assert!(post(&hooks(&["old", "new"]), &sign("new", &format!("{URL}Froma")), body).is_ok());
    assert!(post(&hooks(&["", TOKEN]), &sign("", &format!("{URL}Froma")), body).is_err());
    assert!(post(&hooks(&[""]), &sign("", URL), b"").unwrap_err().diagnosis.contains("TWILIO_AUTH_TOKEN"));
}

#[test]
fn a_body_that_the_signature_does_not_cover_is_refused() {
    let signature = sign(TOKEN, URL);
    let refused = |content_type| {
        receive(&hooks(&[TOKEN]), &[("x-twilio-signature", &signature)], content_type, &[URL], JSON.as_bytes()).is_err()
    };
    for content_type in ["application/json", "multipart/form-data", "text/plain", "", FORM] {
        assert!(refused(content_type), "{content_type}");
    }
}

#[test]
fn bytes_that_are_no_text_are_signed_as_they_are() {
    let mut signed = format!("{URL}CallSidCA1From").into_bytes();
    signed.extend_from_slice(b"\xff%zz");
    let call = post(&hooks(&[TOKEN]), &sign_bytes(TOKEN, &signed), b"From=%FF%zz&CallSid=CA1").unwrap();
    assert_eq!((call.call_sid.as_str(), call.from.as_str()), ("CA1", "\u{fffd}%zz"));
}

#[test]
fn the_diagnosis_names_the_fault() {
    /// Our URLs, more headers, what Twilio signed, and a part of the diagnosis.
    type Case = (&'static [&'static str], &'static [(&'static str, &'static str)], String, &'static str);
    let tail = "From+14158675310Tox";
    let cases: [Case; 9] = [
        (&[URL], &[], format!("http://example.com/voice{tail}"), "X-Forwarded-Proto"),
        (&["https://example.com/voice?a=1"], &[], format!("{URL}{tail}"), "without the query"),
        (&[URL], &[], format!("{URL}/{tail}"), "trailing slash"),
        (&["https://example.com/voice/?a"], &[], format!("{URL}?a{tail}"), "trailing slash"),
        (&["https://example.com:9/voice"], &[], format!("https://example.com:8443/voice{tail}"), "port 8443"),
        (
            &["http://10.0.0.1:3000/voice"],
            &[("host", "a.example")],
            format!("https://a.example/voice{tail}"),
            "it fits https://a.example/voice",
        ),
        (&[URL], &[], URL.to_owned(), "URL without parameters"),
        (&[URL], &[], format!("{URL}{tail}!"), "wrong auth token"),
        (&["no url", ""], &[], String::new(), "wrong auth token"),
    ];
    for (urls, headers, signed, expected) in cases {
        let diagnosis = diagnosis(urls, headers, &signed);
        assert!(diagnosis.contains(expected), "{diagnosis}");
    }
}

#[test]
fn the_diagnosis_shows_keys_but_no_values_and_stays_on_one_line() {
    let diagnosis = diagnosis(&["https://u:secret@example.com/voice?From=%2B1555&x"], &[], "else");
    assert!(diagnosis.starts_with("we signed https://example.com/voice?From=…&x=… with 2 parameters (From, To); "));
    assert!(!diagnosis.contains("1415") && !diagnosis.contains("secret"));
    let long = format!("{}\n=1&b=2", "k".repeat(10_000));
    let refused = post(&hooks(&[TOKEN]), &sign("x", ""), long.as_bytes()).unwrap_err().diagnosis;
    assert!(refused.len() < 1000 && !refused.contains('\n'), "{refused}");
}

#[test]
fn a_missing_or_mangled_header_is_named() {
    let missing = receive(&hooks(&[TOKEN]), &[], FORM, &[URL], b"").unwrap_err().diagnosis;
    assert!(missing.contains("no X-Twilio-Signature"));
    assert!(post(&hooks(&[TOKEN]), "§§", b"").unwrap_err().diagnosis.contains("base64"));
    let signature = sign(TOKEN, URL);
    let headers =
        [("x-twilio-signature", signature.as_str()), ("x-twilio-webhooks-signature-settings", "algorithm=ROT13")];
    assert!(receive(&hooks(&[TOKEN]), &headers, FORM, &[URL], b"").unwrap_err().diagnosis.contains("algorithm"));
}

#[test]
fn a_call_is_read() {
    let body = b"CallSid=CA1&ParentCallSid=CA0&From=sip%3Aa%40b&To=%2B14155552671&Direction=inbound&CallStatus=completed\
        &CallDuration=15&Duration=1&SequenceNumber=3&Timestamp=Thu%2C+30+Jul+2015+23%3A19%3A04+%2B0000&Extra=%F0%9F%98%80\
        &DialCallStatus=no-answer&DialCallDuration=";
    let params = Params::from_form(body);
    assert_eq!(
        super::read::call(&params),
        CallWebhook {
            call_sid: "CA1".to_owned(),
            parent_sid: Some("CA0".to_owned()),
            from: "sip:a@b".to_owned(),
            to: "+14155552671".to_owned(),
            inbound: true,
            status: Some(CallStatus::Completed),
            duration_seconds: Some(15),
            sequence: Some(3),
            at: "2015-07-30T23:19:04Z".parse().ok(),
            dialled: Some(DialledLeg { status: Some(CallStatus::NoAnswer), duration_seconds: None }),
        }
    );
}

#[test]
fn a_get_is_read_from_its_signed_query() {
    let url = "https://example.com/voice?CallSid=CA1&From=%2B14158675310&CallStatus=in-progress".to_owned();
    let headers = [("x-twilio-signature".to_owned(), sign(TOKEN, &url))];
    let now = DateTime::<Utc>::default();
    let (urls, body) = ([url], b"CallSid=CA2".as_slice());
    let request = InboundRequest { is_post: false, urls: &urls, content_type: FORM, headers: &headers, body, now };
    let call = hooks(&[TOKEN]).call(&request).unwrap();
    assert_eq!((call.call_sid.as_str(), call.from.as_str()), ("CA1", "+14158675310"));
    assert_eq!(call.status, Some(CallStatus::Answered));
}

/// Twilio signs the URL as its customer wrote it; what carries it writes the query anew.
#[test]
fn a_query_that_was_escaped_otherwise_on_the_way_still_holds() {
    for (signed, delivered) in [
        ("https://example.com/voice?name=O'Neil", "https://example.com/voice?name=O%27Neil"),
        ("https://example.com/voice?name=O%27Neil", "https://example.com/voice?name=O'Neil"),
        ("https://example.com:443/voice?name=O'Neil", "https://example.com/voice?name=O%27Neil"),
        ("https://example.com:8443/voice?name=O'Neil", "https://example.com:8443/voice?name=O%27Neil"),
        ("https://example.com/voice?to=%2B1%20415&q=a(b)*!", "https://example.com/voice?to=%2B1+415&q=a%28b%29%2a%21"),
        ("https://example.com/voice?a=1&a=2&b=x", "https://example.com/voice?a=1&b=x&a=2"),
        ("https://example.com/voice?flag=&x=1", "https://example.com/voice?flag&x=1"),
    ] {
        let signature = sign(TOKEN, signed);
        let headers = [("x-twilio-signature", signature.as_str())];
        assert!(receive(&hooks(&[TOKEN]), &headers, FORM, &[delivered], b"").is_ok(), "{signed} → {delivered}");
        let other = delivered.replace("voice", "vois");
        assert!(receive(&hooks(&[TOKEN]), &headers, FORM, &[&other], b"").is_err(), "{other}");
    }
}

#[test]
fn rubbish_is_read_as_nothing() {
    for body in ["", "&&==&", "%", "CallDuration=-1&SequenceNumber=99999999999&Timestamp=now&CallStatus=flying", "=\0"]
    {
        let call = super::read::call(&Params::from_form(body.as_bytes()));
        assert_eq!(call, CallWebhook::default(), "{body}");
    }
    for body in ["[]", "{", "{\"CallSid\":null,\"From\":{}}"] {
        assert_eq!(super::read::call(&Params::from_json(body.as_bytes())), CallWebhook::default());
    }
    let json = Params::from_json(br#"{"CallSid":"CA1","CallDuration":7,"CallStatus":"queued"}"#);
    let call = super::read::call(&json);
    assert_eq!((call.duration_seconds, call.status), (Some(7), Some(CallStatus::Initiated)));
}

proptest! {
    #[test]
    fn any_form_holds_when_signed_and_not_when_changed(
        pairs in vec((vec(any::<u8>(), 0..6), vec(any::<u8>(), 0..6)), 0..6),
        key in any::<u8>(),
    ) {
        let encode = |bytes: &[u8]| percent_encode(bytes, NON_ALPHANUMERIC).to_string();
        let form: Vec<_> = pairs.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
        let sorted: BTreeSet<_> = pairs.iter().cloned().collect();
        let signed = sorted.into_iter().fold(URL.as_bytes().to_vec(), |text, (k, v)| [text, k, v].concat());
        let (form, signature) = (form.join("&"), sign_bytes(TOKEN, &signed));
        prop_assert!(post(&hooks(&[TOKEN]), &signature, form.as_bytes()).is_ok());
        let more = format!("{form}&{}=changed", encode(&[key]));
        prop_assert!(post(&hooks(&[TOKEN]), &signature, more.as_bytes()).is_err());
    }

    #[test]
    fn no_request_whatever_panics_or_holds(
        (signature, settings, url, content_type) in any::<(String, Option<String>, String, String)>(),
        body in vec(any::<u8>(), 0..200),
    ) {
        let mut headers = vec![("x-twilio-signature", signature.as_str())];
        headers.extend(settings.as_deref().map(|settings| ("x-twilio-webhooks-signature-settings", settings)));
        let urls = [url.as_str(), "https://[::1"];
        prop_assert!(receive(&hooks(&[TOKEN]), &headers, &content_type, &urls, &body).is_err());
        super::read::call(&Params::from_json(&body));
    }
}
