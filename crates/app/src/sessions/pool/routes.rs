//! The operator's pool. Buying many numbers takes longer than other requests may.

use std::sync::Arc;

use utoipa_axum::routes;

use crate::{
    sessions::http::admin::{self, PoolApi},
    web::{Gate, Limit, Needs::Operator, Pages, Role},
};

/// The routes of this slice, each with what it needs of its caller and the limit it counts against.
pub fn routes(gate: &Gate) -> Pages<Arc<PoolApi>> {
    Pages::new(gate)
        .add(Operator(Role::Admin), Limit::Default, routes!(admin::list))
        .add(Operator(Role::Admin), Limit::Default, routes!(admin::show))
        .add(Operator(Role::Admin), Limit::Default, routes!(admin::drain))
        .add(Operator(Role::Admin), Limit::Default, routes!(admin::remove))
        .add_unhurried(Operator(Role::Admin), Limit::Default, routes!(admin::add))
}
