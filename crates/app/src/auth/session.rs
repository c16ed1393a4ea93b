//! A login session: opened by a registration or a login, kept alive by its refresh tokens.

use store::{DbErr, Tx};
use vocab::{Ambient, SecretString, id::LoginSessionId};

use super::{
    Auth, access,
    model::{Device, NewSession, NewToken, Who},
    sql,
    token::{RefreshToken, lifetime},
};
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
