//! Checks what a client sent against the schema that we publish for it, then reads it, then
//! applies the rules that a schema cannot say. Every bad field is reported at once.

mod faults;
mod normalise;
mod schema;
mod words;

use garde::Validate;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

pub(super) use schema::{Shape, compiled};

use super::error::{ApiError, ApiResult, FieldError};

/// What a body or a query is read into: a type with a published schema and rules of its own.
pub trait Input: DeserializeOwned + Validate<Context = ()> + ToSchema + 'static {}
impl<T: DeserializeOwned + Validate<Context = ()> + ToSchema + 'static> Input for T {}

/// Reads `value` as a `T`. `whole` is what the message calls the value itself (`body`, `query`).
pub(super) fn admit<T: Input>(mut value: Value, whole: &str) -> ApiResult<T> {
    let compiled = compiled::<T>()?;
    let mut bad = normalise::nul_characters(&value);
    normalise::integers(&mut value);
    bad.extend(faults::against(&compiled, &mut value));
    refuse(bad, whole)?;
    let read: T = serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let field = if path == "." { String::new() } else { path };
        match refuse(vec![FieldError::new(field, words::plain(&error.into_inner().to_string()))], whole) {
            Err(refused) => refused,
            Ok(()) => ApiError::validation(Vec::new()),
        }
    })?;
    let report = read.validate().err().map(garde::Report::into_inner).unwrap_or_default();
    let broken = |(path, error): (garde::Path, garde::Error)| {
        FieldError::new(words::camel(&path.to_string()), error.message().to_owned())
    };
    refuse(report.into_iter().map(broken).collect(), whole)?;
    Ok(read)
}

/// Refuses if anything is bad; a fault of the whole is given its name.
fn refuse(mut bad: Vec<FieldError>, whole: &str) -> ApiResult<()> {
    if bad.is_empty() {
        return Ok(());
    }
    for fault in &mut bad {
        if fault.field.is_empty() {
            whole.clone_into(&mut fault.field);
        }
    }
    Err(ApiError::validation(bad))
}
