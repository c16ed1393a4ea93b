//! Why something with numbers was not done, and how the API says so.

use ports::PortError;
use serde_json::json;
use store::DbErr;

use crate::{
    orders::QuoteError,
    web::{
        error::{ApiError, ErrorCode, FieldError},
        port::from_port,
    },
};

/// Why something with numbers was not done.
#[derive(Debug)]
pub enum NumberError {
    /// The account has no such number.
    NotFound,
    /// The request is wrong.
    Invalid(Vec<FieldError>),
    /// The request is well formed and asks for what calls would not follow.
    Configuration(Vec<FieldError>),
    /// The number is in a state that does not allow this.
    Conflict(&'static str),
    /// The carrier did not do it.
    Carrier(PortError),
    /// The database failed.
    Database(DbErr),
}

impl std::fmt::Display for NumberError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotFound => f.write_str("no such number"),
            Self::Invalid(faults) | Self::Configuration(faults) => f.write_str(&sentence(faults)),
            Self::Conflict(why) => f.write_str(why),
            Self::Carrier(error) => error.fmt(f),
            Self::Database(error) => error.fmt(f),
        }
    }
}

impl From<DbErr> for NumberError {
    fn from(error: DbErr) -> Self {
        Self::Database(error)
    }
}

impl From<PortError> for NumberError {
    fn from(error: PortError) -> Self {
        Self::Carrier(error)
    }
}

impl From<NumberError> for ApiError {
    fn from(error: NumberError) -> Self {
        match error {
            NumberError::NotFound => Self::not_found(),
            NumberError::Invalid(faults) => Self::validation(faults),
            NumberError::Configuration(faults) => {
                let error = Self::new(ErrorCode::InvalidConfiguration, sentence(&faults)).details(json!(faults));
                match faults.into_iter().next() {
                    Some(first) => error.field(first.field),
                    None => error,
                }
            }
            NumberError::Conflict(why) => Self::new(ErrorCode::Conflict, why),
            NumberError::Carrier(error) => from_port(&error),
            NumberError::Database(error) => Self::internal(error),
        }
    }
}

impl From<NumberError> for QuoteError {
    fn from(error: NumberError) -> Self {
        match error {
            NumberError::NotFound => Self::Refused(ErrorCode::NotFound, "There is no such number.".into()),
            NumberError::Invalid(faults) => Self::Invalid(faults),
            NumberError::Configuration(faults) => Self::Refused(ErrorCode::InvalidConfiguration, sentence(&faults)),
            NumberError::Conflict(why) => Self::Refused(ErrorCode::Conflict, why.into()),
            NumberError::Carrier(error) => Self::Vendor(error),
            NumberError::Database(error) => Self::Database(error),
        }
    }
}

/// Every fault in one sentence.
fn sentence(faults: &[FieldError]) -> String {
    let all: Vec<String> = faults.iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect();
    all.join("; ")
}
