//! What each slice lets an operator set, from the configuration.

use std::time::Duration;

use app::{auth, keys::Environment, numbers, orders, sessions, suppliers, verifications};
use chrono::TimeDelta;
use url::Url;

use crate::config::{Config, Mode};

pub(crate) fn auth(config: &Config, public_base: &Url) -> auth::Settings {
    auth::Settings {
        jwt_secret: config.secrets.jwt.clone(),
        terms_version: config.terms_version.clone(),
        onboarding_url: format!("{}docs", public_base.as_str()),
    }
}

pub(crate) const fn key_environment(config: &Config) -> Environment {
    match config.mode {
        Mode::Development => Environment::Test,
        Mode::Production => Environment::Live,
    }
}

pub(crate) fn orders(config: &Config) -> orders::Settings {
    orders::Settings {
        archive_after: config.retention.orders,
        settle_wait: config.settle_wait,
        ..orders::Settings::default()
    }
}

pub(crate) fn numbers(config: &Config, public_base: &Url) -> numbers::Settings {
    numbers::Settings {
        cool_down: span(config.number_cool_down),
        ..numbers::Settings::new(public_base.as_str(), config.mode == Mode::Development)
    }
}

pub(crate) fn pool_cool_down(config: &Config) -> TimeDelta {
    span(config.pool_cool_down)
}

pub(crate) fn sessions(config: &Config) -> sessions::Settings {
    sessions::Settings { cool_down: pool_cool_down(config), development: config.mode == Mode::Development }
}

pub(crate) fn suppliers(config: &Config) -> suppliers::Settings {
    suppliers::Settings { float_alert: config.suppliers.float_alert, keeps_secrets: config.secrets.encryption_is_kept }
}

pub(crate) fn verifications(config: &Config) -> verifications::Settings {
    verifications::Settings {
        keep_texts: span(config.suppliers.keep_texts),
        ..verifications::Settings::new(config.suppliers.policy.clone())
    }
}

/// A setting that is longer than a time span can be means for ever.
fn span(setting: Duration) -> TimeDelta {
    TimeDelta::from_std(setting).unwrap_or(TimeDelta::MAX)
}
