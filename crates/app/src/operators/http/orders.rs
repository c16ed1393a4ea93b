//! Everybody's orders.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use vocab::{
    Amount,
    id::{AccountId, ItemId, Order},
};

use crate::{
    operators::Operators,
    orders::{AnyOrder, AnyOrderDetails, AnyOrders, Goodwill, ItemType, OrderStatus},
    web::{
        ApiError, ApiResult, Body, Caller, Envelope, ErrorEnvelope, IdempotencyKey, List, Ok200, Options, PageQuery,
        Paged, PathId, Since, Until, idempotency::Scope,
    },
};

/// What a list of everybody's orders is narrowed to.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AnyOrdersQuery {
    /// Of this account.
    #[garde(skip)]
    pub account_id: Option<AccountId>,
    /// In one of these.
    #[serde(default)]
    #[garde(length(max = 10))]
    #[schema(max_items = 10)]
    #[param(max_items = 10)]
    pub status: Vec<OrderStatus>,
    /// With an item of one of these types.
    #[serde(default, rename = "type")]
    #[garde(length(max = 10))]
    #[schema(max_items = 10)]
    #[param(max_items = 10)]
    pub item_type: Vec<ItemType>,
    /// Opened at this time or later; a day in UTC counts from its beginning.
    #[garde(skip)]
    #[param(inline)]
    pub date_from: Option<Since>,
    /// Opened before this time; a day in UTC counts to its end.
    #[garde(skip)]
    #[param(inline)]
    pub date_to: Option<Until>,
    /// Those that were archived, long after they ended, instead of those that were not.
    #[garde(skip)]
    pub archived: Option<bool>,
}

/// Why an order is cancelled.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"reason": "Ordered twice"}))]
pub struct CancelAnyOrder {
    /// It stands in the timeline, where the customer reads it.
    #[serde(default)]
    #[garde(length(max = 500))]
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// Money to give back for what was delivered. The item stays delivered.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "itemId": "itm_019bc0fd89c07c3a9d52b8e6f169746d", "amount": 1.38,
    "reason": "The number could not be reached for a day",
}))]
pub struct RefundOrder {
    /// For which item; for every delivered one that had nothing back yet unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub item_id: Option<ItemId>,
    /// How much, for one item; all that was paid for it unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub amount: Option<Amount>,
    /// Why: it stands in the ledger, and in the timeline where the customer reads it.
    #[garde(length(min = 1, max = 500))]
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// List everybody's orders
///
/// The orders of every account, the newest first.
#[utoipa::path(get, path = "/admin/orders", tag = "operators", operation_id = "listAllOrders",
    params(AnyOrdersQuery, PageQuery),
    responses((status = 200, description = "The orders", body = Envelope<List<AnyOrder>>)))]
pub async fn list(
    State(operators): State<Arc<Operators>>,
    Paged(query, page): Paged<AnyOrdersQuery>,
) -> ApiResult<Ok200<List<AnyOrder>>> {
    let filter = AnyOrders {
        account: query.account_id,
        statuses: query.status,
        types: query.item_type,
        archived: query.archived.unwrap_or(false),
        from: query.date_from.map(|since| since.0),
        to: query.date_to.map(|until| until.0),
    };
    operators.orders.page_of_any(&filter, &page).await.map(Ok200).map_err(ApiError::internal)
}

/// Show anybody's order
///
/// Any account's order with its items, timeline and refunds.
#[utoipa::path(get, path = "/admin/orders/{id}", tag = "operators", operation_id = "showAnyOrder",
    params(("id" = String, Path, description = "The order")),
    responses((status = 200, description = "The order", body = Envelope<AnyOrderDetails>,
               example = json!({"data": {"refunds": []}}))))]
pub async fn show(
    State(operators): State<Arc<Operators>>,
    PathId(id): PathId<Order>,
) -> ApiResult<Ok200<AnyOrderDetails>> {
    Ok(Ok200(operators.order(id).await?))
}

/// Cancel anybody's order
///
/// Cancels an order of which nothing is with the carrier yet, or a rental that waits for its text. What was held is
/// given back. The reason stands in the timeline, where the customer reads it.
#[utoipa::path(post, path = "/admin/orders/{id}/cancel", tag = "operators", operation_id = "cancelAnyOrder",
    request_body = Option<CancelAnyOrder>,
    params(("id" = String, Path, description = "The order")),
    responses((status = 200, description = "The order; a rental may wait for its supplier's word", body = Envelope<AnyOrderDetails>,
               example = json!({
                   "data": {
                       "status": "CANCELLED", "paymentStatus": "CANCELLED",
                       "items": [
                           {
                               "id": "itm_019bc0fd89c07c3a9d52b8e6f169746d", "type": "PHONE_NUMBER",
                               "status": "CANCELLED", "description": "Phone number +14155552671, first month",
                               "quantity": 1, "unitPrice": 1.38, "totalPrice": 1.38,
                               "metadata": {"phoneNumber": "+14155552671"},
                           },
                       ],
                       "numbers": [],
                       "timeline": [
                           {
                               "status": "PENDING", "timestamp": "2026-01-15T09:30:00.355Z",
                               "note": "order opened",
                           },
                           {
                               "status": "CANCELLED", "timestamp": "2026-01-15T09:30:00.398Z",
                               "note": "Ordered twice",
                           },
                       ],
                       "completedAt": null, "cancelledAt": "2026-01-15T09:30:00.398Z", "refunds": [],
                   },
               })),
              (status = 409, description = "It is too late to cancel", body = ErrorEnvelope)))]
pub async fn cancel(
    State(operators): State<Arc<Operators>>,
    caller: Caller,
    PathId(id): PathId<Order>,
    Options(body): Options<CancelAnyOrder>,
) -> ApiResult<Ok200<AnyOrderDetails>> {
    Ok(Ok200(operators.cancel_order(&caller, id, body.reason.as_deref()).await?))
}

/// Refund delivered items
///
/// Gives money back to the wallet for delivered items: once an item, and never more than was paid. The items stay
/// delivered. Send an Idempotency-Key: a repeat gives nothing more.
#[utoipa::path(post, path = "/admin/orders/{id}/refund", tag = "operators", operation_id = "refundAnyOrder",
    request_body = RefundOrder,
    params(("id" = String, Path, description = "The order"), IdempotencyKey),
    responses((status = 200, description = "The order with its refunds", body = Envelope<AnyOrderDetails>,
               example = json!({"data": {"paymentStatus": "REFUNDED"}})),
              (status = 409, description = "Nothing was delivered and paid for, or money was given back before", body = ErrorEnvelope)))]
pub async fn refund(
    State(operators): State<Arc<Operators>>,
    caller: Caller,
    PathId(id): PathId<Order>,
    IdempotencyKey(key): IdempotencyKey,
    Body(body): Body<RefundOrder>,
) -> ApiResult<Response> {
    if body.amount.is_some_and(|amount| !amount.is_positive()) {
        return Err(ApiError::bad_field("amount", "must be above zero"));
    }
    // Another order under the same key is another request.
    let scope = Scope::of(caller.account, "admin.orders.refund", key, &(id, &body));
    let goodwill = Goodwill { item: body.item_id, amount: body.amount, reason: body.reason };
    let (order, replayed) = operators.refund_order(&caller, id, &goodwill, scope.as_ref()).await?;
    Ok(Ok200(order).replayed(replayed).into_response())
}
