//! Managing numbers: lists, changes, configurations, release, and what the carrier holds.

use ports::PortError;
use serde_json::json;
use vocab::PageRequest;

use super::{FIRST, NoCalls, Stage, THIRD};
use crate::{
    flows::{ActionType, NumberConfiguration},
    jobs::Background as _,
    numbers::{
        NumberError, NumberStatus,
        sql::list::{Filter, Sort},
        update::UpdateNumber,
        voice_target,
    },
};

const NEWEST: Sort = Sort { column: "created_at", ascending: false };
const PAGE: PageRequest = PageRequest::Page { page: 1, limit: 20 };

fn configuration(name: &str, destination: &str) -> NumberConfiguration {
    let action = json!({"type": "forward", "destination": destination, "options": {"timeout": 20}});
    serde_json::from_value(json!({
        "name": name, "routingRules": {"defaultAction": action}, "features": {"voicemail": true},
    }))
    .expect("a configuration")
}

#[tokio::test]
async fn an_account_sees_its_own_numbers_by_every_filter() {
    let stage = Stage::new().await;
    let (owner, stranger) = (stage.customer("10").await, stage.customer("10").await);
    let first = stage.buy(owner, FIRST).await;
    stage.buy(owner, THIRD).await;
    let wanted: UpdateNumber =
        serde_json::from_value(json!({"friendlyName": "Front 100%", "tags": ["desk", "desk", "de"], "notes": "n"}))
            .expect("an update");
    stage.numbers.update(owner.account, first.id, &wanted).await.expect("updates");
    let list = async |filter: Filter, sort| {
        let page = stage.numbers.page(&NoCalls, owner.account, &filter, sort, &PAGE).await.expect("lists");
        page.data.into_iter().map(|number| number.phone_number.to_string()).collect::<Vec<_>>()
    };
    let by_number = Sort { column: "phone_number", ascending: true };
    let by_use = Sort { column: "last_used_at", ascending: false };
    assert_eq!(list(Filter::default(), NEWEST).await, [THIRD, FIRST]);
    assert_eq!(list(Filter::default(), by_number).await, [THIRD, FIRST]);
    assert_eq!(list(Filter::default(), by_use).await.len(), 2);
    for found in ["front 100%", "4155550101", "nt 1"] {
        assert_eq!(list(Filter { search: Some(found.into()), ..Filter::default() }, NEWEST).await, [FIRST], "{found}");
    }
    assert!(list(Filter { search: Some("_".into()), ..Filter::default() }, NEWEST).await.is_empty());
    let tagged = |tags: &[&str]| Filter { tags: tags.iter().map(|tag| (*tag).into()).collect(), ..Filter::default() };
    assert_eq!(list(tagged(&["de", "desk"]), NEWEST).await, [FIRST]);
    assert!(list(tagged(&["desk", "other"]), NEWEST).await.is_empty());
    assert!(list(Filter { statuses: vec![NumberStatus::Error], ..Filter::default() }, NEWEST).await.is_empty());

    let page = PageRequest::Page { page: 1, limit: 1 };
    let one = stage.numbers.page(&NoCalls, owner.account, &Filter::default(), NEWEST, &page).await.expect("lists");
    assert_eq!((one.pagination.total, one.summary.active_numbers), (Some(2), 2));
    assert_eq!(one.summary.monthly_total, "2.76".parse().expect("an amount"));
    let cursor = one.pagination.next_cursor.expect("continues").parse().expect("a cursor");
    let after = PageRequest::After { cursor, limit: 1 };
    let rest = stage.numbers.page(&NoCalls, owner.account, &Filter::default(), NEWEST, &after).await.expect("lists");
    assert_eq!(rest.data[0].id, first.id);

    for error in [
        stage.numbers.find(stranger.account, first.id).await.expect_err("is not theirs"),
        stage.numbers.update(stranger.account, first.id, &wanted).await.expect_err("is not theirs"),
        stage.numbers.release(stranger.account, first.id, None).await.expect_err("is not theirs"),
        stage.numbers.details(&NoCalls, stranger.account, first.id).await.expect_err("is not theirs"),
    ] {
        assert!(matches!(error, NumberError::NotFound));
    }
}

