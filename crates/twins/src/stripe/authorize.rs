//! The bank's page, and what becomes of a payment that waits for somebody: the payer, or a slow bank.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{
    api::{Api, refuse},
    attempt::{self, Presence},
    cards,
    failure::{Failure, doc_url},
    form::Params,
    intent::{Intent, Status},
    intents,
    state::Change,
    work::{Origin, Work},
};

/// The query of the page; `outcome=fail` refuses.
#[derive(Debug, Deserialize)]
pub(super) struct Visit {
    payment_intent: String,
    payment_intent_client_secret: String,
    #[serde(default)]
    outcome: Option<String>,
}

/// `GET /authorize`: the payer authenticates by opening it, or fails with `&outcome=fail`, and is sent back.
/// It takes no API key: a browser has none.
pub(super) async fn page(State(api): State<Arc<Api>>, Query(visit): Query<Visit>) -> Response {
    let known = api.journal.read(|account| account.intents.get(&visit.payment_intent).cloned());
    let Some(before) = known.filter(|intent| intent.client_secret == visit.payment_intent_client_secret) else {
        return (StatusCode::NOT_FOUND, Html("<p>There is no such payment.</p>")).into_response();
    };
    let succeed = visit.outcome.as_deref() != Some("fail");
    let after = match before.status {
        Status::RequiresAction => match finish(&api, &before.id, succeed) {
            Ok(after) => after,
            Err(failure) => return refuse(&failure),
        },
        // Opened a second time: nothing more happens.
        _ => before.clone(),
    };
    match way_back(&before, &after) {
        Some(url) => Redirect::to(url.as_str()).into_response(),
        None => Html(format!("<p>The payment is now: {}. You may close this page.</p>", after.status.as_str()))
            .into_response(),
    }
}

fn way_back(before: &Intent, after: &Intent) -> Option<Url> {
    let action = before.next_action.as_ref()?;
    let mut url = Url::parse(action.pointer("/redirect_to_url/return_url")?.as_str()?).ok()?;
    let paid = matches!(after.status, Status::Succeeded | Status::RequiresCapture | Status::Processing);
    url.query_pairs_mut()
        .append_pair("payment_intent", &after.id)
        .append_pair("payment_intent_client_secret", &after.client_secret)
        .append_pair("redirect_status", if paid { "succeeded" } else { "failed" });
    Some(url)
}

/// Ends the waiting of an intent that requires action or is processing, well or badly.
pub(super) fn finish(api: &Api, id: &str, succeed: bool) -> Result<Intent, Failure> {
    let params = Params::default();
    api.journal.commit(|account| {
        let (origin, changes) = (Origin::default(), Vec::new());
        let mut work = Work { account, setting: &api.setting, params: &params, origin, changes };
        let mut intent = work.intent(id).ok_or_else(|| Failure::missing("payment_intent", id))?;
        match intent.status {
            Status::RequiresAction => authenticate(&mut work, &mut intent, succeed),
            Status::Processing => settle(&mut work, &mut intent, succeed),
            _ => return Err(intents::unexpected(&intent, "complete")),
        }
        work.put(Change::Intent(intent.clone()));
        Ok((work.changes, intent))
    })
}

/// The payer has (or has not) shown who they are; what the bank then says is the card's matter.
fn authenticate(work: &mut Work<'_>, intent: &mut Intent, succeed: bool) {
    let method = intent.payment_method.as_deref().and_then(|id| work.method(id));
    let Some(method) = method.filter(|_| succeed) else {
        let shown = intent.payment_method.as_deref().and_then(|id| work.method(id)).map(|method| method.show());
        return attempt::fail(work, intent, authentication_failure(shown));
    };
    let presence = Presence { authenticated: true, ..Presence::default() };
    // A decline stands in the intent and its event; the payer's browser is told `failed`.
    let _ = attempt::run(work, intent, method, &presence);
}

fn authentication_failure(method: Option<Value>) -> Value {
    let code = "payment_intent_authentication_failure";
    json!({
        "code": code,
        "doc_url": doc_url(code),
        "message": "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.",
        "payment_method": method,
        "type": "invalid_request_error",
    })
}

/// The slow bank answers.
fn settle(work: &mut Work<'_>, intent: &mut Intent, succeed: bool) {
    let charge = intent.latest_charge.as_deref().and_then(|id| work.charge(id));
    let method = intent.payment_method.as_deref().and_then(|id| work.method(id));
    let (Some(charge), Some(method)) = (charge, method) else { return };
    if succeed {
        attempt::pay(work, intent, charge);
    } else {
        let _ = attempt::refuse(work, intent, charge, &method, cards::GENERIC);
    }
}
