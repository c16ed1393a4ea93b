//! Requests with a bearer token: one that is turned away is renewed once, links are followed only at home, changes go
//! one after the other.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use ports::{PortError, supplier::Allocation};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::{sync::Semaphore, time::timeout};
use url::Url;
use vocab::{Ambient, SecretString};

use super::{
    map::{self, Ask},
    token::Tokens,
    wire,
};
use crate::{
    http::{Answer, Call, Effect, Http, Limits, SetupError, Vendor, under},
    rental::invalid,
};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// For how long a change waits for those before it; the vendor wants them one at a time for an account.
const TURN_WITHIN: Duration = Duration::from_secs(5);

/// The account's connection.
pub(super) struct Client {
    http: Http,
    api: Url,
    tokens: Tokens,
    /// Blotted out of the vendor's words; also names texts.
    pub(super) key: SecretString,
    turn: Semaphore,
}

impl Client {
    pub(super) fn new(
        api: Url,
        key: SecretString,
        username: &str,
        limits: Limits,
        ambient: Ambient,
    ) -> Result<Self, SetupError> {
        let vendor = Vendor {
            name: "text_verified",
            // None is documented; the proxy before the API sends this one.
            request_id: "cf-ray",
            headers: HeaderMap::new(),
            roots: vec![api.clone()],
        };
        let auth_url = under(&api, &["api", "pub", "v2", "auth"]);
        Ok(Self {
            http: Http::new(vendor, limits, ambient)?,
            tokens: Tokens::new(auth_url, &key, username)?,
            api,
            key,
            turn: Semaphore::new(1),
        })
    }

    /// A URL of API v2.
    pub(super) fn url(&self, segments: &[&str]) -> Url {
        under(&under(&self.api, &["api", "pub", "v2"]), segments)
    }

    /// A URL that the vendor named, absolute or not, if it is under our own root: the token goes nowhere else.
    pub(super) fn at_home(&self, href: &str) -> Option<Url> {
        let home = self.api.join(href).ok().filter(|url| url.origin() == self.api.origin());
        if home.is_none() {
            tracing::warn!(vendor = "text_verified", "a link leads away from TEXTVERIFIED_API_URL and is not followed");
        }
        home
    }

    pub(super) fn post(&self, operation: &'static str, segments: &[&str], body: Option<Value>, effect: Effect) -> Call {
        Call::post_json(operation, self.url(segments), body, effect)
    }

    pub(super) async fn read<T: DeserializeOwned>(&self, operation: &'static str, url: Url) -> Result<T, PortError> {
        self.send(Call::get(operation, url), Ask::Read).await
    }

    /// A call whose answer is a body.
    pub(super) async fn send<T: DeserializeOwned>(&self, call: Call, ask: Ask) -> Result<T, PortError> {
        self.authorized(call, |answer| map::body(answer, ask, &self.key)).await
    }

    /// A change that answers with a link, when it is its turn.
    pub(super) async fn change(&self, call: Call, ask: Ask) -> Result<wire::Link, PortError> {
        let _turn = self.turn().await?;
        self.send(call, ask).await
    }

    /// A change that answers with nothing, when it is its turn.
    pub(super) async fn act(&self, call: Call) -> Result<(), PortError> {
        let _turn = self.turn().await?;
        self.authorized(call, |answer| map::done(answer, &self.key)).await
    }

    /// The purchase behind a link. It was made, so whatever goes wrong here leaves it in doubt.
    pub(super) async fn follow(&self, link: &wire::Link) -> Result<Allocation, PortError> {
        let url = self.at_home(&link.href).ok_or(PortError::Unknown)?;
        let verification: wire::Verification =
            self.read("Verifications.get", url).await.map_err(|_| PortError::Unknown)?;
        map::allocation(&verification)
    }

    async fn turn(&self) -> Result<tokio::sync::SemaphorePermit<'_>, PortError> {
        match timeout(TURN_WITHIN, self.turn.acquire()).await {
            Ok(permit) => Ok(permit.expect("the gate is never closed")),
            Err(_) => Err(PortError::Busy { retry_after: Duration::from_secs(1) }),
        }
    }

    /// Sends with the token; once more with a new one if the API turns it away, which it does before it does anything.
    async fn authorized<T>(
        &self,
        mut call: Call,
        read: impl Fn(&Answer) -> Result<T, PortError>,
    ) -> Result<T, PortError> {
        let token = self.tokens.bearer(&self.http, None).await?;
        let turned_away = AtomicBool::new(false);
        let watched = |answer: &Answer| {
            turned_away.store(answer.status == 401, Ordering::Relaxed);
            read(answer)
        };
        call.headers.push((AUTHORIZATION, token.clone()));
        let first = self.http.send(&call, watched).await;
        if !turned_away.load(Ordering::Relaxed) {
            return first;
        }
        // An attempt before the one that was turned away may have been received; then only a clear answer tells.
        let in_doubt = matches!(first, Err(PortError::Unknown)) && call.effect != Effect::None;
        let second = match self.tokens.bearer(&self.http, Some(&token)).await {
            Ok(token) => {
                call.headers.pop();
                call.headers.push((AUTHORIZATION, token));
                self.http.send(&call, read).await
            }
            Err(error) => Err(error),
        };
        match second {
            Err(PortError::Busy { .. } | PortError::NotSent | PortError::Misconfigured(_)) if in_doubt => {
                Err(PortError::Unknown)
            }
            second => second,
        }
    }
}

/// A call that happens once for its key. The vendor allows 256 characters and trims them.
pub(super) fn keyed(call: Call, key: &str) -> Result<Call, PortError> {
    HeaderValue::from_str(key)
        .ok()
        .filter(|_| (1..=255).contains(&key.len()) && key.trim() == key)
        .map(|key| call.header(IDEMPOTENCY_KEY, key))
        .ok_or_else(|| invalid("the idempotency key must be 1 to 255 printable characters"))
}
