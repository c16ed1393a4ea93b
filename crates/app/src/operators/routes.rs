//! What operators do.

use std::sync::Arc;

use utoipa_axum::routes;

use super::{
    Operators,
    http::{audit, jobs, orders, orphans, pricing_rules, providers, verifications},
};
use crate::web::{Gate, Limit, Needs, Pages, Role};

const ADMIN: Needs = Needs::Operator(Role::Admin);

/// The routes of this slice, each with what it needs of its caller and the limit it counts against.
pub fn routes(gate: &Gate) -> Pages<Arc<Operators>> {
    Pages::new(gate)
        .add(ADMIN, Limit::Default, routes!(pricing_rules::list, pricing_rules::create))
        .add(ADMIN, Limit::Default, routes!(pricing_rules::show, pricing_rules::update, pricing_rules::remove))
        .add(ADMIN, Limit::Default, routes!(jobs::list))
        .add(ADMIN, Limit::Default, routes!(jobs::run))
        .add(ADMIN, Limit::Default, routes!(orders::list))
        .add(ADMIN, Limit::Default, routes!(orders::show))
        .add(ADMIN, Limit::Default, routes!(orders::cancel))
        .add(ADMIN, Limit::Default, routes!(orders::refund))
        .add(ADMIN, Limit::Default, routes!(providers::list))
        .add(ADMIN, Limit::Default, routes!(providers::show, providers::update))
        .add(ADMIN, Limit::Default, routes!(providers::test))
        .add(ADMIN, Limit::Default, routes!(verifications::reveal))
        .add(ADMIN, Limit::Default, routes!(audit::list))
        .add(ADMIN, Limit::Default, routes!(orphans::list))
        .add(ADMIN, Limit::Default, routes!(orphans::resolve))
}
