//! What only the world around SMS-Man can do: send a text, change a price or a stock, spend the float.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use serde::Deserialize;
use serde_json::{Value, json};
use vocab::Amount;

use super::{
    Twin,
    api::two_places,
    state::{self, Account, Activation, Change},
};
use crate::{
    kernel::{
        JournalError,
        control::{body, refusal, router as common},
    },
    rental::{PostChange, Scheduled, SmsOrder, Stock, code_in, fresh, same_number},
};

/// The control API: what every twin has, and `POST /sms`, `POST /offers`, `POST /balance`.
pub(super) fn router(twin: Arc<Twin>) -> Router {
    let seen = Arc::clone(&twin);
    let own = Router::new()
        .route("/sms", post(send))
        .route("/offers", post(offer))
        .route("/balance", post(balance))
        .with_state(Arc::clone(&twin));
    common(twin.faults.clone(), move || show(&seen)).merge(own)
}

fn show(twin: &Twin) -> Value {
    if let Err(error) = twin.settle() {
        tracing::error!(%error, "what has lapsed cannot be journalled");
    }
    twin.journal.read(|account| {
        let activation = |activation: &Activation| {
            json!({
                "id": activation.id,
                "country_id": activation.country,
                "application_id": activation.application,
                "number": activation.number,
                "cost": two_places(activation.cost),
                "status": activation.stage,
                "texts": activation.texts,
                "bought_at": activation.bought,
                "ends_at": activation.ends,
            })
        };
        json!({
            "balance": two_places(account.balance()),
            "currency": twin.currency,
            "activations": account.activations().map(activation).collect::<Vec<_>>(),
            "messages": account.messages,
            "pendingTexts": account.post.len(),
            "pendingCallbacks": 0,
        })
    })
}

/// Sends a text to whoever holds the number.
async fn send(State(twin): State<Arc<Twin>>, RawQuery(query): RawQuery, bytes: Bytes) -> Response {
    let order = match SmsOrder::read(query.as_deref(), &bytes) {
        Ok(order) => order,
        Err(answer) => return answer,
    };
    let sent = twin.settle().and_then(|()| {
        twin.journal.commit(|account| {
            let Some(activation) = addressee(account, &order) else { return Ok((Vec::new(), None)) };
            let id = activation.id.to_string();
            let text = order.text.clone().unwrap_or_else(|| made_up(&twin, activation));
            let delay = Duration::from_millis(order.delay_ms);
            let scheduled = Scheduled::new(&twin.ambient, &id, text, delay, false);
            let answer = json!({
                "id": id,
                "to": format!("+{}", activation.number),
                "text": scheduled.text,
                "code": code_in(&scheduled.text),
                "due": scheduled.due,
            });
            let mut changes: Vec<_> = account.post.call_back(&id).into_iter().map(Change::Post).collect();
            if order.delay_ms == 0 {
                changes.extend(account.arrival(&scheduled, &twin.ambient));
            } else {
                changes.push(Change::Post(PostChange::Sent(scheduled)));
            }
            Ok((changes, Some(answer)))
        })
    });
    match sent {
        Ok(Some(answer)) => Json(answer).into_response(),
        Ok(None) => refusal(StatusCode::NOT_FOUND, "no activation waits for texts there"),
        Err(error) => failed(&error),
    }
}

/// The open activation that is meant, by its id, else by its number; of several, the latest. Whoever gives both may
/// give an id of their own.
fn addressee<'a>(account: &'a Account, order: &SmsOrder) -> Option<&'a Activation> {
    let by_id = order.id.as_deref().and_then(|id| account.activation(id.parse().ok()?));
    by_id.filter(|activation| activation.is_open()).or_else(|| {
        let to = order.to.as_deref()?;
        let held = account.holders().filter(|activation| same_number(&activation.number, to));
        held.max_by_key(|activation| activation.id)
    })
}

fn made_up(twin: &Twin, activation: &Activation) -> String {
    state::application(activation.application).map_or_else(String::new, |service| fresh(&twin.ambient, service))
}

/// What an offer is from now on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Offer {
    country_id: u32,
    application_id: u32,
    /// How many numbers there are, those that are held now included.
    count: Option<u32>,
    cost: Option<Amount>,
}

async fn offer(State(twin): State<Arc<Twin>>, bytes: Bytes) -> Response {
    let wanted: Offer = match body(&bytes) {
        Ok(wanted) => wanted,
        Err(answer) => return answer,
    };
    let named = state::country(wanted.country_id).zip(state::application(wanted.application_id));
    let Some((country, service)) = named else {
        return refusal(StatusCode::BAD_REQUEST, "no such country or application");
    };
    let changed = twin.journal.commit(|account| {
        let old = account.whole_stock(country, service);
        let stock = Stock { count: wanted.count.unwrap_or(old.count), cost: wanted.cost.unwrap_or(old.cost) };
        Ok((vec![Change::Offer { offer: state::offer(country.id, service.id), stock }], stock))
    });
    match changed {
        Ok(stock) => Json(json!({ "count": stock.count, "cost": two_places(stock.cost) })).into_response(),
        Err(error) => failed(&error),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Balance {
    balance: Amount,
}

async fn balance(State(twin): State<Arc<Twin>>, bytes: Bytes) -> Response {
    let wanted: Balance = match body(&bytes) {
        Ok(wanted) => wanted,
        Err(answer) => return answer,
    };
    match twin.journal.commit(|_| Ok((vec![Change::Balance(wanted.balance)], ()))) {
        Ok(()) => Json(json!({ "balance": two_places(wanted.balance) })).into_response(),
        Err(error) => failed(&error),
    }
}

fn failed(error: &JournalError) -> Response {
    refusal(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string())
}
