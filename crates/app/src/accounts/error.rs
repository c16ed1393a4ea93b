//! Why an account was not made.

use store::{DbErr, dialect::violated_constraint};

/// Why an account was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// Somebody has registered with this address.
    #[error("the e-mail address is registered already")]
    EmailTaken,
    /// The database failed.
    #[error(transparent)]
    Database(DbErr),
}

impl From<DbErr> for CreateError {
    fn from(error: DbErr) -> Self {
        // Named by its constraint on one engine, by its column on the other.
        match violated_constraint(&error) {
            Some(name) if name.contains("users_email_key") || name.contains("users.email") => Self::EmailTaken,
            _ => Self::Database(error),
        }
    }
}
