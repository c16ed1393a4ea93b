//! A request that may do nothing new, because its caller has used up the limit. It may still show what its Idempotency-Key
//! has done before: that spends nothing more.

use std::future::Future;

use super::error::ApiError;

tokio::task_local! {
    static REFUSAL: ApiError;
}

/// Serves the request, which is refused with this unless it is a repeat.
pub(super) async fn or_repeated<F: Future>(refusal: ApiError, served: F) -> F::Output {
    REFUSAL.scope(refusal, served).await
}

/// Why the request that this task serves may do nothing new, if that is so.
pub(crate) fn refusal() -> Option<ApiError> {
    REFUSAL.try_with(Clone::clone).ok()
}
