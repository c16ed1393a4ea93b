//! Stripe's smallest units, which are not always the currency's own.
//!
//! Source: <https://docs.stripe.com/currencies>.

use vocab::{Amount, Currency, Money, money::MICROS};

/// Amounts are whole units, whatever ISO 4217 says (it gives MGA two places).
const ZERO_DECIMAL: [&str; 15] =
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"];
/// Amounts are thousandths of which the last digit must be 0.
const THREE_DECIMAL: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];
/// Stripe lists them without decimals and yet takes some of their amounts times 100: a factor of 100 is not guessed.
const AMBIGUOUS: [&str; 2] = ["ISK", "UGX"];

/// The amount in Stripe's units; `None` where it is not whole in them, not positive, or the currency ambiguous.
pub(super) fn to_units(money: Money) -> Option<i64> {
    let step = step(money.currency)?;
    let micros = money.amount.micros();
    let whole = micros > 0 && micros % step == 0;
    let units = whole.then(|| micros / step)?;
    let last_digit_is_free = !THREE_DECIMAL.contains(&money.currency.as_str());
    (last_digit_is_free || units % 10 == 0).then_some(units)
}

/// What so many of Stripe's units are.
pub(super) fn from_units(units: i64, currency: Currency) -> Option<Money> {
    let micros = units.checked_mul(step(currency)?)?;
    Some(Money::new(Amount::from_micros(micros), currency))
}

/// One of Stripe's units in millionths.
fn step(currency: Currency) -> Option<i64> {
    match currency.as_str() {
        code if AMBIGUOUS.contains(&code) => None,
        code if ZERO_DECIMAL.contains(&code) => Some(MICROS),
        code if THREE_DECIMAL.contains(&code) => Some(MICROS / 1000),
        _ => Some(MICROS / 100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(amount: &str, currency: &str) -> Option<i64> {
        let money = Money::new(amount.parse().expect("an amount"), currency.parse().expect("a currency"));
        let units = to_units(money)?;
        assert_eq!(from_units(units, money.currency), Some(money), "and back");
        Some(units)
    }

    #[test]
    fn whole_units_or_nothing() {
        assert_eq!(units("10.99", "USD"), Some(1099));
        assert_eq!(units("10.995", "USD"), None);
        assert_eq!(units("500", "JPY"), Some(500));
        assert_eq!(units("500.5", "JPY"), None);
        assert_eq!(units("7", "MGA"), Some(7));
        assert_eq!(units("1.23", "KWD"), Some(1230));
        assert_eq!(units("1.234", "KWD"), None, "the last of three places must be 0");
        assert_eq!(units("5", "UGX"), None);
        assert_eq!(units("0", "USD"), None);
        assert_eq!(units("-1", "USD"), None);
    }
}
