//! Every path of the API on one page.

use axum::http::Method;

use super::{
    charge, customer, event,
    failure::Failure,
    intents, methods, search,
    work::{Outcome, Work},
};

/// What a fault may name.
pub(super) const OPERATIONS: &[&str] = &[
    "Customers.create",
    "Customers.retrieve",
    "Customers.update",
    "Customers.list",
    "Customers.delete",
    "PaymentMethods.create",
    "PaymentMethods.retrieve",
    "PaymentMethods.update",
    "PaymentMethods.list",
    "PaymentMethods.attach",
    "PaymentMethods.detach",
    "PaymentIntents.create",
    "PaymentIntents.retrieve",
    "PaymentIntents.update",
    "PaymentIntents.list",
    "PaymentIntents.confirm",
    "PaymentIntents.capture",
    "PaymentIntents.cancel",
    "PaymentIntents.search",
    "Charges.retrieve",
    "Charges.update",
    "Charges.list",
    "Events.retrieve",
    "Events.list",
];

/// What does the work of a path.
pub(super) type Run = Box<dyn FnOnce(&mut Work<'_>) -> Result<Outcome, Failure> + Send>;

/// The operation that a request asks for, and what does it.
pub(super) fn find(method: &Method, path: &str) -> Option<(&'static str, Run)> {
    let path = path.strip_prefix("/v1/")?;
    let parts: Vec<&str> = path.strip_suffix('/').unwrap_or(path).split('/').collect();
    if parts.iter().any(|part| part.is_empty()) {
        return None;
    }
    match parts.as_slice() {
        ["customers", rest @ ..] => customers(method, rest),
        ["payment_methods", rest @ ..] => payment_methods(method, rest),
        ["payment_intents", rest @ ..] => payments(method, rest),
        ["charges", rest @ ..] => charges(method, rest),
        ["events", rest @ ..] => events(method, rest),
        _ => None,
    }
}

/// A function that also wants the id in the path.
fn on(id: &str, run: fn(&mut Work<'_>, &str) -> Result<Outcome, Failure>) -> Run {
    let id = id.to_owned();
    Box::new(move |work| run(work, &id))
}

fn customers(method: &Method, rest: &[&str]) -> Option<(&'static str, Run)> {
    Some(match (method.as_str(), rest) {
        ("POST", []) => ("Customers.create", Box::new(customer::create)),
        ("GET", []) => ("Customers.list", Box::new(customer::list)),
        ("GET", [id]) => ("Customers.retrieve", on(id, customer::retrieve)),
        ("POST", [id]) => ("Customers.update", on(id, customer::update)),
        ("DELETE", [id]) => ("Customers.delete", on(id, customer::delete)),
        ("GET", [id, "payment_methods"]) => ("PaymentMethods.list", on(id, |work, id| methods::list(work, Some(id)))),
        ("GET", [id, "payment_methods", method]) => {
            let method = (*method).to_owned();
            let id = (*id).to_owned();
            ("PaymentMethods.retrieve", Box::new(move |work| methods::retrieve_of(work, &id, &method)))
        }
        _ => return None,
    })
}

fn payment_methods(http: &Method, rest: &[&str]) -> Option<(&'static str, Run)> {
    Some(match (http.as_str(), rest) {
        ("POST", []) => ("PaymentMethods.create", Box::new(methods::create)),
        ("GET", []) => ("PaymentMethods.list", Box::new(|work| methods::list(work, None))),
        ("GET", [id]) => ("PaymentMethods.retrieve", on(id, methods::retrieve)),
        ("POST", [id]) => ("PaymentMethods.update", on(id, methods::update)),
        ("POST", [id, "attach"]) => ("PaymentMethods.attach", on(id, methods::attach)),
        ("POST", [id, "detach"]) => ("PaymentMethods.detach", on(id, methods::detach)),
        _ => return None,
    })
}

fn payments(method: &Method, rest: &[&str]) -> Option<(&'static str, Run)> {
    Some(match (method.as_str(), rest) {
        ("POST", []) => ("PaymentIntents.create", Box::new(intents::create)),
        ("GET", []) => ("PaymentIntents.list", Box::new(intents::list)),
        ("GET", ["search"]) => ("PaymentIntents.search", Box::new(search::intents)),
        ("GET", [id]) => ("PaymentIntents.retrieve", on(id, intents::retrieve)),
        ("POST", [id]) => ("PaymentIntents.update", on(id, intents::update)),
        ("POST", [id, "confirm"]) => ("PaymentIntents.confirm", on(id, intents::confirm)),
        ("POST", [id, "capture"]) => ("PaymentIntents.capture", on(id, intents::capture)),
        ("POST", [id, "cancel"]) => ("PaymentIntents.cancel", on(id, intents::cancel)),
        _ => return None,
    })
}

fn charges(method: &Method, rest: &[&str]) -> Option<(&'static str, Run)> {
    Some(match (method.as_str(), rest) {
        ("GET", []) => ("Charges.list", Box::new(charge::list)),
        ("GET", [id]) => ("Charges.retrieve", on(id, charge::retrieve)),
        ("POST", [id]) => ("Charges.update", on(id, charge::update)),
        _ => return None,
    })
}

fn events(method: &Method, rest: &[&str]) -> Option<(&'static str, Run)> {
    Some(match (method.as_str(), rest) {
        ("GET", []) => ("Events.list", Box::new(event::list)),
        ("GET", [id]) => ("Events.retrieve", on(id, event::retrieve)),
        _ => return None,
    })
}
