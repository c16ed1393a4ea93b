//! Exchanges a refresh token for new tokens.

use store::{DbErr, Tx};
use vocab::{Ambient, ExposeSecret, SecretString, id::LoginSessionId};

use super::{
    Auth, AuthError, Tokens,
    model::{Ending, NewToken, Who},
    sql::{self, LockedSession},
    token::{RefreshToken, Verdict, judge, lifetime},
};

/// How an exchange ended. A refusal that ends the session has to commit, so it is no error in here.
enum Exchange {
    Given(LoginSessionId, Who, RefreshToken),
    Refused,
    Suspended,
    Ended(LoginSessionId),
}

impl Auth {
    /// Replaces a refresh token and gives a new access token with it.
    ///
    /// A token that comes back after it was replaced ends its session, for two parties have it; except within
    /// ten seconds and while its successor is unused, when the very same successor is given again. So a lost
    /// answer can be asked for anew, and two refreshes at once end with one pair that both may keep.
    pub async fn refresh(&self, token: &SecretString) -> Result<Tokens, AuthError> {
        let token = RefreshToken::parse(token.expose_secret()).ok_or(AuthError::RefreshRefused)?;
        let (ambient, token) = (&self.ambient, &token);
        let exchange = self.store.write(|tx| async move { exchange(&tx, ambient, token).await }).await?;
        match exchange {
            Exchange::Given(session, who, successor) => Ok(self.tokens(session, who, &successor)),
            Exchange::Refused => Err(AuthError::RefreshRefused),
            Exchange::Suspended => Err(AuthError::Suspended),
            Exchange::Ended(session) => {
                self.seen.invalidate(&session).await;
                tracing::warn!(%session, "a refresh token was used twice; its login session was ended");
                Err(AuthError::RefreshRefused)
            }
        }
    }
}

async fn exchange(tx: &Tx, ambient: &Ambient, token: &RefreshToken) -> Result<Exchange, DbErr> {
    let now = ambient.wall();
    let digest = token.digest();
    // The session's lock lets one exchange through at a time; what the token's row says is read under it.
    let Some(session) = sql::lock_session_of(tx, &digest).await? else { return Ok(Exchange::Refused) };
    let Some(row) = sql::token(tx, &digest).await? else { return Ok(Exchange::Refused) };
    if session.revoked || row.expires_at <= now {
        return Ok(Exchange::Refused);
    }
    if session.standing.suspended {
        return Ok(Exchange::Suspended);
    }
    let successor = row.successor_salt.map(|salt| token.successor(&salt));
    let successor_used = match &successor {
        Some(successor) => sql::token(tx, &successor.digest()).await?.is_none_or(|row| row.rotated_at.is_some()),
        None => false,
    };
    match (judge(now, row.rotated_at, successor_used), successor) {
        (Verdict::Repeat, Some(successor)) => Ok(Exchange::Given(session.id, session.who(), successor)),
        (Verdict::Rotate, _) => rotate(tx, ambient, token, &session).await,
        (Verdict::Repeat | Verdict::Reused, _) => {
            sql::end_session(tx, session.id, Ending::TokenReused, now).await?;
            Ok(Exchange::Ended(session.id))
        }
    }
}

async fn rotate(tx: &Tx, ambient: &Ambient, token: &RefreshToken, session: &LockedSession) -> Result<Exchange, DbErr> {
    let (now, salt) = (ambient.wall(), ambient.bytes());
    let successor = token.successor(&salt);
    let expires_at = now + lifetime(session.remember);
    sql::rotate_token(tx, &token.digest(), &salt, now).await?;
    sql::insert_token(tx, &NewToken { digest: successor.digest(), session: session.id, now, expires_at }).await?;
    sql::prolong_session(tx, session.id, expires_at).await?;
    Ok(Exchange::Given(session.id, session.who(), successor))
}
