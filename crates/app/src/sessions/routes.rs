//! Borrowing a number. Two of these are known under the root too, as seed 003 has them.

use std::sync::Arc;

use utoipa_axum::routes;

use super::{Sessions, http};
use crate::web::{Gate, Limit, Needs::Permission, Pages};

/// The routes of this slice, each with what it needs of its caller and the limit it counts against.
pub fn routes(gate: &Gate) -> Pages<Arc<Sessions>> {
    Pages::new(gate)
        .add(Permission("sessions:write"), Limit::Sessions, routes!(http::post))
        .add(Permission("sessions:read"), Limit::Default, routes!(http::list))
        .add(Permission("sessions:read"), Limit::Default, routes!(http::show))
        .add(Permission("sessions:write"), Limit::Default, routes!(http::extend))
        .add(Permission("sessions:write"), Limit::Sessions, routes!(http::create))
        .add(Permission("sessions:write"), Limit::Default, routes!(http::expire))
        .add_at_root(Permission("sessions:write"), Limit::Sessions, routes!(http::create))
        .add_at_root(Permission("sessions:write"), Limit::Default, routes!(http::expire))
}
