//! Makes an account and logs its owner in.

use vocab::SecretString;

use super::{Auth, AuthError, Device, Tokens, model::Who, session::open};
use crate::{
    accounts::{self, Email, NewUser, Profile},
    web::Role,
};

/// What somebody registers with. Its fields have been checked.
#[derive(Debug, Clone)]
pub struct Registration {
    /// Where mail reaches them.
    pub email: Email,
    /// Good enough by [`super::weakness`].
    pub password: SecretString,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// The company.
    pub company: Option<String>,
    /// E.164.
    pub phone: Option<String>,
    /// An IANA name.
    pub timezone: Option<String>,
    /// Whether they accept the terms; None where nothing was said.
    pub accept_terms: Option<bool>,
    /// Whether they want to be told of offers.
    pub marketing_consent: bool,
}

/// A new customer.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The owner and the account.
    pub profile: Profile,
    /// Of their first login session.
    pub tokens: Tokens,
}

impl Registration {
    pub(super) fn into_user(self, password_hash: String, role: Role, terms_version: Option<String>) -> NewUser {
        NewUser {
            email: self.email,
            password_hash,
            first_name: self.first_name,
            last_name: self.last_name,
            company: self.company,
            phone: self.phone,
            timezone: self.timezone,
            role,
            marketing_consent: self.marketing_consent,
            terms_version,
        }
    }
}

impl Auth {
    /// Makes an account with its owner and wallet, and opens their first login session.
    pub async fn register(&self, registration: Registration, device: &Device) -> Result<Registered, AuthError> {
        let terms = self.settings.terms_version.clone();
        if registration.accept_terms == Some(false) || (terms.is_some() && registration.accept_terms.is_none()) {
            return Err(AuthError::TermsNotAccepted);
        }
        if accounts::email_is_taken(self.store.fresh(), &registration.email).await? {
            return Err(AuthError::EmailTaken);
        }
        let hash = self.hasher.hash(&registration.password).await?;
        let new = registration.into_user(hash, Role::User, terms);
        let (ambient, new) = (&self.ambient, &new);
        let (profile, opened, who) = self
            .store
            .write(|tx| async move {
                let made = accounts::create(&tx, ambient, new).await?;
                let who = Who { account: made.account, user: made.user, role: new.role };
                let opened = open(&tx, ambient, who, device, false).await?;
                accounts::logged_in(&tx, made.user, ambient.wall()).await?;
                let profile = accounts::profile(&tx, made.account, made.user).await?.ok_or(AuthError::NoUser)?;
                Ok::<_, AuthError>((profile, opened, who))
            })
            .await?;
        tracing::info!(account = %who.account, user = %who.user, "an account was made");
        Ok(Registered { profile, tokens: self.tokens(opened.id, who, &opened.refresh) })
    }
}
