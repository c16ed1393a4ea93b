//! The state machine, and what a customer may ask for.

use std::time::Duration;

use chrono::TimeDelta;
use ports::processor::ChargeStatus;
use proptest::prelude::*;

use super::super::{
    PaymentStatus, Request, Settings,
    model::{Verdict, doubt_pause, judge, poll_pause},
    rules::{Method, check},
};
use super::dollars;

fn any_status() -> impl Strategy<Value = ChargeStatus> {
    prop_oneof![
        Just(ChargeStatus::Succeeded),
        Just(ChargeStatus::Processing),
        Just(ChargeStatus::ActionRequired { client_secret: None, redirect_url: None }),
        Just(ChargeStatus::MethodRequired { client_secret: None }),
        Just(ChargeStatus::Failed { code: None }),
        Just(ChargeStatus::Cancelled),
    ]
}

proptest! {
    /// Whatever a processor says in whatever order and however often: moves are legal, and money that
    /// came in counts once.
    #[test]
    fn every_history_is_legal_and_money_counts_once(
        in_browser in any::<bool>(),
        told in prop::collection::vec(any_status(), 0..12),
    ) {
        // A late success takes the charge over into a payment of its own, so `status` follows the charge.
        let (mut status, mut credits) = (PaymentStatus::Pending, 0);
        for word in &told {
            match judge(status, in_browser, word) {
                Verdict::Enter(next) => {
                    prop_assert!(status.may_become(next));
                    credits += u32::from(next.came_in());
                    status = next;
                }
                Verdict::Late => {
                    prop_assert!(!status.is_open() && !status.came_in());
                    credits += 1;
                    status = PaymentStatus::Succeeded;
                }
                Verdict::Stay => prop_assert!(status.is_open()),
                Verdict::Ignore => prop_assert!(!status.is_open()),
            }
        }
        prop_assert_eq!(credits, u32::from(told.contains(&ChargeStatus::Succeeded)));
    }

    #[test]
    fn pauses_grow_with_age(a in 0_i64..200_000, b in 0_i64..200_000) {
        let (young, old) = (TimeDelta::seconds(a.min(b)), TimeDelta::seconds(a.max(b)));
        prop_assert!(poll_pause(young) <= poll_pause(old));
        prop_assert!(doubt_pause(old) <= Duration::from_secs(10));
    }
}

#[test]
fn a_closed_payment_stays_closed() {
    for status in PaymentStatus::ALL.iter().copied().filter(|status| !status.is_open()) {
        assert!(!status.may_become(PaymentStatus::Pending) && !status.may_become(PaymentStatus::Succeeded), "{status}");
    }
}

fn bad(request: &Request) -> Vec<String> {
    check(&Settings::default(), request).expect_err("is refused").into_iter().map(|bad| bad.field).collect()
}

#[test]
fn an_amount_is_whole_minor_units_within_limits() {
    let settings = Settings::default();
    for good in ["0.5", "10", "10.10", "10000.00"] {
        assert!(check(&settings, &dollars(good)).is_ok(), "{good}");
    }
    for wrong in ["0", "-1", "0.49", "10.001", "10.999999", "10000.01", "9000000000000"] {
        assert_eq!(bad(&dollars(wrong)), ["amount"], "{wrong}");
    }
    let yen = |text: &str| Request { currency: "JPY".parse().ok(), ..dollars(text) };
    let settings = Settings { currencies: vec!["JPY".parse().expect("yen")], ..settings };
    assert!(check(&settings, &yen("100")).is_ok());
    assert_eq!(check(&settings, &yen("100.5")).expect_err("is refused")[0].field, "amount");
}

#[test]
fn money_in_a_currency_that_nothing_is_sold_in_is_refused() {
    for code in ["EUR", "GBP", "JPY", "MGA"] {
        let request = Request { currency: code.parse().ok(), ..dollars("25") };
        let faults = check(&Settings::default(), &request).expect_err("is refused");
        assert_eq!((faults.len(), faults[0].field.as_str()), (1, "currency"));
        assert_eq!(faults[0].message, format!("must be USD: nothing is sold in {code}"));
    }
}

#[test]
fn every_bad_field_is_named_at_once() {
    let request = Request { method: Some("tok_1".into()), return_url: Some("/back".into()), ..dollars("1.234") };
    assert_eq!(bad(&request), ["amount", "paymentMethodId", "returnUrl"]);
}

#[test]
fn methods_and_urls_have_one_form() {
    let method = |text: &str| check(&Settings::default(), &Request { method: Some(text.into()), ..dollars("1") });
    assert_eq!(method("pm_card_visa").expect("is fine").method, Method::Token("pm_card_visa".into()));
    let saved = method("pmt_00000000000070008000000000000001").expect("is fine").method;
    assert!(matches!(saved, Method::Saved(_)));
    for wrong in ["", "pm_", "pm_a b", "pm_a/../b", "pmt_zz", "4242424242424242"] {
        assert!(method(wrong).is_err(), "{wrong}");
    }
    let url = |text: &str| check(&Settings::default(), &Request { return_url: Some(text.into()), ..dollars("1") });
    assert!(url("https://shop.example/back?x=1").is_ok());
    for wrong in ["", "shop.example", "javascript:alert(1)", "ftp://shop.example/", "//shop.example"] {
        assert!(url(wrong).is_err(), "{wrong}");
    }
}
