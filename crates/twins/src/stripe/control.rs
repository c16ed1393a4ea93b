//! The control API's own part: what Stripe holds, and an end to waiting.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::post,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    api::{Api, refuse},
    authorize,
    state::Account,
};
use crate::kernel::{HasOutbox as _, control};

/// Faults, state, and `POST /payment_intents/{id}/complete`.
pub(super) fn router(api: Arc<Api>) -> Router {
    let shown = Arc::clone(&api);
    let state = move || shown.journal.read(show);
    control::router(api.faults.clone(), state)
        .merge(Router::new().route("/payment_intents/{id}/complete", post(complete)).with_state(api))
}

fn show(account: &Account) -> Value {
    let customers: Vec<_> = account.customers.newest_first().rev().map(|customer| customer.show()).collect();
    let methods: Vec<_> = account.methods.newest_first().rev().map(|method| method.show()).collect();
    let intents: Vec<_> = account.intents.newest_first().rev().map(|intent| intent.show()).collect();
    let charges: Vec<_> = account.charges.newest_first().rev().map(|charge| charge.show()).collect();
    let pending = |id: &str| u32::from(account.outbox().holds(id));
    let events: Vec<_> = account.events.newest_first().rev().map(|event| event.show(pending(&event.id))).collect();
    json!({
        "customers": customers,
        "paymentMethods": methods,
        "paymentIntents": intents,
        "charges": charges,
        "events": events,
        "pendingCallbacks": account.outbox().len(),
    })
}

/// How the waiting ends; well, if nobody says.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ending {
    #[serde(default)]
    outcome: Verdict,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    #[default]
    Succeed,
    Fail,
}

async fn complete(State(api): State<Arc<Api>>, Path(id): Path<String>, bytes: Bytes) -> Response {
    let ending = if bytes.is_empty() { Ok(Ending::default()) } else { control::body::<Ending>(&bytes) };
    let ending = match ending {
        Ok(ending) => ending,
        Err(answer) => return answer,
    };
    match authorize::finish(&api, &id, matches!(ending.outcome, Verdict::Succeed)) {
        Ok(intent) => Json(intent.show()).into_response(),
        Err(failure) => refuse(&failure),
    }
}
