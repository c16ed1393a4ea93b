//! The suppliers of verification numbers, behind their adapters: connected by the settings, or by what an operator
//! stores.

use std::sync::Arc;

use adapters::{
    http::Limits,
    sms_man::{self, SmsMan, SmsManConfig},
    text_verified::{self, TextVerified, TextVerifiedConfig},
};
use app::suppliers::{Configured, Connected, CredentialSource, Credentials, Field, FieldKind, Known};
use ports::Supplier;
use secrecy::{ExposeSecret, SecretString};
use url::Url;
use vocab::{Ambient, Currency};

use crate::{config::Config, twins::Twins};

const API_URL: Field = Field { name: "apiUrl", is_required: false, kind: FieldKind::Address };

/// A twin takes as many purchases a second as anybody makes.
const UNHURRIED: u32 = 1000;

const fn secret(name: &'static str, is_required: bool) -> Field {
    Field { name, is_required, kind: FieldKind::Secret }
}

const SMS_MAN: &[Field] = &[secret("token", true), API_URL];
const TEXT_VERIFIED: &[Field] =
    &[secret("apiKey", true), secret("username", true), secret("webhookSecret", false), API_URL];

/// Every supplier there is an adapter for, connected by the settings or to its twin where they say so.
pub(crate) fn known(config: &Config, twins: &Twins, ambient: &Ambient) -> anyhow::Result<Vec<Known>> {
    Ok(vec![sms_man(config, twins, ambient)?, text_verified(config, twins, ambient)?])
}

fn sms_man(config: &Config, twins: &Twins, ambient: &Ambient) -> anyhow::Result<Known> {
    let mut configured = None;
    if let Some(account) = &config.suppliers.sms_man {
        let url = place(account.url.as_ref(), twins.sms_man_url())?;
        let pace = if account.url.is_some() { sms_man::PURCHASES_PER_SECOND } else { UNHURRIED };
        let connected = connect_sms_man(account.api_key.clone(), url, pace, ambient)?;
        configured = Some(Configured { connected, source: source(account.url.as_ref()), set: vec!["token"] });
    }
    let (ambient, usual) = (ambient.clone(), usual(config.suppliers.sms_man_root.as_ref(), sms_man::API_URL));
    let connect = move |stored: &Credentials| {
        let (url, pace) = (address(stored, &usual)?, sms_man::PURCHASES_PER_SECOND);
        connect_sms_man(part(stored, "token"), url, pace, &ambient).map_err(|error| error.to_string())
    };
    Ok(Known { name: "SMS_MAN", fields: SMS_MAN, configured, connect: Arc::new(connect) })
}

fn connect_sms_man(
    api_key: SecretString,
    api_url: Url,
    purchases_per_second: u32,
    ambient: &Ambient,
) -> anyhow::Result<Connected> {
    let sms_man = SmsMan::new(SmsManConfig {
        api_key,
        api_url,
        currency: Currency::USD,
        purchases_per_second,
        cancel_lock: None,
        limits: Limits::default(),
        ambient: ambient.clone(),
    })?;
    Ok(Connected { supplier: Arc::new(sms_man), inbound: None })
}

fn text_verified(config: &Config, twins: &Twins, ambient: &Ambient) -> anyhow::Result<Known> {
    let mut configured = None;
    if let Some(account) = &config.suppliers.text_verified {
        let url = place(account.url.as_ref(), twins.text_verified_url())?;
        let secrets = (account.api_key.clone(), account.webhook_secret.clone());
        let pace = if account.url.is_some() { text_verified::PURCHASES_PER_SECOND } else { UNHURRIED };
        let connected = connect_text_verified(secrets, &account.username, url, pace, ambient)?;
        let mut set = vec!["apiKey", "username"];
        if !account.webhook_secret.expose_secret().is_empty() {
            set.push("webhookSecret");
        }
        configured = Some(Configured { connected, source: source(account.url.as_ref()), set });
    }
    let (ambient, usual) =
        (ambient.clone(), usual(config.suppliers.text_verified_root.as_ref(), text_verified::API_URL));
    let connect = move |stored: &Credentials| {
        let secrets = (part(stored, "apiKey"), part(stored, "webhookSecret"));
        let username = part(stored, "username");
        let (url, pace) = (address(stored, &usual)?, text_verified::PURCHASES_PER_SECOND);
        connect_text_verified(secrets, username.expose_secret(), url, pace, &ambient).map_err(|error| error.to_string())
    };
    Ok(Known { name: "TEXT_VERIFIED", fields: TEXT_VERIFIED, configured, connect: Arc::new(connect) })
}

fn connect_text_verified(
    (api_key, webhook_secret): (SecretString, SecretString),
    username: &str,
    api_url: Url,
    purchases_per_second: u32,
    ambient: &Ambient,
) -> anyhow::Result<Connected> {
    let text_verified = Arc::new(TextVerified::new(TextVerifiedConfig {
        api_key,
        username: username.to_owned(),
        webhook_secrets: vec![webhook_secret],
        purchases_per_second,
        api_url,
        cancel_lock: None,
        limits: Limits::default(),
        ambient: ambient.clone(),
    })?);
    Ok(Connected { supplier: Arc::clone(&text_verified) as Arc<dyn Supplier>, inbound: Some(text_verified) })
}

fn source(url: Option<&Url>) -> CredentialSource {
    if url.is_some() { CredentialSource::Env } else { CredentialSource::Sandbox }
}

/// A stored part; empty where it is not stored. Those that are required were asked for when they were stored.
fn part(stored: &Credentials, name: &str) -> SecretString {
    stored.get(name).cloned().unwrap_or_default()
}

/// Where stored credentials are used: where they say, or where the settings say, or at the supplier itself.
fn address(stored: &Credentials, usual: &Url) -> Result<Url, String> {
    let Some(given) = stored.get("apiUrl") else { return Ok(usual.clone()) };
    Url::parse(given.expose_secret()).map_err(|error| format!("apiUrl: {error}"))
}

fn usual(given: Option<&Url>, real: &str) -> Url {
    given.cloned().unwrap_or_else(|| Url::parse(real).expect("written in the code"))
}

fn place(given: Option<&Url>, twin: Option<&str>) -> anyhow::Result<Url> {
    match (given, twin) {
        (Some(url), _) => Ok(url.clone()),
        (None, Some(twin)) => Ok(Url::parse(twin)?),
        (None, None) => anyhow::bail!("a supplier has neither a URL nor a twin"),
    }
}
