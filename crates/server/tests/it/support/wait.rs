//! Waiting for something that becomes true by itself.

use std::time::{Duration, Instant};

/// Asks until the answer is `Some`, and panics with `what` when it never is.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(
    what: &str,
    within: Duration,
    mut ask: impl FnMut() -> F,
) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < within, "still not after {within:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
