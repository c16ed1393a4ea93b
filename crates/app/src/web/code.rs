//! The public list of why a request fails, and the status of each.

use axum::http::StatusCode;

vocab::wire_enum! {
    /// Why a request failed, as programs read it. The list is public: codes are added, never renamed.
    pub enum ErrorCode {
        /// The request itself is wrong; `details` names each bad field.
        ValidationError = "VALIDATION_ERROR",
        /// No caller, or one whose credentials do not hold.
        AuthenticationError = "AUTHENTICATION_ERROR",
        /// The wallet has less available than this costs.
        InsufficientBalance = "INSUFFICIENT_BALANCE",
        /// The payer's means of payment said no.
        PaymentDeclined = "PAYMENT_DECLINED",
        /// The caller is known and may not do this.
        AuthorizationError = "AUTHORIZATION_ERROR",
        /// A spend cap of the account or the key is reached.
        SpendLimitReached = "SPEND_LIMIT_REACHED",
        /// The operator's rules of lawful use forbid this.
        NotPermittedByPolicy = "NOT_PERMITTED_BY_POLICY",
        /// No such thing, or not the caller's.
        NotFound = "NOT_FOUND",
        /// The path exists, with other methods.
        MethodNotAllowed = "METHOD_NOT_ALLOWED",
        /// The thing is in a state that does not allow this, or exists already.
        Conflict = "CONFLICT",
        /// Somebody else has the number, or the carrier no longer offers it.
        NumberNotAvailable = "NUMBER_NOT_AVAILABLE",
        /// The number cannot be changed just now.
        NumberLocked = "NUMBER_LOCKED",
        /// It costs more than the caller was told.
        PriceChanged = "PRICE_CHANGED",
        /// The first request with this Idempotency-Key is still running.
        IdempotencyInProgress = "IDEMPOTENCY_IN_PROGRESS",
        /// The body is larger than we read.
        PayloadTooLarge = "PAYLOAD_TOO_LARGE",
        /// The body is not JSON.
        UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE",
        /// Well formed, but not a configuration that we can act on.
        InvalidConfiguration = "INVALID_CONFIGURATION",
        /// An address or a document is needed first.
        RequirementsNotMet = "REQUIREMENTS_NOT_MET",
        /// The Idempotency-Key was used with another body.
        IdempotencyMismatch = "IDEMPOTENCY_MISMATCH",
        /// Too many requests; `Retry-After` says when to come back.
        RateLimitExceeded = "RATE_LIMIT_EXCEEDED",
        /// A fault of ours; the log knows it by the request id.
        InternalError = "INTERNAL_ERROR",
        /// A vendor failed.
        UpstreamError = "UPSTREAM_ERROR",
        /// We cannot serve this just now; trying again later may work.
        Unavailable = "UNAVAILABLE",
        /// A vendor did not answer in time.
        UpstreamTimeout = "UPSTREAM_TIMEOUT",
    }
}

impl ErrorCode {
    /// The HTTP status that goes with the code (api-design.md, "Conventions").
    pub const fn status(self) -> StatusCode {
        match self {
            Self::ValidationError => StatusCode::BAD_REQUEST,
            Self::AuthenticationError => StatusCode::UNAUTHORIZED,
            Self::InsufficientBalance | Self::PaymentDeclined => StatusCode::PAYMENT_REQUIRED,
            Self::AuthorizationError | Self::SpendLimitReached | Self::NotPermittedByPolicy => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict
            | Self::NumberNotAvailable
            | Self::NumberLocked
            | Self::PriceChanged
            | Self::IdempotencyInProgress => StatusCode::CONFLICT,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::InvalidConfiguration | Self::RequirementsNotMet | Self::IdempotencyMismatch => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::RateLimitExceeded => StatusCode::TOO_MANY_REQUESTS,
            Self::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::UpstreamError => StatusCode::BAD_GATEWAY,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::UpstreamTimeout => StatusCode::GATEWAY_TIMEOUT,
        }
    }
}
