//! Pricing rules: which one applies, and what it makes of a cost. Pure.

use chrono::{DateTime, Utc};
use vocab::{Amount, CountryCode, Currency, id::PricingRuleId, telephony::NumberType};

vocab::wire_enum! {
    /// What a rule is about.
    pub enum Product {
        /// A number to own.
        Number = "NUMBER",
        /// A number rented for one code.
        Verification = "VERIFICATION",
        /// What is used, such as minutes.
        Usage = "USAGE",
        /// A number borrowed for some minutes.
        Session = "SESSION",
    }
}

vocab::wire_enum! {
    /// How a rule adds to a cost.
    pub enum ProfitType {
        /// So many percent of the cost.
        Percentage = "PERCENTAGE",
        /// So much of the cost's currency.
        Fixed = "FIXED",
    }
}

/// What is put on a cost where no rule says otherwise: 20 %.
const DEFAULT_PERCENT: Amount = Amount::from_micros(20_000_000);
/// One hundred percent, in millionths of a percent.
const WHOLE: i128 = 100_000_000;

/// A rule of the operator's. What it does not name, it does not ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricingRule {
    /// Its id; of two rules that fit equally well the newer one wins.
    pub id: PricingRuleId,
    /// What it is about.
    pub product: Product,
    /// Only for this service.
    pub service_code: Option<String>,
    /// Only in this country.
    pub country: Option<CountryCode>,
    /// Only for this type of number.
    pub number_type: Option<NumberType>,
    /// How it adds.
    pub profit_type: ProfitType,
    /// How much: percent, or units of the currency. Below zero it takes off.
    pub profit_value: Amount,
    /// The highest wins.
    pub priority: i64,
}

/// What is sold, as far as rules may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sold {
    /// Of which product.
    pub product: Product,
    /// For which service.
    pub service_code: Option<String>,
    /// In which country.
    pub country: Option<CountryCode>,
    /// Of which type.
    pub number_type: Option<NumberType>,
}

impl Sold {
    /// A number to own.
    pub const fn number(country: CountryCode, number_type: NumberType) -> Self {
        Self { product: Product::Number, service_code: None, country: Some(country), number_type: Some(number_type) }
    }
}

impl Sold {
    /// A number rented for one code.
    pub const fn verification(service_code: String, country: CountryCode) -> Self {
        Self {
            product: Product::Verification,
            service_code: Some(service_code),
            country: Some(country),
            number_type: None,
        }
    }
}

impl Product {
    /// Whether its price is rounded up to the currency's minor unit (product.md, law 1); the others keep millionths.
    const fn rounds_up(self) -> bool {
        matches!(self, Self::Number | Self::Verification)
    }
}

impl PricingRule {
    fn fits(&self, sold: &Sold) -> bool {
        fn asks<T: PartialEq>(wanted: &Option<T>, given: &Option<T>) -> bool {
            wanted.is_none() || wanted == given
        }
        self.product == sold.product
            && asks(&self.service_code, &sold.service_code)
            && asks(&self.country, &sold.country)
            && asks(&self.number_type, &sold.number_type)
    }

    /// How many things the rule asks for.
    fn specificity(&self) -> usize {
        usize::from(self.service_code.is_some())
            + usize::from(self.country.is_some())
            + usize::from(self.number_type.is_some())
    }
}

/// What a customer pays: the cost and what the winning rule puts on it, never below zero. `None` where that is
/// larger than an amount can be.
pub fn retail(rules: &[PricingRule], cost: Amount, currency: Currency, sold: &Sold) -> Option<Amount> {
    let winner =
        rules.iter().filter(|rule| rule.fits(sold)).max_by_key(|rule| (rule.priority, rule.specificity(), rule.id));
    let (profit_type, value) =
        winner.map_or((ProfitType::Percentage, DEFAULT_PERCENT), |rule| (rule.profit_type, rule.profit_value));
    // Kept as a fraction, so that it is rounded once.
    let (numerator, denominator) = match profit_type {
        ProfitType::Percentage => (i128::from(cost.micros()) * (WHOLE + i128::from(value.micros())), WHOLE),
        ProfitType::Fixed => (i128::from(cost.micros()) + i128::from(value.micros()), 1),
    };
    let numerator = numerator.max(0);
    if sold.product.rounds_up() {
        let step = i128::from(currency.minor_micros());
        let divisor = denominator * step;
        let units = numerator / divisor + i128::from(numerator % divisor != 0);
        return i64::try_from(units.checked_mul(step)?).ok().map(Amount::from_micros);
    }
    i64::try_from(half_even(numerator, denominator)).ok().map(Amount::from_micros)
}

/// The quotient of two numbers that are not negative, rounded half to even.
fn half_even(numerator: i128, denominator: i128) -> i128 {
    let (quotient, rest) = (numerator / denominator, numerator % denominator);
    let up = rest * 2 > denominator || (rest * 2 == denominator && quotient % 2 == 1);
    quotient + i128::from(up)
}

/// A rule as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRule {
    /// The rule.
    pub rule: PricingRule,
    /// Whether it counts.
    pub is_active: bool,
    /// When it was made; business time.
    pub created_at: DateTime<Utc>,
}

/// What a list of rules is narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub struct RuleFilter {
    /// About this.
    pub product: Option<Product>,
    /// Those that count, or those that do not.
    pub is_active: Option<bool>,
}
