//! What can be bought.

use std::sync::Arc;

use utoipa_axum::routes;

use super::{Offers, http};
use crate::web::{Gate, Limit, Needs::Permission, Pages};

/// The routes of this slice, each with what it needs of its caller and the limit it counts against.
pub fn routes(gate: &Gate) -> Pages<Arc<Offers>> {
    Pages::new(gate)
        .add(Permission("numbers:read"), Limit::Search, routes!(http::search))
        .add(Permission("numbers:read"), Limit::Default, routes!(http::pricing))
        .add(Permission("numbers:read"), Limit::Default, routes!(http::countries))
        .add(Permission("numbers:read"), Limit::Default, routes!(http::area_codes))
        .add(Permission("numbers:read"), Limit::Default, routes!(http::types))
}
