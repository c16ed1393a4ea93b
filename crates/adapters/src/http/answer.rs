//! What came back, or how it was lost.

use std::{error::Error, time::Duration};

use ports::PortError;
use reqwest::{
    Client, Response,
    header::{HeaderMap, RETRY_AFTER},
};

use super::Call;

/// A page of 1,000 numbers is about 2 MB; a body beyond this is not one we asked for.
const MAX_BODY: usize = 8 << 20;

/// A vendor's answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// What the call does at the vendor, so that a table of errors can tell lost from not done.
    pub(crate) effect: super::Effect,
    /// By which the vendor's support finds the request.
    pub(crate) request_id: Option<String>,
    /// How long the vendor asks to wait.
    pub(crate) retry_after: Option<Duration>,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Whether the vendor did what it was asked.
    pub(crate) const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// The body as a vendor's words. One that cannot be read leaves the outcome unknown.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, PortError> {
        serde_json::from_slice(&self.body).map_err(|_| PortError::Unknown)
    }

    /// The fate of a call that met a vendor's fault (5xx): a read comes back later, anything else may have happened.
    pub(crate) fn fault(&self) -> PortError {
        match self.effect {
            super::Effect::None => self.busy(),
            super::Effect::Repeatable | super::Effect::Once => PortError::Unknown,
        }
    }

    /// The fate of a call that was turned away unprocessed.
    pub(crate) fn busy(&self) -> PortError {
        PortError::Busy { retry_after: self.retry_after.unwrap_or(Duration::from_millis(250)) }
    }
}

/// Sends the call once and reads the whole answer within `within`.
pub(super) async fn exchange(
    client: &Client,
    call: &Call,
    within: Duration,
    request_id: &str,
) -> Result<Answer, PortError> {
    let mut request = client.request(call.method.clone(), call.url.clone()).timeout(within);
    for (name, value) in &call.headers {
        request = request.header(name, value);
    }
    if let Some(form) = &call.form {
        request = request.form(form);
    }
    if let Some(json) = &call.json {
        request = request.json(json);
    }
    let response = request.send().await.map_err(|error| lost(call, error))?;
    let status = response.status().as_u16();
    let headers = response.headers();
    let request_id = headers.get(request_id).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let retry_after = retry_after(headers);
    // Whatever breaks from here on, the vendor has seen the request.
    let body = read(response).await.ok_or(PortError::Unknown)?;
    Ok(Answer { status, effect: call.effect, request_id, retry_after, body })
}

/// A request that could not be built or whose connection never came about (name, refusal, TLS, connect time-out) was
/// not sent. Everything later may have been received. The log gets the cause, without the URL and its query.
fn lost(call: &Call, error: reqwest::Error) -> PortError {
    let fate = if error.is_builder() || error.is_connect() { PortError::NotSent } else { PortError::Unknown };
    let error = error.without_url();
    let causes = std::iter::successors(Some(&error as &dyn Error), |error| (*error).source());
    let cause = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    tracing::warn!(operation = call.operation, cause, "no answer from outside");
    fate
}

async fn read(mut response: Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > MAX_BODY {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}

/// Whole seconds only: neither vendor sends the date form. A wait of more than an hour is not believed.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(3600)))
}
