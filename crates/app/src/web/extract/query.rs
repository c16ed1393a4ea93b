//! Query strings.

use std::collections::BTreeMap;

use axum::{
    extract::FromRequestParts,
    http::{Uri, request::Parts},
};
use garde::Validate;
use serde::Deserialize;
use serde_json::{Map, Number, Value};
use utoipa::{IntoParams, ToSchema};
use vocab::{
    Cursor, PageRequest,
    page::{DEFAULT_LIMIT, MAX_LIMIT},
};

use crate::web::{
    check::{Input, Shape, admit, compiled},
    error::{ApiError, ApiResult, FieldError},
};

/// A query string that holds a valid `T`: a list field takes repeated parameters and comma lists,
/// numbers and flags are read from their text, and an unknown parameter is refused by name.
///
/// Derive `IntoParams` on `T` too, with `#[into_params(parameter_in = Query)]`, and name `T` under
/// `params(…)`: that is how the parameters get into the API document.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: Input, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        read(query_fields(&parts.uri)?, Vec::new()).map(Query)
    }
}

/// The query string of a list: its own filters, and which page of it. Documented by
/// `params(T, PageQuery)`.
#[derive(Debug, Clone)]
pub struct Paged<T>(pub T, pub PageRequest);

impl<T: Input, S: Send + Sync> FromRequestParts<S> for Paged<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let (filters, page) = paged(&parts.uri, PageQuery::request)?;
        Ok(Self(filters, page))
    }
}

/// The same for a list in another order than newest first, which has pages and no cursor. Documented by
/// `params(T, PageNumberQuery)`.
#[derive(Debug, Clone)]
pub struct Numbered<T>(pub T, pub PageRequest);

impl<T: Input, S: Send + Sync> FromRequestParts<S> for Numbered<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let (filters, page) = paged(&parts.uri, |query: &PageNumberQuery| Ok(query.request()))?;
        Ok(Self(filters, page))
    }
}

/// What a cursor in another order is told. A cursor names the last row's time: rows move under every other order.
pub const CURSOR_ORDER: &str = "continues newest first: leave sortBy and sortOrder out, or read on by page";

/// Which page of a list is wanted.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The page, from 1. Not together with `cursor`.
    #[garde(skip)]
    #[schema(minimum = 1, maximum = 1_000_000)]
    #[param(minimum = 1, maximum = 1_000_000)]
    pub page: Option<u32>,
    /// How many rows a page has: 20 unless said, at most 100.
    #[garde(skip)]
    #[schema(minimum = 1, maximum = 100)]
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `pagination.nextCursor` of the page before.
    #[garde(skip)]
    #[schema(max_length = 100)]
    #[param(max_length = 100)]
    pub cursor: Option<String>,
}

impl PageQuery {
    /// The rows that are meant.
    pub fn request(&self) -> ApiResult<PageRequest> {
        let limit = limit(self.limit);
        match (&self.cursor, self.page) {
            (None, page) => Ok(PageRequest::Page { page: page.unwrap_or(1).max(1), limit }),
            (Some(_), Some(_)) => Err(ApiError::bad_field("cursor", "cannot go together with page")),
            (Some(cursor), None) => {
                let malformed = |_| ApiError::bad_field("cursor", "is not a cursor of this list");
                let cursor: Cursor = cursor.parse().map_err(malformed)?;
                Ok(PageRequest::After { cursor, limit })
            }
        }
    }
}

/// Which page of a list without a cursor is wanted.
#[derive(Debug, Clone, Copy, Default, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageNumberQuery {
    /// The page, from 1.
    #[garde(skip)]
    #[schema(minimum = 1, maximum = 1_000_000)]
    #[param(minimum = 1, maximum = 1_000_000)]
    pub page: Option<u32>,
    /// How many rows a page has: 20 unless said, at most 100.
    #[garde(skip)]
    #[schema(minimum = 1, maximum = 100)]
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
}

impl PageNumberQuery {
    /// The rows that are meant.
    pub fn request(&self) -> PageRequest {
        PageRequest::Page { page: self.page.unwrap_or(1).max(1), limit: limit(self.limit) }
    }
}

