//! Why an offer could not be shown or priced, and how the API says so.

use ports::PortError;
use store::DbErr;

use crate::{
    orders::QuoteError,
    prices::PriceError,
    web::{
        error::{ApiError, ErrorCode, FieldError},
        port::from_port,
    },
};

/// Why an offer could not be shown or priced.
#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    /// Nothing is on sale there.
    #[error("nothing is on sale there")]
    NotFound,
    /// The request is wrong.
    #[error("the request is wrong")]
    Invalid(Vec<FieldError>),
    /// The carrier did not say.
    #[error(transparent)]
    Carrier(#[from] PortError),
    /// There is no price.
    #[error(transparent)]
    Price(#[from] PriceError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

impl From<OfferError> for ApiError {
    fn from(error: OfferError) -> Self {
        match error {
            OfferError::NotFound => Self::not_found(),
            OfferError::Invalid(faults) => Self::validation(faults),
            OfferError::Carrier(error) => from_port(&error),
            OfferError::Price(error) => Self::internal(error),
            OfferError::Database(error) => Self::internal(error),
        }
    }
}

impl From<OfferError> for QuoteError {
    fn from(error: OfferError) -> Self {
        match error {
            OfferError::NotFound => Self::Refused(ErrorCode::NotFound, "Nothing is on sale there.".into()),
            OfferError::Invalid(faults) => Self::Invalid(faults),
            OfferError::Carrier(error) => Self::Vendor(error),
            OfferError::Price(error) => Self::Database(DbErr::Custom(error.to_string())),
            OfferError::Database(error) => Self::Database(error),
        }
    }
}
