//! A login session: opened by a registration or a login, kept alive by its refresh tokens.

use serde::{Deserialize, Serialize};
use store::{DbErr, Tx};
use vocab::{
    Ambient, SecretString,
    id::{AccountId, LoginSessionId, UserId},
};

use super::{
    Auth, access,
    sql::{self, NewSession, NewToken},
    token::{RefreshToken, lifetime},
};
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

/// Both tokens of a login session.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// A JWT.
    pub access: SecretString,
    /// Opaque; used once.
    pub refresh: SecretString,
    /// How long the access token holds, in seconds.
    pub expires_in: i64,
}

/// Who logs in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Who {
    pub account: AccountId,
    pub user: UserId,
    pub role: Role,
}

/// A login session that has just been opened, and its first refresh token.
pub(super) struct Opened {
    pub id: LoginSessionId,
    pub refresh: RefreshToken,
}

/// Opens a login session.
pub(super) async fn open(
    tx: &Tx,
    ambient: &Ambient,
    who: Who,
    device: &Device,
    remember: bool,
) -> Result<Opened, DbErr> {
    let (now, refresh) = (ambient.wall(), RefreshToken::new(ambient));
    let id = LoginSessionId::new(ambient);
    let expires_at = now + lifetime(remember);
    sql::insert_session(tx, &NewSession { id, who, device, remember, now, expires_at }).await?;
    sql::insert_token(tx, &NewToken { digest: refresh.digest(), session: id, now, expires_at }).await?;
    Ok(Opened { id, refresh })
}

impl Auth {
    pub(super) fn tokens(&self, session: LoginSessionId, who: Who, refresh: &RefreshToken) -> Tokens {
        Tokens {
            access: self.access.issue(session, who.user, who.account, who.role).into(),
            refresh: refresh.text(),
            expires_in: access::LIFETIME.num_seconds(),
        }
    }
}
