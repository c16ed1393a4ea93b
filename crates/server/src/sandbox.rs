//! `GET /api/v1/sandbox`: where the sandbox's vendors are and who may log in. Development only, and only
//! for callers on this machine.

use axum::extract::State;
use chrono::TimeDelta;
use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Store;
use utoipa::ToSchema;
use vocab::{Ambient, ExposeSecret, SecretString};

use anyhow::Context;
use app::{
    accounts::{self, NewUser},
    auth::Hasher,
    keys::Keys,
    operators,
    web::{ApiError, ApiResult, Body, Envelope, Ok200, Role, Timestamp},
};

/// What the sandbox shows.
#[derive(Clone)]
pub struct Sandbox {
    /// The database that holds the business clock.
    pub store: Store,
    /// The clocks.
    pub ambient: Ambient,
    /// Where the vendors are.
    pub vendors: Value,
    /// The operator's login.
    pub admin: Credentials,
    /// A customer's login.
    pub demo: Credentials,
}

/// A login, made again at each start.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    /// For `/auth/login`.
    pub email: String,
    /// For `/auth/login`.
    pub password: String,
    /// As a bearer token.
    pub api_key: String,
}

/// Opens the sandbox: the logins are made again, with new passwords and keys.
pub async fn open(store: &Store, ambient: &Ambient, keys: &Keys, vendors: Value) -> anyhow::Result<Sandbox> {
    let (admin, demo) = tokio::try_join!(
        login(store, ambient, keys, "admin@example.com", Role::SuperAdmin),
        login(store, ambient, keys, "demo@example.com", Role::User),
    )
    .context("the sandbox's logins could not be made")?;
    Ok(Sandbox { store: store.clone(), ambient: ambient.clone(), vendors, admin, demo })
}

async fn login(store: &Store, ambient: &Ambient, keys: &Keys, email: &str, role: Role) -> anyhow::Result<Credentials> {
    let password: String = ambient.bytes::<12>().iter().map(|byte| format!("{byte:02x}")).collect();
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
    let made = store.write(|tx| async move { accounts::ensure(&tx, ambient, user).await }).await?;
    let key = keys.replace(made.ids.account, made.ids.user, "sandbox").await?;
    Ok(Credentials { email: email.to_owned(), password, api_key: key.expose_secret().to_owned() })
}

/// The vendors by name, and the logins.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SandboxView {
    /// Twilio's twin.
    #[schema(value_type = Object)]
    pub twilio: Value,
    /// Stripe's twin.
    #[schema(value_type = Object)]
    pub stripe: Value,
    /// The operator's login.
    pub admin: Credentials,
    /// A customer's login.
    pub demo: Credentials,
}

/// The two clocks.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClockView {
    /// Never moves by hand.
    pub wall: Timestamp,
    /// What expiry, renewal and cool-down go by.
    pub business: Timestamp,
    /// How far business time is ahead.
    pub offset_seconds: i64,
}

/// How far to move business time.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdvanceClock {
    /// Ahead, by at most ten years at a time.
    #[garde(range(min = 0, max = 315_360_000))]
    #[schema(minimum = 0, maximum = 315_360_000)]
    pub advance_seconds: i64,
}

/// Show the sandbox.
#[utoipa::path(get, path = "/sandbox", tag = "sandbox",
    responses((status = 200, description = "The sandbox", body = Envelope<SandboxView>)))]
pub async fn show(State(sandbox): State<Sandbox>) -> Ok200<SandboxView> {
    Ok200(SandboxView {
        twilio: sandbox.vendors["twilio"].clone(),
        stripe: sandbox.vendors["stripe"].clone(),
        admin: sandbox.admin,
        demo: sandbox.demo,
    })
}

/// Show the business clock.
#[utoipa::path(get, path = "/sandbox/clock", tag = "sandbox",
    responses((status = 200, description = "The clocks", body = Envelope<ClockView>)))]
pub async fn clock(State(sandbox): State<Sandbox>) -> ApiResult<Ok200<ClockView>> {
    operators::offset(&sandbox.store, &sandbox.ambient).await.map_err(ApiError::internal)?;
    Ok(Ok200(view(&sandbox.ambient)))
}

/// Advance the business clock.
#[utoipa::path(post, path = "/sandbox/clock", tag = "sandbox", request_body = AdvanceClock,
    responses((status = 200, description = "The clocks", body = Envelope<ClockView>)))]
pub async fn advance(State(sandbox): State<Sandbox>, Body(body): Body<AdvanceClock>) -> ApiResult<Ok200<ClockView>> {
    let by = TimeDelta::seconds(body.advance_seconds);
    operators::advance(&sandbox.store, &sandbox.ambient, by).await.map_err(ApiError::internal)?;
    Ok(Ok200(view(&sandbox.ambient)))
}

fn view(ambient: &Ambient) -> ClockView {
    ClockView {
        wall: ambient.wall().into(),
        business: ambient.business().into(),
        offset_seconds: ambient.offset().num_seconds(),
    }
}
