//! Ordering a code, and what can be done with a rental.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use vocab::{
    Amount,
    id::{OrderId, Verification as VerificationNoun, VerificationId},
};

use super::VerificationsApi;
use crate::{
    orders::{
        ItemType, NewOrder, OpenError, Wanted,
        http::{Standing, place},
    },
    verifications::{VerificationError, VerificationStatus, VerificationView},
    web::{
        Accepted, ApiError, ApiResult, Body, Caller, Envelope, ErrorCode, ErrorEnvelope, IdempotencyKey, Ok200, PathId,
        idempotency::Scope,
    },
};

/// A code that is wanted.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"serviceCode": "tg", "country": "US", "maxPrice": 1}))]
pub struct CreateVerification {
    /// The market's code of the service, such as `tg`, or its name; `GET /verifications/services` lists them.
    #[garde(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub service_code: String,
    /// The number's country, ISO 3166-1 alpha-2; `GET /verifications/countries` lists them.
    #[garde(length(min = 2, max = 2))]
    #[schema(min_length = 2, max_length = 2)]
    pub country: String,
    /// The supplier to ask first, such as `SMS_MAN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40)]
    pub preferred_provider: Option<String>,
    /// The most that you pay; where it costs more now, nothing is ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub max_price: Option<Amount>,
}

/// Rent a number for one code
///
/// Rents a number to which the service sends its code. The price is held in the wallet, paid when the text comes, and
/// given back when none comes in time. Waits up to three seconds for a supplier; a 202 tells that one is still being
/// asked, and `GET /verifications/{id}?wait=25` tells what came. Send an Idempotency-Key: a repeat shows the same
/// rental.
#[utoipa::path(post, path = "/verifications", tag = "verifications", operation_id = "createVerification",
    params(IdempotencyKey),
    request_body = CreateVerification,
    responses((status = 201, description = "The rental; its number waits for the text", body = Envelope<VerificationView>),
              (status = 202, description = "A supplier is still being asked", body = Envelope<VerificationView>,
               example = json!({
                   "data": {
                       "status": "PROCESSING", "provider": null, "phoneNumber": null, "expiresAt": null,
                       "updatedAt": "2026-01-15T09:30:00.438Z",
                   },
               })),
              (status = 402, description = "The wallet does not hold enough", body = ErrorEnvelope),
              (status = 409, description = "No supplier has a number, it costs more than `maxPrice`, or the first request is running", body = ErrorEnvelope,
               example = json!({"error": {"code": "NUMBER_NOT_AVAILABLE"}}))))]
pub async fn create(
    State(api): State<Arc<VerificationsApi>>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Body(body): Body<CreateVerification>,
) -> ApiResult<Response> {
    let scope = Scope::of(caller.account, "verifications.create", key, &body);
    let wanted = Wanted {
        subject: String::new(),
        options: json!(body),
        custom_price: None,
        // The fields stand in the request itself.
        field: String::new(),
    };
    let wanted = vec![(ItemType::Verification, wanted)];
    let new = NewOrder { account: caller.account, user: caller.user, wanted, billing_address: None, scope };
    place(
        &api.orders,
        new,
        |error| told(error, &body),
        async |order| {
            let shown = api.of_order(&caller, order).await?;
            let asks = matches!(shown.status, VerificationStatus::Pending | VerificationStatus::Processing);
            Ok(Standing { settled: !asks, shown })
        },
    )
    .await
}

/// Give a rental up
///
/// Gives the number back, and the money to the wallet. Within the time in which the supplier allows none it is
/// scheduled and answered 202; a text that comes first completes the rental. Repeats are harmless.
#[utoipa::path(post, path = "/verifications/{id}/cancel", tag = "verifications", operation_id = "cancelVerification",
    params(("id" = String, Path, description = "The rental")),
    responses((status = 200, description = "Given up; the money is back", body = Envelope<VerificationView>,
               example = json!({
                   "data": {
                       "status": "CANCELLED", "code": null, "refundedAt": "2026-01-15T09:33:20.015Z",
                       "updatedAt": "2026-01-15T09:33:20.015Z",
                   },
               })),
              (status = 202, description = "The supplier has not agreed yet", body = Envelope<VerificationView>,
               example = json!({"data": {"status": "CANCELLING", "updatedAt": "2026-01-15T09:31:10.015Z"}})),
              (status = 409, description = "A text came first, or no number is rented yet", body = ErrorEnvelope)))]
