//! What is asked of number sessions.

use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use vocab::{CountryCode, E164};

use crate::sessions::SessionStatus;

/// A number to borrow. Callers hear `greetingUrl` played, or `greetingText` spoken.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "userId": "customer-42", "greetingText": "Hello, you have reached Ada.", "expiresInMinutes": 30,
    "country": "US",
}))]
pub struct CreateSession {
    /// Your own name for whom it is for.
    #[garde(length(min = 1, max = 255))]
    #[schema(min_length = 1, max_length = 255)]
    pub user_id: String,
    /// The https URL of a recording on a public host. The carrier fetches it when somebody calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(min = 1, max = 2048))]
    #[schema(min_length = 1, max_length = 2048)]
    pub greeting_url: Option<String>,
    /// A text that is spoken instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(min = 1, max = 4096))]
    #[schema(min_length = 1, max_length = 4096)]
    pub greeting_text: Option<String>,
    /// How long it lasts; 30 unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(range(min = 1, max = 1440))]
    #[schema(minimum = 1, maximum = 1440)]
    pub expires_in_minutes: Option<u32>,
    /// Only a number of this country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub country: Option<CountryCode>,
}

/// More time.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"minutes": 15}))]
pub struct ExtendSession {
    /// How much. A session may have 1440 minutes before it at most.
    #[garde(range(min = 1, max = 1440))]
    #[schema(minimum = 1, maximum = 1440)]
    pub minutes: u32,
}

/// What a list of sessions is narrowed to.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SessionsQuery {
    /// Those that have their number now, or those that are over.
    #[garde(skip)]
    pub status: Option<SessionStatus>,
    /// Those that you named so.
    #[garde(skip)]
    #[schema(max_length = 255)]
    #[param(max_length = 255)]
    pub user_id: Option<String>,
    /// Those that have, or had, this number.
    #[garde(skip)]
    pub phone_number: Option<E164>,
}
