//! Texts and states, giving back, and one more text.

use ports::{
    PortError, RefusalReason, Supplier,
    supplier::{Another, GivenBack, RentalState},
};
use serde_json::json;

use super::*;

#[tokio::test]
async fn every_state() {
    use RentalState::{Cancelled, Received, Refunded, Reported, TimedOut, Unclear, Waiting};
    for (word, state) in [
        ("verificationPending", Waiting),
        ("verificationCompleted", Received),
        ("verificationCanceled", Cancelled),
        ("verificationTimedOut", TimedOut),
        ("verificationReported", Reported),
        ("verificationRefunded", Refunded),
        ("verificationReused", Received),
        ("verificationReactivated", Received),
        ("verificationSomethingNew", Unclear),
        ("renewableActive", Unclear),
    ] {
        let (supplier, stub) = serving([answer(200, verification("lr_1", word)), page(json!([]))]).await;
        assert_eq!(supplier.status("lr_1").await.map(|status| status.state), Ok(state), "{word}");
        assert_eq!(stub.lines()[2], "GET /api/pub/v2/sms?reservationId=lr_1&reservationType=verification");
    }
    let (supplier, _stub) = serving([answer(404, "")]).await;
    assert_eq!(refusal(supplier.status("lr_1").await).0, RefusalReason::NotFound);
}

#[tokio::test]
async fn texts_come_over_pages_oldest_first() {
    let mut late = sms(None);
    late["createdAt"] = json!("2026-01-01T00:02:00");
    let next = json!({"next": {"method": "GET", "href": "/api/pub/v2/sms?page=2"}});
    let first = answer(200, json!({"data": [late], "links": next}));
    let (supplier, stub) =
        serving([answer(200, verification("lr_1", "verificationPending")), first, page(json!([sms(Some("12345"))]))])
            .await;
    let status = supplier.status("lr_1").await.unwrap();
    assert_eq!(status.state, RentalState::Received, "a text came between the two questions");
    assert_eq!(stub.lines()[3], "GET /api/pub/v2/sms?page=2");
    let codes: Vec<_> = status.texts.iter().map(|text| text.code.as_deref()).collect();
    assert_eq!(codes, [Some("12345"), None]);
    assert_eq!(status.texts[1].text.as_deref(), Some("Your code: 12-345"));
    assert_eq!(status.texts[0].from.as_deref(), Some("Telegram"));
    assert_ne!(status.texts[0].id, status.texts[1].id);
}

#[tokio::test]
async fn many_are_asked_about_together() {
    let list = json!([
        verification("lr_1", "verificationPending"),
        verification("lr_2", "verificationCompleted"),
        verification("other", "verificationPending")
    ]);
    let again = json!({"next": {"href": "/api/pub/v2/verifications"}});
    let list = answer(200, json!({"data": list, "links": again}));
    let texts = page(json!([sms(Some("12345"))]));
    let (supplier, stub) = serving([list, texts]).await;
    let references = ["lr_1", "lr_2"].map(str::to_owned);
    let statuses = supplier.statuses(&references).await;
    let states: Vec<_> = statuses.iter().map(|status| status.as_ref().unwrap().state).collect();
    assert_eq!(states, [RentalState::Waiting, RentalState::Received]);
    assert_eq!(stub.seen().len(), 3, "a token, the list, the texts of the one that has some");
    let (supplier, _stub) = serving([answer(503, "")]).await;
    assert!(supplier.statuses(&references).await.iter().all(|status| matches!(status, Err(PortError::Busy { .. }))));
}

#[tokio::test]
async fn who_is_not_on_the_list_is_asked_about_alone() {
    let (supplier, stub) = serving([
        page(json!([verification("lr_1", "verificationPending")])),
        answer(200, verification("lr_2", "verificationTimedOut")),
        page(json!([])),
    ])
    .await;
    let statuses = supplier.statuses(&["lr_1", "lr_2"].map(str::to_owned)).await;
    assert_eq!(statuses[1].as_ref().map(|status| status.state), Ok(RentalState::TimedOut));
    assert_eq!(stub.lines()[2], "GET /api/pub/v2/verifications/lr_2");
}

#[tokio::test]
async fn the_list_is_read_on_while_it_tells_of_more_than_asking_would() {
    let next = |page: u8| json!({"next": {"href": format!("/api/pub/v2/verifications?page={page}")}});
    let listing = |ids: [&str; 2], page| {
        answer(200, json!({"data": ids.map(|id| verification(id, "verificationPending")), "links": next(page)}))
    };
    let (supplier, stub) = serving([
        listing(["lr_1", "lr_2"], 2),
        listing(["lr_3", "other"], 3),
        answer(200, verification("lr_4", "verificationPending")),
    ])
    .await;
    let statuses = supplier.statuses(&["lr_1", "lr_2", "lr_3", "lr_4"].map(str::to_owned)).await;
    assert!(statuses.iter().all(|status| status.as_ref().is_ok_and(|status| status.state == RentalState::Waiting)));
    let asked = ["GET /api/pub/v2/verifications?page=2", "GET /api/pub/v2/verifications/lr_4"];
    assert_eq!(stub.lines()[2..], asked, "the third page is not read, and who waits is not asked for texts");
}

