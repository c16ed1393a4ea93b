//! The gate before every handler: who asks, whether they may, and whether they ask too often.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    caller::{AuthFailure, Authenticator, Caller, Role, Via},
    client::{Client, TrustedProxies},
    envelope::IDEMPOTENT_REPLAYED,
    error::{ApiError, ApiResult, ErrorCode},
    extract::IDEMPOTENCY_KEY,
    limit::{Decision, Limit, RateLimiter},
    permission::Permission,
    spent,
    time::Timestamp,
};

/// What a route asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: anybody may call it.
    Nobody,
    /// Any caller who is known.
    Login,
    /// A caller with this permission, as in `numbers:read`.
    Permission(&'static str),
    /// A caller of at least this platform role; an API key needs `operators:act` too.
    Operator(Role),
    /// A caller on this machine (the development sandbox). Anybody else gets a 404.
    Loopback,
}

impl Needs {
    /// Whether a route with this needs a bearer token.
    pub const fn bearer(self) -> bool {
        matches!(self, Self::Login | Self::Permission(_) | Self::Operator(_))
    }
}

/// Why a credential that stands outside the headers was not let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAdmitted {
    /// It does not hold.
    Failed(AuthFailure),
    /// It has been used as often as it may be, until then.
    TooOften(DateTime<Utc>),
}

/// What an API key must allow, beside its owner's role, to act as an operator.
pub const OPERATORS_ACT: Permission = Permission("operators:act");

/// What the gate asks: who authenticates, who counts, which proxies are believed.
#[derive(Clone)]
pub struct Gate {
    authenticator: Arc<dyn Authenticator>,
    limiter: Arc<dyn RateLimiter>,
    trusted: TrustedProxies,
}

impl Gate {
    /// A gate over these.
    pub fn new(authenticator: Arc<dyn Authenticator>, limiter: Arc<dyn RateLimiter>, trusted: TrustedProxies) -> Self {
        Self { authenticator, limiter, trusted }
    }

    /// A gate that lets nobody in, for routes that are described and not served.
    pub fn closed() -> Self {
        struct Nobody;
        #[async_trait::async_trait]
        impl Authenticator for Nobody {
            async fn authenticate(&self, _: &str, _: IpAddr) -> Result<Caller, AuthFailure> {
                Err(AuthFailure::Invalid)
            }
        }
        let limiter =
            super::limit::InProcessLimiter::new(super::limit::RateLimits::default(), vocab::Ambient::system());
        Self::new(Arc::new(Nobody), Arc::new(limiter), TrustedProxies::default())
    }

    /// The proxies that are believed.
    pub const fn trusted(&self) -> &TrustedProxies {
        &self.trusted
    }

    /// Lets in a credential that another protocol carries outside the headers, counted as the guard of a route counts:
    /// one that holds by itself, others by their address.
    pub async fn admit(&self, credential: &str, client: Client, limit: Limit) -> Result<Caller, NotAdmitted> {
        let known = self.authenticator.authenticate(credential, client.ip).await;
        let key = known.as_ref().map_or_else(|_| address_key(client.ip), Caller::limit_key);
        match self.limiter.check(limit, &key).await {
            Some(decision) if !decision.allowed => Err(NotAdmitted::TooOften(decision.reset)),
            _ => known.map_err(NotAdmitted::Failed),
        }
    }

    async fn caller(&self, needs: Needs, client: Client, headers: &HeaderMap) -> ApiResult<Option<Caller>> {
        if needs == Needs::Loopback && !client.is_local(headers) {
            return Err(ApiError::not_found());
        }
        if !needs.bearer() {
            return Ok(None);
        }
        let Some(token) = bearer(headers) else {
            let error = ApiError::new(ErrorCode::AuthenticationError, "Send Authorization: Bearer <token or API key>");
            return Err(challenge(error, "Bearer"));
        };
        let caller = self.authenticator.authenticate(token, client.ip).await.map_err(|failure| {
            let error = ApiError::from(failure);
            match error.code() {
                ErrorCode::AuthenticationError => challenge(error, r#"Bearer error="invalid_token""#),
                _ => error,
            }
        })?;
        tracing::Span::current().record("account", tracing::field::display(caller.account));
        permit(needs, &caller)?;
        Ok(Some(caller))
    }

    /// Counts the request; a refusal is the 429 that says when to come back.
    async fn count(&self, limit: Limit, key: &str) -> ApiResult<Option<Decision>> {
        match self.limiter.check(limit, key).await {
            Some(decision) if !decision.allowed => Err(too_many(limit, decision)),
            decision => Ok(decision),
        }
    }
}

fn permit(needs: Needs, caller: &Caller) -> ApiResult<()> {
    let refuse = |message: &str, details| Err(ApiError::new(ErrorCode::AuthorizationError, message).details(details));
    match needs {
        Needs::Permission(name) if !caller.permissions.allows(&Permission(name)) => {
            refuse("You do not have the permission that this needs", json!({ "requiredPermissions": [name] }))
        }
        Needs::Operator(role) if caller.role < role => {
            refuse("This is for the operator's staff", json!({ "requiredRole": role }))
        }
        Needs::Operator(_) if matches!(caller.via, Via::Key(_)) && !caller.permissions.allows(&OPERATORS_ACT) => {
            refuse("This API key may not act as an operator", json!({ "requiredPermissions": [OPERATORS_ACT.0] }))
        }
        _ => Ok(()),
    }
}

/// The token after `Bearer`, whose case does not matter (RFC 9110 §11.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn challenge(error: ApiError, challenge: &'static str) -> ApiError {
    error.header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}

