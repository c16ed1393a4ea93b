//! The sandbox's logins: an operator and a customer, who are there whenever a development server runs.
//!
//! Password and key follow from a secret of the data folder. So they are the same after a restart and in every process
//! on the folder, and are written down nowhere.

use anyhow::Context;
use app::{
    accounts::{self, CreateError, NewUser},
    auth::Hasher,
    jobs::Kernel,
    keys::{KeySecret, Keys},
    web::Role,
};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;
use utoipa::ToSchema;
use vocab::{ExposeSecret, SecretString};

/// What the logins' API keys are called.
const KEY_NAME: &str = "sandbox";

/// The two logins.
#[derive(Clone)]
pub struct Logins {
    /// An operator.
    pub admin: Credentials,
    /// A customer.
    pub demo: Credentials,
}

/// How somebody logs in.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    /// For `/auth/login`.
    #[schema(example = "ada@example.com")]
    pub email: String,
    /// For `/auth/login`.
    pub password: String,
    /// As a bearer token.
    pub api_key: String,
}

impl Logins {
    /// Sees to it that both can log in, whatever became of them in the database.
    pub async fn ensure(kernel: &Kernel, keys: &Keys, secret: &SecretString) -> anyhow::Result<Self> {
        let (admin, demo) = tokio::try_join!(
            login(kernel, keys, secret, ("admin@example.com", Role::SuperAdmin)),
            login(kernel, keys, secret, ("demo@example.com", Role::User)),
        )
        .context("the sandbox's logins could not be made")?;
        Ok(Self { admin, demo })
    }
}

async fn login(
    kernel: &Kernel,
    keys: &Keys,
    secret: &SecretString,
    (email, role): (&str, Role),
) -> anyhow::Result<Credentials> {
    let Kernel { store, ambient, .. } = kernel;
    let password = hex::encode(&derived(secret, &format!("password of {email}"))[..12]);
    let key = KeySecret::derived(keys.environment(), &derived(secret, &format!("key of {email}")));
    let user = NewUser {
        email: email.parse()?,
        password_hash: Hasher::new(ambient.clone()).hash(&SecretString::from(password.clone())).await?,
        first_name: if role == Role::User { "Demo" } else { "Operator" }.into(),
        last_name: "Login".into(),
        company: None,
        phone: None,
        timezone: None,
        role,
        marketing_consent: false,
        terms_version: None,
    };
    let user = &user;
    let ensure = || store.write(|tx| async move { accounts::ensure(&tx, ambient, user).await });
    let made = match ensure().await {
        // Another server that starts at this moment was faster: now it is there to be found.
        Err(CreateError::EmailTaken) => ensure().await?,
        made => made?,
    };
    keys.ensure(made.ids.account, made.ids.user, KEY_NAME, &key).await?;
    Ok(Credentials { email: email.to_owned(), password, api_key: key.reveal().expose_secret().to_owned() })
}

/// 32 bytes for one purpose.
fn derived(secret: &SecretString, purpose: &str) -> [u8; 32] {
    let mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes());
    let mut mac = mac.expect("HMAC takes a key of any length");
    mac.update(purpose.as_bytes());
    mac.finalize().into_bytes().into()
}
