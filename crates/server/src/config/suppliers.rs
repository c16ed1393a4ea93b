//! The suppliers of verification numbers: credentials, and what may be sold.

use std::time::Duration;

use app::{suppliers::Category, verifications::Policy};
use secrecy::SecretString;
use url::Url;
use vocab::{Amount, CountryCode};

use super::{Env, Faults, Mode, Secrets};

/// How long after a purchase the twins send a text unasked, so that a demo works by looking.
const TEXT_DELAY_MS: u64 = 5_000;

/// The suppliers, and what may be sold of theirs.
#[derive(Debug, Clone)]
pub struct Suppliers {
    /// SMS-Man, if it is connected.
    pub sms_man: Option<SmsMan>,
    /// TextVerified, if it is connected.
    pub text_verified: Option<TextVerified>,
    /// Where SMS-Man answers, if the settings say so.
    pub sms_man_root: Option<Url>,
    /// Where TextVerified answers, if the settings say so.
    pub text_verified_root: Option<Url>,
    /// What may be sold, and how much of it.
    pub policy: Policy,
    /// For how long words and codes are kept.
    pub keep_texts: Duration,
    /// Our money at a supplier below which an operator is told.
    pub float_alert: Option<Amount>,
    /// How long after a purchase the twins send a text unasked; never without.
    pub text_delay: Option<Duration>,
}

/// The SMS-Man account, real or sandbox.
#[derive(Debug, Clone)]
pub struct SmsMan {
    /// Its key.
    pub api_key: SecretString,
    /// Where it answers; `None` is our twin.
    pub url: Option<Url>,
}

/// The TextVerified account, real or sandbox.
#[derive(Debug, Clone)]
pub struct TextVerified {
    /// Its key.
    pub api_key: SecretString,
    /// Its user name, an e-mail address.
    pub username: String,
    /// `whsec_…`; where it is empty no webhook is believed, and texts are found by asking.
    pub webhook_secret: SecretString,
    /// Where it answers; `None` is our twin.
    pub url: Option<Url>,
}

impl Suppliers {
    pub(super) fn read(env: &Env, mode: Mode, secrets: &Secrets, faults: &mut Faults) -> Self {
        let text_delay = env.number("SANDBOX_TEXT_DELAY_MS", TEXT_DELAY_MS, faults);
        let sms_man_root = env.root("SMSMAN_API_URL", faults);
        let text_verified_root = env.root("TEXTVERIFIED_API_URL", faults);
        Self {
            sms_man: sms_man(env, mode, secrets, sms_man_root.clone(), faults),
            text_verified: text_verified(env, mode, secrets, text_verified_root.clone(), faults),
            sms_man_root,
            text_verified_root,
            policy: policy(env, mode, faults),
            keep_texts: Duration::from_secs(env.number("VERIFICATION_TEXT_HOURS", 24, faults).saturating_mul(3600)),
            text_delay: (text_delay > 0).then(|| Duration::from_millis(text_delay)),
            float_alert: env.parsed("SUPPLIER_FLOAT_ALERT", "must be an amount such as 20.50", faults),
        }
    }
}

fn sms_man(env: &Env, mode: Mode, secrets: &Secrets, api: Option<Url>, faults: &mut Faults) -> Option<SmsMan> {
    let (api_key, url) = match env.credential("SMSMAN_API_KEY", faults) {
        Some(key) => (key.into(), Some(api.unwrap_or_else(|| known(adapters::sms_man::API_URL)))),
        None if mode == Mode::Development => (secrets.sms_man_token.clone(), api),
        None => return None,
    };
    Some(SmsMan { api_key, url })
}

fn text_verified(
    env: &Env,
    mode: Mode,
    secrets: &Secrets,
    api: Option<Url>,
    faults: &mut Faults,
) -> Option<TextVerified> {
    let webhook = "TextVerified shows it beside the webhook";
    let webhook = env.prefixed("TEXTVERIFIED_WEBHOOK_SECRET", &["whsec_"], webhook, faults).map(SecretString::from);
    let username = env.credential("TEXTVERIFIED_USERNAME", faults);
    if username.is_some_and(|name| !name.contains('@')) {
        faults.add("TEXTVERIFIED_USERNAME", "must be the e-mail address by which the account logs in");
    }
    match (env.credential("TEXTVERIFIED_API_KEY", faults), username) {
        (Some(key), Some(username)) => Some(TextVerified {
            api_key: key.into(),
            username: username.to_owned(),
            webhook_secret: webhook.unwrap_or_else(|| SecretString::from(String::new())),
            url: Some(api.unwrap_or_else(|| known(adapters::text_verified::API_URL))),
        }),
        (None, None) if mode == Mode::Development => Some(TextVerified {
            api_key: secrets.text_verified_key.clone(),
            username: "sandbox@example.com".into(),
            webhook_secret: webhook.unwrap_or_else(|| secrets.text_verified_webhook_secret.clone()),
            url: api,
        }),
        (None, None) => None,
        (Some(_), None) => {
            faults.add("TEXTVERIFIED_USERNAME", "must be set too, as TEXTVERIFIED_API_KEY is");
            None
        }
        (None, Some(_)) => {
            faults.add("TEXTVERIFIED_API_KEY", "must be set too, as TEXTVERIFIED_USERNAME is");
            None
        }
    }
}

fn policy(env: &Env, mode: Mode, faults: &mut Faults) -> Policy {
    let mut policy = match mode {
        Mode::Development => Policy::development(),
        Mode::Production => Policy::production(),
    };
    let allowed: Vec<Category> =
        words(env, "VERIFICATION_ALLOWED_CATEGORIES", "must be categories such as BANK", faults);
    policy.denied_categories.retain(|category| !allowed.contains(category));
    policy.denies_unclassified &= !allowed.contains(&Category::Unclassified);
    if env.get("VERIFICATION_DENIED_COUNTRIES").is_some() {
        let countries: Vec<CountryCode> =
            words(env, "VERIFICATION_DENIED_COUNTRIES", "must be ISO codes such as KP,SY", faults);
        if let Some(error) = countries.iter().find_map(|country| country.assigned().err()) {
            faults.add("VERIFICATION_DENIED_COUNTRIES", error.to_string());
        }
        policy.denied_countries = countries;
    }
    let cap = |name: &str, default: u32, faults: &mut Faults| {
        u32::try_from(env.number(name, default.into(), faults)).unwrap_or(u32::MAX)
    };
    policy.active_cap = cap("VERIFICATION_ACTIVE_CAP", policy.active_cap, faults);
    policy.daily_cap = cap("VERIFICATION_DAILY_CAP", policy.daily_cap, faults);
    policy
}

/// A list with commas.
fn words<T: std::str::FromStr>(env: &Env, name: &str, what: &str, faults: &mut Faults) -> Vec<T> {
    let texts = env.get(name).unwrap_or_default().split(',').map(str::trim).filter(|text| !text.is_empty());
    let read: Result<Vec<T>, _> = texts.map(str::parse).collect();
    read.unwrap_or_else(|_| {
        faults.add(name, what);
        Vec::new()
    })
}

fn known(url: &str) -> Url {
    Url::parse(url).expect("written in the code")
}