/// Without a caller, one address is one counter; an IPv6 subscriber has a whole /64.
fn address_key(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("{:x}/64", u128::from(v6) >> 64),
    }
}

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11).
fn limit_headers(limit: Limit, decision: &Decision) -> [(HeaderName, HeaderValue); 2] {
    let name = limit.as_str().to_ascii_lowercase();
    let (quota, reset) = (decision.quota, seconds(decision));
    let header = |text: String| HeaderValue::try_from(text).expect("a lower-case word and whole numbers");
    [
        (POLICY, header(format!("\"{name}\";q={};w={}", quota.limit, quota.window.as_secs()))),
        (LIMIT, header(format!("\"{name}\";r={};t={reset}", decision.remaining))),
    ]
}

fn seconds(decision: &Decision) -> u64 {
    decision.reset_in.as_secs() + u64::from(decision.reset_in.subsec_nanos() > 0)
}

fn too_many(limit: Limit, decision: Decision) -> ApiError {
    let wait = seconds(&decision).max(1);
    let message = format!("Too many requests; try again in {wait} s");
    let error = ApiError::new(ErrorCode::RateLimitExceeded, message).details(json!({
        "limit": decision.quota.limit,
        "remaining": decision.remaining,
        "resetTime": Timestamp(decision.reset),
    }));
    let error = error.header(RETRY_AFTER, HeaderValue::from(wait));
    limit_headers(limit, &decision).into_iter().fold(error, |error, (name, value)| error.header(name, value))
}

/// The gate of one route.
pub(super) struct Guard {
    pub(super) gate: Gate,
    pub(super) needs: Needs,
    pub(super) limit: Limit,
}

/// Middleware: admits the request or answers why not.
pub(super) async fn guard(State(guard): State<Arc<Guard>>, mut request: Request, next: Next) -> Response {
    let Guard { gate, needs, limit } = &*guard;
    let (needs, limit) = (*needs, *limit);
    let client = Client::of(request.extensions(), request.headers(), &gate.trusted);
    let address = address_key(client.ip);
    request.extensions_mut().insert(client);
    let caller = match gate.caller(needs, client, request.headers()).await {
        Ok(caller) => caller,
        // Somebody without credentials must not be able to try them without limit.
        Err(error) => return gate.count(limit, &address).await.err().unwrap_or(error).into_response(),
    };
    let key = caller.as_ref().map_or(address, Caller::limit_key);
    // Refused purchases give their place back, so what bounds them is what bounds everything.
    if limit == Limit::Purchase
        && let Err(error) = gate.count(Limit::Default, &key).await
    {
        return error.into_response();
    }
    let mut decision = match gate.count(limit, &key).await {
        Ok(decision) => decision,
        // A repeat spends nothing more.
        Err(error) if limit == Limit::Purchase && request.headers().contains_key(IDEMPOTENCY_KEY) => {
            insert(&mut request, caller);
            return spent::or_repeated(error, next.run(request)).await;
        }
        Err(error) => return error.into_response(),
    };
    insert(&mut request, caller);
    let settled = decision.filter(|_| limit.is_settled());
    let pending = settled.map(|decision| Pending { gate, limit, key, decision, counts: true });
    let mut response = next.run(request).await;
    if let Some(mut pending) = pending {
        pending.counts = match limit {
            Limit::Auth => is_failed_attempt(response.status()),
            _ => tried_to_spend(&response),
        };
        if let (Limit::Purchase, false, Some(decision)) = (limit, pending.counts, &mut decision) {
            decision.remaining += 1;
        }
    }
    if let Some(decision) = decision {
        response.headers_mut().extend(limit_headers(limit, &decision));
    }
    response
}

fn insert(request: &mut Request, caller: Option<Caller>) {
    if let Some(caller) = caller {
        request.extensions_mut().insert(caller);
    }
}

/// Whether an answer of an auth route means that somebody tried and was refused. A body that was
/// not even well formed tried nothing, and a fault of ours is not theirs.
const fn is_failed_attempt(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::NOT_FOUND
            | StatusCode::CONFLICT
            | StatusCode::UNPROCESSABLE_ENTITY
    )
}

/// Whether an answer of a purchase means that something was bought, or may have been. A refusal before that spent
/// nothing, and a replay nothing more.
fn tried_to_spend(response: &Response) -> bool {
    !response.status().is_client_error() && !response.headers().contains_key(IDEMPOTENT_REPLAYED)
}

/// An admitted attempt. One whose client hangs up before the answer counts.
struct Pending<'a> {
    gate: &'a Gate,
    limit: Limit,
    key: String,
    decision: Decision,
    counts: bool,
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        self.gate.limiter.settle(self.limit, &self.key, &self.decision, self.counts);
    }
}
