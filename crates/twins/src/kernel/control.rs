//! The control API of a twin: what the outside world cannot do to the real vendor.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::faults::{Faults, Order};

/// `GET|POST|DELETE /faults` and `GET /state`. A twin merges its own routes into it.
pub fn router(faults: Faults, state: impl Fn() -> Value + Send + Sync + 'static) -> Router {
    let state = Arc::new(state);
    Router::new()
        .route("/faults", get(list).post(add).delete(clear))
        .with_state(faults)
        .route("/state", get(async move || Json(state())))
}

/// A body of the control API, whatever its content type; else the 400 that says what is wrong with it.
#[expect(clippy::result_large_err, reason = "the error is the answer")]
pub fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Response> {
    serde_json::from_slice(bytes).map_err(|error| refusal(StatusCode::BAD_REQUEST, &error.to_string()))
}

/// An error of the control API: `{"error":"…"}`.
pub fn refusal(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "error": message }))).into_response()
}

async fn list(State(faults): State<Faults>) -> Response {
    Json(json!({ "faults": faults.list() })).into_response()
}

async fn add(State(faults): State<Faults>, bytes: Bytes) -> Response {
    let order = match body::<Order>(&bytes) {
        Ok(order) => order,
        Err(answer) => return answer,
    };
    match faults.add(order) {
        Ok(()) => list(State(faults)).await,
        Err(error) => refusal(StatusCode::BAD_REQUEST, &error.to_string()),
    }
}

async fn clear(State(faults): State<Faults>) -> Response {
    faults.clear();
    list(State(faults)).await
}
