//! Registering, logging in and out.

use std::sync::Arc;

use utoipa_axum::routes;

use super::{Auth, http};
use crate::web::{
    Gate, Limit,
    Needs::{Login, Nobody},
    Pages,
};

/// The routes of this slice, each with what it needs of its caller and the limit it counts against.
pub fn routes(gate: &Gate) -> Pages<Arc<Auth>> {
    Pages::new(gate)
        .add(Nobody, Limit::Auth, routes!(http::register))
        .add(Nobody, Limit::Auth, routes!(http::login))
        .add(Nobody, Limit::Default, routes!(http::refresh))
        .add(Login, Limit::Default, routes!(http::logout))
        .add(Login, Limit::Default, routes!(http::me))
}