#[tokio::test]
async fn null_clears_and_absent_stays() {
    let stage = Stage::new().await;
    let owner = stage.customer("10").await;
    let bought = stage.buy(owner, FIRST).await;
    let update = async |body: serde_json::Value| {
        let wanted: UpdateNumber = serde_json::from_value(body).expect("an update");
        stage.numbers.update(owner.account, bought.id, &wanted).await
    };
    update(json!({"friendlyName": "Desk", "tags": ["a"], "notes": "n"})).await.expect("updates");
    update(json!({"notes": null})).await.expect("updates");
    let now = stage.numbers.find(owner.account, bought.id).await.expect("is there");
    assert_eq!((now.friendly_name.as_deref(), now.tags.len(), now.notes), (Some("Desk"), 1, None));
    update(json!({"friendlyName": null, "tags": null})).await.expect("updates");
    let now = stage.numbers.find(owner.account, bought.id).await.expect("is there");
    assert_eq!((now.friendly_name, now.tags.len()), (None, 0));
    let url = update(json!({"voiceUrl": "https://example.com", "voiceMethod": "POST"})).await;
    assert!(matches!(url, Err(NumberError::Configuration(faults)) if faults.len() == 2));
    let bad = update(json!({"friendlyName": "", "tags": [""], "notes": "x".repeat(2001)})).await;
    assert!(matches!(bad, Err(NumberError::Invalid(faults)) if faults.len() == 3));
}

#[tokio::test]
async fn calls_follow_the_default_configuration() {
    let stage = Stage::new().await;
    let owner = stage.customer("10").await;
    let bought = stage.buy(owner, FIRST).await;
    let target = async || voice_target(stage.store.reader(), FIRST).await.expect("reads").expect("is there");
    assert_eq!(target().await.action, None);
    let (account, id) = (owner.account, bought.id);
    let put = async |name: &str, to: &str, make_default| {
        stage.numbers.configure(account, id, &configuration(name, to), make_default).await
    };
    let circle = put("day", bought.number.as_str(), true).await;
    assert!(matches!(circle, Err(NumberError::Configuration(_))), "a number does not forward to itself");
    put("day", "+14155550188", true).await.expect("configures");
    put("night", "+14155550199", false).await.expect("configures");
    let now = target().await;
    assert!(now.voicemail && now.action.as_ref().is_some_and(|action| action.action_type == ActionType::Forward));
    assert_eq!(now.action.and_then(|action| action.destination).as_deref(), Some("+14155550188"));
    // The same name is the same configuration, and stays the active one.
    put("day", "+14155550177", false).await.expect("configures");
    assert_eq!(target().await.action.and_then(|action| action.destination).as_deref(), Some("+14155550177"));
    let details = stage.numbers.details(&NoCalls, account, id).await.expect("shows");
    let active: Vec<_> = details.configurations.iter().map(|one| (one.name.as_str(), one.is_active)).collect();
    assert_eq!(active, [("night", false), ("day", true)]);
    for at in 2..20 {
        put(&format!("c{at}"), "+14155550177", false).await.expect("configures");
    }
    assert!(matches!(put("too many", "+14155550177", false).await, Err(NumberError::Conflict(_))));
}

#[tokio::test]
async fn a_release_goes_to_the_carrier_and_the_number_cools_down() {
    let stage = Stage::new().await;
    let owner = stage.customer("10").await;
    let bought = stage.buy(owner, FIRST).await;
    let released = stage.numbers.release(owner.account, bought.id, Some("moved")).await.expect("releases");
    assert_eq!(released.status, NumberStatus::Released);
    assert!(stage.carrier.state().owned.is_empty());
    let again = stage.numbers.release(owner.account, bought.id, None).await.expect("is released");
    assert_eq!(again.status, NumberStatus::Released);
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM events WHERE kind = 'NUMBER_RELEASED'").await, 1);
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM number_claims WHERE kind = 'COOLING'").await, 1);
    assert_eq!(voice_target(stage.store.reader(), FIRST).await.expect("reads"), None);
    assert!(stage.order(owner, &[FIRST]).await.is_err());
    stage.ambient.advance(chrono::TimeDelta::hours(25));
    assert_ne!(stage.buy(owner, FIRST).await.id, bought.id);
    let nothing = serde_json::from_value(json!({})).expect("an update");
    let late = stage.numbers.update(owner.account, bought.id, &nothing).await;
    assert!(matches!(late, Err(NumberError::Conflict(_))));
}

#[tokio::test]
async fn a_release_that_the_carrier_does_not_answer_is_tried_until_it_does() {
    let stage = Stage::new().await;
    let owner = stage.customer("10").await;
    let bought = stage.buy(owner, FIRST).await;
    stage.carrier.state().release_fails.push_back(PortError::Unknown);
    let releasing = stage.numbers.release(owner.account, bought.id, None).await.expect("begins");
    assert_eq!(releasing.status, NumberStatus::Releasing);
    let target = voice_target(stage.store.reader(), FIRST).await.expect("reads").expect("is there");
    assert!(!target.takes_calls());
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM steps WHERE kind = 'number_release'").await, 1);
    for handler in stage.numbers.steps() {
        handler.run(bought.id.uuid()).await.expect("runs");
    }
    let now = stage.numbers.find(owner.account, bought.id).await.expect("is there");
    assert_eq!(now.status, NumberStatus::Released);
}
