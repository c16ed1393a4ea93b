//! Who pays for an order, and how.

use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::web::error::FieldError;

/// Who pays, and how. Orders are paid from the wallet.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Billing {
    /// Refused: orders are paid from the wallet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub payment_method_id: Option<String>,
    /// Where the bill goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub billing_address: Option<BillingAddress>,
    /// Refused: there are no promotions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub promo_code: Option<String>,
}

/// A postal address.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BillingAddress {
    /// Street and number.
    #[garde(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub line1: String,
    /// More of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(max = 200))]
    #[schema(max_length = 200)]
    pub line2: Option<String>,
    /// Town.
    #[garde(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    pub city: String,
    /// State or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(max = 100))]
    #[schema(max_length = 100)]
    pub state: Option<String>,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(max = 20))]
    #[schema(max_length = 20)]
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[garde(skip)]
    pub country: vocab::CountryCode,
}

impl Billing {
    /// The address, or what is not acted on. `at` is where the billing stands in the request.
    pub fn address(billing: Option<&Self>, at: &str) -> Result<Option<Value>, Vec<FieldError>> {
        let Some(billing) = billing else { return Ok(None) };
        let mut faults = Vec::new();
        if billing.payment_method_id.is_some() {
            let message = "is not supported: orders are paid from the wallet; make a deposit first";
            faults.push(FieldError::new(format!("{at}.paymentMethodId"), message));
        }
        if billing.promo_code.is_some() {
            faults.push(FieldError::new(format!("{at}.promoCode"), "is not supported: there are no promotions"));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(billing.billing_address.as_ref().map(|address| serde_json::json!(address)))
    }
}
