//! The shapes of a purchase (seed 004 §4.2), with the names of seed 001 beside them.

use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use vocab::{
    Amount, Currency, E164,
    id::{NumberId, OrderId},
};

use super::{
    NumberError,
    faults::Faults,
    options::{NOT_A_URL, PurchaseConfiguration},
};
use crate::{
    orders::{OrderStatus, http::Billing},
    web::{FieldError, Timestamp},
};

/// Numbers to buy.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"numbers": [{"phoneNumber": "+14155552671", "friendlyName": "Support line"}]}))]
pub struct PurchaseNumbers {
    /// Which; 1 to 10 unless the operator sets another bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[schema(min_items = 1, max_items = 1000)]
    pub numbers: Option<Vec<PurchaseNumber>>,
    /// Another name of `numbers`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[schema(min_items = 1, max_items = 1000)]
    pub phone_numbers: Option<Vec<PurchaseNumber>>,
    /// Who pays, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub billing: Option<Billing>,
    /// Another name of `billing`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub billing_info: Option<Billing>,
    /// For all of the numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub configuration: Option<PurchaseDefaults>,
}

/// A number to buy.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PurchaseNumber {
    /// In E.164 form.
    pub phone_number: E164,
    /// Your name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100)]
    pub friendly_name: Option<String>,
    /// What its calls are to follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration: Option<PurchaseConfiguration>,
    /// Another name of `configuration`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<PurchaseConfiguration>,
}

/// What is to hold for all numbers of a purchase.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PurchaseDefaults {
    /// Anything but true is refused: a number is active when it is delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_activate: Option<bool>,
    /// Must be absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub default_routing: Option<Value>,
}

/// A purchase as it now stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "order": {
        "id": "ord_019bc0fd89c07c3a9d52b8e6f16f7264", "orderNumber": "NL-20260115-B8E6F16F7264",
        "status": "COMPLETED", "totalAmount": 1.38, "paidAmount": 1.38, "returnedAmount": 0, "currency": "USD",
    },
    "results": [
        {
            "phoneNumber": "+14155552671", "status": "SUCCESS", "numberId": "num_019bc0fd89c07c3a9d52b8e6f16e756d",
        },
    ],
    "summary": {"totalRequested": 1, "successful": 1, "failed": 0, "pending": 0},
}))]
pub struct PurchaseResults {
    /// The order.
    pub order: OrderView,
    /// Number by number, in the order of the request.
    pub results: Vec<PurchaseResult>,
    /// In figures.
    pub summary: PurchaseSummary,
    /// What to do now, once a number is delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_steps: Option<NextSteps>,
}

/// The order of a purchase.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderView {
    /// Its id; `GET /orders/{id}` tells more.
    pub id: OrderId,
    /// Its number on receipts.
    #[schema(example = "NL-20260115-B8E6F16F7264")]
    pub order_number: String,
    /// Where it is.
    pub status: OrderStatus,
    /// What it was opened for.
    pub total_amount: Amount,
    /// What was paid for the numbers that were delivered, less refunds.
    pub paid_amount: Amount,
    /// What was given back, for numbers that were not delivered and by refunds.
    #[schema(example = 0)]
    pub returned_amount: Amount,
    /// In which currency.
    pub currency: Currency,
}

vocab::wire_enum! {
    /// What became of one number of a purchase.
    pub enum ResultStatus {
        /// It is yours.
        Success = "SUCCESS",
        /// It is not, and costs nothing.
        Failed = "FAILED",
        /// The carrier has not answered yet.
        Pending = "PENDING",
    }
}

/// What became of one number.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PurchaseResult {
    /// The number.
    #[schema(example = "+14155552671")]
    pub phone_number: String,
    /// What became of it.
    pub status: ResultStatus,
    /// Its id, once it is yours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_id: Option<NumberId>,
    /// Why it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The same for programs: one of the API's error codes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// When a pending one is decided at the latest, if the carrier answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_activation: Option<Timestamp>,
}

/// A purchase in figures.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PurchaseSummary {
    /// Numbers asked for.
    pub total_requested: usize,
    /// Of these delivered,
    pub successful: usize,
    /// refused,
    pub failed: usize,
    /// and undecided.
    pub pending: usize,
}

/// What to do after a purchase.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NextSteps {
    /// Where the first number is configured.
    pub configuration_url: String,
    /// Where to read on.
    pub documentation_url: String,
}

impl PurchaseNumbers {
    /// The numbers, and by which name they were given.
    pub(super) fn list(&self, faults: &mut Vec<FieldError>) -> (&[PurchaseNumber], &'static str) {
        match (&self.numbers, &self.phone_numbers) {
            (Some(numbers), None) => (numbers, "numbers"),
            (None, Some(numbers)) => (numbers, "phoneNumbers"),
            (given, _) => {
                let twice = given.is_some();
                faults.push(if twice {
                    FieldError::new("phoneNumbers", "is another name of numbers: give one of them")
                } else {
                    FieldError::new("numbers", "is required")
                });
                (&[], "numbers")
            }
        }
    }

    /// The billing part, and by which name it was given.
    pub(super) fn billing(&self, faults: &mut Vec<FieldError>) -> (Option<&Billing>, &'static str) {
        match (&self.billing, &self.billing_info) {
            (Some(_), Some(_)) => {
                faults.push(FieldError::new("billingInfo", "is another name of billing: give one of them"));
                (None, "billing")
            }
            (None, Some(billing)) => (Some(billing), "billingInfo"),
            (billing, None) => (billing.as_ref(), "billing"),
        }
    }

    /// Refuses what is asked for all numbers and not acted on.
    pub(super) fn defaults(&self, faults: &mut Faults) {
        let Some(defaults) = &self.configuration else { return };
        if defaults.auto_activate == Some(false) {
            let message = "must be true: a number is active when it is delivered";
            faults.invalid.push(FieldError::new("configuration.autoActivate", message));
        }
        if defaults.default_routing.is_some() {
            faults.unsupported.push(FieldError::new("configuration.defaultRouting", NOT_A_URL));
        }
    }
}

impl PurchaseNumber {
    /// The configuration, and where it stands.
    pub(super) fn configuration(&self, at: &str) -> Result<(Option<&PurchaseConfiguration>, String), NumberError> {
        match (&self.configuration, &self.config) {
            (Some(_), Some(_)) => {
                let message = "is another name of configuration: give one of them";
                Err(NumberError::Invalid(vec![FieldError::new(format!("{at}.config"), message)]))
            }
            (None, Some(configuration)) => Ok((Some(configuration), format!("{at}.config"))),
            (configuration, None) => Ok((configuration.as_ref(), format!("{at}.configuration"))),
        }
    }
}
