//! The API of `/api-keys`.

mod ask;
mod show;

use std::sync::Arc;

use axum::extract::State;
use vocab::id::ApiKey;

pub use ask::{CreateApiKeyRequest, ListApiKeysRequest};
pub use show::{ApiKeyResponse, ApiKeySummary, RevokedResponse};

use super::{Keys, NewKey};
use crate::web::{
    ApiError, ApiResult, Body, Caller, Created, Envelope, ErrorEnvelope, IdempotencyKey, List, Ok200, PageQuery, Paged,
    PathId, idempotency::Scope,
};

/// Make an API key
///
/// The key acts for the caller and can be given no more than the caller may. `key` is in this answer only: a repeat
/// with the same Idempotency-Key is answered 409 with the id.
#[utoipa::path(
    post, path = "/api-keys", tag = "api-keys", operation_id = "createApiKey",
    params(IdempotencyKey),
    request_body = CreateApiKeyRequest,
    responses(
        (status = 201, description = "The key was made; this is the only time it is shown", body = Envelope<ApiKeyResponse>),
        (status = 409, description = "This Idempotency-Key made a key already", body = ErrorEnvelope),
    ),
)]
pub async fn create(
    State(keys): State<Arc<Keys>>,
    caller: Caller,
    IdempotencyKey(once): IdempotencyKey,
    Body(request): Body<CreateApiKeyRequest>,
) -> ApiResult<Created<ApiKeyResponse>> {
    let once = Scope::of(caller.account, "createApiKey", once, &request);
    let (key, secret) = keys.create(&caller, NewKey::try_from(request)?, once).await?;
    Ok(Created(ApiKeyResponse::new(key, &secret.reveal())))
}

/// List API keys
///
/// The account's keys, newest first, revoked ones too; never the keys themselves.
#[utoipa::path(
    get, path = "/api-keys", tag = "api-keys", operation_id = "listApiKeys",
    params(PageQuery),
    responses((status = 200, description = "A page of keys", body = Envelope<List<ApiKeySummary>>)),
)]
pub async fn list(
    State(keys): State<Arc<Keys>>,
    caller: Caller,
    Paged(ListApiKeysRequest {}, page): Paged<ListApiKeysRequest>,
) -> ApiResult<Ok200<List<ApiKeySummary>>> {
    let list = keys.list(caller.account, &page).await.map_err(ApiError::internal)?;
    Ok(Ok200(list.map(ApiKeySummary::from)))
}

/// Show an API key
///
/// One of the account's keys: what it may do and when it was used last; never the key itself.
#[utoipa::path(
    get, path = "/api-keys/{id}", tag = "api-keys", operation_id = "showApiKey",
    params(("id" = String, Path, description = "key_…")),
    responses((status = 200, description = "The key, without its secret", body = Envelope<ApiKeySummary>)),
)]
pub async fn get(
    State(keys): State<Arc<Keys>>,
    caller: Caller,
    PathId(id): PathId<ApiKey>,
) -> ApiResult<Ok200<ApiKeySummary>> {
    Ok(Ok200(keys.get(caller.account, id).await?.into()))
}

/// Revoke an API key
///
/// It is refused from now on, within five seconds everywhere. Revoking it again changes nothing.
#[utoipa::path(
    delete, path = "/api-keys/{id}", tag = "api-keys", operation_id = "revokeApiKey",
    params(("id" = String, Path, description = "key_…")),
    responses((status = 200, description = "The key no longer holds", body = Envelope<RevokedResponse>)),
)]
pub async fn revoke(
    State(keys): State<Arc<Keys>>,
    caller: Caller,
    PathId(id): PathId<ApiKey>,
) -> ApiResult<Ok200<RevokedResponse>> {
    let revoked = keys.revoke(caller.account, id).await?;
    Ok(Ok200(RevokedResponse { id: revoked.id, revoked_at: revoked.at.into() }))
}