fn limit(asked: Option<u32>) -> u32 {
    asked.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
}

/// A list's own filters, and the rows that its paging parameters mean.
fn paged<T: Input, P: Input>(
    uri: &Uri,
    request: impl FnOnce(&P) -> ApiResult<PageRequest>,
) -> ApiResult<(T, PageRequest)> {
    let own = &compiled::<P>()?.fields;
    let (paging, filters) = query_fields(uri)?.into_iter().partition(|(name, _)| own.contains_key(name));
    let page = read::<P>(paging, Vec::new()).and_then(|query| request(&query));
    match (page, read(filters, Vec::new())) {
        (Ok(page), Ok(filters)) => Ok((filters, page)),
        (Err(page), Err(filters)) => Err(page.and(filters)),
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
    }
}

fn read<T: Input>(given: Vec<(String, String)>, mut bad: Vec<FieldError>) -> ApiResult<T> {
    let compiled = compiled::<T>()?;
    let (fields, misread) = query_value(given, &compiled.fields);
    bad.extend(misread);
    match (admit(Value::Object(fields), "query"), bad.is_empty()) {
        (read, true) => read,
        (Ok(_), false) => Err(ApiError::validation(bad)),
        (Err(error), false) => Err(ApiError::validation(bad).and(error)),
    }
}

/// The parameters in order, decoded.
pub(super) fn query_fields(uri: &Uri) -> ApiResult<Vec<(String, String)>> {
    let pairs = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let decoded = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name).ok_or_else(|| ApiError::bad_field("query", "has a name that is not UTF-8"))?;
        let value = decode(value).ok_or_else(|| ApiError::bad_field(name.clone(), "is not UTF-8"))?;
        Ok((name, value))
    });
    decoded.collect()
}

/// One name or value of an urlencoded query; None if it is not UTF-8. Stray percent signs stay.
fn decode(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |offset: usize| bytes.get(at + offset).and_then(|byte| char::from(*byte).to_digit(16));
        match (bytes[at], hex(1), hex(2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).expect("two hexadecimal digits are a byte"));
                at += 2;
            }
            (b'+', ..) => decoded.push(b' '),
            (byte, ..) => decoded.push(byte),
        }
        at += 1;
    }
    String::from_utf8(decoded).ok()
}

/// The parameters as JSON, each read as its field's shape, and what cannot be read so.
pub(super) fn query_value(
    given: Vec<(String, String)>,
    shapes: &BTreeMap<String, Shape>,
) -> (Map<String, Value>, Vec<FieldError>) {
    let (mut fields, mut bad) = (Map::new(), Vec::new());
    for (name, text) in given {
        match shapes.get(&name) {
            None => bad.push(FieldError::new(name, "is not a parameter that we know")),
            Some(Shape::List(items)) => {
                let entry = fields.entry(name).or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(list) = entry {
                    list.extend(text.split(',').filter(|text| !text.is_empty()).map(|text| scalar(text.trim(), items)));
                }
            }
            Some(Shape::Undivided) => {
                let entry = fields.entry(name).or_insert_with(|| Value::Array(Vec::new()));
                if let (Value::Array(list), false) = (entry, text.trim().is_empty()) {
                    list.push(Value::String(text.trim().to_owned()));
                }
            }
            Some(_) if fields.contains_key(&name) => bad.push(FieldError::new(name, "is given more than once")),
            Some(shape) => {
                fields.insert(name, scalar(&text, shape));
            }
        }
    }
    (fields, bad)
}

/// Text that cannot be read as its shape stays text, which the schema then refuses.
fn scalar(text: &str, shape: &Shape) -> Value {
    let as_text = || Value::String(text.to_owned());
    match shape {
        Shape::Number => text.parse::<Number>().map_or_else(|_| as_text(), Value::Number),
        Shape::Flag => match text {
            "true" | "1" => Value::Bool(true),
            "false" | "0" => Value::Bool(false),
            _ => as_text(),
        },
        Shape::Text | Shape::List(_) | Shape::Undivided => as_text(),
    }
}
