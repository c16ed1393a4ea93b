//! What a customer does with number sessions.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use vocab::id::{AccountId, NumberSessionId};

use super::ask::{CreateSession, ExtendSession, SessionsQuery};
use crate::{
    sessions::{
        Greeting, NewSession, Sessions,
        model::DEFAULT_MINUTES,
        sql::sessions::Filter,
        view::{SessionDetails, SessionEnded, SessionView},
    },
    web::{
        ApiError, ApiResult, Body, Caller, Created, Envelope, ErrorEnvelope, IdempotencyKey, List, Meta, Ok200,
        PageQuery, Paged, PathText, idempotency::Scope,
    },
};

/// Borrow by the older path
///
/// The same as `POST /sessions`, under the path that number sessions are known by.
#[utoipa::path(post, path = "/sessions/create", tag = "sessions", operation_id = "startSession",
    params(IdempotencyKey), request_body = CreateSession,
    responses((status = 201, description = "The session", body = Envelope<SessionView>),
              (status = 402, description = "The wallet does not hold enough", body = ErrorEnvelope),
              (status = 409, description = "No number is free (details.nextFreeAt says when), or the first request is running", body = ErrorEnvelope,
               example = json!({
                   "error": {"code": "NUMBER_NOT_AVAILABLE", "details": {"nextFreeAt": "2026-01-15T09:35:00.000Z"}},
               }))))]
pub async fn create(
    State(sessions): State<Arc<Sessions>>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Body(body): Body<CreateSession>,
) -> ApiResult<Response> {
    start(&sessions, caller.account, key, body).await
}

/// Borrow a number
///
/// Lends a number of the pool for some minutes. Callers hear the greeting, and each call is written down. Paid from the
/// wallet at once, where the operator asks for money. Send an Idempotency-Key: a repeat shows the same session.
#[utoipa::path(post, path = "/sessions", tag = "sessions", operation_id = "createSession",
    params(IdempotencyKey), request_body = CreateSession,
    responses((status = 201, description = "The session", body = Envelope<SessionView>),
              (status = 402, description = "The wallet does not hold enough", body = ErrorEnvelope),
              (status = 409, description = "No number is free (details.nextFreeAt says when), or the first request is running", body = ErrorEnvelope,
               example = json!({
                   "error": {"code": "NUMBER_NOT_AVAILABLE", "details": {"nextFreeAt": "2026-01-15T09:35:00.000Z"}},
               }))))]
pub async fn post(
    State(sessions): State<Arc<Sessions>>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Body(body): Body<CreateSession>,
) -> ApiResult<Response> {
    start(&sessions, caller.account, key, body).await
}

async fn start(
    sessions: &Sessions,
    account: AccountId,
    key: Option<String>,
    body: CreateSession,
) -> ApiResult<Response> {
    let scope = Scope::of(account, "sessions.create", key, &body);
    let greeting = Greeting::read(body.greeting_url, body.greeting_text, sessions.settings.development);
    let new = NewSession {
        account,
        label: body.user_id,
        greeting: greeting.map_err(ApiError::validation)?,
        minutes: body.expires_in_minutes.unwrap_or(DEFAULT_MINUTES),
        country: body.country,
        scope,
    };
    let started = sessions.start(&new).await?;
    Ok(Created(sessions.view(started.session)).replayed(started.replayed).into_response())
}

/// List sessions
///
/// The account's sessions, the newest first.
#[utoipa::path(get, path = "/sessions", tag = "sessions", operation_id = "listSessions",
    params(SessionsQuery, PageQuery),
    responses((status = 200, description = "The sessions", body = Envelope<List<SessionView>>)))]
pub async fn list(
    State(sessions): State<Arc<Sessions>>,
    caller: Caller,
    Paged(query, page): Paged<SessionsQuery>,
) -> ApiResult<Ok200<List<SessionView>>> {
    let phone_number = query.phone_number.map(|number| number.as_str().to_owned());
    let filter = Filter { status: query.status, label: query.user_id, phone_number };
    let found = sessions.page(caller.account, &filter, &page).await.map_err(ApiError::internal)?;
    Ok(Ok200(found.map(|session| sessions.view(session))))
}

/// Show a session
///
/// A session, and who called its number.
#[utoipa::path(get, path = "/sessions/{id}", tag = "sessions", operation_id = "showSession",
    params(("id" = String, Path, description = "The session, or its bare UUID")),
    responses((status = 200, description = "The session", body = Envelope<SessionDetails>)))]
pub async fn show(
    State(sessions): State<Arc<Sessions>>,
    caller: Caller,
    SessionRef(id): SessionRef,
) -> ApiResult<Ok200<SessionDetails>> {
    let session = sessions.find(caller.account, id).await?;
    let calls = sessions.calls(&session).await.map_err(ApiError::internal)?;
    let calls = calls.into_iter().map(Into::into).collect();
    Ok(Ok200(SessionDetails { session: sessions.view(session), calls }))
}

/// Extend a session
///
/// Gives an active session more time. It may have 1440 minutes before it at most.
#[utoipa::path(post, path = "/sessions/{id}/extend", tag = "sessions", operation_id = "extendSession",
    request_body = ExtendSession,
    params(("id" = String, Path, description = "The session, or its bare UUID")),
    responses((status = 200, description = "The session", body = Envelope<SessionView>,
               example = json!({"data": {"expiresAt": "2026-01-15T10:15:00.412Z"}})),
              (status = 409, description = "It is over", body = ErrorEnvelope)))]
pub async fn extend(
    State(sessions): State<Arc<Sessions>>,
    caller: Caller,
    SessionRef(id): SessionRef,
    Body(body): Body<ExtendSession>,
) -> ApiResult<Ok200<SessionView>> {
    let session = sessions.extend(caller.account, id, body.minutes).await?;
    Ok(Ok200(sessions.view(session)))
}

/// End a session
///
/// Gives the number back now; it cools down before the next borrower has it. A session that is over already stays as it
/// is.
#[utoipa::path(post, path = "/sessions/{id}/expire", tag = "sessions", operation_id = "expireSession",
    params(("id" = String, Path, description = "The session, or its bare UUID")),
    responses((status = 200, description = "The session, over", body = SessionEnded,
               example = json!({
                   "message": "Session expired successfully",
                   "data": {
                       "status": "ENDED", "endedAt": "2026-01-15T09:42:00.020Z", "endReason": "BY_HAND",
                   },
               }))))]
pub async fn expire(
    State(sessions): State<Arc<Sessions>>,
    caller: Caller,
    SessionRef(id): SessionRef,
) -> ApiResult<Json<SessionEnded>> {
    let session = sessions.end(caller.account, id).await?;
    let data = sessions.view(session);
    Ok(Json(SessionEnded { success: true, message: "Session expired successfully", data, meta: Meta::current() }))
}

/// A session in a path: its id, or the bare UUID in it.
pub struct SessionRef(NumberSessionId);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for SessionRef {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, state: &S) -> Result<Self, ApiError> {
        let PathText(text) = PathText::from_request_parts(parts, state).await?;
        let bare = || uuid::Uuid::try_parse(&text).ok().map(NumberSessionId::from_uuid);
        text.parse().ok().or_else(bare).map(Self).ok_or_else(ApiError::not_found)
    }
}

impl Sessions {
    fn view(&self, session: crate::sessions::NumberSession) -> SessionView {
        SessionView::new(session, self.ambient.business())
    }
}
