//! The rules of pricing, as examples and as properties.

use proptest::prelude::*;
use uuid::Uuid;
use vocab::{Amount, CountryCode, Currency, id::PricingRuleId, telephony::NumberType};

use super::{PricingRule, Product, ProfitType, Sold, retail};

fn amount(text: &str) -> Amount {
    text.parse().expect("an amount")
}

fn us() -> CountryCode {
    "US".parse().expect("a country")
}

fn rule(id: u128, percent: &str, priority: i64) -> PricingRule {
    PricingRule {
        id: PricingRuleId::from_uuid(Uuid::from_u128(id)),
        product: Product::Number,
        service_code: None,
        country: None,
        number_type: None,
        profit_type: ProfitType::Percentage,
        profit_value: amount(percent),
        priority,
    }
}

fn price(rules: &[PricingRule], cost: &str) -> String {
    let sold = Sold::number(us(), NumberType::Local);
    retail(rules, amount(cost), Currency::USD, &sold).expect("fits").to_string()
}

#[test]
fn without_a_rule_it_is_a_fifth_more_rounded_up_to_the_cent() {
    assert_eq!(price(&[], "1.15"), "1.38");
    assert_eq!(price(&[], "1.001"), "1.21");
    assert_eq!(price(&[], "0"), "0");
}

#[test]
fn priority_then_specificity_then_the_newer_rule_wins() {
    let any = rule(1, "10", 0);
    let country = PricingRule { country: Some(us()), ..rule(2, "30", 0) };
    let both = PricingRule {
        number_type: Some(NumberType::Local),
        ..PricingRule { id: rule(3, "0", 0).id, profit_value: amount("50"), ..country.clone() }
    };
    assert_eq!(price(&[both.clone(), any.clone(), country.clone()], "1"), "1.5");
    assert_eq!(price(&[any.clone(), country.clone()], "1"), "1.3");
    assert_eq!(price(&[PricingRule { priority: 1, ..any.clone() }, both], "1"), "1.1");
    assert_eq!(price(&[rule(9, "40", 0), any], "1"), "1.4");
    let elsewhere = PricingRule { country: "CA".parse().ok(), ..rule(4, "90", 9) };
    assert_eq!(price(&[elsewhere], "1"), "1.2");
}

#[test]
fn a_fixed_rule_adds_and_a_negative_one_never_goes_below_nothing() {
    let fixed = |value| PricingRule { profit_type: ProfitType::Fixed, ..rule(1, value, 0) };
    assert_eq!(price(&[fixed("0.5")], "1.15"), "1.65");
    assert_eq!(price(&[fixed("-5")], "1.15"), "0");
    assert_eq!(price(&[rule(1, "-200", 0)], "1.15"), "0");
}

#[test]
fn usage_keeps_millionths() {
    let sold = Sold { product: Product::Usage, ..Sold::number(us(), NumberType::Local) };
    assert_eq!(retail(&[], amount("0.0085"), Currency::USD, &sold), Some(amount("0.0102")));
}

proptest! {
    #[test]
    fn a_price_is_whole_cents_and_less_than_a_cent_above_the_exact_one(
        cost in 0_i64..1_000_000_000_000, percent in 0_i64..500_000_000,
    ) {
        let rules = [PricingRule { profit_value: Amount::from_micros(percent), ..rule(1, "0", 0) }];
        let sold = Sold::number(us(), NumberType::Local);
        let price = retail(&rules, Amount::from_micros(cost), Currency::USD, &sold).expect("fits").micros();
        let exact = i128::from(cost) * (100_000_000 + i128::from(percent));
        let scaled = i128::from(price) * 100_000_000;
        prop_assert_eq!(price % 10_000, 0);
        prop_assert!(scaled >= exact && scaled - exact < 10_000 * 100_000_000);
    }

    #[test]
    fn the_order_of_the_rules_does_not_matter(
        specs in prop::collection::vec((0_i64..3, any::<bool>(), any::<bool>(), 0_i64..100), 0..8), seed in any::<u64>(),
    ) {
        let mut rules: Vec<PricingRule> = specs.iter().zip(1..).map(|(&(priority, country, kind, percent), id)| PricingRule {
            country: country.then(us),
            number_type: kind.then_some(NumberType::Local),
            ..rule(id, &percent.to_string(), priority)
        }).collect();
        let before = price(&rules, "3.21");
        let turn = usize::try_from(seed % 8).unwrap_or(0) % rules.len().max(1);
        rules.rotate_left(turn);
        rules.reverse();
        prop_assert_eq!(price(&rules, "3.21"), before);
    }

    #[test]
    fn whatever_the_rule_it_is_a_price_or_none(cost in 0..i64::MAX, value in any::<i64>(), fixed in any::<bool>()) {
        let profit_type = if fixed { ProfitType::Fixed } else { ProfitType::Percentage };
        let rules = [PricingRule { profit_type, profit_value: Amount::from_micros(value), ..rule(1, "0", 0) }];
        let price = retail(&rules, Amount::from_micros(cost), Currency::USD, &Sold::number(us(), NumberType::Local));
        prop_assert!(price.is_none_or(|price| !price.is_negative()));
    }
}
