//! Customers.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    failure::Failure,
    form::Params,
    list, method,
    shelf::Named,
    state::Change,
    work::{Outcome, Work},
};

/// What is kept and shown, and nothing else happens with it.
const KEPT: &[&str] =
    &["address", "business_name", "description", "email", "individual_name", "name", "phone", "shipping"];
/// Stripe's parameters that are refused: they move money or lead to objects that the twin does not have.
const UNMODELLED: &[&str] = &[
    "balance",
    "cash_balance",
    "default_source",
    "invoice_prefix",
    "next_invoice_sequence",
    "preferred_locales",
    "source",
    "tax",
    "tax_exempt",
    "tax_id_data",
    "test_clock",
    "validate",
];

/// A customer; one that was deleted is still known, as at Stripe.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Customer {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) deleted: bool,
    pub(super) default_payment_method: Option<String>,
    pub(super) metadata: Map<String, Value>,
    pub(super) kept: Map<String, Value>,
}

impl Named for Customer {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Customer {
    /// As JSON.
    pub(super) fn show(&self) -> Value {
        if self.deleted {
            return json!({ "id": self.id, "object": "customer", "deleted": true });
        }
        let kept = |name: &str| self.kept.get(name).cloned().unwrap_or(Value::Null);
        json!({
            "id": self.id,
            "object": "customer",
            "address": kept("address"),
            "balance": 0,
            "business_name": kept("business_name"),
            "created": self.created,
            "currency": null,
            "default_source": null,
            "delinquent": false,
            "description": kept("description"),
            "discount": null,
            "email": kept("email"),
            "individual_name": kept("individual_name"),
            "invoice_prefix": self.id.trim_start_matches("cus_").chars().take(8).collect::<String>().to_uppercase(),
            "invoice_settings": {
                "custom_fields": null,
                "default_payment_method": self.default_payment_method,
                "footer": null,
                "rendering_options": null,
            },
            "livemode": false,
            "metadata": self.metadata,
            "name": kept("name"),
            "phone": kept("phone"),
            "preferred_locales": [],
            "shipping": kept("shipping"),
            "tax_exempt": "none",
            "test_clock": null,
        })
    }

    fn set(&mut self, params: &Params) -> Result<(), Failure> {
        if let Some(email) = params.text("email")?
            && !email.is_empty()
            && (email.len() > 512 || !email.trim_matches('@').contains('@') || email.contains(char::is_whitespace))
        {
            return Err(Failure::param("email", "email_invalid", format!("Invalid email address: {email}")));
        }
        for name in ["business_name", "description", "individual_name", "name", "phone"] {
            params.text(name)?;
        }
        for name in KEPT {
            if let Some(value) = params.json(name) {
                self.kept.insert((*name).to_owned(), value);
            }
        }
        params.merge_metadata(&mut self.metadata)
    }
}

fn known<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [KEPT, &["expand", "invoice_settings", "metadata"], more].concat()
}

/// `POST /v1/customers`.
pub(super) fn create(work: &mut Work<'_>) -> Result<Outcome, Failure> {
    let params = work.params;
    params.only(&known(&["payment_method"]), UNMODELLED)?;
    let mut customer = Customer {
        id: work.id("cus"),
        created: work.now(),
        deleted: false,
        default_payment_method: None,
        metadata: Map::new(),
        kept: Map::new(),
    };
    customer.set(params)?;
    work.put(Change::Customer(customer.clone()));
    if let Some(token) = params.filled("payment_method")? {
        let method = method::resolve(work, "payment_method", token)?;
        if let Some(refused) = method.card().attach {
            // No customer comes of it.
            work.changes.clear();
            return Ok(method::declined(&method, refused));
        }
        method::attach_to(work, method, &customer.id);
    }
    set_default(work, &mut customer)?;
    work.emit("customer.created", customer.show());
    work.put(Change::Customer(customer.clone()));
    Outcome::ok(customer.show())
}

