//! Checks what a client sent against the schema that we publish for it, then reads it, then
//! applies the rules that a schema cannot say. Every bad field is reported at once.

mod faults;
mod normalise;
mod schema;
mod twice;
mod words;

use std::collections::BTreeSet;

use garde::Validate;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use schema::Compiled;
pub(super) use schema::{Shape, compiled};
pub(super) use twice::repeated_key;

use super::error::{ApiError, ApiResult, FieldError};

/// What a body or a query is read into: a type with a published schema and rules of its own.
pub trait Input: DeserializeOwned + Validate<Context = ()> + ToSchema + 'static {}
impl<T: DeserializeOwned + Validate<Context = ()> + ToSchema + 'static> Input for T {}

/// Reads `value` as a `T`. `whole` is what the message calls the value itself (`body`, `query`).
pub(super) fn admit<T: Input>(mut value: Value, whole: &str) -> ApiResult<T> {
    let compiled = compiled::<T>()?;
    let mut bad = normalise::nul_characters(&value);
    normalise::integers(&mut value);
    add(&mut bad, faults::against(&compiled, &mut value));
    if !bad.is_empty() {
        let rest = rules_of_the_rest::<T>(&compiled, value.clone(), &bad);
        add(&mut bad, rest);
    }
    refuse(bad, whole)?;
    // Where something is wrong is found out only if something is.
    let read = match T::deserialize(&value) {
        Ok(read) => read,
        Err(_) => serde_path_to_error::deserialize(value).map_err(|error| unreadable(error, whole))?,
    };
    refuse(broken_rules(&read), whole)?;
    Ok(read)
}

fn unreadable(error: serde_path_to_error::Error<serde_json::Error>, whole: &str) -> ApiError {
    let path = error.path().to_string();
    let field = if path == "." { String::new() } else { path };
    match refuse(vec![FieldError::new(field, words::plain(&error.into_inner().to_string()))], whole) {
        Err(refused) => refused,
        Ok(()) => ApiError::validation(Vec::new()),
    }
}

/// Adds what is wrong with fields that nothing was said of yet: one entry a field.
fn add(bad: &mut Vec<FieldError>, more: Vec<FieldError>) {
    for fault in more {
        let known = |known: &FieldError| known.field == fault.field;
        if !bad.iter().any(known) {
            bad.push(fault);
        }
    }
}

/// The rules beyond the schema that the fields break which the schema has nothing against, so that a client learns
/// of both at once. Examples stand in for the bad fields; where there is none, these rules have to wait.
fn rules_of_the_rest<T: Input>(compiled: &Compiled, mut value: Value, bad: &[FieldError]) -> Vec<FieldError> {
    let Value::Object(fields) = &mut value else { return Vec::new() };
    let bad: BTreeSet<&str> = bad.iter().filter_map(|fault| fault.field.split(['.', '[']).next()).collect();
    for name in &bad {
        match compiled.stand_in(name) {
            Some(example) => fields.insert((*name).to_owned(), example.clone()),
            None => fields.remove(*name),
        };
    }
    let Ok(read) = serde_json::from_value::<T>(value) else { return Vec::new() };
    let mut broken = broken_rules(&read);
    broken.retain(|fault| fault.field.split(['.', '[']).next().is_some_and(|name| !bad.contains(name)));
    broken
}

fn broken_rules<T: Input>(read: &T) -> Vec<FieldError> {
    let report = read.validate().err().map(garde::Report::into_inner).unwrap_or_default();
    let broken = |(path, error): (garde::Path, garde::Error)| {
        FieldError::new(words::camel(&path.to_string()), error.message().to_owned())
    };
    report.into_iter().map(broken).collect()
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
