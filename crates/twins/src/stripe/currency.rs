//! Stripe's rules for amounts: integers in the smallest unit, with a minimum and a maximum.
//!
//! <https://docs.stripe.com/currencies>

use vocab::Currency;

use super::{failure::Failure, form::Params};

/// Stripe's currencies without a smaller unit.
const ZERO_DECIMAL: &[&str] =
    &["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"];
/// Sent with two decimals for historic reasons, the last two digits 00.
const WHOLE_UNITS: &[&str] = &["isk", "ugx"];
/// Three decimals, of which the last digit must be 0.
const THREE_DECIMAL: &[&str] = &["bhd", "jod", "kwd", "omr", "tnd"];
/// The least charge where it is not 50 (half a dollar's worth).
const MINIMA: &[(&str, i64)] = &[
    ("aed", 200),
    ("bgn", 100),
    ("bhd", 500),
    ("czk", 1500),
    ("dkk", 250),
    ("gbp", 30),
    ("hkd", 400),
    ("huf", 17500),
    ("jod", 500),
    ("kwd", 500),
    ("mxn", 1000),
    ("myr", 200),
    ("nok", 300),
    ("omr", 500),
    ("pln", 200),
    ("ron", 200),
    ("sek", 300),
    ("thb", 1000),
    ("tnd", 500),
];
/// Stripe takes eight digits.
const MAXIMUM: i64 = 99_999_999;

/// The currency that the request names, in lower case.
pub(super) fn currency(params: &Params) -> Result<String, Failure> {
    let text = params.required("currency")?;
    match text.parse::<Currency>() {
        Ok(_) => Ok(text.to_ascii_lowercase()),
        Err(_) => Err(Failure::invalid(format!("Invalid currency: {text}")).of("currency")),
    }
}

/// Checks an amount to be charged.
pub(super) fn check_amount(amount: i64, currency: &str) -> Result<(), Failure> {
    if amount < 1 {
        let message = "This value must be greater than or equal to 1.";
        return Err(Failure::param("amount", "parameter_invalid_integer", message));
    }
    let minimum = MINIMA.iter().find(|(code, _)| *code == currency).map_or(50, |(_, minimum)| *minimum);
    if amount < minimum {
        let message = format!("Amount must be at least {} {currency}", shown(minimum, currency));
        return Err(Failure::param("amount", "amount_too_small", message));
    }
    if amount > MAXIMUM {
        let message = format!("Amount must be no more than {} {currency}", shown(MAXIMUM, currency));
        return Err(Failure::param("amount", "amount_too_large", message));
    }
    let step = if WHOLE_UNITS.contains(&currency) {
        100
    } else if THREE_DECIMAL.contains(&currency) {
        10
    } else {
        1
    };
    if amount % step != 0 {
        let message = format!("Invalid amount: amounts in {currency} must be divisible by {step}");
        return Err(Failure::param("amount", "parameter_invalid_integer", message));
    }
    Ok(())
}

fn shown(amount: i64, currency: &str) -> String {
    let digits = if ZERO_DECIMAL.contains(&currency) {
        return amount.to_string();
    } else if THREE_DECIMAL.contains(&currency) {
        3
    } else {
        2
    };
    let unit = 10_i64.pow(digits);
    format!("{}.{:0width$}", amount / unit, amount % unit, width = digits as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits() {
        for (amount, currency, code) in [
            (49, "usd", "amount_too_small"),
            (49, "jpy", "amount_too_small"),
            (29, "gbp", "amount_too_small"),
            (0, "usd", "parameter_invalid_integer"),
            (100_000_000, "usd", "amount_too_large"),
            (1001, "kwd", "parameter_invalid_integer"),
            (1050, "ugx", "parameter_invalid_integer"),
        ] {
            assert_eq!(check_amount(amount, currency).expect_err(currency).error["code"], code, "{amount} {currency}");
        }
        for (amount, currency) in [(50, "usd"), (50, "jpy"), (30, "gbp"), (1000, "kwd"), (5000, "ugx")] {
            assert_eq!(check_amount(amount, currency), Ok(()));
        }
        assert_eq!(shown(50, "usd"), "0.50");
    }
}
