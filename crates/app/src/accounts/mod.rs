//! Accounts, who own everything sold, and the users who belong to them.
//!
//! One account is made at each registration, its user the owner. What a user may do inside of the account
//! follows from the account role; the platform role is for the operator's own staff.

mod create;
mod ensure;
mod error;
mod model;
mod sql;

#[cfg(test)]
mod tests;

pub use create::create;
pub use ensure::{Ensured, ensure};
pub use error::CreateError;
pub use model::{
    Account, AccountRole, Created, Email, MalformedEmail, NewUser, PERMISSIONS, Profile, Standing, Status, User,
};
pub use sql::{Credentials, STANDING_COLUMNS, StandingRow, credentials, email_is_taken, logged_in, profile};
