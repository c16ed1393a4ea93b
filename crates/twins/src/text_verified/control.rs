//! What only the world around TextVerified can do: send a text, change a price or a stock, spend the float, repeat
//! itself.

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
    state::{Account, Change},
    verification::{Message, Verification},
    verifications::service,
    webhooks,
};
use crate::{
    kernel::{
        Callback, HasOutbox as _, JournalError, OutboxChange,
        control::{body, refusal, router as common},
    },
    rental::{PostChange, Scheduled, SmsOrder, Stock, code_in, fresh, same_number},
};

/// The control API: what every twin has, and `POST /sms`, `/offers`, `/balance`, `/webhooks/repeat`.
pub(super) fn router(twin: Arc<Twin>) -> Router {
    let seen = Arc::clone(&twin);
    let own = Router::new()
        .route("/sms", post(send))
        .route("/offers", post(offer))
        .route("/balance", post(balance))
        .route("/webhooks/repeat", post(repeat))
        .with_state(Arc::clone(&twin));
    common(twin.faults.clone(), move || show(&seen)).merge(own)
}

fn show(twin: &Twin) -> Value {
    if let Err(error) = twin.settle() {
        tracing::error!(%error, "what has lapsed cannot be journalled");
    }
    twin.journal.read(|account| {
        let verification = |verification: &Verification| {
            json!({
                "id": verification.id,
                "number": verification.number,
                "serviceName": verification.service,
                "state": verification.state,
                "totalCost": verification.cost,
                "createdAt": verification.created,
                "endsAt": verification.ends,
            })
        };
        let message = |message: &Message| {
            json!({
                "id": message.id,
                "reservationId": message.reservation,
                "to": message.to,
                "text": message.text,
                "code": message.code,
                "at": message.at,
            })
        };
        json!({
            "balance": account.balance(),
            "verifications": account.verifications().map(verification).collect::<Vec<_>>(),
            "messages": account.messages().map(message).collect::<Vec<_>>(),
            "pendingTexts": account.post.len(),
            "pendingCallbacks": account.outbox().len(),
        })
    })
}

/// Sends a text to whoever holds the number.
async fn send(State(twin): State<Arc<Twin>>, RawQuery(query): RawQuery, bytes: Bytes) -> Response {
    let order = match SmsOrder::read(query.as_deref(), &bytes) {
        Ok(order) => order,
        Err(answer) => return answer,
    };
    let setting = &twin.setting;
    let sent = twin.settle().and_then(|()| {
        twin.journal.commit(|account| {
            let Some(verification) = addressee(account, &order) else { return Ok((Vec::new(), None)) };
            let id = &verification.id;
            let made_up =
                || service(&verification.service).map_or_else(String::new, |known| fresh(&setting.ambient, known));
            let text = order.text.clone().unwrap_or_else(made_up);
            let scheduled = Scheduled::new(&setting.ambient, id, text, Duration::from_millis(order.delay_ms), false);
            let answer = json!({
                "id": id,
                "to": format!("+{}", verification.full_number()),
                "text": scheduled.text,
                "code": code_in(&scheduled.text),
                "due": scheduled.due,
            });
            let mut changes: Vec<_> = account.post.call_back(id).into_iter().map(Change::Post).collect();
            if order.delay_ms == 0 {
                changes.extend(account.arrival(&scheduled, setting));
            } else {
                changes.push(Change::Post(PostChange::Sent(scheduled)));
            }
            Ok((changes, Some(answer)))
        })
    });
    match sent {
        Ok(Some(answer)) => Json(answer).into_response(),
        Ok(None) => refusal(StatusCode::NOT_FOUND, "no verification waits for texts there"),
        Err(error) => failed(&error),
    }
}

/// The open verification that is meant, by its id, else by its number. Whoever gives both may give an id of their own.
fn addressee<'a>(account: &'a Account, order: &SmsOrder) -> Option<&'a Verification> {
    let by_id = order.id.as_deref().and_then(|id| account.get(id));
    by_id.filter(|verification| verification.open).or_else(|| {
        let to = order.to.as_deref()?;
        account.holders().find(|verification| same_number(&verification.full_number(), to))
    })
}

/// What a service's numbers are from now on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Offer {
    service_name: String,
    /// How many numbers there are, those that are held now included.
    count: Option<u32>,
    price: Option<Amount>,
}

async fn offer(State(twin): State<Arc<Twin>>, bytes: Bytes) -> Response {
    let wanted: Offer = match body(&bytes) {
        Ok(wanted) => wanted,
        Err(answer) => return answer,
    };
    let Some(service) = service(&wanted.service_name) else {
        return refusal(StatusCode::BAD_REQUEST, "no such service");
    };
    let changed = twin.journal.commit(|account| {
        let old = account.whole_stock(service);
        let stock = Stock { count: wanted.count.unwrap_or(old.count), cost: wanted.price.unwrap_or(old.cost) };
        Ok((vec![Change::Offer { service: service.name(), stock }], stock))
    });
    match changed {
        Ok(stock) => Json(json!({ "count": stock.count, "price": stock.cost })).into_response(),
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
        Ok(()) => Json(json!({ "balance": wanted.balance })).into_response(),
        Err(error) => failed(&error),
    }
}

/// Which webhooks are sent again: those of one verification, or the latest of all.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeat {
    id: Option<String>,
}

async fn repeat(State(twin): State<Arc<Twin>>, bytes: Bytes) -> Response {
    let wanted = if bytes.is_empty() { Ok(Repeat::default()) } else { body::<Repeat>(&bytes) };
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(answer) => return answer,
    };
    let repeated = twin.journal.commit(|account| {
        let messages: Vec<_> = match &wanted.id {
            Some(id) => account.messages().filter(|message| message.reservation == *id).collect(),
            None => account.messages().next_back().into_iter().collect(),
        };
        let changes = messages.iter().map(|message| {
            let first = webhooks::callback(message, &twin.setting.ambient);
            // The first may still be pending: the repeat is one more beside it.
            let again = Callback { id: format!("{}-{}", first.id, twin.setting.ambient.uuid()), ..first };
            Change::Outbox(OutboxChange::Add(again))
        });
        Ok((changes.collect(), messages.len()))
    });
    match repeated {
        Ok(count) => Json(json!({ "repeated": count })).into_response(),
        Err(error) => failed(&error),
    }
}

fn failed(error: &JournalError) -> Response {
    refusal(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string())
}