/// `POST /v1/customers/{id}`.
pub(super) fn update(work: &mut Work<'_>, id: &str) -> Result<Outcome, Failure> {
    let params = work.params;
    params.only(&known(&[]), UNMODELLED)?;
    let mut customer = alive(work, id)?;
    customer.set(params)?;
    set_default(work, &mut customer)?;
    work.emit("customer.updated", customer.show());
    work.put(Change::Customer(customer.clone()));
    Outcome::ok(customer.show())
}

/// `GET /v1/customers/{id}`: one that was deleted is shown as such.
pub(super) fn retrieve(work: &mut Work<'_>, id: &str) -> Result<Outcome, Failure> {
    work.params.only(&["expand"], &[])?;
    let customer = work.customer(id).ok_or_else(|| Failure::missing("customer", id))?;
    Outcome::ok(customer.show())
}

/// `GET /v1/customers`.
pub(super) fn list(work: &mut Work<'_>) -> Result<Outcome, Failure> {
    let params = work.params;
    params.only(&["created", "email", "ending_before", "expand", "limit", "starting_after"], &["test_clock"])?;
    let (email, created) = (params.filled("email")?, list::created(params)?);
    let wanted = |customer: &Customer| {
        let same = email.is_none_or(|email| customer.kept.get("email").and_then(Value::as_str) == Some(email));
        !customer.deleted && same && created(customer.created)
    };
    list::page(work, "/v1/customers", "customer", &work.account.customers, wanted, |_, customer| customer.show())
}

/// `DELETE /v1/customers/{id}`: its payment methods are detached.
pub(super) fn delete(work: &mut Work<'_>, id: &str) -> Result<Outcome, Failure> {
    work.params.only(&[], &[])?;
    let mut customer = alive(work, id)?;
    let mine = |method: &&method::Method| method.customer.as_deref() == Some(id);
    let methods: Vec<_> = work.account.methods.newest_first().filter(mine).cloned().collect();
    for method in methods {
        method::detach_from(work, method);
    }
    work.emit("customer.deleted", customer.show());
    customer.deleted = true;
    work.put(Change::Customer(customer.clone()));
    Outcome::ok(customer.show())
}

/// The customer that the path names, unless it was deleted.
pub(super) fn alive(work: &Work<'_>, id: &str) -> Result<Customer, Failure> {
    work.customer(id).filter(|customer| !customer.deleted).ok_or_else(|| Failure::missing("customer", id))
}

/// The customer that a parameter names, if it is given; empty is none.
pub(super) fn named(work: &Work<'_>) -> Result<Option<String>, Failure> {
    match work.params.text("customer")?.filter(|id| !id.is_empty()) {
        None => Ok(None),
        Some(id) => match work.customer(id).filter(|customer| !customer.deleted) {
            Some(customer) => Ok(Some(customer.id)),
            None => Err(Failure::missing_param("customer", "customer", id)),
        },
    }
}

fn set_default(work: &Work<'_>, customer: &mut Customer) -> Result<(), Failure> {
    let Some(settings) = work.params.nested("invoice_settings")? else { return Ok(()) };
    settings.only(&["default_payment_method"], &["custom_fields", "footer", "rendering_options"])?;
    let Some(id) = settings.text("default_payment_method")? else { return Ok(()) };
    if id.is_empty() {
        customer.default_payment_method = None;
        return Ok(());
    }
    let param = settings.named("default_payment_method");
    match work.method(id) {
        Some(method) if method.customer.as_deref() == Some(&customer.id) => {
            customer.default_payment_method = Some(method.id);
            Ok(())
        }
        Some(_) => {
            let message = format!(
                "The customer does not have a payment method with the ID {id}. The payment method must be attached to the customer."
            );
            Err(Failure::invalid(message).of(&param))
        }
        None => Err(Failure::missing_param(&param, "PaymentMethod", id)),
    }
}
