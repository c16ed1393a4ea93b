//! What every request that opens an order does: open it, or find the one that its Idempotency-Key had opened, and answer
//! with how it now stands.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use vocab::id::OrderId;

use crate::{
    orders::{NewOrder, OpenError, Opened, Orders},
    web::{Answer, ApiError, ApiResult, spent},
};

/// How an order, or what it is for, now stands.
pub(crate) struct Standing<T> {
    /// As its owner sees it.
    pub(crate) shown: T,
    /// Whether it has settled; else it is still on its way.
    pub(crate) settled: bool,
}

/// Opens the order, and answers 201 when it has settled or 202 when it has not. `named` puts a refusal into the words of
/// the request.
pub(crate) async fn place<T: Serialize>(
    orders: &Orders,
    new: NewOrder,
    named: impl FnOnce(OpenError) -> ApiError,
    standing: impl AsyncFnOnce(OrderId) -> ApiResult<Standing<T>>,
) -> ApiResult<Response> {
    let opened = match spent::refusal() {
        None => orders.open(new).await,
        Some(refusal) => match orders.opened_before(&new).await {
            Ok(None) => return Err(refusal),
            Ok(Some(opened)) => Ok(opened),
            Err(error) => Err(error),
        },
    };
    let Opened { order, replayed } = opened.map_err(named)?;
    let Standing { shown, settled } = standing(order).await?;
    let status = if settled { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    Ok(Answer::new(status, shown).replayed(replayed).into_response())
}
