//! API keys.

use std::sync::Arc;

use utoipa_axum::routes;

use super::{Keys, http};
use crate::web::{Gate, Limit, Needs::Permission, Pages};

/// The routes of this slice, each with what it needs of its caller and the limit it counts against.
pub fn routes(gate: &Gate) -> Pages<Arc<Keys>> {
    Pages::new(gate)
        .add(Permission("keys:write"), Limit::Default, routes!(http::create))
        .add(Permission("keys:read"), Limit::Default, routes!(http::list))
        .add(Permission("keys:read"), Limit::Default, routes!(http::get))
        .add(Permission("keys:write"), Limit::Default, routes!(http::revoke))
}
