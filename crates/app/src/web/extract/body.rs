//! JSON bodies.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
};
use serde_json::Value;

use super::query::{query_fields, query_value};
use crate::web::{
    check::{Input, admit, compiled},
    error::{ApiError, ApiResult, ErrorCode},
};

/// A JSON body that holds a valid `T`. Unknown fields are refused by the schema of `T`, so derive
/// it with `#[serde(deny_unknown_fields)]`.
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

impl<T: Input, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let json = read(request, state).await?;
        let json = json.ok_or_else(|| ApiError::bad_field("body", "is required, as JSON"))?;
        admit(json, "body").map(Body)
    }
}

/// The options of a request that may have them in its body or in its query, as DELETE does. A
/// field in the body wins.
#[derive(Debug, Clone)]
pub struct Options<T>(pub T);

impl<T: Input, S: Send + Sync> FromRequest<S> for Options<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let compiled = compiled::<T>()?;
        let (mut fields, bad) = query_value(query_fields(request.uri())?, &compiled.fields);
        if !bad.is_empty() {
            return Err(ApiError::validation(bad));
        }
        match read(request, state).await? {
            Some(Value::Object(body)) => fields.extend(body),
            Some(other) => return admit(other, "body").map(Options),
            None => {}
        }
        admit(Value::Object(fields), "body").map(Options)
    }
}

/// The body as JSON; None if there is none.
async fn read<S: Send + Sync>(request: Request, state: &S) -> ApiResult<Option<Value>> {
    let media = media(request.headers());
    let bytes =
        Bytes::from_request(request, state).await.map_err(|rejection| match rejection.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(ErrorCode::PayloadTooLarge, "The body is too large"),
            _ => ApiError::bad_field("body", "could not be read to its end"),
        })?;
    match media {
        Media::None if bytes.is_empty() => Ok(None),
        Media::Json if bytes.is_empty() => Ok(None),
        Media::Json => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            let message = format!("is not JSON: line {}, column {}", error.line(), error.column());
            ApiError::bad_field("body", message)
        }),
        Media::None | Media::Other => {
            let message = "Send the body as JSON, with Content-Type: application/json";
            Err(ApiError::new(ErrorCode::UnsupportedMediaType, message))
        }
    }
}

enum Media {
    None,
    Json,
    Other,
}

fn media(headers: &HeaderMap) -> Media {
    let Some(value) = headers.get(CONTENT_TYPE) else { return Media::None };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let json = essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    if json { Media::Json } else { Media::Other }
}
