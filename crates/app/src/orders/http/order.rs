//! Opening an order, and giving it up.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use serde_json::Value;
use vocab::{Amount, id::Order};

use super::{
    Billing,
    body::{CancelOrder, CreateOrder},
    place::{Standing, place},
};
use crate::{
    orders::{ItemType, NewOrder, Orders, Wanted, view::OrderDetails},
    web::{
        caller::{Caller, Role},
        envelope::{Envelope, ErrorEnvelope, Ok200},
        error::{ApiError, ApiResult, ErrorCode, FieldError},
        extract::{Body, IdempotencyKey, Options, PathId},
        idempotency::Scope,
        permission::Permission,
    },
};

/// Order numbers or codes
///
/// Opens one order of numbers, verification codes or both. The total is held in the wallet, and each item is paid for
/// when it is delivered and given back when it is not. Waits up to three seconds for the vendors; a 202 tells that some
/// are still at it, and `GET /orders/{id}/status` tells the end. Ordering codes needs `verifications:write` too. Send
/// an Idempotency-Key: a repeat shows the same order as it is then.
#[utoipa::path(post, path = "/orders", tag = "orders", operation_id = "createOrder",
    params(IdempotencyKey), request_body = CreateOrder,
    responses((status = 201, description = "The order, settled", body = Envelope<OrderDetails>),
              (status = 202, description = "The order, still being settled", body = Envelope<OrderDetails>,
               example = json!({
                   "data": {
                       "status": "PROCESSING", "paymentStatus": "PENDING",
                       "items": [
                           {
                               "id": "itm_019bc0fd89c07c3a9d52b8e6f169746d", "type": "PHONE_NUMBER",
                               "status": "PLACING", "description": "Phone number +14155552671, first month",
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
                           {"status": "PROCESSING", "timestamp": "2026-01-15T09:30:00.355Z"},
                       ],
                       "updatedAt": "2026-01-15T09:30:00.355Z", "completedAt": null,
                   },
               })),
              (status = 402, description = "The wallet does not hold enough", body = ErrorEnvelope),
              (status = 409, description = "Nothing of it is available, or the first request is running", body = ErrorEnvelope,
               example = json!({"error": {"code": "NUMBER_NOT_AVAILABLE"}})),
              (status = 422, description = "The carrier asks for an address or documents of a number's owner (details say which), or the key was used with another body", body = ErrorEnvelope,
               example = json!({"error": {"code": "REQUIREMENTS_NOT_MET"}})),
              (status = 502, description = "The carrier failed", body = ErrorEnvelope),
              (status = 504, description = "The carrier did not answer", body = ErrorEnvelope)))]
pub async fn create(
    State(orders): State<Arc<Orders>>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Body(body): Body<CreateOrder>,
) -> ApiResult<Response> {
    let scope = Scope::of(caller.account, "orders.create", key, &body);
    let new = new_order(&caller, body, scope)?;
    place(&orders, new, ApiError::from, async |order| {
        let details = orders.details(caller.account, order).await.map_err(ApiError::internal)?;
        let shown = details.ok_or_else(ApiError::not_found)?;
        Ok(Standing { settled: shown.status.is_final(), shown })
    })
    .await
}

/// What an order of a verification needs beside what every order needs.
const RENTS: Permission = Permission("verifications:write");

/// A body with `serviceCode` is an order of one verification.
fn flat_verification(body: &CreateOrder, wanted: &mut Vec<(ItemType, Wanted)>, faults: &mut Vec<FieldError>) {
    let others = body.country.is_some() || body.preferred_provider.is_some() || body.max_price.is_some();
    let Some(service) = &body.service_code else {
        if others {
            faults.push(FieldError::new("serviceCode", "is required beside country, preferredProvider and maxPrice"));
        }
        return;
    };
    if !body.items.is_empty() {
        faults.push(FieldError::new("items", "cannot go together with serviceCode: it names the one thing ordered"));
    }
    let Some(country) = &body.country else {
        faults.push(FieldError::new("country", "is required: two letters, ISO 3166-1"));
        return;
    };
    let mut options = serde_json::json!({ "serviceCode": service, "country": country });
    if let Some(provider) = &body.preferred_provider {
        options["preferredProvider"] = serde_json::json!(provider);
    }
    if let Some(most) = body.max_price {
        options["maxPrice"] = serde_json::json!(most);
    }
    let wish = Wanted { subject: String::new(), options, custom_price: None, field: String::new() };
    wanted.push((ItemType::Verification, wish));
}

