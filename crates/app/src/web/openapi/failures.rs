//! The failures that any operation may have, each described once.

use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, ContentBuilder, Ref, RefOr, Response, ResponseBuilder,
        path::{Operation, ParameterIn},
    },
};

use super::headers;
use crate::web::{code::ErrorCode, envelope::ErrorEnvelope, extract::IDEMPOTENCY_KEY, gate::Needs, limit::Limit};

/// A failure that operations share.
pub(super) struct Failure {
    pub(super) status: &'static str,
    /// Its name among the components.
    pub(super) name: &'static str,
    meaning: &'static str,
    code: ErrorCode,
    message: &'static str,
}

const fn failure(
    status: &'static str,
    name: &'static str,
    meaning: &'static str,
    code: ErrorCode,
    message: &'static str,
) -> Failure {
    Failure { status, name, meaning, code, message }
}

const BAD_REQUEST: Failure = failure(
    "400",
    "BadRequest",
    "Not a valid request; details name every bad field",
    ErrorCode::ValidationError,
    "country: must have at least 2 characters",
);
const UNAUTHORIZED: Failure = failure(
    "401",
    "Unauthorized",
    "No valid access token or API key",
    ErrorCode::AuthenticationError,
    "Send Authorization: Bearer <token or API key>",
);
const FORBIDDEN: Failure = failure(
    "403",
    "Forbidden",
    "The caller may not do this",
    ErrorCode::AuthorizationError,
    "You do not have the permission that this needs",
);
const NOT_FOUND: Failure =
    failure("404", "NotFound", "There is no such thing here", ErrorCode::NotFound, "There is no such thing here");
const METHOD_NOT_ALLOWED: Failure = failure(
    "405",
    "MethodNotAllowed",
    "The path has other methods; see Allow",
    ErrorCode::MethodNotAllowed,
    "This path does not know DELETE; see the Allow header",
);
const IN_PROGRESS: Failure = failure(
    "409",
    "IdempotencyInProgress",
    "The first request with this Idempotency-Key is still running",
    ErrorCode::IdempotencyInProgress,
    "the first request with this Idempotency-Key is still being processed",
);
const TOO_LARGE: Failure = failure(
    "413",
    "PayloadTooLarge",
    "The body is too large",
    ErrorCode::PayloadTooLarge,
    "The body has more than 65536 bytes",
);
const UNSUPPORTED: Failure = failure(
    "415",
    "UnsupportedMediaType",
    "The body is not JSON",
    ErrorCode::UnsupportedMediaType,
    "Send the body as JSON, with Content-Type: application/json",
);
const MISMATCH: Failure = failure(
    "422",
    "IdempotencyMismatch",
    "The Idempotency-Key was used with another body",
    ErrorCode::IdempotencyMismatch,
    "this Idempotency-Key was used with another request body",
);
const RATE_LIMITED: Failure = failure(
    "429",
    "RateLimited",
    "Too many requests; Retry-After says when to come back",
    ErrorCode::RateLimitExceeded,
    "Too many requests; try again in 17 s",
);
const INTERNAL: Failure =
    failure("500", "InternalError", "A fault of ours", ErrorCode::InternalError, "Something went wrong on our side.");
const UNAVAILABLE: Failure = failure(
    "503",
    "Unavailable",
    "Not available just now; try again shortly",
    ErrorCode::Unavailable,
    "The service is not available just now; try again shortly",
);

const ALL: [Failure; 12] = [
    BAD_REQUEST,
    UNAUTHORIZED,
    FORBIDDEN,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    IN_PROGRESS,
    TOO_LARGE,
    UNSUPPORTED,
    MISMATCH,
    RATE_LIMITED,
    INTERNAL,
    UNAVAILABLE,
];

/// The failures that can reach any operation declared like this one.
pub(super) fn of(path: &str, operation: &Operation, needs: Needs, limit: Limit) -> Vec<Failure> {
    let mut list = vec![METHOD_NOT_ALLOWED, INTERNAL, UNAVAILABLE];
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let checked = parameters
        .iter()
        .any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.parameter_in != ParameterIn::Path));
    let named = |name: &str| {
        parameters.iter().any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.name == name))
    };
    if named(IDEMPOTENCY_KEY) {
        list.extend([IN_PROGRESS, MISMATCH]);
    }
    let body = operation.request_body.is_some();
    if body || checked {
        list.push(BAD_REQUEST);
    }
    if body {
        list.extend([TOO_LARGE, UNSUPPORTED]);
    }
    if needs.bearer() {
        list.extend([UNAUTHORIZED, FORBIDDEN]);
    }
    if path.contains('{') || needs == Needs::Loopback {
        list.push(NOT_FOUND);
    }
    if limit != Limit::Unlimited {
        list.push(RATE_LIMITED);
    }
    list
}

/// Describes them all, and the shape that they share.
pub(super) fn describe(components: &mut Components) {
    let mut schemas = vec![(ErrorEnvelope::name().into_owned(), ErrorEnvelope::schema())];
    ErrorEnvelope::schemas(&mut schemas);
    components.schemas.extend(schemas);
    components.responses.extend(ALL.iter().map(|failure| (failure.name.to_owned(), RefOr::T(failure.response()))));
}

impl Failure {
    fn response(&self) -> Response {
        let body = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(ErrorEnvelope::name())))
            .example(Some(self.example()))
            .build();
        let response = ResponseBuilder::new().description(self.meaning).content("application/json", body);
        let mut response = response.build();
        // What the gate refuses, and what happens around it, is answered before anything was counted.
        let is_counted = matches!(self.status, "400" | "404" | "409" | "413" | "415" | "422" | "429");
        headers::refer(self.status, &mut response, is_counted);
        response
    }

    fn example(&self) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        let details = match self.code {
            ErrorCode::ValidationError => {
                Some(json!([{ "field": "country", "message": "must have at least 2 characters", "value": "U" }]))
            }
            ErrorCode::AuthorizationError => Some(json!({ "requiredPermissions": ["numbers:write"] })),
            ErrorCode::RateLimitExceeded => {
                Some(json!({ "limit": 100, "remaining": 0, "resetTime": "2026-01-15T09:30:17.000Z" }))
            }
            _ => None,
        };
        if let Some(details) = details {
            error["details"] = details;
        }
        if self.code == ErrorCode::ValidationError {
            error["field"] = json!("country");
        }
        refusal(error)
    }
}

/// The example of a failure of one operation: the code that its status usually has, and what it means there.
pub(super) fn example(status: &str, meaning: &str) -> Value {
    let code = match status {
        "400" => ErrorCode::ValidationError,
        "401" => ErrorCode::AuthenticationError,
        "402" => ErrorCode::InsufficientBalance,
        "403" => ErrorCode::AuthorizationError,
        "404" => ErrorCode::NotFound,
        "409" => ErrorCode::Conflict,
        "422" => ErrorCode::InvalidConfiguration,
        "502" => ErrorCode::UpstreamError,
        "504" => ErrorCode::UpstreamTimeout,
        _ => ErrorCode::InternalError,
    };
    refusal(json!({ "code": code, "message": meaning }))
}

fn refusal(error: Value) -> Value {
    json!({ "success": false, "error": error, "meta": {
        "timestamp": "2026-01-15T09:30:00.000Z", "requestId": "req_019bc0fd89c07c3a9d52b8e6f1726571", "version": "v1",
    } })
}
