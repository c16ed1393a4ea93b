//! What the carrier asks and tells of calls, the first under the root too, as seed 003 has it.

use std::sync::Arc;

use utoipa_axum::routes;

use super::{Voice, http};
use crate::web::{Gate, Limit, Needs::Nobody, Pages};

/// The routes of this slice, each with what it needs of its caller and the limit it counts against.
pub fn routes(gate: &Gate) -> Pages<Arc<Voice>> {
    Pages::new(gate)
        .add_unhurried(Nobody, Limit::Unlimited, routes!(http::voice))
        .add_unhurried(Nobody, Limit::Unlimited, routes!(http::dialled))
        .add_unhurried(Nobody, Limit::Unlimited, routes!(http::status))
        .add_at_root_unhurried(Nobody, Limit::Unlimited, routes!(http::incoming_call))
}
