//! What a customer may ask for: every bad field is named at once.

use url::Url;
use vocab::{Amount, Currency, Money, id::PaymentMethodId};

use super::Settings;
use crate::web::FieldError;

/// The longest URL that browsers and proxies carry safely.
const LONGEST_URL: usize = 2048;
/// Longer than any token that Stripe makes.
const LONGEST_TOKEN: usize = 255;

/// A deposit as asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// How much.
    pub amount: Amount,
    /// Of what; US dollars where nothing is said.
    pub currency: Option<Currency>,
    /// Our `pmt_…`, or the processor's own token. Without one the payer chooses in the browser.
    pub method: Option<String>,
    /// Where the browser comes back to after a redirect.
    pub return_url: Option<String>,
    /// Whether the means of payment is kept for later deposits.
    pub save_method: bool,
}

/// With what a deposit is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Method {
    /// One that the account has saved.
    Saved(PaymentMethodId),
    /// The processor's token of one.
    Token(String),
    /// One that the payer chooses in the browser.
    Browser,
}

/// A deposit that may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub money: Money,
    pub method: Method,
    pub return_url: Option<String>,
    pub save_method: bool,
}

/// Checks every field of a request.
pub(super) fn check(settings: &Settings, request: &Request) -> Result<Wanted, Vec<FieldError>> {
    let mut bad = Vec::new();
    let currency = request.currency.unwrap_or(Currency::USD);
    if !settings.currencies.contains(&currency) {
        let codes: Vec<&str> = settings.currencies.iter().map(Currency::as_str).collect();
        let message = format!("must be {}: nothing is sold in {currency}", codes.join(" or "));
        bad.push(FieldError::new("currency", message));
    } else if let Err(message) = check_amount(settings, Money::new(request.amount, currency)) {
        bad.push(FieldError::new("amount", message));
    }
    let method = method(request.method.as_deref()).unwrap_or_else(|message| {
        bad.push(FieldError::new("paymentMethodId", message));
        Method::Browser
    });
    if let Some(message) = request.return_url.as_deref().and_then(wrong_url) {
        bad.push(FieldError::new("returnUrl", message));
    }
    if !bad.is_empty() {
        return Err(bad);
    }
    Ok(Wanted {
        money: Money::new(request.amount, currency),
        method,
        return_url: request.return_url.clone(),
        save_method: request.save_method,
    })
}

/// A processor's amount is whole minor units, never rounded (product.md, law 1).
fn check_amount(settings: &Settings, money: Money) -> Result<(), String> {
    let currency = money.currency;
    let Some(units) = money.minor_units() else {
        let unit = in_units(1, currency);
        return Err(format!("must be whole minor units of {currency}, that is a multiple of {unit}"));
    };
    if !(settings.min_minor_units..=settings.max_minor_units).contains(&units) {
        let (min, max) = (in_units(settings.min_minor_units, currency), in_units(settings.max_minor_units, currency));
        return Err(format!("must be {min} to {max} {currency}"));
    }
    Ok(())
}

fn in_units(units: i64, currency: Currency) -> Amount {
    Money::from_minor(units, currency).map_or(Amount::ZERO, |money| money.amount)
}

fn method(given: Option<&str>) -> Result<Method, &'static str> {
    let Some(given) = given else { return Ok(Method::Browser) };
    if let Ok(id) = given.parse() {
        return Ok(Method::Saved(id));
    }
    let token = given.strip_prefix("pm_").filter(|rest| !rest.is_empty() && given.len() <= LONGEST_TOKEN);
    match token {
        Some(rest) if rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => {
            Ok(Method::Token(given.to_owned()))
        }
        _ => Err("must be a saved payment method (pmt_…) or the processor's token (pm_…)"),
    }
}

fn wrong_url(text: &str) -> Option<&'static str> {
    if text.len() > LONGEST_URL {
        return Some("must have at most 2048 characters");
    }
    let is_good = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    (!is_good).then_some("must be an absolute http or https URL")
}
