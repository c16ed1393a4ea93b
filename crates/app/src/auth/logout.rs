//! Logs somebody out.

use vocab::{ExposeSecret, SecretString, id::LoginSessionId};

use super::{Auth, AuthError, model::Ending, sql, token::RefreshToken};
use crate::web::{Caller, Permission, Via};

/// No permission has to do with login sessions, so an API key that ends them must be as good as its owner.
const EVERYTHING: Permission = Permission("*");

impl Auth {
    /// Ends the login session that the caller's access token belongs to, and the one that the refresh token
    /// belongs to if it is the same user's; or every login session of the user. Says how many that were.
    pub async fn logout(
        &self,
        caller: &Caller,
        refresh: Option<&SecretString>,
        all_devices: bool,
    ) -> Result<usize, AuthError> {
        let own = match caller.via {
            Via::Session(session) => Some(session),
            Via::Key(_) if !caller.permissions.allows(&EVERYTHING) => return Err(AuthError::NotWithThisKey),
            Via::Key(_) if refresh.is_none() && !all_devices => return Err(AuthError::NothingToEnd),
            Via::Key(_) => None,
        };
        let digest = refresh.and_then(|text| RefreshToken::parse(text.expose_secret())).map(|token| token.digest());
        let (now, user, digest) = (self.ambient.wall(), caller.user, digest.as_deref());
        let ended: Vec<LoginSessionId> = self
            .store
            .write(|tx| async move {
                if all_devices {
                    return sql::end_all_sessions(&tx, user, now).await;
                }
                let named = match digest {
                    Some(digest) => sql::session_of(&tx, digest, user).await?,
                    None => None,
                };
                let mut ended = Vec::new();
                for session in own.into_iter().chain(named.filter(|named| own != Some(*named))) {
                    if sql::end_session(&tx, session, Ending::LoggedOut, now).await? {
                        ended.push(session);
                    }
                }
                Ok(ended)
            })
            .await?;
        for session in &ended {
            self.seen.invalidate(session).await;
        }
        Ok(ended.len())
    }
}
