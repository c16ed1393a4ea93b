//! The suppliers of rented numbers.

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    operators::{Operators, ProviderTest, ProviderView, providers::ProviderChange},
    web::{ApiError, ApiResult, Body, Caller, Envelope, List, Ok200, PathText},
};

/// What to change about a supplier. What is absent stays.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct UpdateProvider {
    /// Whether numbers are rented from it.
    #[garde(skip)]
    pub is_enabled: Option<bool>,
    /// Of two that are equally good the higher one is asked first.
    #[garde(range(min = -1000, max = 1000))]
    #[schema(minimum = -1000, maximum = 1000)]
    pub priority: Option<i64>,
}

/// List the suppliers, by name.
#[utoipa::path(get, path = "/admin/providers", tag = "operators",
    responses((status = 200, description = "The suppliers", body = Envelope<List<ProviderView>>)))]
pub async fn list(State(operators): State<Operators>) -> ApiResult<Ok200<List<ProviderView>>> {
    let providers = operators.providers().await.map_err(ApiError::internal)?;
    Ok(Ok200(List::all(providers)))
}

/// Show a supplier.
#[utoipa::path(get, path = "/admin/providers/{name}", tag = "operators",
    params(("name" = String, Path, description = "The supplier's name, such as SMS_MAN")),
    responses((status = 200, description = "The supplier", body = Envelope<ProviderView>)))]
pub async fn show(State(operators): State<Operators>, PathText(name): PathText) -> ApiResult<Ok200<ProviderView>> {
    Ok(Ok200(operators.provider(&name).await?))
}

/// Enable or disable a supplier, or prefer it. What is rented there runs on.
#[utoipa::path(put, path = "/admin/providers/{name}", tag = "operators", request_body = UpdateProvider,
    params(("name" = String, Path, description = "The supplier's name, such as SMS_MAN")),
    responses((status = 200, description = "The supplier", body = Envelope<ProviderView>)))]
pub async fn update(
    State(operators): State<Operators>,
    caller: Caller,
    PathText(name): PathText,
    Body(body): Body<UpdateProvider>,
) -> ApiResult<Ok200<ProviderView>> {
    let change = ProviderChange { is_enabled: body.is_enabled, priority: body.priority };
    Ok(Ok200(operators.change_provider(&caller, &name, change).await?))
}

/// Test a supplier: ask it for our balance there.
#[utoipa::path(post, path = "/admin/providers/{name}/test", tag = "operators",
    params(("name" = String, Path, description = "The supplier's name, such as SMS_MAN")),
    responses((status = 200, description = "What came of it", body = Envelope<ProviderTest>)))]
pub async fn test(
    State(operators): State<Operators>,
    caller: Caller,
    PathText(name): PathText,
) -> ApiResult<Ok200<ProviderTest>> {
    Ok(Ok200(operators.test_provider(&caller, &name).await?))
}
