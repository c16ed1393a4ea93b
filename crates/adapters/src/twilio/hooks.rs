//! What Twilio tells us: verified by `X-Twilio-Signature`, then read.
//!
//! Sources: <https://www.twilio.com/docs/usage/webhooks/webhooks-security> and both official SDKs' validators.

mod diagnosis;
mod params;
mod read;
mod signature;

#[cfg(test)]
mod tests;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ports::{CarrierInbound, InboundRequest, Rejected, inbound::CallWebhook};
use vocab::{ExposeSecret, SecretString};

use self::{
    params::Params,
    signature::{Algorithm, Signer},
};

const SIGNATURE: &str = "x-twilio-signature";
/// Present where Twilio signs with a shared key instead of the account's token.
const SETTINGS: &str = "x-twilio-webhooks-signature-settings";

/// Verifies and reads Twilio's webhooks.
pub struct TwilioHooks {
    secrets: Vec<SecretString>,
}

impl TwilioHooks {
    /// Accepts what any of these secrets signed. Empty ones are dropped: anybody could sign with them.
    pub fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        Self { secrets: secrets.into_iter().filter(|secret| !secret.expose_secret().is_empty()).collect() }
    }

    /// The parameters of a request whose signature holds.
    fn verify<'a>(&self, request: &'a InboundRequest<'_>) -> Result<Params<'a>, Rejected> {
        let algorithm = algorithm(request.header(SETTINGS))?;
        let header = request.header(SIGNATURE).ok_or_else(|| {
            rejected("no X-Twilio-Signature header: this is not from Twilio, or a proxy drops the header")
        })?;
        let given = STANDARD
            .decode(header.trim())
            .map_err(|_| rejected("the X-Twilio-Signature header is not base64: a proxy may have changed it"))?;
        if self.secrets.is_empty() {
            return Err(rejected("no signing secret is configured: set TWILIO_AUTH_TOKEN"));
        }
        let form = is_form(request);
        let params = if form { Params::from_form(request.body) } else { Params::default() };
        let signer = Signer { algorithm, secrets: &self.secrets, given: &given, tail: params.signed() };
        let signed_url = request
            .urls
            .iter()
            .find(|url| {
                let mut forms = signature::spellings(url).chain(signature::other_queries(url));
                forms.any(|form| signer.signed(&form))
            })
            .ok_or_else(|| Rejected { diagnosis: diagnosis::explain(request, &signer, &params) })?;
        match (request.is_post, form) {
            (true, true) => Ok(params),
            (true, false) => covered_body(request, signed_url),
            (false, _) => Ok(Params::from_form(signature::query(signed_url).as_bytes())),
        }
    }
}

impl CarrierInbound for TwilioHooks {
    fn call(&self, request: &InboundRequest<'_>) -> Result<CallWebhook, Rejected> {
        self.verify(request).map(|params| read::call(&params))
    }
}

impl CarrierInbound for super::Twilio {
    fn call(&self, request: &InboundRequest<'_>) -> Result<CallWebhook, Rejected> {
        self.hooks.call(request)
    }
}

/// A body that is no form is covered by the signature only through its hash in the URL.
fn covered_body<'a>(request: &'a InboundRequest<'_>, signed_url: &str) -> Result<Params<'a>, Rejected> {
    match signature::body_hash(signed_url) {
        Some(hash) if signature::is_hash_of(hash, request.body) => Ok(Params::from_json(request.body)),
        Some(_) => Err(rejected(
            "the signature holds, but bodySHA256 is not the hash of the body: something on the way changed the body",
        )),
        None if request.body.is_empty() => Ok(Params::default()),
        None => Err(rejected(
            "the signature holds for the URL, but the body is no form and there is no bodySHA256: it is not covered",
        )),
    }
}

/// A POST without a content type is read as a form: then the signature covers its body.
fn is_form(request: &InboundRequest<'_>) -> bool {
    let media_type = request.content_type.split(';').next().unwrap_or_default().trim();
    request.is_post && (media_type.is_empty() || media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

/// `key=<id>,algorithm=HMAC_SHA256`; without the header it is HMAC-SHA1 with the account's token.
fn algorithm(settings: Option<&str>) -> Result<Algorithm, Rejected> {
    let Some(settings) = settings else { return Ok(Algorithm::HmacSha1) };
    let named = settings.split(',').find_map(|part| part.trim().strip_prefix("algorithm="));
    match named {
        Some("HMAC_SHA256") => Ok(Algorithm::HmacSha256),
        Some("HMAC_SHA1") | None => Ok(Algorithm::HmacSha1),
        Some(_) => Err(rejected("X-Twilio-Webhooks-Signature-Settings names an algorithm that we do not know")),
    }
}

fn rejected(diagnosis: &str) -> Rejected {
    Rejected { diagnosis: diagnosis.to_owned() }
}
