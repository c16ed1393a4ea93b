//! The whole kernel around a few demonstration routes, driven without a socket.
#![expect(dead_code, reason = "what was read is shown by Debug, which does not count as use")]

mod bodies;
mod document;
mod gates;
mod queries;
mod stack;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use async_trait::async_trait;
use axum::{
    Router,
    body::Body as HttpBody,
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode},
};
use garde::Validate;
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower::ServiceExt;
use utoipa::{IntoParams, ToSchema, openapi::OpenApi};
use utoipa_axum::routes;
use vocab::{
    Ambient, Amount, CountryCode, E164,
    id::{AccountId, ApiKeyId, LoginSessionId, Number, UserId},
    telephony::NumberType,
};

use super::*;

/// A body with one of each.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DemoOrder {
    #[garde(length(min = 1, max = 3), dive)]
    #[schema(min_items = 1, max_items = 3)]
    pub(super) numbers: Vec<DemoItem>,
    #[garde(skip)]
    pub(super) max_price: Option<Amount>,
    #[garde(inner(email))]
    pub(super) contact_email: Option<String>,
    #[garde(skip)]
    #[schema(min_length = 8)]
    pub(super) password: Option<String>,
    #[garde(dive)]
    pub(super) address: Option<DemoAddress>,
    #[garde(skip)]
    pub(super) number_type: Option<NumberType>,
}

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DemoItem {
    #[garde(skip)]
    pub(super) phone_number: E164,
    #[garde(range(max = 10))]
    #[schema(minimum = 1, maximum = 1000)]
    pub(super) quantity: u32,
}

#[derive(Debug, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DemoAddress {
    #[garde(skip)]
    pub(super) line1: String,
    #[garde(skip)]
    pub(super) country: CountryCode,
}

#[derive(Debug, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DemoFilter {
    #[garde(skip)]
    #[serde(default)]
    pub(super) number_type: Vec<NumberType>,
    #[garde(skip)]
    pub(super) price_max: Option<Amount>,
    #[garde(skip)]
    pub(super) exclude_restricted: Option<bool>,
    #[garde(skip)]
    #[schema(max_length = 5)]
    #[param(max_length = 5)]
    pub(super) contains: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Echo {
    text: String,
}

fn echo(value: impl std::fmt::Debug) -> Echo {
    Echo { text: format!("{value:?}") }
}

#[utoipa::path(post, path = "/demo", request_body = DemoOrder, params(IdempotencyKey), responses((status = 201, body = Envelope<Echo>)))]
async fn demo_create(IdempotencyKey(key): IdempotencyKey, Body(order): Body<DemoOrder>) -> ApiResult<Answer<Echo>> {
    let replayed = key.as_deref() == Some("again");
    Ok(Created(echo(order)).replayed(replayed))
}

#[utoipa::path(get, path = "/demo", params(DemoFilter, PageQuery), responses((status = 200, body = Envelope<List<Echo>>)))]
async fn demo_list(Paged(filter, page): Paged<DemoFilter>) -> ApiResult<Ok200<List<Echo>>> {
    Ok(Ok200(List::new(vec![echo(filter), echo(&page)], &page, Some(2), None)))
}

#[utoipa::path(get, path = "/demo/search", params(DemoFilter), responses((status = 200, body = Envelope<Echo>)))]
async fn demo_search(Query(filter): Query<DemoFilter>) -> ApiResult<Ok200<Echo>> {
    Ok(Ok200(echo(filter)))
}

#[utoipa::path(put, path = "/demo/{id}", params(("id" = String, Path)), request_body = DemoItem, responses((status = 200, body = Envelope<Echo>)))]
async fn demo_update(PathId(id): PathId<Number>, Body(item): Body<DemoItem>) -> ApiResult<Ok200<Echo>> {
    Ok(Ok200(echo((id, item.quantity))))
}

#[utoipa::path(delete, path = "/demo/{id}", params(("id" = String, Path), DemoAddress), responses((status = 200, body = Envelope<Echo>)))]
async fn demo_delete(PathId(id): PathId<Number>, Options(item): Options<DemoAddress>) -> ApiResult<Ok200<Echo>> {
    Ok(Ok200(echo((id, item))))
}

#[utoipa::path(post, path = "/demo/login", responses((status = 200, body = Envelope<Echo>)))]
async fn demo_login(headers: HeaderMap) -> ApiResult<Ok200<Echo>> {
    match headers.contains_key("x-right") {
        true => Ok(Ok200(echo("in"))),
        false => Err(ApiError::new(ErrorCode::AuthenticationError, "wrong")),
    }
}

#[utoipa::path(get, path = "/demo/me", responses((status = 200, body = Envelope<Echo>)))]
async fn demo_me(caller: Caller, client: Client) -> Ok200<Echo> {
    Ok200(echo((caller.role, client.ip)))
}

#[utoipa::path(get, path = "/demo/operators", responses((status = 200, body = Envelope<Echo>)))]
async fn demo_operators() -> Ok200<Echo> {
    Ok200(echo("staff"))
}

