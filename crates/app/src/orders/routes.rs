//! Orders, whatever they are for.

use std::sync::Arc;

use utoipa_axum::routes;

use super::{
    Orders,
    http::{order, read},
};
use crate::web::{Gate, Limit, Needs::Permission, Pages};

/// The routes of this slice, each with what it needs of its caller and the limit it counts against.
pub fn routes(gate: &Gate) -> Pages<Arc<Orders>> {
    Pages::new(gate)
        .add(Permission("numbers:purchase"), Limit::Purchase, routes!(order::create))
        .add(Permission("orders:read"), Limit::Default, routes!(read::list))
        .add(Permission("orders:read"), Limit::Default, routes!(read::show))
        .add(Permission("orders:read"), Limit::Default, routes!(read::status))
        .add(Permission("orders:write"), Limit::Default, routes!(order::cancel))
}
