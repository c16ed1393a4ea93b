//! Charges: the attempts of a payment intent to move money.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    cards::Decline,
    failure::Failure,
    intent::Intent,
    list,
    method::Method,
    shelf::Named,
    state::Change,
    work::{Outcome, Work},
};

/// One attempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Charge {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) amount: i64,
    pub(super) amount_captured: i64,
    pub(super) amount_refunded: i64,
    pub(super) captured: bool,
    pub(super) status: ChargeStatus,
    pub(super) currency: String,
    customer: Option<String>,
    pub(super) payment_intent: String,
    payment_method: String,
    /// Of the method as it was.
    billing_details: Value,
    payment_method_details: Value,
    description: Value,
    receipt_email: Value,
    metadata: Map<String, Value>,
    failure: Option<(String, String)>,
    decline_code: Option<Value>,
    risk: String,
    /// The payer disputes it as soon as it is paid.
    pub(super) disputed: bool,
}

/// Where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ChargeStatus {
    Pending,
    Succeeded,
    Failed,
}

impl Named for Charge {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Charge {
    /// An attempt of this intent with this method, not captured.
    pub(super) fn new(work: &Work<'_>, intent: &Intent, method: &Method, status: ChargeStatus) -> Self {
        let kept = |name: &str| intent.kept.get(name).cloned().unwrap_or(Value::Null);
        Self {
            id: work.id("ch"),
            created: work.now(),
            amount: intent.amount,
            amount_captured: 0,
            amount_refunded: 0,
            captured: false,
            status,
            currency: intent.currency.clone(),
            customer: intent.customer.clone(),
            payment_intent: intent.id.clone(),
            payment_method: method.id.clone(),
            billing_details: method.billing(),
            payment_method_details: json!({ "type": method.kind(), method.kind(): method.details(false) }),
            description: kept("description"),
            receipt_email: kept("receipt_email"),
            metadata: intent.metadata.clone(),
            failure: None,
            decline_code: None,
            risk: method.card().risk.to_owned(),
            disputed: method.card().disputed,
        }
    }

    /// It failed for this reason.
    pub(super) fn fail(&mut self, why: Decline) {
        self.status = ChargeStatus::Failed;
        self.failure = Some((why.code().to_owned(), why.message().to_owned()));
        self.decline_code = why.error().get("decline_code").cloned();
    }

    /// So much of it is taken; the rest of an authorisation goes back.
    pub(super) fn capture(&mut self, amount: i64) {
        self.status = ChargeStatus::Succeeded;
        self.captured = true;
        self.amount_captured = amount;
        self.amount_refunded = self.amount - amount;
    }

    /// As JSON.
    pub(super) fn show(&self) -> Value {
        let paid = self.status == ChargeStatus::Succeeded;
        let outcome = match (&self.failure, self.status) {
            (Some(_), _) => json!({ "network_status": "declined_by_network", "reason": self.decline_code,
                "risk_level": "normal", "seller_message": "The bank did not return any further details with this decline.",
                "type": "issuer_declined" }),
            (None, ChargeStatus::Succeeded) => json!({ "network_status": "approved_by_network", "reason": null,
                "risk_level": self.risk, "seller_message": "Payment complete.", "type": "authorized" }),
            (None, _) => Value::Null,
        };
        json!({
            "id": self.id,
            "object": "charge",
            "amount": self.amount,
            "amount_captured": self.amount_captured,
            "amount_refunded": self.amount_refunded,
            "application": null,
            "application_fee": null,
            "application_fee_amount": null,
            "balance_transaction": null,
            "billing_details": self.billing_details,
            "calculated_statement_descriptor": "NUMBERLINE",
            "captured": self.captured,
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "description": self.description,
            "disputed": self.disputed && self.captured,
            "failure_balance_transaction": null,
            "failure_code": self.failure.as_ref().map(|(code, _)| code),
            "failure_message": self.failure.as_ref().map(|(_, message)| message),
            "fraud_details": {},
            "livemode": false,
            "metadata": self.metadata,
            "on_behalf_of": null,
            "outcome": outcome,
            "paid": paid,
            "payment_intent": self.payment_intent,
            "payment_method": self.payment_method,
            "payment_method_details": self.payment_method_details,
            "receipt_email": self.receipt_email,
            "receipt_number": null,
            "receipt_url": null,
            "refunded": self.amount_refunded == self.amount,
            "review": null,
            "shipping": null,
            "source": null,
            "source_transfer": null,
            "statement_descriptor": null,
            "statement_descriptor_suffix": null,
            "status": self.status,
            "transfer_data": null,
            "transfer_group": null,
        })
    }
}

/// `GET /v1/charges/{id}`.
pub(super) fn retrieve(work: &mut Work<'_>, id: &str) -> Result<Outcome, Failure> {
    work.params.only(&["expand"], &[])?;
    Outcome::ok(work.charge(id).ok_or_else(|| Failure::missing("charge", id))?.show())
}

/// `POST /v1/charges/{id}`: description, receipt and metadata.
pub(super) fn update(work: &mut Work<'_>, id: &str) -> Result<Outcome, Failure> {
    let params = work.params;
    let unmodelled = &["customer", "fraud_details", "shipping", "transfer_group"];
    params.only(&["description", "expand", "metadata", "receipt_email"], unmodelled)?;
    let mut charge = work.charge(id).ok_or_else(|| Failure::missing("charge", id))?;
    charge.description = params.json("description").unwrap_or(charge.description);
    charge.receipt_email = params.json("receipt_email").unwrap_or(charge.receipt_email);
    params.merge_metadata(&mut charge.metadata)?;
    work.emit("charge.updated", charge.show());
    work.put(Change::Charge(charge.clone()));
    Outcome::ok(charge.show())
}

/// `GET /v1/charges`.
pub(super) fn list(work: &mut Work<'_>) -> Result<Outcome, Failure> {
    let params = work.params;
    let known = &["created", "customer", "ending_before", "expand", "limit", "payment_intent", "starting_after"];
    params.only(known, &["transfer_group"])?;
    let (customer, intent) = (params.filled("customer")?, params.filled("payment_intent")?);
    let created = list::created(params)?;
    let wanted = |charge: &Charge| {
        customer.is_none_or(|customer| charge.customer.as_deref() == Some(customer))
            && intent.is_none_or(|intent| charge.payment_intent == intent)
            && created(charge.created)
    };
    list::page(work, "/v1/charges", "charge", &work.account.charges, wanted, |_, charge| charge.show())
}
