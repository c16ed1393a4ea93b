//! Why something with suppliers was not done.

use ports::PortError;
use store::DbErr;

use crate::web::FieldError;

/// Why credentials were not stored.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// They are wrong. Tells the fields below the credentials.
    #[error("the credentials are not valid")]
    Invalid(Vec<FieldError>),
    /// The key that would seal them is forgotten when this process ends.
    #[error("ENCRYPTION_KEY is not set: what it sealed could not be opened after a restart")]
    NotKept,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Why a catalogue was not read.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The supplier of this name failed.
    #[error("{0}: {1}")]
    Supplier(&'static str, PortError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}
