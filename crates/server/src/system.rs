//! Health and metrics: what whoever runs the product looks at.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use metrics_exporter_prometheus::PrometheusHandle;
use ports::Carrier;
use serde_json::json;
use store::Store;
use vocab::Ambient;

/// For how long a vendor's answer is taken as its health.
const VENDOR_TTL: TimeDelta = TimeDelta::seconds(15);
/// How long the database or a vendor may take to answer before it counts as down.
const ANSWER_WAIT: Duration = Duration::from_secs(2);

/// What health looks at.
#[derive(Clone)]
pub struct System {
    /// The database.
    pub store: Store,
    /// The clocks.
    pub ambient: Ambient,
    /// The carrier, if there is one.
    pub carrier: Option<Arc<dyn Carrier>>,
    /// Renders the metrics.
    pub metrics: Option<PrometheusHandle>,
    /// How the carrier was when it was last asked.
    pub seen: Arc<Mutex<Option<Seen>>>,
}

/// How a vendor was.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    at: DateTime<Utc>,
    up: bool,
}

/// `/health`, `/health/live`, `/health/ready` and `/metrics`.
pub fn routes(system: System) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/health/live", get(|| async { Json(json!({ "status": "live" })) }))
        .route("/health/ready", get(ready))
        .route("/metrics", get(render_metrics))
        .with_state(system)
}

/// Seed 001 §12.2: 503 only when the database is down; without the carrier we are degraded.
async fn health(State(system): State<System>) -> Response {
    let database = system.database_up().await;
    let carrier = system.carrier_up().await;
    let word = |up: bool| if up { "up" } else { "down" };
    let status = match (database, carrier) {
        (false, _) => "unhealthy",
        (true, Some(false)) => "degraded",
        (true, _) => "healthy",
    };
    let body = json!({
        "status": status,
        "timestamp": system.ambient.wall().to_rfc3339_opts(SecondsFormat::Millis, true),
        "services": {
            "database": word(database),
            "twilio": carrier.map_or("not configured", word),
            "redis": "not configured",
        },
    });
    let code = if database { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, Json(body)).into_response()
}

async fn ready(State(system): State<System>) -> Response {
    if system.database_up().await {
        Json(json!({ "status": "ready" })).into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "database down" }))).into_response()
    }
}

async fn render_metrics(State(system): State<System>) -> Response {
    let text = system.metrics.as_ref().map(PrometheusHandle::render).unwrap_or_default();
    ([("content-type", "text/plain; version=0.0.4")], text).into_response()
}

impl System {
    async fn database_up(&self) -> bool {
        tokio::time::timeout(ANSWER_WAIT, self.store.ping()).await.is_ok_and(|answer| answer.is_ok())
    }

    async fn carrier_up(&self) -> Option<bool> {
        let carrier = self.carrier.as_ref()?;
        let now = self.ambient.wall();
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Seen { at, up }) = seen
            && now - at < VENDOR_TTL
        {
            return Some(up);
        }
        let up = tokio::time::timeout(ANSWER_WAIT, carrier.check()).await.is_ok_and(|answer| answer.is_ok());
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(Seen { at: now, up });
        Some(up)
    }
}
