//! Renting a number for one code, what there is to rent, and what suppliers tell.

use std::sync::Arc;

use utoipa_axum::routes;

use super::http::{VerificationsApi, catalogue, order, read, webhooks};
use crate::web::{
    Gate, Limit,
    Needs::{Nobody, Permission},
    Pages,
};

/// The routes of this slice, each with what it needs of its caller and the limit it counts against. A look that waits
/// for the text, and a stream, take their time.
pub fn routes(gate: &Gate) -> Pages<Arc<VerificationsApi>> {
    Pages::new(gate)
        .add(Permission("verifications:write"), Limit::Purchase, routes!(order::create))
        .add(Permission("verifications:read"), Limit::Default, routes!(read::list))
        .add(Permission("verifications:read"), Limit::Default, routes!(catalogue::services))
        .add(Permission("verifications:read"), Limit::Default, routes!(catalogue::countries))
        .add(Permission("verifications:read"), Limit::Default, routes!(catalogue::prices))
        .add(Permission("verifications:write"), Limit::Default, routes!(order::cancel))
        .add(Permission("verifications:write"), Limit::Default, routes!(order::report))
        .add(Permission("verifications:write"), Limit::Default, routes!(order::resend))
        .add_unhurried(Permission("verifications:read"), Limit::Default, routes!(read::show))
        .add_unhurried(Permission("verifications:read"), Limit::Default, routes!(read::stream))
        .add_unhurried(Nobody, Limit::Unlimited, routes!(webhooks::text_verified))
}
