//! What only the world around Twilio can do: call a number, take one away, deliver the wrong one.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use serde::Deserialize;
use serde_json::{Value, json};
use vocab::E164;

use super::{
    Twin,
    calls::{self, Order},
    state::Change,
};
use crate::kernel::{
    HasOutbox, JournalError,
    control::{body, refusal, router as common},
};

/// The control API: what every twin has, and `POST /numbers`, `POST /numbers/swap`, `POST /calls`.
pub(crate) fn router(twin: Arc<Twin>) -> Router {
    let seen = Arc::clone(&twin);
    let own = Router::new()
        .route("/numbers", post(hand_over))
        .route("/numbers/swap", post(swap))
        .route("/calls", post(ring))
        .with_state(Arc::clone(&twin));
    common(twin.faults.clone(), move || state(&seen)).merge(own)
}

fn state(twin: &Twin) -> Value {
    twin.journal.read(|holdings| {
        let numbers = holdings.numbers().into_iter().map(|number| {
            json!({
                "sid": number.sid,
                "phone_number": number.number,
                "friendly_name": number.settings.friendly_name,
                "type": number.kind,
                "voice_url": number.settings.voice_url,
                "voice_method": number.settings.voice_method,
                "voice_fallback_url": number.settings.voice_fallback_url,
                "status_callback": number.settings.status_callback,
                "sms_url": number.settings.sms_url,
                "date_created": number.created,
            })
        });
        json!({
            "incomingPhoneNumbers": numbers.collect::<Vec<_>>(),
            "takenByOthers": holdings.others().collect::<Vec<_>>(),
            "calls": holdings.calls(),
            "pendingCallbacks": holdings.outbox().len(),
        })
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct HandOver {
    phone_number: E164,
    owner: Owner,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Owner {
    /// Another account: it is not offered, and buying it is 21422.
    Other,
    /// Nobody: it is back on the shelf, also if this account had it.
    Nobody,
}

async fn hand_over(State(twin): State<Arc<Twin>>, bytes: Bytes) -> Response {
    let order: HandOver = match body(&bytes) {
        Ok(order) => order,
        Err(answer) => return answer,
    };
    let number = order.phone_number.to_string();
    let done = twin.journal.commit(|holdings| {
        let released = holdings.owned(&number).map(|mine| Change::Released { sid: mine.sid.clone() });
        let moved = match order.owner {
            Owner::Other => Change::TakenByOthers { number: number.clone() },
            Owner::Nobody => Change::FreedByOthers { number: number.clone() },
        };
        Ok::<_, JournalError>((released.into_iter().chain([moved]).collect(), ()))
    });
    match done {
        Ok(()) => Json(json!({ "phoneNumber": number })).into_response(),
        Err(error) => refusal(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// Calls a number and answers with what was heard.
async fn ring(State(twin): State<Arc<Twin>>, bytes: Bytes) -> Response {
    let order: Order = match body(&bytes) {
        Ok(order) => order,
        Err(answer) => return answer,
    };
    // In a task of its own: a call goes on when whoever ordered it has left.
    match tokio::spawn(async move { calls::simulate(&twin, order).await }).await {
        Ok(Ok(heard)) => Json(heard).into_response(),
        Ok(Err(what)) => refusal(StatusCode::BAD_REQUEST, &what),
        Err(error) => refusal(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Swap {
    times: u64,
}

/// The next so many purchases deliver another number of the same country and type than the one asked for. 0 ends it.
async fn swap(State(twin): State<Arc<Twin>>, bytes: Bytes) -> Response {
    match body::<Swap>(&bytes) {
        Ok(swap) => {
            twin.swap_next(swap.times);
            Json(json!({ "times": swap.times })).into_response()
        }
        Err(answer) => answer,
    }
}
