//! A vendor's failure as the API tells it: 502, 503 or 504, never 400.

use std::time::Duration;

use axum::http::{HeaderValue, header::RETRY_AFTER};
use ports::PortError;

use super::error::{ApiError, ErrorCode};

/// What a customer is told when an outside call failed. The vendor's own words go to the log only.
pub fn from_port(error: &PortError) -> ApiError {
    tracing::warn!(%error, "an outside call failed");
    match error {
        PortError::Refused(_) => {
            ApiError::new(ErrorCode::UpstreamError, "The carrier refused the request; try again later.")
        }
        // No credentials, or bad ones: until the operator acts, we are what is not available.
        PortError::Misconfigured(_) => {
            let message = "No carrier is connected, or it refuses our credentials; the operator has to set it up \
                           (TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN).";
            ApiError::new(ErrorCode::Unavailable, message)
        }
        PortError::Busy { retry_after } => unavailable(*retry_after),
        PortError::NotSent => unavailable(Duration::from_secs(1)),
        PortError::Unknown => ApiError::new(ErrorCode::UpstreamTimeout, "The carrier did not answer in time."),
    }
}

fn unavailable(retry_after: Duration) -> ApiError {
    // Whole seconds, and never "at once".
    let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
    ApiError::new(ErrorCode::Unavailable, "The carrier cannot be reached just now; try again in a moment.")
        .header(RETRY_AFTER, HeaderValue::from(seconds.max(1)))
}
