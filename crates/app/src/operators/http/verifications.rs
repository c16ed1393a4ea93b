//! Customers' rented numbers.

use std::sync::Arc;

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;
use vocab::id::Verification;

use crate::{
    operators::{Operators, RevealedTexts},
    web::{ApiResult, Body, Caller, Envelope, Ok200, PathId},
};

/// Why a customer's texts are read.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"reason": "Ticket 4711: the customer saw no code"}))]
pub struct RevealTexts {
    /// It stands in the audit.
    #[garde(length(min = 1, max = 500))]
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// Read a customer's texts
///
/// Shows the texts and codes of anybody's rental. Each time is audited, with the reason.
#[utoipa::path(post, path = "/admin/verifications/{id}/reveal", tag = "operators", operation_id = "revealVerification",
    request_body = RevealTexts,
    params(("id" = String, Path, description = "The rental")),
    responses((status = 200, description = "The texts", body = Envelope<RevealedTexts>)))]
pub async fn reveal(
    State(operators): State<Arc<Operators>>,
    caller: Caller,
    PathId(id): PathId<Verification>,
    Body(body): Body<RevealTexts>,
) -> ApiResult<Ok200<RevealedTexts>> {
    Ok(Ok200(operators.reveal(&caller, id, &body.reason).await?))
}
