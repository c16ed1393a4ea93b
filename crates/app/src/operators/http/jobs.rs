//! The jobs that run by the clock.

use axum::extract::State;

use crate::{
    operators::{JobView, Operators},
    web::{Accepted, ApiError, ApiResult, Caller, Envelope, List, Ok200, PathText},
};

/// List the jobs, by name.
#[utoipa::path(get, path = "/admin/jobs", tag = "operators",
    responses((status = 200, description = "The jobs", body = Envelope<List<JobView>>)))]
pub async fn list(State(operators): State<Operators>) -> ApiResult<Ok200<List<JobView>>> {
    let jobs = operators.jobs().await.map_err(ApiError::internal)?;
    Ok(Ok200(List::all(jobs)))
}

/// Run a job now. One that runs already runs once more afterwards.
#[utoipa::path(post, path = "/admin/jobs/{name}/run", tag = "operators",
    params(("name" = String, Path, description = "The job's name")),
    responses((status = 202, description = "The job, due now", body = Envelope<JobView>)))]
pub async fn run(
    State(operators): State<Operators>,
    caller: Caller,
    PathText(name): PathText,
) -> ApiResult<Accepted<JobView>> {
    Ok(Accepted(operators.run_job(&caller, &name).await?))
}
