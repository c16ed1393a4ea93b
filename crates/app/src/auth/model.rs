//! A login session's words: who logs in, from where, and why a session ends.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use vocab::id::{AccountId, LoginSessionId, UserId};

use crate::web::Role;

/// What is known of where somebody logs in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// The address.
    pub ip: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// What the client says of itself.
    pub info: Option<DeviceInfo>,
}

/// What a client says of the device it runs on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceInfo {
    /// Such as `macOS`.
    pub platform: Option<String>,
    /// Such as `Firefox`.
    pub browser: Option<String>,
    /// Of the browser.
    pub version: Option<String>,
}

/// Who logs in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Who {
    pub account: AccountId,
    pub user: UserId,
    pub role: Role,
}

vocab::wire_enum! {
    /// Why a session was ended before its time.
    pub(super) enum Ending {
        /// The user said so.
        LoggedOut = "LOGGED_OUT",
        /// The user ended all of theirs.
        LoggedOutEverywhere = "LOGGED_OUT_EVERYWHERE",
        /// One of its refresh tokens was used twice.
        TokenReused = "TOKEN_REUSED",
    }
}

/// A login session that is to be written.
pub(super) struct NewSession<'a> {
    pub id: LoginSessionId,
    pub who: Who,
    pub device: &'a Device,
    pub remember: bool,
    pub now: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// A refresh token that is to be written, by its digest.
pub(super) struct NewToken {
    pub digest: Vec<u8>,
    pub session: LoginSessionId,
    pub now: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}
