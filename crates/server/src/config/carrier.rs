//! The carrier's credentials.

use adapters::twilio;
use secrecy::SecretString;
use url::Url;

use super::{Env, Faults, Mode, Secrets};

/// The Twilio account, real or sandbox.
#[derive(Debug, Clone)]
pub struct Carrier {
    /// `AC…`.
    pub account_sid: String,
    /// Its token.
    pub auth_token: SecretString,
    /// Another secret accepted on webhooks.
    pub second_secret: Option<SecretString>,
    /// Where it answers; `None` is our twin.
    pub urls: Option<CarrierUrls>,
}

/// Roots without a path, one for each product of the carrier's.
#[derive(Debug, Clone)]
pub struct CarrierUrls {
    /// Numbers of the account, and those on offer.
    pub api: Url,
    /// What they cost.
    pub pricing: Url,
    /// What regulators want of their owners.
    pub numbers: Url,
}

impl Carrier {
    pub(super) fn read(env: &Env, mode: Mode, secrets: &Secrets, faults: &mut Faults) -> Option<Self> {
        let api = env.root("TWILIO_API_URL", faults);
        let pricing = env.root("TWILIO_PRICING_URL", faults);
        let numbers = env.root("TWILIO_NUMBERS_URL", faults);
        let second_secret = env.credential("TWILIO_WEBHOOK_SECRET", faults).map(SecretString::from);
        let known = |url: &str| Url::parse(url).expect("written in the code");
        match (env.get("TWILIO_ACCOUNT_SID"), env.credential("TWILIO_AUTH_TOKEN", faults)) {
            (Some(sid), Some(token)) => {
                if !is_account_sid(sid) {
                    let what = "must be AC and 32 hexadecimal digits, as the first page of Twilio's console shows it";
                    faults.add("TWILIO_ACCOUNT_SID", what);
                }
                // Other people's servers that speak Twilio's protocol have tokens of their own kind.
                if api.is_none() && !is_hex_32(token) {
                    let what = "must be 32 hexadecimal digits, as Twilio's console shows it below the Account SID";
                    faults.add("TWILIO_AUTH_TOKEN", what);
                }
                let or_real = |root: Option<Url>, real| root.or_else(|| api.clone()).unwrap_or_else(|| known(real));
                let urls = CarrierUrls {
                    api: or_real(None, twilio::API_URL),
                    pricing: or_real(pricing, twilio::PRICING_URL),
                    numbers: or_real(numbers, twilio::NUMBERS_URL),
                };
                Some(Self { account_sid: sid.to_owned(), auth_token: token.into(), second_secret, urls: Some(urls) })
            }
            (None, None) if mode == Mode::Development => Some(Self {
                account_sid: secrets.twilio_account_sid.clone(),
                auth_token: secrets.twilio_auth_token.clone(),
                second_secret,
                urls: api.map(|api| CarrierUrls {
                    pricing: pricing.unwrap_or_else(|| api.clone()),
                    numbers: numbers.unwrap_or_else(|| api.clone()),
                    api,
                }),
            }),
            (None, None) => None,
            (Some(_), None) => {
                faults.add("TWILIO_AUTH_TOKEN", "must be set too, as TWILIO_ACCOUNT_SID is");
                None
            }
            (None, Some(_)) => {
                faults.add("TWILIO_ACCOUNT_SID", "must be set too, as TWILIO_AUTH_TOKEN is");
                None
            }
        }
    }
}

/// Twilio's form of an account's id: <https://www.twilio.com/docs/glossary/what-is-a-sid>.
fn is_account_sid(text: &str) -> bool {
    text.strip_prefix("AC").is_some_and(is_hex_32)
}

fn is_hex_32(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
