//! Buying numbers.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use crate::{
    numbers::{
        http::NumbersApi,
        purchase::{PurchaseNumbers, PurchaseResults},
    },
    orders::{
        OpenError,
        http::{Standing, place},
    },
    web::{ApiError, ApiResult, Body, Caller, Envelope, ErrorEnvelope, IdempotencyKey, idempotency::Scope},
};

/// Buy numbers
///
/// Buys numbers that a search found, paid from the wallet, each for itself: of several, one that is gone refuses itself
/// only. Waits up to three seconds for the carrier; a 202 tells that it is still at it, and `GET /orders/{id}/status`
/// tells the end. Send an Idempotency-Key: a repeat buys nothing more and shows the same order.
#[utoipa::path(post, path = "/numbers/purchase", tag = "numbers", operation_id = "purchaseNumbers",
    params(IdempotencyKey),
    request_body = PurchaseNumbers,
    responses((status = 201, description = "The order, settled", body = Envelope<PurchaseResults>),
              (status = 202, description = "The order, still being settled", body = Envelope<PurchaseResults>,
               example = json!({
                   "data": {
                       "order": {"status": "PROCESSING"},
                       "results": [{"phoneNumber": "+14155552671", "status": "PENDING"}],
                       "summary": {"successful": 0, "pending": 1},
                   },
               })),
              (status = 402, description = "The wallet does not hold enough", body = ErrorEnvelope),
              (status = 409, description = "No number of it is available, or the first request is running", body = ErrorEnvelope,
               example = json!({"error": {"code": "NUMBER_NOT_AVAILABLE"}})),
              (status = 422, description = "Calls would not follow this configuration, the carrier asks for an address or documents of the owner (details say which, for each number), or the key was used with another body", body = ErrorEnvelope,
               example = json!({
                   "error": {
                       "code": "REQUIREMENTS_NOT_MET",
                       "message": "+493012345678: The carrier asks for an address of the owner in the number's country. \
                                   Addresses and documents cannot be given here yet: choose numbers that a search shows \
                                   without restrictions.",
                       "details": {"numbers": [{
                           "phoneNumber": "+493012345678", "countryCode": "DE", "numberType": "LOCAL",
                           "missing": [{"requirement": "ADDRESS", "where": "IN_COUNTRY"}],
                       }]},
                   },
               })),
              (status = 502, description = "The carrier failed", body = ErrorEnvelope),
              (status = 504, description = "The carrier did not answer", body = ErrorEnvelope)))]
pub async fn purchase(
    State(api): State<Arc<NumbersApi>>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Body(body): Body<PurchaseNumbers>,
) -> ApiResult<Response> {
    let scope = Scope::of(caller.account, "numbers.purchase", key, &body);
    let name = if body.numbers.is_some() { "numbers" } else { "phoneNumbers" };
    let new = api.numbers.new_order(&caller, body, scope)?;
    place(
        &api.orders,
        new,
        |error| named(error, name).into(),
        async |order| {
            let found = api.orders.find(caller.account, order).await.map_err(ApiError::internal)?;
            let found = found.ok_or_else(ApiError::not_found)?;
            let shown = api.numbers.purchase(&found).map_err(ApiError::internal)?;
            Ok(Standing { settled: shown.order.status.is_final(), shown })
        },
    )
    .await
}

/// An order speaks of its items; a purchase has them by another name.
fn named(mut error: OpenError, name: &str) -> OpenError {
    if let OpenError::Invalid(faults) = &mut error {
        for fault in faults.iter_mut().filter(|fault| fault.field == "items") {
            name.clone_into(&mut fault.field);
        }
    }
    error
}
