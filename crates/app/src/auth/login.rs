//! Lets somebody in who knows the password.

use vocab::SecretString;

use super::{Auth, AuthError, Device, Tokens, model::Who, session::open};
use crate::accounts::{self, Email, Profile};

/// What somebody logs in with.
#[derive(Debug, Clone)]
pub struct Login {
    /// As typed; what is no address belongs to nobody.
    pub email: String,
    /// As typed.
    pub password: SecretString,
    /// Whether the session lasts 30 days rather than 7.
    pub remember: bool,
}

/// Somebody who was let in.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// The user, with this login as their last, and the account.
    pub profile: Profile,
    /// Of the new login session.
    pub tokens: Tokens,
}

impl Auth {
    /// Opens a login session. An unknown address and a wrong password look alike and take as long: without
    /// a user, the password is checked against a decoy.
    pub async fn login(&self, login: &Login, device: &Device) -> Result<LoggedIn, AuthError> {
        let found = match login.email.parse::<Email>() {
            Ok(email) => accounts::credentials(self.store.fresh(), &email).await?,
            Err(_) => None,
        };
        let hash = found.as_ref().map(|found| found.password_hash.as_str());
        let right = self.hasher.verify(&login.password, hash).await?;
        let mut profile = found.filter(|_| right).ok_or(AuthError::WrongCredentials)?.profile;
        // Told only to somebody who knows the password.
        if !profile.is_active() {
            return Err(AuthError::Suspended);
        }
        let who = Who { account: profile.account.id, user: profile.user.id, role: profile.user.role };
        let (ambient, now) = (&self.ambient, self.ambient.wall());
        let opened = self
            .store
            .write(|tx| async move {
                accounts::logged_in(&tx, who.user, now).await?;
                open(&tx, ambient, who, device, login.remember).await
            })
            .await?;
        profile.user.last_login_at = Some(now);
        Ok(LoggedIn { tokens: self.tokens(opened.id, who, &opened.refresh), profile })
    }
}
