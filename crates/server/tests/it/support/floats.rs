//! Our money at the suppliers of codes, explained to the cent: what is gone from it stands behind rentals that customers
//! paid for or still wait with, or an orphan tells of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use store::{FromQueryResult, Store, all};
use vocab::Amount;

use super::control::Control;

/// What a twin's float is at first, in millionths: a thousand.
const PAID_IN: i64 = 1_000_000_000;

/// The desks of both suppliers.
#[derive(Clone)]
pub(crate) struct Desks {
    pub(crate) sms_man: Control,
    pub(crate) text_verified: Control,
}

impl Desks {
    /// Of what `GET /sandbox` says.
    pub(crate) fn of(sandbox: &Value) -> Self {
        let control = |vendor: &str| Control::at(sandbox[vendor]["controlUrl"].as_str().expect("a twin"));
        Self { sms_man: control("smsMan"), text_verified: control("textVerified") }
    }

    /// The supplier's with this name.
    pub(crate) fn at(&self, supplier: &str) -> &Control {
        if supplier == "SMS_MAN" { &self.sms_man } else { &self.text_verified }
    }
}

#[derive(FromQueryResult)]
struct Rented {
    reference: String,
    status: String,
    cost: Option<i64>,
    owed_back: bool,
}

#[derive(FromQueryResult)]
struct Orphan {
    reference: String,
}

/// Checks both floats, once every order is final or waits.
pub(crate) async fn explained(store: &Store, desks: &Desks) {
    for supplier in ["SMS_MAN", "TEXT_VERIFIED"] {
        let state = desks.at(supplier).state().await;
        let sold = sold(&state);
        let spent: i64 = sold.values().filter(|(_, back)| !back).map(|(cost, _)| cost.micros()).sum();
        assert_eq!(amount(&state["balance"]).micros() + spent, PAID_IN, "{supplier}: {state}");
        let (rented, orphans) = (rented(store, supplier).await, orphans(store, supplier).await);
        let mut paid_for = BTreeSet::new();
        for rental in &rented {
            let (cost, back) = sold.get(&rental.reference).unwrap_or_else(|| panic!("{}", rental.reference));
            assert_eq!(rental.cost, Some(cost.micros()), "{}: our own rows tell what it cost", rental.reference);
            let ended = matches!(rental.status.as_str(), "CANCELLED" | "EXPIRED" | "FAILED" | "REFUNDED");
            let owed = rental.owed_back || orphans.contains(&rental.reference);
            assert!(!ended || owed || *back, "{}: the customer's money is back and ours is not", rental.reference);
            assert!(ended || !back, "{}: somebody paid for what cost us nothing", rental.reference);
            paid_for.insert(rental.reference.as_str());
        }
        // A purchase whose answer never came has no reference: its orphan is named by our own key.
        let unknown = sold.iter().filter(|(id, (_, back))| !back && !paid_for.contains(id.as_str())).count();
        let doubtful = orphans.iter().filter(|reference| !paid_for.contains(reference.as_str())).count();
        assert!(unknown <= doubtful, "{supplier}: {unknown} purchases that nobody knows, {doubtful} orphans");
    }
}

/// What a supplier has sold by its id: the cost, and whether that is back in the float.
fn sold(state: &Value) -> BTreeMap<String, (Amount, bool)> {
    let back = |state: &Value| {
        let back = ["rejected", "used", "verificationCanceled", "verificationReported", "verificationTimedOut"];
        back.contains(&state.as_str().expect("a state"))
    };
    let text = |id: &Value| id.as_str().map_or_else(|| id.to_string(), str::to_owned);
    let sms_man = state["activations"].as_array().into_iter().flatten();
    let sms_man = sms_man.map(|one| (text(&one["id"]), (amount(&one["cost"]), back(&one["status"]))));
    let text_verified = state["verifications"].as_array().into_iter().flatten();
    let text_verified = text_verified.map(|one| (text(&one["id"]), (amount(&one["totalCost"]), back(&one["state"]))));
    sms_man.chain(text_verified).collect()
}

/// A number or a text, exactly.
fn amount(value: &Value) -> Amount {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().unwrap_or_else(|_| panic!("an amount: {value}"))
}

async fn rented(store: &Store, supplier: &str) -> Vec<Rented> {
    let sql = "SELECT reference, status, cost, owed_back FROM verifications \
               WHERE supplier = $1 AND reference IS NOT NULL";
    all(store.fresh(), sql, [supplier.into()]).await.expect("reads")
}

/// What operators are told of the supplier.
pub(crate) async fn orphans(store: &Store, supplier: &str) -> BTreeSet<String> {
    let sql = "SELECT reference FROM orphans WHERE vendor = $1 AND resolved_at IS NULL";
    let rows: Vec<Orphan> = all(store.fresh(), sql, [supplier.into()]).await.expect("reads");
    rows.into_iter().map(|row| row.reference).collect()
}
