//! The suppliers of rented numbers.

use std::sync::Arc;

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;
use vocab::SecretString;

use super::pricing_rules::given;
use crate::{
    operators::{Operators, ProviderTest, ProviderView, providers::ProviderChange},
    suppliers::CredentialChanges,
    web::{ApiError, ApiResult, Body, Caller, Envelope, ErrorEnvelope, List, Ok200, PathText},
};

/// What to change about a supplier. What is absent stays.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"isEnabled": true, "priority": 10}))]
pub struct UpdateProvider {
    /// Whether numbers are rented from it.
    #[garde(skip)]
    pub is_enabled: Option<bool>,
    /// Of two that are equally good the higher one is asked first.
    #[garde(range(min = -1000, max = 1000))]
    #[schema(minimum = -1000, maximum = 1000)]
    pub priority: Option<i64>,
    /// What to ask it with, in the place of what the environment says; null removes what is stored.
    #[serde(default, deserialize_with = "given")]
    #[garde(skip)]
    #[schema(value_type = Option<UpdateCredentials>)]
    pub credentials: Option<Option<UpdateCredentials>>,
}

/// Credentials to store, encrypted; they are never shown again. What is absent stays, null removes. SMS-Man has `token`,
/// TextVerified `apiKey`, `username` and `webhookSecret`.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateCredentials {
    /// SMS-Man's key.
    #[serde(default, deserialize_with = "given")]
    #[garde(skip)]
    #[schema(value_type = Option<String>, max_length = 500, write_only)]
    pub token: Option<Option<SecretString>>,
    /// TextVerified's key.
    #[serde(default, deserialize_with = "given")]
    #[garde(skip)]
    #[schema(value_type = Option<String>, max_length = 500, write_only)]
    pub api_key: Option<Option<SecretString>>,
    /// The e-mail address of the TextVerified account.
    #[serde(default, deserialize_with = "given")]
    #[garde(skip)]
    #[schema(value_type = Option<String>, max_length = 500, write_only)]
    pub username: Option<Option<SecretString>>,
    /// What TextVerified signs its webhooks with; without it texts are found by asking.
    #[serde(default, deserialize_with = "given")]
    #[garde(skip)]
    #[schema(value_type = Option<String>, max_length = 500, write_only)]
    pub webhook_secret: Option<Option<SecretString>>,
    /// Where it answers, if not at its usual address: https without a path, or http on this machine.
    #[serde(default, deserialize_with = "given")]
    #[garde(skip)]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub api_url: Option<Option<SecretString>>,
}

impl UpdateCredentials {
    fn changes(self) -> CredentialChanges {
        let all = [
            ("token", self.token),
            ("apiKey", self.api_key),
            ("username", self.username),
            ("webhookSecret", self.webhook_secret),
            ("apiUrl", self.api_url),
        ];
        all.into_iter().filter_map(|(name, change)| Some((name, change?))).collect()
    }
}

/// List the suppliers
///
/// The suppliers of rented numbers, by name, each with its health and which credentials it has; never the credentials
/// themselves.
#[utoipa::path(get, path = "/admin/providers", tag = "operators", operation_id = "listProviders",
    responses((status = 200, description = "The suppliers", body = Envelope<List<ProviderView>>)))]
pub async fn list(State(operators): State<Arc<Operators>>) -> ApiResult<Ok200<List<ProviderView>>> {
    let providers = operators.providers().await.map_err(ApiError::internal)?;
    Ok(Ok200(List::all(providers)))
}

/// Show a supplier
///
/// One supplier of rented numbers, with its health and which credentials it has.
#[utoipa::path(get, path = "/admin/providers/{name}", tag = "operators", operation_id = "showProvider",
    params(("name" = String, Path, description = "The supplier's name, such as SMS_MAN")),
    responses((status = 200, description = "The supplier", body = Envelope<ProviderView>)))]
pub async fn show(State(operators): State<Arc<Operators>>, PathText(name): PathText) -> ApiResult<Ok200<ProviderView>> {
    Ok(Ok200(operators.provider(&name).await?))
}

/// Change a supplier
///
/// Enables or disables a supplier, prefers it, or stores its credentials, which count at once here and within some
/// seconds in other processes. What is rented there runs on.
#[utoipa::path(put, path = "/admin/providers/{name}", tag = "operators", operation_id = "updateProvider",
    request_body = UpdateProvider,
    params(("name" = String, Path, description = "The supplier's name, such as SMS_MAN")),
    responses((status = 200, description = "The supplier", body = Envelope<ProviderView>),
              (status = 422, description = "There is no ENCRYPTION_KEY to seal credentials with", body = ErrorEnvelope)))]
pub async fn update(
    State(operators): State<Arc<Operators>>,
    caller: Caller,
    PathText(name): PathText,
    Body(body): Body<UpdateProvider>,
) -> ApiResult<Ok200<ProviderView>> {
    let credentials = body.credentials.map(|credentials| credentials.map(UpdateCredentials::changes));
    let change = ProviderChange { is_enabled: body.is_enabled, priority: body.priority, credentials };
    Ok(Ok200(operators.change_provider(&caller, &name, &change).await?))
}

/// Test a supplier
///
/// Asks the supplier for our balance there. Nothing is bought.
#[utoipa::path(post, path = "/admin/providers/{name}/test", tag = "operators", operation_id = "testProvider",
    params(("name" = String, Path, description = "The supplier's name, such as SMS_MAN")),
    responses((status = 200, description = "What came of it", body = Envelope<ProviderTest>,
               example = json!({"data": {"tookMs": 212}}))))]
pub async fn test(
    State(operators): State<Arc<Operators>>,
    caller: Caller,
    PathText(name): PathText,
) -> ApiResult<Ok200<ProviderTest>> {
    Ok(Ok200(operators.test_provider(&caller, &name).await?))
}
