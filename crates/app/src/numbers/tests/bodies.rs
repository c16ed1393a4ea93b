//! What the API reads: both spellings of a purchase, both forms of a configuration, and what it refuses.

use axum::{
    body::Body as HttpBody,
    extract::{FromRequest, FromRequestParts},
    http::{Request, header::CONTENT_TYPE},
};
use serde_json::{Value, json};

use super::{FIRST, Stage};
use crate::{
    numbers::{
        NumberError, PurchaseNumbers,
        http::manage::{ConfigureNumber, NumbersQuery, Wanted},
        update::UpdateNumber,
    },
    web::{ApiError, Body, Caller, ErrorCode, Input, Paged, Permissions, Role, Via},
};

async fn read<T: Input>(json: Value) -> Result<T, ApiError> {
    let request = Request::builder().header(CONTENT_TYPE, "application/json").body(HttpBody::from(json.to_string()));
    Body::from_request(request.expect("a request"), &()).await.map(|Body(body)| body)
}

async fn caller(stage: &Stage) -> Caller {
    let customer = stage.customer("10").await;
    let via = Via::Session(vocab::Id::new(&stage.ambient));
    Caller { account: customer.account, user: customer.user, role: Role::User, via, permissions: Permissions::all() }
}

async fn order(json: Value) -> Result<usize, ErrorCode> {
    let stage = Stage::new().await;
    let caller = caller(&stage).await;
    let body: PurchaseNumbers = read(json).await.map_err(|error| error.code())?;
    let new = stage.numbers.new_order(&caller, body, None).map_err(|error| ApiError::from(error).code())?;
    Ok(new.wanted.len())
}

#[tokio::test]
async fn a_purchase_is_read_in_both_spellings() {
    let number = json!({"phoneNumber": FIRST, "friendlyName": "Desk"});
    let configured = json!({"phoneNumber": FIRST, "config": {"routingRules": {"defaultAction": "voicemail"}}});
    for good in [
        json!({"numbers": [number], "billing": {}, "configuration": {"autoActivate": true}}),
        json!({"phoneNumbers": [number], "billingInfo": {}}),
        json!({"phoneNumbers": [configured]}),
    ] {
        assert_eq!(order(good.clone()).await, Ok(1), "{good}");
    }
}

#[tokio::test]
async fn a_purchase_refuses_what_is_not_acted_on() {
    let number = json!({"phoneNumber": FIRST});
    let url = json!({"phoneNumber": FIRST, "configuration": {"voiceUrl": "https://example.com"}});
    for (bad, code) in [
        (json!({}), ErrorCode::ValidationError),
        (json!({"numbers": []}), ErrorCode::ValidationError),
        (json!({"numbers": [number], "phoneNumbers": [number]}), ErrorCode::ValidationError),
        (json!({"numbers": [{"phoneNumber": "415"}]}), ErrorCode::ValidationError),
        (json!({"numbers": [number], "colour": "red"}), ErrorCode::ValidationError),
        (json!({"numbers": [number], "billing": {"promoCode": "X"}}), ErrorCode::ValidationError),
        (json!({"numbers": [number], "billing": {"paymentMethodId": "pmt_1"}}), ErrorCode::ValidationError),
        (json!({"numbers": [number], "configuration": {"autoActivate": false}}), ErrorCode::ValidationError),
        (json!({"numbers": [url]}), ErrorCode::InvalidConfiguration),
        (
            json!({"numbers": [number], "configuration": {"defaultRouting": {"voiceUrl": "https://example.com"}}}),
            ErrorCode::InvalidConfiguration,
        ),
    ] {
        assert_eq!(order(bad.clone()).await, Err(code), "{bad}");
    }
}

#[tokio::test]
async fn a_configuration_has_two_forms_and_no_mix() {
    let configuration = json!({
        "name": "main",
        "routingRules": {"defaultAction": {"type": "forward", "destination": "+14155550188"}, "timeBasedRules": []},
        "features": {"voicemail": true},
    });
    let sorted = async |body: Value| read::<ConfigureNumber>(body).await.expect("well formed").sort();
    let whole = sorted(json!({"configuration": configuration})).await;
    assert!(matches!(whole, Ok(Wanted::Configuration(_, true))), "{whole:?}");
    let named = json!({"name": "main", "routingRules": {"defaultAction": "voicemail"}});
    let off = sorted(json!({"configuration": named, "makeDefault": false})).await;
    assert!(matches!(off, Ok(Wanted::Configuration(_, false))), "{off:?}");
    let flat = sorted(json!({"friendlyName": "Desk"})).await;
    assert!(matches!(flat, Ok(Wanted::Update(_))), "{flat:?}");
    for mix in [
        json!({"configuration": configuration, "friendlyName": "Desk"}),
        json!({"friendlyName": "Desk", "makeDefault": true}),
        json!({"makeDefault": true}),
        json!({}),
    ] {
        assert!(matches!(sorted(mix.clone()).await, Err(NumberError::Invalid(_))), "{mix}");
    }
}

#[tokio::test]
async fn malformed_bodies_are_refused() {
    for bad in [
        json!({"configuration": {"name": "x"}}),
        json!({"configuration": {"name": "x", "routingRules": {"defaultAction": "teleport"}}}),
        json!({"configuration": {"name": "x", "routingRules": {"defaultAction": {"type": "say", "text": "x"}}}}),
        json!({"configuration": []}),
    ] {
        assert!(read::<ConfigureNumber>(bad.clone()).await.is_err(), "{bad}");
    }
    assert!(read::<UpdateNumber>(json!({"tags": "a"})).await.is_err());
    assert!(read::<UpdateNumber>(json!({"status": "RELEASED"})).await.is_err());
    let cleared: UpdateNumber = read(json!({"friendlyName": null, "tags": null, "notes": null})).await.expect("clears");
    assert_eq!((cleared.friendly_name, cleared.tags, cleared.notes), (Some(None), Some(None), Some(None)));
}

#[tokio::test]
async fn queries_are_read_in_any_case() {
    async fn parts(query: &str) -> axum::http::request::Parts {
        Request::builder().uri(format!("/x?{query}")).body(()).expect("a request").into_parts().0
    }
    let query = "status=active&status=released&tags=a,b&sortBy=lastUsed&sortOrder=asc&page=2";
    let Paged(read, _) = Paged::<NumbersQuery>::from_request_parts(&mut parts(query).await, &()).await.expect("reads");
    assert_eq!(read.status.len(), 2);
    assert_eq!(read.tags, ["a,b"], "a label may have a comma: the list is divided where it is asked for");
}
