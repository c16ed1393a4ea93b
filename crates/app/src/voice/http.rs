//! The carrier's webhooks. Whatever a caller's number or a user's text holds, the answer is TwiML.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use ports::inbound::CallWebhook;
use tokio::time::timeout;
use tracing::{error, warn};

use super::{Voice, examples, twiml};
use crate::web::{
    error::{ApiError, ApiResult, ErrorCode},
    inbound::Webhook,
};

/// How long a caller hears nothing while their number is looked up. The carrier waits 15 s.
const LOOK_UP: Duration = Duration::from_secs(5);

/// Answer a call
///
/// Asked by the carrier when a number rings; the answer is TwiML. Needs no login: the signature in X-Twilio-Signature
/// proves the sender.
#[utoipa::path(post, path = "/webhooks/twilio/voice", tag = "webhooks", operation_id = "answerCall",
    request_body(content_type = "application/x-www-form-urlencoded", content = Object,
                 description = "The carrier's parameters, signed in X-Twilio-Signature",
                 example = json!(examples::call("ringing"))),
    responses((status = 200, description = "TwiML", body = String, content_type = "text/xml",
               example = json!(examples::forwarded())),
              (status = 403, description = "The signature does not hold", body = crate::web::envelope::ErrorEnvelope)))]
pub async fn voice(State(voice): State<Arc<Voice>>, request: Request) -> ApiResult<Response> {
    answer(&voice, request).await
}

/// Answer a call, at the root
///
/// The same as `/api/v1/webhooks/twilio/voice`, under the path that number sessions are known by. Needs no login: the
/// signature in X-Twilio-Signature proves the sender.
#[utoipa::path(post, path = "/twilio/incoming-call", tag = "webhooks", operation_id = "answerCallAtRoot",
    request_body(content_type = "application/x-www-form-urlencoded", content = Object,
                 description = "The carrier's parameters, signed in X-Twilio-Signature",
                 example = json!(examples::call("ringing"))),
    responses((status = 200, description = "TwiML", body = String, content_type = "text/xml",
               example = json!(examples::forwarded())),
              (status = 403, description = "The signature does not hold", body = crate::web::envelope::ErrorEnvelope)))]
pub async fn incoming_call(State(voice): State<Arc<Voice>>, request: Request) -> ApiResult<Response> {
    answer(&voice, request).await
}

async fn answer(voice: &Voice, request: Request) -> ApiResult<Response> {
    let call = voice.verified(request).await?;
    // A caller waits: what the number did last, or an apology, is better than the carrier's own error message.
    Ok(xml(match timeout(LOOK_UP, voice.answer(&call)).await {
        Ok(Ok(document)) => document,
        Ok(Err(cause)) => {
            error!(%cause, call = call.call_sid, "a call could not be looked up");
            voice.fallback(&call).await
        }
        Err(_) => {
            error!(call = call.call_sid, "a call could not be looked up in time");
            voice.fallback(&call).await
        }
    }))
}

/// Say what follows a dialled leg
///
/// Told by the carrier when a leg that was dialled ended; the answer is TwiML, what the caller hears then. Needs no
/// login: the signature in X-Twilio-Signature proves the sender.
#[utoipa::path(post, path = "/webhooks/twilio/dialled", tag = "webhooks", operation_id = "answerDialledLeg",
    request_body(content_type = "application/x-www-form-urlencoded", content = Object,
                 description = "The carrier's parameters, signed in X-Twilio-Signature",
                 example = json!(examples::leg())),
    responses((status = 200, description = "TwiML", body = String, content_type = "text/xml",
               example = json!(examples::unanswered())),
              (status = 403, description = "The signature does not hold", body = crate::web::envelope::ErrorEnvelope)))]
pub async fn dialled(State(voice): State<Arc<Voice>>, request: Request) -> ApiResult<Response> {
    let call = voice.verified(request).await?;
    Ok(match voice.dialled(&call).await {
        Ok(document) => xml(document),
        Err(cause) => {
            error!(%cause, call = call.call_sid, "a dialled leg could not be written down");
            xml(twiml::document(&[twiml::Verb::Hangup]))
        }
    })
}

/// Take in a call's state
///
/// How a call stands, told by the carrier in any order and more than once. Needs no login: the signature in
/// X-Twilio-Signature proves the sender.
#[utoipa::path(post, path = "/webhooks/twilio/status", tag = "webhooks", operation_id = "receiveCallStatus",
    request_body(content_type = "application/x-www-form-urlencoded", content = Object,
                 description = "The carrier's parameters, signed in X-Twilio-Signature",
                 example = json!(examples::call("completed"))),
    responses((status = 204, description = "Taken"),
              (status = 403, description = "The signature does not hold", body = crate::web::envelope::ErrorEnvelope)))]
pub async fn status(State(voice): State<Arc<Voice>>, request: Request) -> ApiResult<Response> {
    let report = voice.verified(request).await?;
    // A failure of ours must be a 5xx: it is the only way to have the report sent again.
    voice.report(&report).await.map_err(ApiError::unavailable)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

impl Voice {
    async fn verified(&self, request: Request) -> ApiResult<CallWebhook> {
        let webhook = Webhook::read(&self.0.origin, request).await?;
        self.0.inbound.call(&webhook.request(self.0.ambient.wall())).map_err(|rejected| {
            warn!(diagnosis = rejected.diagnosis, "a webhook's signature does not hold");
            ApiError::new(ErrorCode::AuthorizationError, "The signature does not hold.")
        })
    }
}

fn xml(document: String) -> Response {
    ([(CONTENT_TYPE, "text/xml; charset=utf-8")], document).into_response()
}
