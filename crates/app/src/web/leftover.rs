//! What an answer leaves unread of a request's body. A request can be refused before anybody reads its body; left
//! unread, that costs the connection, and a client that sends its next request on it sees it break.

use std::{
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, BodyDataStream, Bytes, HttpBody},
    extract::Request,
    http::header::EXPECT,
};
use futures::{StreamExt, stream};

/// More than this is not waited for: then the connection ends after all.
const MOST: usize = 1024 * 1024;
/// Nor longer than this.
const LONGEST: Duration = Duration::from_secs(2);

/// A body that two hold: who reads it, and who reads what that one leaves.
#[derive(Clone)]
pub(super) struct Leftover(Arc<Mutex<BodyDataStream>>);

impl Leftover {
    /// Takes a share in the request's body, if there is one that the client sends unasked.
    pub(super) fn of(request: Request) -> (Request, Option<Self>) {
        if request.body().is_end_stream() || request.headers().contains_key(EXPECT) {
            return (request, None);
        }
        let (parts, body) = request.into_parts();
        let leftover = Self(Arc::new(Mutex::new(body.into_data_stream())));
        let shared = leftover.clone();
        let body = Body::from_stream(stream::poll_fn(move |context| shared.poll(context)));
        (Request::from_parts(parts, body), Some(leftover))
    }

    /// Reads and drops the rest.
    pub(super) async fn drop_it(self) {
        let rest = async {
            let (mut chunks, mut read) = (stream::poll_fn(|context| self.poll(context)), 0_usize);
            while read <= MOST
                && let Some(Ok(chunk)) = chunks.next().await
            {
                read = read.saturating_add(chunk.len());
            }
        };
        // Whether it came to its end is the connection's business.
        let _ = tokio::time::timeout(LONGEST, rest).await;
    }

    fn poll(&self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, axum::Error>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context)
    }
}
