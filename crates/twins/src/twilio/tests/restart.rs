use serde_json::json;
use tempfile::tempdir;

use super::*;

#[tokio::test]
async fn what_was_answered_is_known_after_a_restart() {
    let folder = tempdir().expect("a folder");
    let journal = folder.path().join("twilio.jsonl");
    let bench = Bench::at(Some(&journal)).await;
    assert_eq!(bench.buy(&[("PhoneNumber", NUMBER), ("VoiceUrl", "http://127.0.0.1:9/voice")]).await.0, 201);
    assert_eq!(bench.buy(&[("PhoneNumber", "+18005551234")]).await.0, 201);
    let taken = json!({ "phoneNumber": "+14155551235", "owner": "other" });
    assert_eq!(bench.control(Method::POST, "/numbers", taken).await.0, 200);
    let before = bench.state().await;
    let sid = before["incomingPhoneNumbers"][0]["sid"].as_str().expect("a sid").to_owned();
    let path = format!("/IncomingPhoneNumbers/{sid}.json");
    let form = [("FriendlyName", "renamed"), ("StatusCallback", "http://127.0.0.1:9/status")];
    assert_eq!(bench.ask(Method::POST, &path, &form).await.0, 200);
    let before = bench.state().await;
    bench.running.stop().await;

    let bench = Bench::at(Some(&journal)).await;
    assert_eq!(bench.state().await, before);
    assert_eq!(bench.ask(Method::DELETE, &path, &[]).await.0, 204);
    bench.running.stop().await;
    let bench = Bench::at(Some(&journal)).await;
    assert_eq!(bench.state().await["incomingPhoneNumbers"].as_array().map(Vec::len), Some(1));
    assert_eq!(code(&bench.buy(&[("PhoneNumber", "+14155551235")]).await), (400, 21422));
}

#[tokio::test]
async fn callbacks_that_were_not_delivered_are_pending_after_a_restart() {
    let folder = tempdir().expect("a folder");
    let journal = folder.path().join("twilio.jsonl");
    let bench = Bench::at(Some(&journal)).await;
    let form = [
        ("PhoneNumber", NUMBER),
        ("VoiceUrl", "http://127.0.0.1:9/voice"),
        ("StatusCallback", "http://127.0.0.1:9/status"),
    ];
    assert_eq!(bench.buy(&form).await.0, 201);
    let call = json!({ "from": "+12125550123", "to": NUMBER });
    assert_eq!(bench.control(Method::POST, "/calls", call).await.1["status"], "failed");
    bench.running.stop().await;
    let bench = Bench::at(Some(&journal)).await;
    assert_eq!(bench.state().await["pendingCallbacks"], 1);
}

#[tokio::test]
async fn a_call_that_was_cut_off_is_ended_and_reported() {
    let folder = tempdir().expect("a folder");
    let journal = folder.path().join("twilio.jsonl");
    let bench = Bench::at(Some(&journal)).await;
    let (_, number) = bench.buy(&[("PhoneNumber", NUMBER), ("StatusCallback", "http://127.0.0.1:9/status")]).await;
    bench.running.stop().await;
    let call = json!({
        "sid": "CAcccccccccccccccccccccccccccccccc", "number_sid": number["sid"], "from": "+12125550123", "to": NUMBER,
        "status": "ringing", "started": "2026-01-01T00:00:00Z", "duration": null,
    });
    let line = json!({ "Changes": [{ "CallStarted": call }] });
    let mut lines = std::fs::read_to_string(&journal).expect("a journal");
    lines.push_str(&format!("{line}\n"));
    std::fs::write(&journal, lines).expect("a file");
    let bench = Bench::at(Some(&journal)).await;
    let state = bench.state().await;
    assert_eq!((&state["calls"][0]["status"], &state["pendingCallbacks"]), (&"completed".into(), &1.into()));
}
