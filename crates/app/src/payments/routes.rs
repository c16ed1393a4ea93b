//! Paying in, and what the processor tells.

use std::sync::Arc;

use utoipa_axum::routes;

use super::{Payments, http};
use crate::web::{
    Gate, Limit,
    Needs::{Nobody, Permission},
    Pages,
};

/// The routes of this slice, each with what it needs of its caller and the limit it counts against.
pub fn routes(gate: &Gate) -> Pages<Arc<Payments>> {
    Pages::new(gate)
        .add(Permission("payments:create"), Limit::Default, routes!(http::deposit))
        .add(Permission("billing:read"), Limit::Default, routes!(http::history))
        .add(Permission("billing:read"), Limit::Default, routes!(http::show))
        .add(Permission("billing:read"), Limit::Default, routes!(http::billing_account))
        .add_unhurried(Nobody, Limit::Unlimited, routes!(http::webhook))
        .add_unhurried(Nobody, Limit::Unlimited, routes!(http::stripe_webhook))
}
