//! The market's own protocol, under the root.

use std::sync::Arc;

use utoipa_axum::routes;

use super::{Market, http};
use crate::web::{Gate, Limit, Needs::Nobody, Pages};

/// The routes of this slice. Its API key stands in the query, so the protocol itself looks at the caller.
pub fn routes(gate: &Gate) -> Pages<Arc<Market>> {
    Pages::new(gate).add_at_root_unhurried(Nobody, Limit::Unlimited, routes!(http::get, http::post))
}
