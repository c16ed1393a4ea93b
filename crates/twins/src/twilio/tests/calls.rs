use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, Uri, header},
    response::IntoResponse as _,
};
use serde_json::json;
use tokio::net::TcpListener;

use super::*;
use crate::twilio::signature::sign;

/// Documents by path, each with its content type.
type Documents = BTreeMap<String, VecDeque<(&'static str, String)>>;

/// A product that answers each path with the next of its documents, and remembers who asked. Every request must be
/// signed.
#[derive(Clone, Default)]
struct Product {
    documents: Arc<Mutex<Documents>>,
    asked: Arc<Mutex<Vec<(String, Fields)>>>,
}

impl Product {
    async fn start(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let base = url.clone();
        let router = Router::new().fallback(async move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let form: Vec<_> = url::form_urlencoded::parse(&body).into_owned().collect();
            let wanted = sign(TOKEN, &format!("{base}{uri}"), &form);
            if headers.get("x-twilio-signature").and_then(|value| value.to_str().ok()) != Some(&wanted) {
                return axum::http::StatusCode::FORBIDDEN.into_response();
            }
            let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned();
            self.asked.lock().expect("whole").push((uri.path().to_owned(), query.chain(form).collect()));
            let document = self.documents.lock().expect("whole").get_mut(uri.path()).and_then(VecDeque::pop_front);
            match document {
                Some((content_type, text)) => ([(header::CONTENT_TYPE, content_type)], text).into_response(),
                None => axum::http::StatusCode::NO_CONTENT.into_response(),
            }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    fn answers(&self, path: &str, twiml: &str) {
        self.answers_as(path, "text/xml", format!("<Response>{twiml}</Response>"));
    }

    fn answers_as(&self, path: &str, content_type: &'static str, text: String) {
        self.documents.lock().expect("whole").entry(path.to_owned()).or_default().push_back((content_type, text));
    }

    fn asked(&self, path: &str) -> Vec<Fields> {
        let asked = self.asked.lock().expect("whole");
        asked.iter().filter(|(at, _)| at == path).map(|(_, fields)| fields.clone()).collect()
    }
}

/// A twin with one number that is answered by a product.
async fn connected() -> (Bench, Product, String) {
    let (bench, product) = (Bench::new().await, Product::default());
    let url = product.clone().start().await;
    let form =
        [("PhoneNumber", NUMBER), ("VoiceUrl", &format!("{url}/voice")), ("StatusCallback", &format!("{url}/status"))];
    assert_eq!(bench.buy(&form).await.0, 201);
    (bench, product, url)
}

async fn call(bench: &Bench, more: Value) -> Value {
    let mut body = json!({ "from": "+12125550123", "to": NUMBER });
    body.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    let (status, heard) = bench.control(Method::POST, "/calls", body).await;
    assert_eq!(status, 200, "{heard}");
    heard
}

/// `verb text` of each entry.
fn heard(call: &Value) -> Vec<String> {
    let entries = call["transcript"].as_array().expect("a list").iter();
    entries
        .map(|entry| format!("{} {}", entry["verb"].as_str().unwrap_or("?"), entry["text"].as_str().unwrap_or("?")))
        .collect()
}

#[tokio::test]
async fn a_greeting_is_heard_and_the_end_is_reported() {
    let (bench, product, url) = connected().await;
    product.answers("/voice", "<Say>Hello &amp; welcome</Say><Play>http://127.0.0.1/a.mp3</Play><Pause length='2'/>");
    let told = call(&bench, json!({})).await;
    let wanted = [
        format!("request {url}/voice"),
        "say Hello & welcome".to_owned(),
        "play http://127.0.0.1/a.mp3".to_owned(),
        "pause 2".to_owned(),
        format!("callback {url}/status"),
    ];
    assert_eq!(heard(&told), wanted);
    assert_eq!((&told["status"], &told["duration"]), (&"completed".into(), &17.into()));

    let asked = &product.asked("/voice")[0];
    for (name, value) in [
        ("CallSid", told["callSid"].as_str().expect("a sid")),
        ("AccountSid", ACCOUNT),
        ("From", "+12125550123"),
        ("To", NUMBER),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
        ("ApiVersion", "2010-04-01"),
        ("FromCity", "NEW YORK"),
        ("FromState", "NY"),
        ("ToCountry", "US"),
        ("CallerCountry", "US"),
    ] {
        assert_eq!(asked[name], value, "{name}");
    }
    let end = &product.asked("/status")[0];
    assert_eq!((end["CallStatus"].as_str(), end["CallDuration"].as_str()), ("completed", "17"));
    assert_eq!((end["SequenceNumber"].as_str(), end["Duration"].as_str()), ("0", "1"));
    assert!(end["Timestamp"].ends_with("+0000"));
    let state = bench.state().await;
    assert_eq!((&state["calls"][0]["status"], &state["pendingCallbacks"]), (&"completed".into(), &0.into()));
}

#[tokio::test]
async fn a_dialled_leg_that_is_busy_goes_to_the_action() {
    let (bench, product, _) = connected().await;
    product.answers("/voice", "<Dial action='/after' timeout='20'><Number>+13125550100</Number></Dial><Say>no</Say>");
    product.answers("/after", "<Say>Leave a message</Say><Hangup/>");
    let told = call(&bench, json!({ "outcomes": ["busy"] })).await;
    let heard = heard(&told);
    assert_eq!(heard[1], "dial +13125550100");
    assert_eq!((&told["transcript"][1]["status"], heard[3].as_str()), (&"busy".into(), "say Leave a message"));
    let after = &product.asked("/after")[0];
    assert_eq!((after["DialCallStatus"].as_str(), after["DialBridged"].as_str()), ("busy", "false"));
    assert!(!after.contains_key("DialCallDuration"));
    assert_eq!(after["CallStatus"], "in-progress");
}

#[tokio::test]
async fn a_dialled_leg_answers_by_default() {
    let (bench, product, _) = connected().await;
    product.answers("/voice", "<Dial action='/after'>+13125550100</Dial>");
    product.answers("/voice", "<Dial>+13125550100</Dial><Say>still here</Say>");
    product.answers("/after", "");
    let told = call(&bench, json!({ "outcomes": { "+13125550100": { "status": "completed", "duration": 61 } } })).await;
    assert_eq!((&told["transcript"][1]["duration"], &told["duration"]), (&61.into(), &66.into()));
    let after = &product.asked("/after")[0];
    assert_eq!((after["DialCallStatus"].as_str(), after["DialCallDuration"].as_str()), ("completed", "61"));
    assert_eq!(after["DialBridged"], "true");
    let told = call(&bench, json!({ "duration": 30 })).await;
    assert_eq!((&told["transcript"][2]["text"], &told["duration"]), (&"still here".into(), &30.into()));
}

#[tokio::test]
async fn several_nouns_and_their_reports() {
    let (bench, product, url) = connected().await;
    let events = "statusCallbackEvent='initiated ringing answered completed'";
    let nouns = format!(
        "<Number statusCallback='{url}/leg' {events}>+13125550100</Number><Sip>sip:me@example.com</Sip>\
         <Number>not a number</Number>"
    );
    product.answers("/voice", &format!("<Dial>{nouns}</Dial>"));
    let told = call(&bench, json!({ "outcomes": ["no-answer", "failed"] })).await;
    let statuses: Vec<_> = told["transcript"].as_array().expect("a list").iter().map(|e| e["status"].clone()).collect();
    assert_eq!(statuses[1..3], ["no-answer", "failed"]);
    let mut legs = product.asked("/leg");
    legs.sort_by_key(|fields| fields["SequenceNumber"].clone());
    let seen: Vec<_> = legs.iter().map(|fields| fields["CallStatus"].as_str()).collect();
    assert_eq!(seen, ["initiated", "ringing", "no-answer"]);
    assert_eq!(legs[0]["ParentCallSid"], told["callSid"].as_str().expect("a sid"));
}

#[tokio::test]
async fn redirects_rejections_and_hanging_up() {
    let (bench, product, url) = connected().await;
    product.answers("/voice", "<Redirect method='GET'>/next?x=1</Redirect><Say>never</Say>");
    product.answers("/next", "<Say>there</Say><Hangup/><Say>never</Say>");
    let told = call(&bench, json!({})).await;
    assert_eq!(heard(&told)[2..5], [format!("request {url}/next?x=1"), "say there".to_owned(), "hangup ".to_owned()]);
    assert_eq!(product.asked("/next")[0]["x"], "1");
    product.answers("/voice", "<Reject reason='busy'/>");
    let told = call(&bench, json!({})).await;
    assert_eq!((&told["status"], &told["duration"]), (&"busy".into(), &0.into()));
    assert_eq!(product.asked("/status")[1]["CallStatus"], "busy");
    product.answers("/voice", "<Reject/>");
    assert_eq!(call(&bench, json!({})).await["status"], "failed");
}

#[tokio::test]
async fn gather_takes_what_the_caller_types() {
    let (bench, product, _) = connected().await;
    product.answers("/voice", "<Gather action='/menu' numDigits='1'><Say>Press</Say></Gather><Say>silence</Say>");
    product.answers("/menu", "<Say>two</Say>");
    let told = call(&bench, json!({ "digits": ["2"] })).await;
    assert!(heard(&told).contains(&"say two".to_owned()));
    assert_eq!(product.asked("/menu")[0]["Digits"], "2");
    product.answers("/voice", "<Gather action='/menu'/><Say>silence</Say>");
    assert!(heard(&call(&bench, json!({})).await).contains(&"say silence".to_owned()));
}

#[tokio::test]
async fn what_twilio_would_not_accept_ends_in_the_fallback() {
    let (bench, product, url) = connected().await;
    let sid = bench.state().await["incomingPhoneNumbers"][0]["sid"].as_str().expect("a sid").to_owned();
    let path = format!("/IncomingPhoneNumbers/{sid}.json");
    assert_eq!(bench.ask(Method::POST, &path, &[("VoiceFallbackUrl", &format!("{url}/fallback"))]).await.0, 200);
    let cases = [
        ("text/xml", "<Response><Say>a & b</Say></Response>".to_owned(), "12100"),
        ("application/json", "{}".to_owned(), "12300"),
        ("text/xml", format!("<Response><Say>{}</Say></Response>", "x".repeat(70_000)), "11750"),
    ];
    for (content_type, document, code) in cases {
        product.answers_as("/voice", content_type, document);
        product.answers("/fallback", "<Say>sorry</Say>");
        let told = call(&bench, json!({})).await;
        assert!(heard(&told).contains(&"say sorry".to_owned()), "{told}");
        let asked = product.asked("/fallback").pop().expect("a request");
        assert_eq!((asked["ErrorCode"].as_str(), asked["ErrorUrl"].as_str()), (code, format!("{url}/voice").as_str()));
    }
    product.answers("/voice", "<Sing>la</Sing><Say tone='low'>la</Say>");
    let told = call(&bench, json!({})).await;
    assert_eq!(heard(&told).iter().filter(|line| line.starts_with("warning 12200")).count(), 2);
    product.answers_as("/voice", "text/plain", "plain words".to_owned());
    assert!(heard(&call(&bench, json!({})).await).contains(&"say plain words".to_owned()));
}

#[tokio::test]
async fn calls_that_go_nowhere() {
    let (bench, product, _) = connected().await;
    let (status, told) =
        bench.control(Method::POST, "/calls", json!({ "from": "anonymous", "to": "+14155550000" })).await;
    assert_eq!((status, &told["transcript"][0]["verb"]), (200, &"error".into()));
    for _ in 0..60 {
        product.answers("/voice", "<Redirect/>");
    }
    let told = call(&bench, json!({ "from": "sip:someone@example.com" })).await;
    assert!(heard(&told).iter().any(|line| line.contains("goes round in circles")), "{told}");

    let sid = bench.state().await["incomingPhoneNumbers"][0]["sid"].as_str().expect("a sid").to_owned();
    let path = format!("/IncomingPhoneNumbers/{sid}.json");
    let form = [("VoiceUrl", "http://example.com/voice"), ("StatusCallback", "")];
    assert_eq!(bench.ask(Method::POST, &path, &form).await.0, 200);
    let told = call(&bench, json!({})).await;
    assert!(heard(&told)[1].contains("is not an http(s) URL on loopback"), "{told}");
    assert_eq!(told["status"], "failed");
    assert_eq!(bench.control(Method::POST, "/calls", json!({ "from": "+1" })).await.0, 400);
    assert_eq!(
        bench.control(Method::POST, "/calls", json!({ "from": "", "to": NUMBER, "outcomes": "x" })).await.0,
        400
    );
}

#[tokio::test]
async fn a_callback_waits_for_its_receiver() {
    let (bench, product, _) = connected().await;
    let sid = bench.state().await["incomingPhoneNumbers"][0]["sid"].as_str().expect("a sid").to_owned();
    let path = format!("/IncomingPhoneNumbers/{sid}.json");
    let form = [("StatusCallback", "http://127.0.0.1:1/late"), ("StatusCallbackMethod", "GET")];
    assert_eq!(bench.ask(Method::POST, &path, &form).await.0, 200);
    product.answers("/voice", "<Say>hello</Say>");
    let told = call(&bench, json!({})).await;
    assert_eq!(told["transcript"][2]["status"], "pending");
    assert_eq!(bench.state().await["pendingCallbacks"], 1);
}
