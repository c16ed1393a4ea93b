//! The contract of [`Processor`].

use vocab::Money;

use super::Wrong;
use crate::{
    PortError, Processor,
    processor::{Charge, ChargeState, ChargeStatus},
};

/// A hand on the processor's side.
#[async_trait::async_trait]
pub trait ProcessorVendor: Send + Sync {
    /// Lets the next `times` charges go wrong.
    async fn spoil_charges(&self, wrong: Wrong, times: u32);

    /// Ends all faults.
    async fn mend(&self);

    /// How many charges the processor holds for one of our payments, by its own account.
    async fn charges(&self, payment: &str) -> usize;
}

/// What the suite works with.
pub struct Bench<'a> {
    /// The adapter.
    pub processor: &'a dyn Processor,
    /// Its vendor's side.
    pub vendor: &'a dyn ProcessorVendor,
    /// What is charged each time.
    pub money: Money,
    /// A means of payment that pays.
    pub good: String,
    /// One that is declined.
    pub declined: String,
    /// One for which the payer must do something first.
    pub with_action: String,
    /// Keeps this run's payments apart from those of others at the same vendor.
    pub run: String,
}

/// More faults in a row than any adapter attempts.
const MANY: u32 = 100;

/// The whole contract.
pub async fn holds(bench: &Bench<'_>) {
    every_outcome(bench).await;
    a_key_charges_once(bench).await;
    for wrong in [Wrong::NotDone, Wrong::DoneUnanswered, Wrong::Faulty] {
        a_hiccup(bench, wrong).await;
        a_doubtful_charge(bench, wrong).await;
    }
    a_customer_is_made_once(bench).await;
}

/// Paid, declined, waiting for the payer, waiting for a means of payment; and looking up tells the same.
pub async fn every_outcome(bench: &Bench<'_>) {
    let paid = charge(bench, "paid", Some(&bench.good)).await;
    assert_eq!(paid.status, ChargeStatus::Succeeded);
    let declined = charge(bench, "declined", Some(&bench.declined)).await;
    assert!(matches!(declined.status, ChargeStatus::Failed { code: Some(_) }), "{declined:?}");
    let action = charge(bench, "action", Some(&bench.with_action)).await;
    assert!(matches!(action.status, ChargeStatus::ActionRequired { .. }), "{action:?}");
    let open = charge(bench, "open", None).await;
    assert!(matches!(open.status, ChargeStatus::MethodRequired { client_secret: Some(_) }), "{open:?}");
    for state in [paid, declined, action, open] {
        let now = bench.processor.look_up(&state.reference).await.expect("a look-up is answered");
        assert_eq!((&now.reference, &now.payment, &now.status), (&state.reference, &state.payment, &state.status));
    }
}

/// The very same charge again is the same charge.
pub async fn a_key_charges_once(bench: &Bench<'_>) {
    let first = charge(bench, "again", Some(&bench.good)).await;
    let second = charge(bench, "again", Some(&bench.good)).await;
    assert_eq!(first.reference, second.reference);
    assert_eq!(count(bench, "again").await, 1);
}

/// One fault is overcome without the caller, and charges once.
pub async fn a_hiccup(bench: &Bench<'_>, wrong: Wrong) {
    let name = format!("hiccup-{wrong:?}");
    bench.vendor.spoil_charges(wrong, 1).await;
    let state = charge(bench, &name, Some(&bench.good)).await;
    bench.vendor.mend().await;
    assert_eq!(state.status, ChargeStatus::Succeeded, "{wrong:?}");
    assert_eq!(count(bench, &name).await, 1, "{wrong:?}");
}

/// A charge that stays in doubt is unknown, never refused; sent again under its key it happens once.
pub async fn a_doubtful_charge(bench: &Bench<'_>, wrong: Wrong) {
    let name = format!("doubt-{wrong:?}");
    bench.vendor.spoil_charges(wrong, MANY).await;
    let doubtful = bench.processor.charge(&named(bench, &name, Some(&bench.good))).await;
    bench.vendor.mend().await;
    assert_eq!(doubtful, Err(PortError::Unknown), "{wrong:?}");
    assert_eq!(charge(bench, &name, Some(&bench.good)).await.status, ChargeStatus::Succeeded, "{wrong:?}");
    assert_eq!(count(bench, &name).await, 1, "{wrong:?}");
}

/// The same key makes the same customer.
pub async fn a_customer_is_made_once(bench: &Bench<'_>) {
    let key = format!("{}-customer", bench.run);
    let make = || bench.processor.customer(&key, "acc_1", "payer@numbers.example");
    let (first, second) = (make().await, make().await);
    assert!(first.is_ok(), "{first:?}");
    assert_eq!(first, second);
}

fn named(bench: &Bench<'_>, name: &str, method: Option<&String>) -> Charge {
    Charge {
        key: format!("{}-{name}", bench.run),
        payment: format!("{}-{name}", bench.run),
        money: bench.money,
        method: method.cloned(),
        customer: None,
        keep_method: false,
        return_url: None,
    }
}

async fn charge(bench: &Bench<'_>, name: &str, method: Option<&String>) -> ChargeState {
    let charge = named(bench, name, method);
    let state = bench.processor.charge(&charge).await.expect("a charge is answered");
    assert_eq!(state.payment.as_ref(), Some(&charge.payment), "the processor's charge names our payment");
    assert!(state.money.is_none_or(|money| money == charge.money));
    state
}

async fn count(bench: &Bench<'_>, name: &str) -> usize {
    bench.vendor.charges(&format!("{}-{name}", bench.run)).await
}
