//! The one shape of every answer: `{success, data, meta}` or `{success, error, meta}`.

use std::cell::RefCell;

use axum::{
    body::Bytes,
    http::{HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{code::ErrorCode, scope, time::Timestamp};

/// Says that an answer repeats what an earlier request with the same Idempotency-Key did.
pub const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// A successful answer, as documented and as sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Envelope<T> {
    /// Always true.
    pub success: bool,
    /// What was asked for.
    pub data: T,
    /// About the answer.
    pub meta: Meta,
}

/// A failed answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ErrorEnvelope {
    /// Always false.
    pub success: bool,
    /// What went wrong.
    pub error: ErrorBody,
    /// About the answer.
    pub meta: Meta,
}

/// What went wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ErrorBody {
    /// Stable, for programs.
    pub code: ErrorCode,
    /// For people; wording may change.
    pub message: String,
    /// More for programs. For VALIDATION_ERROR every bad field: `[{field, message, value?}]`. For REQUIREMENTS_NOT_MET what
    /// the carrier wants of the owner, for each number: `{numbers: [{phoneNumber, countryCode, numberType, missing: […]}]}`,
    /// where `missing` has `{requirement: "ADDRESS", where: "ANYWHERE" | "IN_COUNTRY" | "OUTSIDE_COUNTRY"}` and
    /// `{requirement: "REGULATORY_BUNDLE", individual?: […], business?: […]}` with the names of the documents that a person
    /// or a business shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, schema_with = anything)]
    pub details: Option<Value>,
    /// The field that is meant, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// Details differ by code, so any JSON is admitted.
fn anything() -> utoipa::openapi::schema::Schema {
    utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::schema::SchemaType::AnyValue).into()
}

/// About an answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "timestamp": "2026-01-15T09:30:00.412Z", "requestId": "req_019bc0fd89c07c3a9d52b8e6f1726571", "version": "v1",
}))]
pub struct Meta {
    /// When it was made.
    pub timestamp: Timestamp,
    /// The same as the `X-Request-Id` header.
    pub request_id: String,
    /// Of the API.
    pub version: &'static str,
}

impl Meta {
    /// Of the request that this task serves.
    pub fn current() -> Self {
        Self { timestamp: scope::now().into(), request_id: scope::request_id(), version: "v1" }
    }
}

/// 200 with this data.
#[derive(Debug, Clone)]
pub struct Ok200<T>(pub T);
/// 201: it was made.
#[derive(Debug, Clone)]
pub struct Created<T>(pub T);
/// 202: it is under way, and asking again tells how it ended.
#[derive(Debug, Clone)]
pub struct Accepted<T>(pub T);

/// Data with a status that is known only when it is answered, and whether it is a replay.
#[derive(Debug, Clone)]
pub struct Answer<T> {
    status: StatusCode,
    data: T,
    replayed: bool,
}

impl<T> Answer<T> {
    /// This data with this status (a successful one).
    pub const fn new(status: StatusCode, data: T) -> Self {
        Self { status, data, replayed: false }
    }

    /// Marks the answer as the repeat of an earlier one.
    #[must_use]
    pub fn replayed(mut self, replayed: bool) -> Self {
        self.replayed = replayed;
        self
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let envelope = Envelope { success: true, data: self.data, meta: Meta::current() };
        let mut response = json(self.status, &envelope);
        if self.replayed {
            response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

macro_rules! answers {
    ($($name:ident $status:ident)+) => {$(
        impl<T> $name<T> {
            /// The same answer, marked as the repeat of an earlier one if it is.
            #[must_use]
            pub fn replayed(self, replayed: bool) -> Answer<T> {
                Answer::from(self).replayed(replayed)
            }
        }

        impl<T> From<$name<T>> for Answer<T> {
            fn from(answer: $name<T>) -> Self {
                Self::new(StatusCode::$status, answer.0)
            }
        }

        impl<T: Serialize> IntoResponse for $name<T> {
            fn into_response(self) -> Response {
                Answer::from(self).into_response()
            }
        }
    )+};
}
answers! { Ok200 OK Created CREATED Accepted ACCEPTED }

/// A failure in its envelope.
pub(super) fn failure(status: StatusCode, error: ErrorBody) -> Response {
    json(status, &ErrorEnvelope { success: false, error, meta: Meta::current() })
}

/// Where answers are written before they are copied to one of their length: growing from nothing, a list would be moved
/// at each power of two.
const ROOM: usize = 32 * 1024;

thread_local! {
    static DESK: RefCell<Vec<u8>> = RefCell::new(Vec::with_capacity(ROOM));
}

fn written(body: &impl Serialize) -> serde_json::Result<Bytes> {
    DESK.with_borrow_mut(|desk| {
        desk.clear();
        desk.shrink_to(ROOM);
        serde_json::to_writer(&mut *desk, body)?;
        Ok(Bytes::copy_from_slice(desk))
    })
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match written(body) {
        Ok(bytes) => (status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes).into_response(),
        // Only a map with keys that are no text fails, and an error's envelope holds none.
        Err(error) => {
            tracing::error!(%error, "an answer cannot be written as JSON");
            let message = "Something went wrong on our side.".to_owned();
            let error = ErrorBody { code: ErrorCode::InternalError, message, details: None, field: None };
            failure(StatusCode::INTERNAL_SERVER_ERROR, error)
        }
    }
}
