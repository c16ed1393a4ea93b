//! What operators did.

use std::sync::Arc;

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use vocab::id::UserId;

use crate::{
    audit::{Action, AuditEntry, AuditFilter},
    operators::Operators,
    web::{ApiError, ApiResult, Envelope, List, Ok200, PageQuery, Paged},
};

/// What a list of entries is narrowed to.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Of these kinds.
    #[serde(default)]
    #[garde(length(max = 20))]
    #[schema(max_items = 20)]
    #[param(max_items = 20)]
    pub action: Vec<Action>,
    /// About this id or name.
    #[garde(length(max = 100))]
    #[schema(max_length = 100)]
    #[param(max_length = 100)]
    pub subject: Option<String>,
    /// By this operator.
    #[garde(skip)]
    pub user_id: Option<UserId>,
}

/// List what operators did
///
/// Every change that an operator made, the latest first, with who it was and what was before and after.
#[utoipa::path(get, path = "/admin/audit", tag = "operators", operation_id = "listAuditRecords",
    params(AuditQuery, PageQuery),
    responses((status = 200, description = "The entries", body = Envelope<List<AuditEntry>>)))]
pub async fn list(
    State(operators): State<Arc<Operators>>,
    Paged(query, page): Paged<AuditQuery>,
) -> ApiResult<Ok200<List<AuditEntry>>> {
    let filter = AuditFilter { actions: query.action, subject: query.subject, user: query.user_id };
    operators.audit(&filter, &page).await.map(Ok200).map_err(ApiError::internal)
}
