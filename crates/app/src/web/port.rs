//! A vendor's failure as the API tells it: 502, 503 or 504, never 400.

use ports::PortError;

use super::error::{ApiError, ErrorCode};

/// What a customer is told when an outside call failed. The vendor's own words go to the log only.
pub fn from_port(error: &PortError) -> ApiError {
    tracing::warn!(%error, "an outside call failed");
    match error {
        PortError::Refused(_) | PortError::Misconfigured(_) => {
            ApiError::new(ErrorCode::UpstreamError, "The carrier refused the request; try again later.")
        }
        PortError::Busy { .. } | PortError::NotSent => {
            ApiError::new(ErrorCode::Unavailable, "The carrier cannot be reached just now; try again in a moment.")
        }
        PortError::Unknown => ApiError::new(ErrorCode::UpstreamTimeout, "The carrier did not answer in time."),
    }
}
