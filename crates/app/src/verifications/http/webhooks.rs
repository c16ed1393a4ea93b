//! The suppliers' webhooks.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tracing::warn;

use crate::{
    verifications::{http::VerificationsApi, webhook::WebhookError},
    web::{ApiError, ApiResult, ErrorCode, ErrorEnvelope, inbound::Webhook},
};

/// Take in TextVerified's news
///
/// News of a rental, told by the supplier in any order and more than once. Needs no login: the signature in
/// X-Webhook-Signature proves the sender.
#[utoipa::path(post, path = "/webhooks/textverified", tag = "webhooks", operation_id = "receiveTextVerifiedEvent",
    request_body(content_type = "application/json", content = Object,
                 description = "The supplier's event, signed in X-Webhook-Signature",
                 example = json!({
                     "id": "evt_1", "event": "v2.sms.received", "attempt": 1,
                     "occurredAt": "2026-01-15T09:30:14+00:00", "idempotencyKey": "key_1",
                     "data": {
                         "from": null, "to": "4155552671", "createdAt": "2026-01-15T09:30:14+00:00",
                         "smsContent": "Telegram code 48213", "parsedCode": "48213", "encrypted": false,
                         "reservationId": "lr_1",
                     },
                 })),
    responses((status = 204, description = "Taken"),
              (status = 403, description = "The signature does not hold", body = ErrorEnvelope)))]
pub async fn text_verified(State(api): State<Arc<VerificationsApi>>, request: Request) -> ApiResult<Response> {
    let verifications = &api.verifications;
    let webhook = Webhook::read(&verifications.origin, request).await?;
    match verifications.webhook("TEXT_VERIFIED", &webhook.request(verifications.ambient.wall())).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(WebhookError::NotConnected) => Err(ApiError::not_found()),
        Err(WebhookError::Rejected(rejected)) => {
            warn!(diagnosis = rejected.diagnosis, "a webhook's signature does not hold");
            Err(ApiError::new(ErrorCode::AuthorizationError, "The signature does not hold."))
        }
        // A failure of ours must be a 5xx: it is the only way to have the news sent again.
        Err(WebhookError::Failed(error)) => Err(ApiError::unavailable(error)),
    }
}
