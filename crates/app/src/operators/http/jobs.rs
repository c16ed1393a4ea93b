//! The jobs that run by the clock.

use std::sync::Arc;

use axum::extract::State;

use crate::{
    operators::{JobView, Operators},
    web::{Accepted, ApiError, ApiResult, Caller, Envelope, List, Ok200, PathText},
};

/// List the jobs
///
/// The jobs that run by the clock, by name, each with its schedule and how it ended last.
#[utoipa::path(get, path = "/admin/jobs", tag = "operators", operation_id = "listJobs",
    responses((status = 200, description = "The jobs", body = Envelope<List<JobView>>)))]
pub async fn list(State(operators): State<Arc<Operators>>) -> ApiResult<Ok200<List<JobView>>> {
    let jobs = operators.jobs().await.map_err(ApiError::internal)?;
    Ok(Ok200(List::all(jobs)))
}

/// Run a job now
///
/// Makes a job due at once. One that runs already runs once more afterwards.
#[utoipa::path(post, path = "/admin/jobs/{name}/run", tag = "operators", operation_id = "runJob",
    params(("name" = String, Path, description = "The job's name")),
    responses((status = 202, description = "The job, due now", body = Envelope<JobView>,
               example = json!({"data": {"nextRunAt": "2026-01-15T09:30:00.405Z"}}))))]
pub async fn run(
    State(operators): State<Arc<Operators>>,
    caller: Caller,
    PathText(name): PathText,
) -> ApiResult<Accepted<JobView>> {
    Ok(Accepted(operators.run_job(&caller, &name).await?))
}
