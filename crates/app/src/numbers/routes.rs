//! Buying numbers, and what an owner does with them.

use std::sync::Arc;

use utoipa_axum::routes;

use super::http::{NumbersApi, buy, manage};
use crate::web::{Gate, Limit, Needs::Permission, Pages};

/// The routes of this slice, each with what it needs of its caller and the limit it counts against.
pub fn routes(gate: &Gate) -> Pages<Arc<NumbersApi>> {
    Pages::new(gate)
        .add(Permission("numbers:purchase"), Limit::Purchase, routes!(buy::purchase))
        .add(Permission("numbers:read"), Limit::Default, routes!(manage::list))
        .add(Permission("numbers:read"), Limit::Default, routes!(manage::show))
        .add(Permission("numbers:write"), Limit::Default, routes!(manage::update))
        .add(Permission("numbers:write"), Limit::Default, routes!(manage::configure))
        .add(Permission("numbers:write"), Limit::Default, routes!(manage::release))
}