fn new_order(caller: &Caller, body: CreateOrder, scope: Option<Scope>) -> ApiResult<NewOrder> {
    let mut faults = Vec::new();
    let mut wanted = Vec::new();
    flat_verification(&body, &mut wanted, &mut faults);
    for (at, item) in body.items.into_iter().enumerate() {
        let field = format!("items[{at}]");
        if item.custom_price.is_some() && caller.role < Role::Admin {
            let error = ApiError::new(ErrorCode::AuthorizationError, "Only operators may set a price of their own.");
            return Err(error.details(serde_json::json!({ "requiredRole": Role::Admin })));
        }
        if item.custom_price.is_some_and(Amount::is_negative) {
            faults.push(FieldError::new(format!("{field}.customPrice"), "must not be below zero"));
        }
        if item.item_type == ItemType::PoolNumber {
            let message = "items of type POOL_NUMBER cannot be ordered: operators add them at /admin/pool/numbers";
            faults.push(FieldError::new(format!("{field}.type"), message));
        }
        match item.item_id {
            Some(subject) => {
                let options = Value::Object(item.metadata.unwrap_or_default());
                let wish =
                    Wanted { subject, options, custom_price: item.custom_price, field: format!("{field}.itemId") };
                wanted.push((item.item_type, wish));
            }
            None if item.item_type == ItemType::Verification => {
                let options = Value::Object(item.metadata.unwrap_or_default());
                // What it is stands in its options; the line names it.
                let (subject, field) = (field.clone(), format!("{field}.metadata"));
                wanted.push((item.item_type, Wanted { subject, options, custom_price: item.custom_price, field }));
            }
            None => faults.push(FieldError::new(format!("{field}.itemId"), "is required: the number, in E.164 form")),
        }
    }
    if body.auto_complete == Some(false) {
        faults.push(FieldError::new("autoComplete", "must be true: an order completes by itself"));
    }
    let billing_address = match Billing::address(body.billing.as_ref(), "billing") {
        Ok(address) => address,
        Err(more) => {
            faults.extend(more);
            None
        }
    };
    if !faults.is_empty() {
        return Err(ApiError::validation(faults));
    }
    let rents = wanted.iter().any(|(item_type, _)| *item_type == ItemType::Verification);
    if rents && !caller.permissions.allows(&RENTS) {
        let error = ApiError::new(ErrorCode::AuthorizationError, "You do not have the permission that this needs");
        return Err(error.details(serde_json::json!({ "requiredPermissions": [RENTS.0] })));
    }
    Ok(NewOrder { account: caller.account, user: caller.user, wanted, billing_address, scope })
}

/// Cancel an order
///
/// Cancels an order of which nothing is with the carrier yet, and gives back what was held. Once it is over, cancelled
/// too, it is answered 409.
#[utoipa::path(put, path = "/orders/{id}/cancel", tag = "orders", operation_id = "cancelOrder",
    request_body = Option<CancelOrder>,
    params(("id" = String, Path, description = "The order")),
    responses((status = 200, description = "The order, cancelled", body = Envelope<OrderDetails>,
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
                       "completedAt": null, "cancelledAt": "2026-01-15T09:30:00.398Z",
                   },
               })),
              (status = 409, description = "It is too late to cancel", body = ErrorEnvelope)))]
pub async fn cancel(
    State(orders): State<Arc<Orders>>,
    caller: Caller,
    PathId(id): PathId<Order>,
    Options(body): Options<CancelOrder>,
) -> ApiResult<Ok200<OrderDetails>> {
    if body.refund_requested == Some(false) {
        return Err(ApiError::bad_field("refundRequested", "must be true: what was held is always given back"));
    }
    orders.cancel(caller.account, id, body.reason.as_deref()).await?;
    let details = orders.details(caller.account, id).await.map_err(ApiError::internal)?;
    details.map(Ok200).ok_or_else(ApiError::not_found)
}