#[utoipa::path(get, path = "/demo/sandbox", responses((status = 200, body = Envelope<Echo>)))]
async fn demo_sandbox() -> Ok200<Echo> {
    Ok200(echo("credentials"))
}

#[utoipa::path(get, path = "/demo/panic", responses((status = 200, body = Envelope<Echo>)))]
async fn demo_panic() -> Ok200<Echo> {
    panic!("a secret that stays inside")
}

#[utoipa::path(get, path = "/demo/slow", responses((status = 200, body = Envelope<Echo>)))]
async fn demo_slow() -> Ok200<Echo> {
    tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
    Ok200(echo("late"))
}

/// Knows a few tokens by name.
struct Tokens;

#[async_trait]
impl Authenticator for Tokens {
    async fn authenticate(&self, bearer: &str, _: IpAddr) -> Result<Caller, AuthFailure> {
        let caller = |role, permissions: &[&str], key: bool| {
            let ambient = Ambient::fixed(7);
            let via = if key { Via::Key(ApiKeyId::new(&ambient)) } else { Via::Session(LoginSessionId::new(&ambient)) };
            let permissions = Permissions::parse(permissions).unwrap();
            Ok(Caller { account: AccountId::new(&ambient), user: UserId::new(&ambient), role, via, permissions })
        };
        match bearer {
            "reader" => caller(Role::User, &["demo:read"], false),
            "owner" => caller(Role::User, &["*"], false),
            "admin" => caller(Role::Admin, &["*"], false),
            "admin-key" => caller(Role::Admin, &["demo:*"], true),
            "suspended" => Err(AuthFailure::Suspended),
            "broken" => Err(AuthFailure::Unavailable("no database".to_owned())),
            _ => Err(AuthFailure::Invalid),
        }
    }
}

pub(super) struct Demo {
    router: Router,
    pub(super) document: OpenApi,
    pub(super) rules: Vec<RouteRule>,
}

pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) json: Value,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub(super) fn code(&self) -> &str {
        self.json["error"]["code"].as_str().unwrap_or_default()
    }

    /// `field: message` of each bad field.
    pub(super) fn faults(&self) -> Vec<String> {
        let details = self.json["error"]["details"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        details.iter().map(|fault| format!("{}: {}", text(&fault["field"]), text(&fault["message"]))).collect()
    }
}

impl Demo {
    pub(super) fn new() -> Self {
        let ambient = Ambient::fixed(1);
        let limiter = Arc::new(InProcessLimiter::new(RateLimits::default(), ambient.clone()));
        let gate = Gate::new(Arc::new(Tokens), limiter, "10.0.0.0/8".parse().unwrap());
        let (router, document, rules) = Routes::under("/api/v1", &gate)
            .add(Needs::Nobody, Limit::Unlimited, routes!(demo_create))
            .add(Needs::Nobody, Limit::Unlimited, routes!(demo_list))
            .add(Needs::Nobody, Limit::Search, routes!(demo_search))
            .add(Needs::Permission("demo:write"), Limit::Default, routes!(demo_update, demo_delete))
            .add(Needs::Nobody, Limit::Auth, routes!(demo_login))
            .add(Needs::Login, Limit::Default, routes!(demo_me))
            .add(Needs::Operator(Role::Admin), Limit::Default, routes!(demo_operators))
            .add(Needs::Loopback, Limit::Unlimited, routes!(demo_sandbox))
            .add(Needs::Nobody, Limit::Unlimited, routes!(demo_panic,))
            .add(Needs::Nobody, Limit::Unlimited, routes!(demo_slow))
            .into_parts();
        let config = LayerConfig { origins: vec!["http://localhost:5173".parse().unwrap()], ..LayerConfig::default() };
        let config = LayerConfig { timeout: std::time::Duration::from_millis(200), ..config };
        let router = layers::common(layers::short(router, &config), &config, &ambient);
        Self { router, document: openapi::finish(document, "0.0.0", None), rules }
    }

    pub(super) async fn send(&self, request: Request<HttpBody>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: parts.status, headers: parts.headers, json }
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.send(request(Method::GET, path).body(HttpBody::empty()).unwrap()).await
    }

    pub(super) async fn get_as(&self, token: &str, path: &str) -> Reply {
        let request = request(Method::GET, path).header("authorization", format!("Bearer {token}"));
        self.send(request.body(HttpBody::empty()).unwrap()).await
    }

    pub(super) async fn post(&self, body: impl Into<HttpBody>) -> Reply {
        let request = request(Method::POST, "/demo").header("content-type", "application/json; charset=utf-8");
        self.send(request.body(body.into()).unwrap()).await
    }
}

pub(super) fn request(method: Method, path: &str) -> axum::http::request::Builder {
    let peer: SocketAddr = "203.0.113.9:4711".parse().unwrap();
    Request::builder().method(method).uri(format!("/api/v1{path}")).extension(ConnectInfo(peer))
}
