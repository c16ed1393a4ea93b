//! The layers around every route, from the outside in: request id, log and metrics, security
//! headers, CORS, panics; and, where answers are short and whole, time-out and compression.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use tower::ServiceBuilder;
use tower_http::{
    compression::CompressionLayer,
    cors::{AllowOrigin, CorsLayer},
};
use tracing::Instrument;
use vocab::Ambient;

use super::{
    envelope::IDEMPOTENT_REPLAYED,
    error::{ApiError, ErrorCode},
    extract::BodyLimit,
    leftover::Leftover,
    scope::{self, Scope},
};

/// The target of the log of requests: what went well there is `info`, what we failed at is `warn`.
pub const ACCESS_LOG: &str = "access";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the layers need to know.
#[derive(Debug, Clone)]
pub struct LayerConfig {
    /// The origins that browsers may call from, from `FRONTEND_URL` (scheme, host and port).
    pub origins: Vec<HeaderValue>,
    /// How long a request may take.
    pub timeout: Duration,
    /// How many bytes a body may have.
    pub body_limit: usize,
    /// Whether the public URL is HTTPS, so that browsers may be told to insist on it.
    pub https: bool,
}

impl Default for LayerConfig {
    fn default() -> Self {
        Self { origins: Vec::new(), timeout: Duration::from_secs(30), body_limit: 64 * 1024, https: false }
    }
}

/// The inner layers, for answers that are short and whole. Carriers' webhooks and streams stay
/// out of them: a webhook must run to its end, and a stream has none.
pub fn short<S: Clone + Send + Sync + 'static>(router: Router<S>, config: &LayerConfig) -> Router<S> {
    router.layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(config.timeout, time_out))
            .layer(CompressionLayer::new().gzip(true)),
    )
}

/// The outer layers, for everything, and the answers for unknown paths and methods.
pub fn common(router: Router, config: &LayerConfig, ambient: &Ambient) -> Router {
    let known = Outer { ambient: ambient.clone(), https: config.https, body_limit: BodyLimit(config.body_limit) };
    // Together: the router boxes and copies for each layer that it is given.
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(Arc::new(known), outer))
        .layer(cors(config))
        .layer(DefaultBodyLimit::max(config.body_limit));
    router.fallback(unknown_path).method_not_allowed_fallback(unknown_method).layer(layers)
}

struct Outer {
    ambient: Ambient,
    https: bool,
    body_limit: BodyLimit,
}

/// Gives the request its id and its clock, and the answer the id. One function for all that every
/// request needs, because each layer costs an allocation and carriers wait for us.
async fn outer(State(known): State<Arc<Outer>>, mut request: Request, next: Next) -> Response {
    let Outer { ambient, https, body_limit } = &*known;
    request.extensions_mut().insert(*body_limit);
    let given = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok());
    let scope = Scope::new(given, ambient);
    let id = HeaderValue::try_from(scope.request_id()).expect("a token of letters, digits, dots and dashes");
    let (request, leftover) = Leftover::of(request);
    let mut response = scope.run(observe(request, next)).await;
    if let Some(leftover) = leftover {
        leftover.drop_it().await;
    }
    harden(response.headers_mut(), *https);
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

async fn unknown_path(uri: Uri) -> ApiError {
    let path: String = uri.path().chars().take(200).collect();
    ApiError::new(ErrorCode::NotFound, format!("There is nothing at {path}; the API is described at /docs"))
}

async fn unknown_method(method: Method) -> ApiError {
    let method: String = method.as_str().chars().take(40).collect();
    ApiError::new(ErrorCode::MethodNotAllowed, format!("This path does not know {method}; see the Allow header"))
}

/// Logs and counts the request. The route is logged, never the URL: queries can hold secrets.
async fn observe(request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());
    let method = method_label(request.method());
    let id = scope::request_id();
    let span = tracing::info_span!("request", id, method, route, account = tracing::field::Empty);
    // A stopwatch, not a date: no rule depends on it.
    let started = std::time::Instant::now();
    let response = catch_panic(request, next).instrument(span.clone()).await;
    let (status, elapsed) = (response.status().as_u16(), started.elapsed());
    let millis = elapsed.as_secs_f64() * 1000.0;
    span.in_scope(|| {
        if response.status().is_server_error() {
            tracing::warn!(target: ACCESS_LOG, status, millis, "request");
        } else {
            tracing::info!(target: ACCESS_LOG, status, millis, "request");
        }
    });
    let labels = [("route", route), ("method", method.to_owned()), ("status", status.to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_seconds", &labels[..2]).record(elapsed.as_secs_f64());
    response
}

/// A method as a label: clients make up names, and every one would be a new time series.
fn method_label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        _ => "OTHER",
    }
}

async fn catch_panic(request: Request, next: Next) -> Response {
    // Nothing that the panic may have left half done is used again: the request ends here.
    AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        ApiError::bug(format!("panic: {text}")).into_response()
    })
}

async fn time_out(State(timeout): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::unavailable("the request took too long").into_response(),
    }
}

/// Headers that tell browsers what not to do with our answers.
fn harden(headers: &mut HeaderMap, https: bool) {
    // The API's pages (the browsable document) load only what we serve ourselves.
    const POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
                          object-src 'none'; base-uri 'self'; frame-ancestors 'none'";
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::CACHE_CONTROL, "no-store");
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
}

fn cors(config: &LayerConfig) -> CorsLayer {
    let exposed = [
        REQUEST_ID,
        IDEMPOTENT_REPLAYED,
        header::RETRY_AFTER,
        HeaderName::from_static("ratelimit"),
        HeaderName::from_static("ratelimit-policy"),
    ];
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(config.origins.iter().cloned()))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("idempotency-key"),
            REQUEST_ID,
        ])
        .expose_headers(exposed)
        .max_age(Duration::from_secs(3600))
}