#[tokio::test]
async fn giving_back() {
    for (state, expected) in [
        ("verificationCompleted", GivenBack::AlreadyReceived),
        ("verificationCanceled", GivenBack::Done),
        ("verificationRefunded", GivenBack::Done),
        ("verificationTimedOut", GivenBack::Gone),
        ("verificationReported", GivenBack::Gone),
        ("verificationPending", GivenBack::TooEarly { after: None }),
    ] {
        for no in [answer(400, ""), problem(400, "ProcessingError")] {
            let (supplier, _stub) = serving([no, answer(200, verification("lr_1", state))]).await;
            assert_eq!(supplier.cancel("lr_1").await, Ok(expected), "{state}");
        }
    }
    let (supplier, stub) = serving([answer(200, "")]).await;
    assert_eq!(supplier.cancel("lr_1").await, Ok(GivenBack::Done));
    assert_eq!(supplier.report("lr_1").await, Ok(GivenBack::Done));
    let actions = ["POST /api/pub/v2/verifications/lr_1/cancel", "POST /api/pub/v2/verifications/lr_1/report"];
    assert_eq!(stub.lines()[1..], actions);
    let (supplier, _stub) = serving([answer(400, ""), answer(404, "")]).await;
    assert_eq!(supplier.cancel("lr_1").await, Ok(GivenBack::Gone));
    let (supplier, _stub) = serving([answer(503, "")]).await;
    assert_eq!(supplier.cancel("lr_1").await, Err(PortError::Unknown));
    assert_eq!(refusal(supplier.finish("lr_1").await).0, RefusalReason::Unsupported);
}

fn reusable() -> serde_json::Value {
    let mut first = verification("lr_1", "verificationCompleted");
    first["reuse"] = json!({"reusableUntil": "2026-01-01T00:02:00Z"});
    first
}

/// The verification that took over.
fn next() -> serde_json::Value {
    let mut next = verification("lr_2", "verificationPending");
    next["createdAt"] = json!("2026-01-01T00:01:30Z");
    next
}

#[tokio::test]
async fn one_more_text_is_one_more_verification() {
    let (supplier, stub) = serving([answer(200, reusable()), link("lr_2"), answer(200, next())]).await;
    let Another::Moved(allocation) = supplier.another("lr_1").await.unwrap() else { panic!("it moves") };
    assert_eq!((allocation.reference.as_str(), allocation.number.as_str()), ("lr_2", "+14155552671"));
    assert_eq!(stub.lines()[2], "POST /api/pub/v2/verifications/lr_1/reuse");
    for (state, expected) in [("verificationPending", Another::Waiting), ("verificationCanceled", Another::TooLate)] {
        let (supplier, _stub) = serving([answer(200, verification("lr_1", state))]).await;
        assert_eq!(supplier.another("lr_1").await, Ok(expected));
    }
}

#[tokio::test]
async fn a_number_that_was_used_again_is_found_again() {
    let used = answer(200, verification("lr_1", "verificationCompleted"));
    let both = page(json!([next(), verification("lr_1", "verificationCompleted")]));
    let (supplier, stub) = serving([used.clone(), both.clone(), answer(200, next())]).await;
    assert!(matches!(supplier.another("lr_1").await, Ok(Another::Moved(moved)) if moved.reference == "lr_2"));
    assert!(!stub.lines().iter().any(|line| line.ends_with("/reuse")), "never sold twice");

    let (supplier, stub) = serving([answer(200, reusable()), Reply::Close, both, answer(200, next())]).await;
    assert!(matches!(supplier.another("lr_1").await, Ok(Another::Moved(moved)) if moved.reference == "lr_2"));
    assert_eq!(stub.lines().iter().filter(|line| line.ends_with("/reuse")).count(), 1, "sent once");

    let (supplier, _stub) = serving([answer(200, reusable()), Reply::Close, page(json!([]))]).await;
    assert_eq!(supplier.another("lr_1").await, Err(PortError::Unknown), "not there yet, or not made");
    let (supplier, _stub) = serving([answer(200, reusable()), answer(400, ""), page(json!([]))]).await;
    assert_eq!(supplier.another("lr_1").await, Ok(Another::TooLate));
}

#[tokio::test]
async fn a_number_that_came_back_into_stock_is_somebody_elses() {
    let mut strangers = [next(), next(), next()];
    strangers[0]["createdAt"] = json!("2026-01-01T00:20:00Z");
    strangers[1]["serviceName"] = json!("whatsapp");
    strangers[2]["number"] = json!("4155552672");
    let (supplier, _stub) =
        serving([answer(200, verification("lr_1", "verificationCompleted")), page(json!(strangers))]).await;
    assert_eq!(supplier.another("lr_1").await, Ok(Another::TooLate));
}
