//! `/`: what this is and where to go on, for whoever opens the server's address.

use axum::{
    Json, Router,
    http::{HeaderMap, header::ACCEPT},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use serde_json::json;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// `GET /`
pub(crate) fn routes(base: String) -> Router {
    Router::new().route("/", get(async move |headers: HeaderMap| home(&base, &headers)))
}

/// A page for browsers, JSON for programs.
fn home(base: &str, headers: &HeaderMap) -> Response {
    let accepted = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accepted.contains("text/html") {
        return Html(PAGE.replace("{version}", VERSION)).into_response();
    }
    let links = json!({
        "name": "Numberline",
        "version": VERSION,
        "description": "Sells phone numbers: owned by the month, rented for one code, borrowed for some minutes.",
        "api": format!("{base}/api/v1"),
        "docs": format!("{base}/docs"),
        "openapi": format!("{base}/api/v1/openapi.json"),
        "health": format!("{base}/health"),
    });
    Json(links).into_response()
}

const PAGE: &str = include_str!("home.html");
