//! Why something with the pool was not done, and how the API says so.

use chrono::{DateTime, Utc};
use ports::PortError;
use serde_json::json;
use store::DbErr;

use crate::{
    orders::OpenError,
    web::{ApiError, ErrorCode, FieldError, Timestamp, port::from_port},
};

/// Why something with the pool was not done.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// The pool has no such number.
    #[error("no such pool number")]
    NotFound,
    /// The request is wrong.
    #[error("the request is not valid")]
    Invalid(Vec<FieldError>),
    /// The number is in a state that does not allow this.
    #[error("{0}")]
    Conflict(&'static str),
    /// The number is lent or cools down.
    #[error("the number is not free before {0}")]
    NotFree(DateTime<Utc>),
    /// The carrier has fewer numbers than asked for.
    #[error("the carrier offers only {0}")]
    TooFew(usize),
    /// The carrier did not do it.
    #[error(transparent)]
    Carrier(#[from] PortError),
    /// The order did not open.
    #[error("the order did not open: {0:?}")]
    Order(Box<OpenError>),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

impl From<OpenError> for PoolError {
    fn from(error: OpenError) -> Self {
        Self::Order(Box::new(error))
    }
}

impl From<PoolError> for ApiError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::NotFound => Self::not_found(),
            PoolError::Invalid(faults) => Self::validation(faults),
            PoolError::Conflict(why) => Self::new(ErrorCode::Conflict, why),
            PoolError::NotFree(from) => {
                let message = "The number is lent or cools down; drain it and come back when it is free.";
                Self::new(ErrorCode::Conflict, message).details(json!({ "freeFrom": Timestamp(from) }))
            }
            PoolError::TooFew(available) => {
                let message = match available {
                    0 => "The carrier offers no such numbers just now without asking for an address or documents of their \
                          owner; choose another country or type."
                        .to_owned(),
                    available => format!("The carrier offers {available} such numbers just now; ask for fewer."),
                };
                Self::new(ErrorCode::NumberNotAvailable, message).details(json!({ "available": available }))
            }
            PoolError::Carrier(error) => from_port(&error),
            PoolError::Order(error) => (*error).into(),
            PoolError::Database(error) => Self::internal(error),
        }
    }
}