pub async fn cancel(
    State(api): State<Arc<VerificationsApi>>,
    caller: Caller,
    PathId(id): PathId<VerificationNoun>,
) -> ApiResult<Response> {
    let rental = api.verifications.cancel(caller.account, id).await?;
    ended(&api, rental).await
}

/// Report a bad number
///
/// Tells the supplier that the number was used for the service already, or is dead, and gives the money back. Like a
/// cancellation it may have to wait for the supplier.
#[utoipa::path(post, path = "/verifications/{id}/report", tag = "verifications", operation_id = "reportVerification",
    params(("id" = String, Path, description = "The rental")),
    responses((status = 200, description = "Reported; the money is back", body = Envelope<VerificationView>,
               example = json!({
                   "data": {
                       "status": "FAILED", "code": null, "refundedAt": "2026-01-15T09:33:20.015Z",
                       "updatedAt": "2026-01-15T09:33:20.015Z",
                   },
               })),
              (status = 202, description = "The supplier has not agreed yet", body = Envelope<VerificationView>,
               example = json!({"data": {"status": "CANCELLING", "updatedAt": "2026-01-15T09:31:10.015Z"}})),
              (status = 409, description = "A text came first, or no number is rented yet", body = ErrorEnvelope)))]
pub async fn report(
    State(api): State<Arc<VerificationsApi>>,
    caller: Caller,
    PathId(id): PathId<VerificationNoun>,
) -> ApiResult<Response> {
    let rental = api.verifications.report(caller.account, id).await?;
    ended(&api, rental).await
}

/// Ask for one more text
///
/// Asks for one more text to a number that got one, while its time lasts. It costs nothing more; have the service send
/// its code again.
#[utoipa::path(post, path = "/verifications/{id}/resend", tag = "verifications", operation_id = "resendVerification",
    params(("id" = String, Path, description = "The rental")),
    responses((status = 200, description = "One more text is awaited", body = Envelope<VerificationView>,
               example = json!({
                   "data": {
                       "status": "COMPLETED", "code": "48213",
                       "messages": [
                           {"code": "48213", "text": null, "receivedAt": "2026-01-15T09:30:14.937Z"},
                       ],
                       "awaitsMore": true, "completedAt": "2026-01-15T09:30:14.937Z",
                       "updatedAt": "2026-01-15T09:32:05.210Z",
                   },
               })),
              (status = 409, description = "No text has come yet, or the number's time is over", body = ErrorEnvelope)))]
pub async fn resend(
    State(api): State<Arc<VerificationsApi>>,
    caller: Caller,
    PathId(id): PathId<VerificationNoun>,
) -> ApiResult<Ok200<VerificationView>> {
    let rental = api.verifications.resend(caller.account, id).await?;
    Ok(Ok200(api.verifications.view(rental).await.map_err(ApiError::internal)?))
}

async fn ended(api: &VerificationsApi, rental: crate::verifications::Verification) -> ApiResult<Response> {
    let view = api.verifications.view(rental).await.map_err(ApiError::internal)?;
    Ok(match view.status {
        VerificationStatus::Cancelling => Accepted(view).into_response(),
        // The text won the race.
        VerificationStatus::Completed => {
            return Err(ApiError::new(ErrorCode::Conflict, "A text came first: it is paid for and final."));
        }
        _ => Ok200(view).into_response(),
    })
}

impl VerificationsApi {
    /// The rental of an order that has just been opened.
    async fn of_order(&self, caller: &Caller, order: OrderId) -> ApiResult<VerificationView> {
        let found = self.orders.find(caller.account, order).await.map_err(ApiError::internal)?;
        let shown = found.and_then(|found| found.items.into_iter().next()).map(|item| item.detail);
        let id = shown.as_ref().and_then(|detail| detail["verification"].as_str());
        let id: VerificationId = id.and_then(|id| id.parse().ok()).ok_or_else(ApiError::not_found)?;
        let rental = self.verifications.of(caller.account, id).await?;
        self.verifications.view(rental).await.map_err(|error| VerificationError::from(error).into())
    }
}

/// An order speaks of its items; this one has one.
fn told(error: OpenError, asked: &CreateVerification) -> ApiError {
    match error {
        OpenError::NothingAvailable(_) => {
            let message = format!("No supplier has a number in {} for {} just now.", asked.country, asked.service_code);
            ApiError::new(ErrorCode::NumberNotAvailable, message)
        }
        other => other.into(),
    }
}
