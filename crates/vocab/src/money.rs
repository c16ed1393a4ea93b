//! Exact money: whole millionths of a currency's unit, and an ISO 4217 code. No float anywhere.

use std::{fmt, str::FromStr};

/// Millionths in one unit.
pub const MICROS: i64 = 1_000_000;

/// An exact decimal number with six places: money without its currency, or a price.
///
/// Arithmetic is checked: what does not fit is `None`, never wrapped.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Amount(i64);

/// Text that is no amount, or one with more than six places or out of range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a decimal number with at most six places")]
pub struct MalformedAmount;

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// This many millionths.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// In millionths, as stored.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The sum, if it fits.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, if it fits.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The same amount with the other sign, if it fits.
    pub fn checked_neg(self) -> Option<Self> {
        self.0.checked_neg().map(Self)
    }

    /// This many times the amount, if it fits.
    pub fn times(self, count: i64) -> Option<Self> {
        self.0.checked_mul(count).map(Self)
    }

    /// The amount × `numerator` ÷ `denominator`, rounded half to even to a millionth, once.
    pub fn ratio(self, numerator: i64, denominator: i64) -> Option<Self> {
        let (n, d) = (i128::from(self.0) * i128::from(numerator), i128::from(denominator));
        if d <= 0 {
            return None;
        }
        let (quotient, rest) = (n.div_euclid(d), n.rem_euclid(d));
        let up = match (rest * 2).cmp(&d) {
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Equal => quotient % 2 != 0,
            std::cmp::Ordering::Less => false,
        };
        i64::try_from(quotient + i128::from(up)).ok().map(Self)
    }

    /// Rounded up to the currency's minor unit, as retail prices are (product.md, law 1).
    pub fn round_up(self, currency: Currency) -> Option<Self> {
        let step = currency.minor_micros();
        let over = self.0.rem_euclid(step);
        if over == 0 { Some(self) } else { self.0.checked_add(step - over).map(Self) }
    }

    /// Whether it is above zero.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether it is below zero.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) =
            (self.0.unsigned_abs() / MICROS.unsigned_abs(), self.0.unsigned_abs() % MICROS.unsigned_abs());
        if self.0 < 0 {
            f.write_str("-")?;
        }
        if rest == 0 {
            return write!(f, "{whole}");
        }
        let (mut rest, mut places) = (rest, 6);
        while rest.is_multiple_of(10) {
            (rest, places) = (rest / 10, places - 1);
        }
        write!(f, "{whole}.{rest:0places$}")
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Amount {
    type Err = MalformedAmount;

    /// Reads a JSON number's text: digits, a point, an exponent. More than six significant places are refused.
    fn from_str(text: &str) -> Result<Self, MalformedAmount> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| MalformedAmount)?),
            None => (text, 0),
        };
        let (sign, mantissa) = mantissa.strip_prefix('-').map_or((1, mantissa), |rest| (-1, rest));
        let (whole, places) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty()
            || !all_digits(whole)
            || !all_digits(places)
            || (mantissa.contains('.') && places.is_empty())
        {
            return Err(MalformedAmount);
        }
        let digits = format!("{whole}{places}");
        let digits = digits.trim_start_matches('0');
        let places = i32::try_from(places.len()).map_err(|_| MalformedAmount)?;
        let shift = exponent.checked_sub(places).and_then(|s| s.checked_add(6)).ok_or(MalformedAmount)?;
        let micros = shifted(digits, shift).ok_or(MalformedAmount)?;
        i64::try_from(sign * micros).map(Self).map_err(|_| MalformedAmount)
    }
}

/// `digits` × 10^`shift`, exact or not at all.
fn shifted(digits: &str, shift: i32) -> Option<i128> {
    if digits.is_empty() {
        return Some(0);
    }
    if digits.len() > 30 || shift.abs() > 30 {
        return None;
    }
    let value: i128 = digits.parse().ok()?;
    let power = 10_i128.checked_pow(shift.unsigned_abs())?;
    if shift >= 0 { value.checked_mul(power) } else { (value % power == 0).then(|| value / power) }
}

impl serde::Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if self.0 % MICROS == 0 {
            // The same text without the way through one.
            return s.serialize_i64(self.0 / MICROS);
        }
        let number: serde_json::Number = self.to_string().parse().map_err(serde::ser::Error::custom)?;
        number.serialize(s)
    }
}

impl<'de> serde::Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        serde_json::Number::deserialize(d)?.to_string().parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Amount {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Number)
            .description(Some("An exact decimal number with at most six places."))
            .examples([1.38])
            .into()
    }
}

impl utoipa::ToSchema for Amount {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("Amount")
    }
}

