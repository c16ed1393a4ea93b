//! What clients get back.

use serde::Serialize;
use utoipa::ToSchema;
use vocab::{
    ExposeSecret, SecretString,
    id::{ApiKeyId, UserId},
};

use crate::{keys::Key, web::Timestamp};

/// A key that has just been made. It is never shown again.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "key_019bc0fd89c07c3a9d52b8e6f16b6579", "name": "Nightly export",
    "description": "Reads the numbers every night", "key": "nl_test_YUv0AQyiEi7IbHpEyjOscRykhpt4BahB4OsOTM",
    "keyPrefix": "nl_test_YUv0AQyi", "permissions": ["numbers:read", "orders:*"], "expiresAt": null,
    "createdAt": "2026-01-15T09:30:00.405Z",
}))]
pub struct ApiKeyResponse {
    /// Its id.
    pub id: ApiKeyId,
    /// What its owner calls it.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Send it as `Authorization: Bearer`.
    pub key: String,
    /// Its first 16 characters, by which to tell it from others.
    pub key_prefix: String,
    /// What it may do, as far as its owner may.
    pub permissions: Vec<String>,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl ApiKeyResponse {
    pub(super) fn new(key: Key, secret: &SecretString) -> Self {
        Self {
            id: key.id,
            name: key.name,
            description: key.description,
            key: secret.expose_secret().to_owned(),
            key_prefix: key.prefix,
            permissions: key.permissions.patterns().to_vec(),
            expires_at: key.expires_at.map(Timestamp),
            created_at: key.created_at.into(),
        }
    }
}

/// A key without its secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "key_019bc0fd89c07c3a9d52b8e6f16b6579", "userId": "usr_019bc0fd89c07c3a9d52b8e6f1757372",
    "name": "Nightly export", "description": "Reads the numbers every night", "keyPrefix": "nl_test_YUv0AQyi",
    "permissions": ["numbers:read", "orders:*"], "expiresAt": null, "lastUsedAt": "2026-01-15T02:00:03.117Z",
    "revokedAt": null, "createdAt": "2026-01-12T16:05:12.900Z",
}))]
pub struct ApiKeySummary {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose it is.
    pub user_id: UserId,
    /// What its owner calls it.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The first 16 characters of the key.
    pub key_prefix: String,
    /// What it may do, as far as its owner may.
    pub permissions: Vec<String>,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl From<Key> for ApiKeySummary {
    fn from(key: Key) -> Self {
        Self {
            id: key.id,
            user_id: key.user,
            name: key.name,
            description: key.description,
            key_prefix: key.prefix,
            permissions: key.permissions.patterns().to_vec(),
            expires_at: key.expires_at.map(Timestamp),
            last_used_at: key.last_used_at.map(Timestamp),
            revoked_at: key.revoked_at.map(Timestamp),
            created_at: key.created_at.into(),
        }
    }
}

/// A key that no longer holds.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "key_019bc0fd89c07c3a9d52b8e6f16b6579", "revokedAt": "2026-01-15T09:30:00.405Z",
}))]
pub struct RevokedResponse {
    /// Its id.
    pub id: ApiKeyId,
    /// Since when.
    pub revoked_at: Timestamp,
}
