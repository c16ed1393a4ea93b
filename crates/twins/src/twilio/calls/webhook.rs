//! Asks the product what to do with a call: one signed request, one document.

use axum::http::{HeaderName, HeaderValue, Method, header};
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded};
use uuid::Uuid;

use super::twiml::{self, Element};
use crate::{
    kernel::{Outgoing, loopback},
    twilio::{Twin, signature},
};

/// Twilio reads no more than this of a document.
const LARGEST: usize = 64 * 1024;

/// Twilio follows so many redirects.
const REDIRECTS: usize = 10;

/// Parameters of a webhook.
pub(crate) type Form = Vec<(String, String)>;

/// What went wrong, by the number that Twilio's debugger shows.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{code}: {text}")]
pub(crate) struct Failure {
    pub(crate) code: u32,
    pub(crate) text: String,
}

impl Failure {
    pub(crate) fn new(code: u32, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }
}

/// The HTTP status, if there was an answer, and what it came to.
pub(crate) struct Reply {
    pub(crate) status: Option<u16>,
    pub(crate) document: Result<Vec<Element>, Failure>,
}

/// Sends the form and reads the document that comes back.
pub(crate) async fn ask(twin: &Twin, method: &Method, url: &str, form: &Form) -> Reply {
    let mut url = url.to_owned();
    for _ in 0..=REDIRECTS {
        let token = hex::encode(twin.ambient.bytes::<16>());
        let sent = match send(twin, outgoing(twin, method, &url, form, &token)).await {
            Ok(sent) => sent,
            Err(failure) => return Reply { status: None, document: Err(failure) },
        };
        match redirect(&sent, &url) {
            Some(next) => url = next,
            None => return Reply { status: Some(sent.status().as_u16()), document: read(sent).await },
        }
    }
    Reply { status: None, document: Err(Failure::new(11215, format!("more than {REDIRECTS} redirects"))) }
}

/// The signed request. Twilio signs the URL as it was configured, without fragment, user name and password; `event`
/// makes the token by which a receiver knows a repetition.
pub(crate) fn outgoing(twin: &Twin, method: &Method, url: &str, form: &Form, event: &str) -> Outgoing {
    let url = url.split_once('#').map_or(url, |(url, _)| url);
    let (url, body, signed) = if *method == Method::GET {
        (with_query(url, form), String::new(), &[][..])
    } else {
        (url.to_owned(), encode(form), form.as_slice())
    };
    let signature = signature::sign(twin.auth_token.expose_secret(), &without_user(&url), signed);
    let digest = Sha256::digest(event.as_bytes());
    let token = Uuid::from_slice(&digest[..16]).expect("16 bytes").to_string();
    let text = |text: &str| HeaderValue::from_str(text).expect("visible ASCII");
    let mut headers = vec![
        (HeaderName::from_static("x-twilio-signature"), text(&signature)),
        (HeaderName::from_static("i-twilio-idempotency-token"), text(&token)),
        (header::USER_AGENT, text("TwilioProxy/1.1")),
        (header::ACCEPT, text("*/*")),
    ];
    if *method != Method::GET {
        headers.push((header::CONTENT_TYPE, text("application/x-www-form-urlencoded; charset=UTF-8")));
    }
    Outgoing { method: method.clone(), url, headers, body }
}

pub(crate) fn encode(form: &Form) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}

fn with_query(url: &str, form: &Form) -> String {
    if form.is_empty() {
        return url.to_owned();
    }
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{}", encode(form))
}

fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let host_end = rest.find(['/', '?']).unwrap_or(rest.len());
    match rest[..host_end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => url.to_owned(),
    }
}

async fn send(twin: &Twin, request: Outgoing) -> Result<reqwest::Response, Failure> {
    let url = loopback::url(&request.url).map_err(|error| Failure::new(11200, error.to_string()))?;
    let sent = twin.client.request(request.method, url).headers(request.headers.into_iter().collect());
    sent.body(request.body).send().await.map_err(|error| Failure::new(11205, error.without_url().to_string()))
}

fn redirect(response: &reqwest::Response, from: &str) -> Option<String> {
    let to = response.headers().get(header::LOCATION)?.to_str().ok()?;
    let next = Url::parse(from).ok()?.join(to).ok()?;
    response.status().is_redirection().then(|| next.to_string())
}

async fn read(mut response: reqwest::Response) -> Result<Vec<Element>, Failure> {
    let status = response.status();
    if !status.is_success() {
        return Err(Failure::new(11200, format!("answered {status}")));
    }
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim().to_lowercase();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Failure::new(11205, error.to_string()))? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST {
            return Err(Failure::new(11750, "the document is larger than 64 KB"));
        }
    }
    let text = String::from_utf8(body).map_err(|_| Failure::new(12100, "the document is not UTF-8"))?;
    match content_type.as_str() {
        "text/xml" | "application/xml" | "text/html" => {
            twiml::parse(&text).map_err(|error| Failure::new(12100, error.to_string()))
        }
        "text/plain" => Ok(vec![Element::saying(&text)]),
        "" => Err(Failure::new(11200, "no Content-Type")),
        other => Err(Failure::new(12300, format!("the Content-Type {other} is not text/xml"))),
    }
}

#[cfg(test)]
mod tests {
    use super::without_user;

    #[test]
    fn credentials_are_not_signed() {
        assert_eq!(without_user("http://me:secret@127.0.0.1:1/a?b=c@d"), "http://127.0.0.1:1/a?b=c@d");
        assert_eq!(without_user("http://127.0.0.1?x@y"), "http://127.0.0.1?x@y");
    }
}