/// An ISO 4217 currency that has a minor unit or none (not a metal, a test or a fund).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

/// Text that is no currency of ISO 4217.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a three-letter ISO 4217 currency code")]
pub struct UnknownCurrency;

impl Currency {
    /// The currency of prices where nothing else is said.
    pub const USD: Self = Self(iso_currency::Currency::USD);

    /// The code in upper case.
    pub fn as_str(&self) -> &'static str {
        self.0.code()
    }

    /// How many places its minor unit has (2 for USD, 0 for JPY).
    pub fn minor_digits(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }

    /// One minor unit in millionths.
    pub fn minor_micros(self) -> i64 {
        10_i64.pow(6_u32.saturating_sub(self.minor_digits()))
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Self, UnknownCurrency> {
        if text == "USD" {
            // Nearly every row's; the table of all of them is gone through one by one.
            return Ok(Self::USD);
        }
        let code = text.to_ascii_uppercase();
        iso_currency::Currency::from_code(&code)
            .filter(|currency| currency.exponent().is_some_and(|digits| digits <= 6))
            .map(Self)
            .ok_or(UnknownCurrency)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        crate::text::read(d, str::parse)
    }
}

impl utoipa::PartialSchema for Currency {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^[A-Za-z]{3}$"))
            .examples(["USD"])
            .into()
    }
}

impl utoipa::ToSchema for Currency {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("Currency")
    }
}

/// An amount in a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// How much.
    pub amount: Amount,
    /// Of what.
    pub currency: Currency,
}

impl Money {
    /// So much of that.
    pub const fn new(amount: Amount, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// This many minor units, such as cents.
    pub fn from_minor(units: i64, currency: Currency) -> Option<Self> {
        units.checked_mul(currency.minor_micros()).map(|micros| Self::new(Amount(micros), currency))
    }

    /// In whole minor units, or `None` where it is not whole: a processor's amount is never rounded.
    pub fn minor_units(self) -> Option<i64> {
        let step = self.currency.minor_micros();
        (self.amount.0 % step == 0).then(|| self.amount.0 / step)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().expect("an amount")
    }

    #[test]
    fn reads_exact_decimals_only() {
        assert_eq!(amount("0.1").micros() + amount("0.2").micros(), amount("0.3").micros());
        assert_eq!(amount("1.5e2"), amount("150"));
        assert_eq!(amount("0.0000010"), Amount(1));
        for bad in ["", "-", ".", "1.", ".5", "1.0000001", "1e-7", "NaN", "9223372036855", "1e40", "+1", "1,5"] {
            assert!(bad.parse::<Amount>().is_err(), "{bad}");
        }
    }

    #[test]
    fn json_keeps_the_text() {
        let json = serde_json::to_string(&amount("0.0085")).expect("serialises");
        assert_eq!(json, "0.0085");
        for (text, micros) in [("-12", -12_000_000), ("0", 0), ("-0.000001", -1), ("100.5", 100_500_000)] {
            assert_eq!(serde_json::to_string(&Amount(micros)).expect("serialises"), text);
        }
        assert_eq!(serde_json::from_str::<Amount>("1.15").expect("parses"), amount("1.15"));
    }

    #[test]
    fn rounding() {
        assert_eq!(Amount(5).ratio(1, 2), Some(Amount(2)), "half to even");
        assert_eq!(Amount(7).ratio(1, 2), Some(Amount(4)), "half to even");
        assert_eq!(amount("1.001").round_up(Currency::USD), Some(amount("1.01")));
        assert_eq!(amount("1.01").round_up(Currency::USD), Some(amount("1.01")));
    }

    #[test]
    fn minor_units_are_whole_or_nothing() {
        let yen: Currency = "jpy".parse().expect("known");
        assert_eq!(Money::new(amount("12.34"), Currency::USD).minor_units(), Some(1234));
        assert_eq!(Money::new(amount("12.345"), Currency::USD).minor_units(), None);
        assert_eq!(Money::new(amount("12"), yen).minor_units(), Some(12));
        assert!("XAU".parse::<Currency>().is_err());
    }

    proptest! {
        #[test]
        fn text_round_trip(micros in any::<i64>().prop_filter("has a negation", |m| *m != i64::MIN)) {
            let amount = Amount(micros);
            prop_assert_eq!(amount.to_string().parse::<Amount>(), Ok(amount));
        }

        #[test]
        fn round_up_is_whole_and_near(micros in -1_000_000_000_i64..1_000_000_000) {
            let up = Amount(micros).round_up(Currency::USD).expect("fits");
            prop_assert!(up.micros() % 10_000 == 0 && up.micros() >= micros && up.micros() - micros < 10_000);
        }
    }
}
