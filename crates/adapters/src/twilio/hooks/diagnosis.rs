//! Why a signature did not hold, for the operator's log: which string we signed, and what was probably wrong.
//!
//! Nine times out of ten the secret is right and the URL is not, because a proxy sits between. So the likely wrong
//! URLs are tried; one that fits names the fault.

use ports::InboundRequest;

use super::{
    params::Params,
    signature::{Parts, Signer, body_hash},
};

/// How much of a text from outside goes into a log line.
const SHOWN: usize = 300;
/// Ports behind which a service like ours often stands.
const LIKELY_PORTS: [&str; 6] = ["80", "443", "3000", "8000", "8080", "8443"];

/// One line: what was signed, with keys but no values, and the likeliest reason.
pub(super) fn explain(request: &InboundRequest<'_>, signer: &Signer<'_>, params: &Params<'_>) -> String {
    let urls: Vec<String> = request
        .urls
        .iter()
        .take(3)
        .map(|url| shown(&Parts::of(url).map_or_else(|| url.clone(), |parts| parts.as_written())))
        .collect();
    let keys = params.keys();
    let named: Vec<&str> = keys.iter().take(40).map(AsRef::as_ref).collect();
    let with = match (keys.len(), request.is_post) {
        (0, _) => "no parameters".to_owned(),
        (count, _) => format!("{count} parameters ({})", shown(&named.join(", "))),
    };
    let reason = request.urls.iter().take(3).find_map(|url| reason(request, signer, url)).unwrap_or_else(|| {
        "nothing near it fits either: wrong auth token, or the body was changed on the way".to_owned()
    });
    format!("we signed {} with {with}; {reason}", urls.join(" or "))
}

/// The fault that explains the signature, if one does.
fn reason(request: &InboundRequest<'_>, signer: &Signer<'_>, url: &str) -> Option<String> {
    let parts = Parts::of(url)?;
    let fits = |url: &str| signer.signed(url);
    let scheme = if parts.scheme == "https" { "http" } else { "https" };
    if fits(&Parts { scheme, ..parts }.as_written()) {
        return Some(format!(
            "it fits with {scheme} instead of {}: the proxy does not forward X-Forwarded-Proto, or API_BASE_URL is wrong",
            parts.scheme
        ));
    }
    if let Some((path, _)) = parts.rest.split_once('?')
        && fits(&Parts { rest: path, ..parts }.as_written())
    {
        return Some("it fits without the query: the webhook is configured at Twilio without it".to_owned());
    }
    if fits(&other_slash(&parts)) {
        return Some("it fits with the trailing slash toggled: the proxy or API_BASE_URL changes the path".to_owned());
    }
    if let Some(port) = LIKELY_PORTS.into_iter().find(|port| fits(&parts.with_port(port))) {
        return Some(format!("it fits with port {port}: API_BASE_URL names another port than Twilio was given"));
    }
    if let Some(url) = other_hosts(request, &parts).into_iter().find(|url| fits(url)) {
        return Some(format!("it fits {}: API_BASE_URL is wrong", shown(&url)));
    }
    if !signer.tail.is_empty() && signer.signed_with(&parts.as_written(), &[]) {
        return Some(match body_hash(url) {
            Some(_) => {
                "it fits the URL with bodySHA256: the content type was changed to a form's on the way".to_owned()
            }
            None => "it fits the URL without parameters: the body was added or changed on the way".to_owned(),
        });
    }
    None
}

fn other_slash(parts: &Parts<'_>) -> String {
    let (path, query) = parts.rest.split_at(parts.rest.find('?').unwrap_or(parts.rest.len()));
    let path = path.strip_suffix('/').map_or_else(|| format!("{path}/"), str::to_owned);
    let rest = format!("{path}{query}");
    Parts { rest: &rest, ..*parts }.as_written()
}

/// The same path under the host that the request itself names. Only a hint: it is never trusted to verify.
fn other_hosts(request: &InboundRequest<'_>, parts: &Parts<'_>) -> Vec<String> {
    let hosts = ["x-forwarded-host", "host"].into_iter().filter_map(|name| request.header(name));
    hosts.flat_map(|host| ["https", "http"].map(|scheme| format!("{scheme}://{host}{}", parts.rest))).collect()
}

/// For the log: no query values, no control characters, not long.
fn shown(text: &str) -> String {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let keys: Vec<String> = query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| format!("{}=…", part.split('=').next().unwrap_or_default()))
        .collect();
    let whole = if keys.is_empty() { path.to_owned() } else { format!("{path}?{}", keys.join("&")) };
    whole.chars().flat_map(char::escape_debug).take(SHOWN).collect()
}
