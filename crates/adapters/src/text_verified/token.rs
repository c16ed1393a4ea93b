//! The bearer token: fetched with key and user name, renewed before it expires, by one request however many wait.

use std::time::Duration;

use ports::PortError;
use reqwest::header::{HeaderName, HeaderValue};
use serde::Deserialize;
use tokio::{sync::Mutex, time::Instant};
use url::Url;
use vocab::{ExposeSecret, SecretString};

use crate::http::{Answer, Call, Effect, Http, SetupError, credential};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const API_USERNAME: HeaderName = HeaderName::from_static("x-api-username");

/// What the documentation shows; used where an answer does not say.
const USUAL_LIFETIME: u64 = 899;
/// A token is renewed this long before it expires, or after three quarters of a shorter life.
const MARGIN: Duration = Duration::from_secs(60);

/// The account's bearer token.
pub(super) struct Tokens {
    auth_url: Url,
    key: HeaderValue,
    username: HeaderValue,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Token>,
    /// How and when the last request failed. Whoever waited for it shares its fate, or an outage would make
    /// everybody wait for everybody else's time-out in turn.
    failed: Option<(Instant, PortError)>,
}

struct Token {
    /// `Bearer …`, marked sensitive.
    value: HeaderValue,
    renew_at: Instant,
}

#[derive(Deserialize)]
struct Granted {
    token: String,
    #[serde(rename = "expiresIn")]
    expires_in: Option<f64>,
}

impl Tokens {
    pub(super) fn new(auth_url: Url, key: &SecretString, username: &str) -> Result<Self, SetupError> {
        Ok(Self {
            auth_url,
            key: credential("text_verified", key.expose_secret())?,
            username: credential("text_verified", username)?,
            state: Mutex::default(),
        })
    }

    /// A token that has not run out and is not `refused`, which the API just turned away.
    ///
    /// An error here means that nothing but the request for a token was sent.
    pub(super) async fn bearer(&self, http: &Http, refused: Option<&HeaderValue>) -> Result<HeaderValue, PortError> {
        let asked = Instant::now();
        let mut state = self.state.lock().await;
        let holds = |token: &&Token| Instant::now() < token.renew_at && Some(&token.value) != refused;
        if let Some(token) = state.current.as_ref().filter(holds) {
            return Ok(token.value.clone());
        }
        if let Some((_, error)) = state.failed.as_ref().filter(|(at, _)| *at >= asked) {
            return Err(error.clone());
        }
        match self.fetch(http).await {
            Ok(token) => {
                let value = token.value.clone();
                *state = State { current: Some(token), failed: None };
                Ok(value)
            }
            Err(error) => {
                // A lost token is no doubt about what it was wanted for.
                let error = if error == PortError::Unknown { PortError::NotSent } else { error };
                *state = State { current: None, failed: Some((Instant::now(), error.clone())) };
                Err(error)
            }
        }
    }

    async fn fetch(&self, http: &Http) -> Result<Token, PortError> {
        // One token more does nothing there, so asking again is safe.
        let call = Call::post_json("Auth.create", self.auth_url.clone(), None, Effect::None)
            .header(API_KEY, self.key.clone())
            .header(API_USERNAME, self.username.clone());
        let asked = Instant::now();
        let granted = http.send(&call, read).await?;
        let value =
            credential("text_verified", &format!("Bearer {}", granted.token)).map_err(|_| PortError::Unknown)?;
        let lifetime = granted.expires_in.filter(|seconds| (1.0..=86_400.0).contains(seconds));
        let lifetime = lifetime.map_or(Duration::from_secs(USUAL_LIFETIME), Duration::from_secs_f64);
        Ok(Token { value, renew_at: asked + lifetime - MARGIN.min(lifetime / 4) })
    }
}

fn read(answer: &Answer) -> Result<Granted, PortError> {
    match answer.status {
        200..=299 => answer.json(),
        429 => Err(answer.busy()),
        500.. => Err(answer.fault()),
        status @ (300..=399 | 404) => {
            let hint = format!("TEXTVERIFIED_API_URL answers HTTP {status}: is it TextVerified's API?");
            Err(PortError::Misconfigured(hint))
        }
        status => {
            let hint = format!("TextVerified refuses TEXTVERIFIED_API_KEY with TEXTVERIFIED_API_USERNAME ({status})");
            Err(PortError::Misconfigured(hint))
        }
    }
}
