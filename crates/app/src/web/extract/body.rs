//! JSON bodies.

use axum::{
    body::HttpBody,
    extract::{FromRequest, Request},
    http::{
        HeaderMap, HeaderValue,
        header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, EXPECT},
    },
};
use http_body_util::BodyExt;
use serde_json::Value;

use super::query::{query_fields, query_value};
use crate::web::{
    check::{Input, admit, compiled, repeated_key},
    error::{ApiError, ApiResult, ErrorCode},
};

/// A JSON body that holds a valid `T`. Unknown fields are refused by the schema of `T`, so derive
/// it with `#[serde(deny_unknown_fields)]`.
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

impl<T: Input, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let json = read(request).await?;
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

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let compiled = compiled::<T>()?;
        let (mut fields, bad) = query_value(query_fields(request.uri())?, &compiled.fields);
        if !bad.is_empty() {
            return Err(ApiError::validation(bad));
        }
        match read(request).await? {
            Some(Value::Object(body)) => fields.extend(body),
            // An optional body is documented as one that may be null.
            Some(Value::Null) | None => {}
            Some(other) => return admit(other, "body").map(Options),
        }
        admit(Value::Object(fields), "body").map(Options)
    }
}

/// The body as JSON; None if there is none.
async fn read(request: Request) -> ApiResult<Option<Value>> {
    let (media, coded) = (media(request.headers()), is_coded(request.headers()));
    let bytes = collect(request).await?;
    if coded && !bytes.is_empty() {
        let message = "Send the body as it is, without Content-Encoding";
        let error = ApiError::new(ErrorCode::UnsupportedMediaType, message);
        // RFC 9110 §12.5.3: so a client learns that it is the coding, not the media type.
        return Err(error.header(ACCEPT_ENCODING, HeaderValue::from_static("identity")));
    }
    match media {
        Media::None if bytes.is_empty() => Ok(None),
        Media::Json if bytes.is_empty() => Ok(None),
        Media::Json => {
            let broken = |error: serde_json::Error| {
                let message = format!("is not JSON: line {}, column {}", error.line(), error.column());
                ApiError::bad_field("body", message)
            };
            match repeated_key(&bytes).map_err(broken)? {
                Some(key) => Err(ApiError::bad_field(key, "is given more than once")),
                None => serde_json::from_slice(&bytes).map(Some).map_err(broken),
            }
        }
        Media::None | Media::Other => {
            let message = "Send the body as JSON, with Content-Type: application/json";
            Err(ApiError::new(ErrorCode::UnsupportedMediaType, message))
        }
    }
}

/// How many bytes a JSON body may have; put beside each request by the layers.
#[derive(Debug, Clone, Copy)]
pub(in crate::web) struct BodyLimit(pub(in crate::web) usize);

/// How much of a body that is too large is read and dropped before it is refused: a client that
/// is still sending when the connection closes sees a broken pipe instead of our answer.
const MAX_DROPPED: usize = 16 * 1024 * 1024;

async fn collect(request: Request) -> ApiResult<Vec<u8>> {
    let limit = request.extensions().get::<BodyLimit>().map_or(64 * 1024, |limit| limit.0);
    // Who asks before sending (RFC 9110 §10.1.1) is told at once.
    let asks_first = request.headers().contains_key(EXPECT);
    let announced = request.body().size_hint().lower();
    let too_large = || Err(ApiError::new(ErrorCode::PayloadTooLarge, format!("The body has more than {limit} bytes")));
    if asks_first && usize::try_from(announced).is_ok_and(|announced| announced > limit) {
        return too_large();
    }
    let (mut body, mut bytes, mut read) = (request.into_body(), Vec::new(), 0_usize);
    while let Some(frame) = body.frame().await {
        let broken = |_| ApiError::bad_field("body", "could not be read to its end");
        let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
        read = read.saturating_add(data.len());
        if read <= limit {
            bytes.extend_from_slice(&data);
        } else if read > MAX_DROPPED {
            break;
        }
    }
    if read > limit { too_large() } else { Ok(bytes) }
}

/// Whether the body is compressed, or coded in another way.
fn is_coded(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    codings.flat_map(|value| value.split(',')).any(|coding| !matches!(coding.trim(), "" | "identity"))
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
