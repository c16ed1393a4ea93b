//! How Twilio's requests reach the product: over a socket, or in process in a simulation.

use std::{io, sync::Arc, time::Duration};

use axum::http::{HeaderMap, HeaderName, header};

use crate::kernel::{Outgoing, Transport, loopback};

/// Twilio reads no more than this many bytes of a document.
pub(crate) const LARGEST: usize = 64 * 1024;

/// What the product answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type`, if there is one.
    pub content_type: Option<String>,
    /// The `Location`, if there is one.
    pub location: Option<String>,
    /// The body, cut off somewhere behind the 64 KB that Twilio reads.
    pub body: Vec<u8>,
}

/// The way to the product.
#[async_trait::async_trait]
pub trait Exchange: Send + Sync + 'static {
    /// Sends one request, follows no redirect; `Err` says why there was no answer.
    async fn exchange(&self, request: Outgoing) -> Result<Heard, String>;
}

/// Real HTTP to loopback, and nowhere else.
pub(crate) struct Loopback(reqwest::Client);

impl Loopback {
    pub(crate) fn new(timeout: Duration) -> io::Result<Self> {
        loopback::client(timeout).map(Self)
    }
}

#[async_trait::async_trait]
impl Exchange for Loopback {
    async fn exchange(&self, request: Outgoing) -> Result<Heard, String> {
        let url = loopback::url(&request.url).map_err(|error| error.to_string())?;
        let lost = |error: reqwest::Error| error.without_url().to_string();
        let sent = self.0.request(request.method, url).headers(request.headers.into_iter().collect());
        let mut response = sent.body(request.body).send().await.map_err(lost)?;
        let mut heard = Heard {
            status: response.status().as_u16(),
            content_type: text(response.headers(), &header::CONTENT_TYPE),
            location: text(response.headers(), &header::LOCATION),
            body: Vec::new(),
        };
        while heard.body.len() <= LARGEST
            && let Some(chunk) = response.chunk().await.map_err(lost)?
        {
            heard.body.extend_from_slice(&chunk);
        }
        Ok(heard)
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// The same way, for callbacks, of whose answers only the status counts.
pub(crate) struct ForCallbacks(pub(crate) Arc<dyn Exchange>);

#[async_trait::async_trait]
impl Transport for ForCallbacks {
    async fn send(&self, request: Outgoing) -> Option<u16> {
        let heard = self.0.exchange(request).await;
        heard.inspect_err(|error| tracing::debug!(%error, "a callback got no answer")).ok().map(|heard| heard.status)
    }
}
