//! Asks the product what to do with a call: one signed request, one document.

use axum::http::{HeaderName, HeaderValue, Method, header};
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded};
use uuid::Uuid;

use super::twiml::{self, Element};
use crate::{
    kernel::Outgoing,
    twilio::{
        Twin,
        exchange::{Heard, LARGEST},
        signature,
    },
};

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
        let heard = match twin.product.exchange(outgoing(twin, method, &url, form, &token)).await {
            Ok(heard) => heard,
            Err(why) => return Reply { status: None, document: Err(Failure::new(11205, why)) },
        };
        match redirect(&heard, &url) {
            Some(next) => url = next,
            None => return Reply { status: Some(heard.status), document: read(heard) },
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

/// Where the answer sends Twilio on to.
fn redirect(heard: &Heard, from: &str) -> Option<String> {
    let to = heard.location.as_deref().filter(|_| (300..400).contains(&heard.status))?;
    Some(Url::parse(from).ok()?.join(to).ok()?.to_string())
}

fn read(heard: Heard) -> Result<Vec<Element>, Failure> {
    if !(200..300).contains(&heard.status) {
        return Err(Failure::new(11200, format!("answered {}", heard.status)));
    }
    if heard.body.len() > LARGEST {
        return Err(Failure::new(11750, "the document is larger than 64 KB"));
    }
    let text = String::from_utf8(heard.body).map_err(|_| Failure::new(12100, "the document is not UTF-8"))?;
    let content_type = heard.content_type.unwrap_or_default().to_lowercase();
    match content_type.split(';').next().unwrap_or_default().trim() {
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
