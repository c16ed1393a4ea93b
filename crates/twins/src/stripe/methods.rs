//! What is done with payment methods.

use super::{
    customer,
    failure::Failure,
    list,
    method::{self, Method},
    state::Change,
    work::{Outcome, Work},
};

/// `POST /v1/payment_methods`.
pub(super) fn create(work: &mut Work<'_>) -> Result<Outcome, Failure> {
    let params = work.params;
    let known = &["allow_redisplay", "billing_details", "card", "expand", "metadata", "type"];
    params.only(known, &["customer", "payment_method", "radar_options", "us_bank_account", "sepa_debit"])?;
    let method = method::from_data(work, params)?;
    work.put(Change::Method(method.clone()));
    Outcome::ok(method.show())
}

/// `GET /v1/payment_methods/{id}`; of a `pm_card_…` token it makes one.
pub(super) fn retrieve(work: &mut Work<'_>, id: &str) -> Result<Outcome, Failure> {
    work.params.only(&["expand"], &[])?;
    let method = at_path(work, id)?;
    Outcome::ok(method.show())
}

/// `POST /v1/payment_methods/{id}`.
pub(super) fn update(work: &mut Work<'_>, id: &str) -> Result<Outcome, Failure> {
    let params = work.params;
    params.only(&["allow_redisplay", "billing_details", "card", "expand", "metadata"], &["us_bank_account"])?;
    let mut method = work.method(id).ok_or_else(|| Failure::missing("PaymentMethod", id))?;
    if method.customer.is_none() {
        let message = "You must save this PaymentMethod to a customer before you can update it.";
        return Err(Failure::invalid(message));
    }
    if let Some(card) = params.nested("card")? {
        card.only(&["exp_month", "exp_year"], &["networks"])?;
        method.set_expiry(work, card)?;
    }
    method.set(params)?;
    work.emit("payment_method.updated", method.show());
    work.put(Change::Method(method.clone()));
    Outcome::ok(method.show())
}

/// `POST /v1/payment_methods/{id}/attach`.
pub(super) fn attach(work: &mut Work<'_>, id: &str) -> Result<Outcome, Failure> {
    work.params.only(&["customer", "expand"], &["customer_account"])?;
    work.params.required("customer")?;
    let customer = customer::named(work)?;
    let method = at_path(work, id)?;
    if method.customer.is_some() && method.customer != customer {
        return Err(Failure::invalid("The payment method you provided has already been attached to a customer."));
    }
    if method.spent {
        return Err(method::spent());
    }
    if let Some(refused) = method.card().attach {
        return Ok(method::declined(&method, refused));
    }
    let shown = match customer {
        Some(customer) if method.customer.is_none() => method::attach_to(work, method, &customer).show(),
        _ => method.show(),
    };
    Outcome::ok(shown)
}

/// `POST /v1/payment_methods/{id}/detach`.
pub(super) fn detach(work: &mut Work<'_>, id: &str) -> Result<Outcome, Failure> {
    work.params.only(&["expand"], &[])?;
    let method = work.method(id).ok_or_else(|| Failure::missing("PaymentMethod", id))?;
    if method.customer.is_none() {
        let message = "The payment method you provided is not attached to a customer so detachment is impossible.";
        return Err(Failure::invalid(message));
    }
    Outcome::ok(method::detach_from(work, method).show())
}

/// `GET /v1/payment_methods` and `GET /v1/customers/{id}/payment_methods`.
pub(super) fn list(work: &mut Work<'_>, owner: Option<&str>) -> Result<Outcome, Failure> {
    let params = work.params;
    let known = ["ending_before", "expand", "limit", "starting_after", "type", "customer"];
    let known = if owner.is_some() { &known[..5] } else { &known[..] };
    params.only(known, &["allow_redisplay", "customer_account"])?;
    let kind = params.filled("type")?;
    let (customer, url) = match owner {
        Some(id) => (Some(customer::alive(work, id)?.id), format!("/v1/customers/{id}/payment_methods")),
        None => (customer::named(work)?, "/v1/payment_methods".to_owned()),
    };
    // Without a customer Stripe lists none of the cards, only what belongs to the account itself.
    let wanted = |method: &Method| {
        customer.is_some() && method.customer == customer && kind.is_none_or(|kind| kind == method.kind())
    };
    list::page(work, &url, "PaymentMethod", &work.account.methods, wanted, |_, method| method.show())
}

/// `GET /v1/customers/{id}/payment_methods/{method}`.
pub(super) fn retrieve_of(work: &mut Work<'_>, owner: &str, id: &str) -> Result<Outcome, Failure> {
    work.params.only(&["expand"], &[])?;
    let customer = customer::alive(work, owner)?.id;
    match work.method(id).filter(|method| method.customer.as_ref() == Some(&customer)) {
        Some(method) => Outcome::ok(method.show()),
        None => Err(Failure::missing("PaymentMethod", id)),
    }
}

fn at_path(work: &mut Work<'_>, id: &str) -> Result<Method, Failure> {
    method::find(work, id).ok_or_else(|| Failure::missing("PaymentMethod", id))
}
