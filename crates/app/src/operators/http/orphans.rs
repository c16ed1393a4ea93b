//! What vendors hold for us and nothing explains.

use std::sync::Arc;

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use vocab::id::Orphan;

use crate::{
    operators::Operators,
    orphans::{OrphanFilter, OrphanView},
    web::{ApiError, ApiResult, Body, Caller, Envelope, List, Ok200, PageQuery, Paged, PathId},
};

/// What a list of orphans is narrowed to.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrphansQuery {
    /// At this vendor.
    #[garde(length(max = 100))]
    #[schema(max_length = 100)]
    #[param(max_length = 100)]
    pub vendor: Option<String>,
    /// Those that are explained, instead of those that are not.
    #[garde(skip)]
    pub resolved: Option<bool>,
}

/// How an orphan was dealt with.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"note": "Released at the carrier by hand"}))]
pub struct ResolveOrphan {
    /// It stands in the audit.
    #[garde(length(min = 1, max = 500))]
    #[schema(min_length = 1, max_length = 500)]
    pub note: String,
}

/// List what nothing explains
///
/// What vendors hold for us, or took our money for, and nothing in the database explains; the newest first.
#[utoipa::path(get, path = "/admin/orphans", tag = "operators", operation_id = "listOrphans",
    params(OrphansQuery, PageQuery),
    responses((status = 200, description = "The orphans", body = Envelope<List<OrphanView>>)))]
pub async fn list(
    State(operators): State<Arc<Operators>>,
    Paged(query, page): Paged<OrphansQuery>,
) -> ApiResult<Ok200<List<OrphanView>>> {
    let filter = OrphanFilter { vendor: query.vendor, resolved: query.resolved.unwrap_or(false) };
    operators.orphans(&filter, &page).await.map(Ok200).map_err(ApiError::internal)
}

/// Resolve an orphan
///
/// Says that an orphan was dealt with at the vendor: nothing is asked of the vendor here. The note stands in the audit.
#[utoipa::path(post, path = "/admin/orphans/{id}/resolve", tag = "operators", operation_id = "resolveOrphan",
    request_body = ResolveOrphan,
    params(("id" = String, Path, description = "The orphan")),
    responses((status = 200, description = "The orphan, resolved", body = Envelope<OrphanView>,
               example = json!({"data": {"resolvedAt": "2026-01-15T09:30:00.405Z"}}))))]
pub async fn resolve(
    State(operators): State<Arc<Operators>>,
    caller: Caller,
    PathId(id): PathId<Orphan>,
    Body(body): Body<ResolveOrphan>,
) -> ApiResult<Ok200<OrphanView>> {
    Ok(Ok200(operators.resolve_orphan(&caller, id, &body.note).await?))
}
