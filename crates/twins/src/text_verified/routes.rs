//! Which operation answers which method and path.

use axum::http::Method;

use super::{
    api::{Answer, Call},
    error::Failure,
    lists, market, next, verifications,
};

/// What answers a request.
pub(super) type Run = fn(&Call<'_>) -> Result<Answer, Failure>;

/// The operations that a fault may name.
pub(super) const OPERATIONS: &[&str] = &[
    "Auth.create",
    "Account.fetch",
    "Services.list",
    "AreaCodes.list",
    "Pricing.check",
    "Inventory.check",
    "Verifications.create",
    "Verifications.list",
    "Verifications.fetch",
    "Verifications.cancel",
    "Verifications.report",
    "Verifications.reuse",
    "Verifications.reactivate",
    "Sms.list",
    "Calls.list",
    "Sales.list",
    "Sales.fetch",
    "Reservations.fetch",
    "Reservations.health",
    "WebhookEvents.list",
];

/// The operation, what answers it, and the id in its path.
pub(super) fn find<'a>(method: &Method, path: &[&'a str]) -> Option<(&'static str, Run, &'a str)> {
    let (get, post) = (method == Method::GET, method == Method::POST);
    let (operation, run, id): (_, Run, _) = match *path {
        ["account", "me"] if get => ("Account.fetch", market::account, ""),
        ["services"] if get => ("Services.list", market::services, ""),
        ["area-codes"] if get => ("AreaCodes.list", market::area_codes, ""),
        ["pricing", "verifications"] if post => ("Pricing.check", market::price, ""),
        ["inventory", "verifications"] if post => ("Inventory.check", market::inventory, ""),
        ["verifications"] if post => ("Verifications.create", verifications::create, ""),
        ["verifications"] if get => ("Verifications.list", lists::verifications, ""),
        ["verifications", id] if get => ("Verifications.fetch", verifications::fetch, id),
        ["verifications", id, "cancel"] if post => ("Verifications.cancel", verifications::cancel, id),
        ["verifications", id, "report"] if post => ("Verifications.report", verifications::report, id),
        ["verifications", id, "reuse"] if post => ("Verifications.reuse", next::reuse, id),
        ["verifications", id, "reactivate"] if post => ("Verifications.reactivate", next::reactivate, id),
        ["sms"] if get => ("Sms.list", lists::sms, ""),
        ["calls"] if get => ("Calls.list", lists::calls, ""),
        ["sales"] if get => ("Sales.list", lists::sales, ""),
        ["sales", id] if get => ("Sales.fetch", lists::sale, id),
        ["reservations", id] if get => ("Reservations.fetch", lists::reservation, id),
        ["reservations", id, "health"] if get => ("Reservations.health", lists::health, id),
        ["webhook-events"] if get => ("WebhookEvents.list", market::webhook_events, ""),
        _ => return None,
    };
    Some((operation, run, id))
}
