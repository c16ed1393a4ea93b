//! Payment intents: what they are. What is done with them is in [`super::intents`] and [`super::attempt`].

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::shelf::Named;

/// A payment and where it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) client_secret: String,
    pub(super) created: i64,
    pub(super) amount: i64,
    pub(super) amount_capturable: i64,
    pub(super) amount_received: i64,
    pub(super) currency: String,
    pub(super) status: Status,
    /// Takes the money later, by `capture`.
    pub(super) manual_capture: bool,
    pub(super) capture_method: String,
    pub(super) confirmation_method: String,
    pub(super) customer: Option<String>,
    pub(super) payment_method: Option<String>,
    pub(super) setup_future_usage: Option<String>,
    pub(super) latest_charge: Option<String>,
    pub(super) last_payment_error: Option<Value>,
    pub(super) next_action: Option<Value>,
    pub(super) canceled_at: Option<i64>,
    pub(super) cancellation_reason: Option<String>,
    /// Methods are chosen by the account's settings; `always` or `never` redirects.
    pub(super) automatic: Option<String>,
    /// The methods allowed by name, if any.
    pub(super) allowed: Option<Vec<String>>,
    pub(super) metadata: Map<String, Value>,
    /// What is kept and shown, and nothing else happens with it.
    pub(super) kept: Map<String, Value>,
}

/// Where a payment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    Processing,
    RequiresCapture,
    Succeeded,
    Canceled,
}

impl Status {
    /// As Stripe writes it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresConfirmation => "requires_confirmation",
            Self::RequiresAction => "requires_action",
            Self::Processing => "processing",
            Self::RequiresCapture => "requires_capture",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

impl Named for Intent {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Intent {
    /// As JSON.
    pub(super) fn show(&self) -> Value {
        let kept = |name: &str| self.kept.get(name).cloned().unwrap_or(Value::Null);
        let types = self.allowed.clone().unwrap_or_else(|| vec!["card".to_owned()]);
        let automatic =
            self.automatic.as_ref().map(|redirects| json!({ "allow_redirects": redirects, "enabled": true }));
        json!({
            "id": self.id,
            "object": "payment_intent",
            "allowed_payment_method_types": self.allowed,
            "amount": self.amount,
            "amount_capturable": self.amount_capturable,
            "amount_details": { "tip": {} },
            "amount_received": self.amount_received,
            "application": null,
            "application_fee_amount": null,
            "automatic_payment_methods": automatic,
            "canceled_at": self.canceled_at,
            "cancellation_reason": self.cancellation_reason,
            "capture_method": self.capture_method,
            "client_secret": self.client_secret,
            "confirmation_method": self.confirmation_method,
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "customer_account": null,
            "description": kept("description"),
            "excluded_payment_method_types": null,
            "last_payment_error": self.last_payment_error,
            "latest_charge": self.latest_charge,
            "livemode": false,
            "metadata": self.metadata,
            "next_action": self.next_action,
            "on_behalf_of": null,
            "payment_method": self.payment_method,
            "payment_method_configuration_details": null,
            "payment_method_options": {},
            "payment_method_types": types,
            "processing": null,
            "receipt_email": kept("receipt_email"),
            "review": null,
            "setup_future_usage": self.setup_future_usage,
            "shipping": kept("shipping"),
            "source": null,
            "statement_descriptor": kept("statement_descriptor"),
            "statement_descriptor_suffix": kept("statement_descriptor_suffix"),
            "status": self.status,
            "transfer_data": null,
            "transfer_group": kept("transfer_group"),
        })
    }
}
