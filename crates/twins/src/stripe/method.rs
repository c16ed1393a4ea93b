//! Payment methods: cards by test number or test token, and one slow bank account.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    cards::{self, Decline, SLOW_BANK, TestCard},
    failure::Failure,
    form::Params,
    shelf::Named,
    state::Change,
    work::{Outcome, Work},
};

/// A payment method.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Method {
    pub(super) id: String,
    pub(super) created: i64,
    /// A test number; what it does is looked up in [`cards`].
    number: String,
    exp_month: i64,
    exp_year: i64,
    pub(super) customer: Option<String>,
    billing_details: Map<String, Value>,
    metadata: Map<String, Value>,
    /// It was charged without a customer, or detached: it can never be used again.
    pub(super) spent: bool,
    /// The payer has authenticated it for later off-session use.
    pub(super) set_up: bool,
}

impl Named for Method {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Method {
    fn new(work: &Work<'_>, card: &TestCard) -> Self {
        Self {
            id: work.id("pm"),
            created: work.now(),
            number: card.number.to_owned(),
            exp_month: 12,
            exp_year: 2034,
            customer: None,
            billing_details: Map::new(),
            metadata: Map::new(),
            spent: false,
            set_up: false,
        }
    }

    /// What its number does.
    pub(super) fn card(&self) -> &'static TestCard {
        cards::by_number(&self.number).unwrap_or(&SLOW_BANK)
    }

    /// `card` or `us_bank_account`.
    pub(super) fn kind(&self) -> &'static str {
        if self.card().slow { "us_bank_account" } else { "card" }
    }

    fn fingerprint(&self) -> String {
        hex::encode(&Sha256::digest(&self.number)[..8])
    }

    fn last4(&self) -> &str {
        &self.number[self.number.len() - 4..]
    }

    /// As JSON.
    pub(super) fn show(&self) -> Value {
        json!({
            "id": self.id,
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": self.billing(),
            self.kind(): self.details(true),
            "created": self.created,
            "customer": self.customer,
            "livemode": false,
            "metadata": self.metadata,
            "type": self.kind(),
        })
    }

    /// `billing_details`, of a method or of its charge.
    pub(super) fn billing(&self) -> Value {
        let given = |name: &str| self.billing_details.get(name).cloned().unwrap_or(Value::Null);
        let address = self.billing_details.get("address");
        let line = |name: &str| address.and_then(|address| address.get(name)).cloned().unwrap_or(Value::Null);
        let address: Map<String, Value> = ["city", "country", "line1", "line2", "postal_code", "state"]
            .into_iter()
            .map(|name| (name.to_owned(), line(name)))
            .collect();
        let (email, name, phone) = (given("email"), given("name"), given("phone"));
        json!({ "address": address, "email": email, "name": name, "phone": phone, "tax_id": null })
    }

    /// The part named after its type: of the method itself (`whole`), or as a charge shows it.
    pub(super) fn details(&self, whole: bool) -> Value {
        let card = self.card();
        if card.slow {
            let (last4, fingerprint) = (self.last4(), self.fingerprint());
            return json!({ "account_holder_type": "individual", "account_type": "checking",
                "bank_name": "STRIPE TEST BANK", "fingerprint": fingerprint, "last4": last4,
                "routing_number": "110000000" });
        }
        let mut details = json!({
            "brand": card.brand,
            "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
            "country": card.country,
            "exp_month": self.exp_month,
            "exp_year": self.exp_year,
            "fingerprint": self.fingerprint(),
            "funding": card.funding,
            "last4": self.last4(),
            "three_d_secure": null,
            "wallet": null,
        });
        if whole && let Some(details) = details.as_object_mut() {
            details.shift_remove("three_d_secure");
            details.insert("display_brand".to_owned(), card.brand.into());
            details.insert("generated_from".to_owned(), Value::Null);
            details.insert("networks".to_owned(), json!({ "available": [card.brand], "preferred": null }));
            details.insert("three_d_secure_usage".to_owned(), json!({ "supported": true }));
        }
        details
    }

    /// Billing details and metadata, as the request gives them.
    pub(super) fn set(&mut self, params: &Params) -> Result<(), Failure> {
        if let Some(billing) = params.nested("billing_details")? {
            billing.only(&["address", "email", "name", "phone"], &["tax_id"])?;
            for name in ["address", "email", "name", "phone"] {
                if let Some(value) = billing.json(name) {
                    self.billing_details.insert(name.to_owned(), value);
                }
            }
        }
        params.merge_metadata(&mut self.metadata)
    }

    /// The expiry, if the request gives one; one in the past is refused as the bank would.
    pub(super) fn set_expiry(&mut self, work: &Work<'_>, card: &Params) -> Result<(), Failure> {
        let invalid = |code: &str, field: &str, message: &str| {
            let failure = Failure { status: axum::http::StatusCode::PAYMENT_REQUIRED, ..Failure::invalid(message) };
            failure.with("type", "card_error".into()).code(code).of(&card.named(field))
        };
        self.exp_month = card.integer("exp_month")?.unwrap_or(self.exp_month);
        self.exp_year = match card.integer("exp_year")? {
            Some(short @ 0..100) => 2000 + short,
            Some(year) => year,
            None => self.exp_year,
        };
        if !(1..=12).contains(&self.exp_month) {
            return Err(invalid("invalid_expiry_month", "exp_month", "Your card's expiration month is invalid."));
        }
        let now = work.setting.ambient.business();
        let this_month = chrono::Datelike::year(&now) as i64 * 12 + i64::from(chrono::Datelike::month(&now));
        if !(2000..2100).contains(&self.exp_year) || self.exp_year * 12 + self.exp_month < this_month {
            return Err(invalid("invalid_expiry_year", "exp_year", "Your card's expiration year is invalid."));
        }
        Ok(())
    }
}

/// A new method from `type` and `card`, as in `POST /v1/payment_methods` and in `payment_method_data`.
pub(super) fn from_data(work: &Work<'_>, params: &Params) -> Result<Method, Failure> {
    let kind = params.required("type")?;
    if kind != "card" {
        return Err(Failure::unmodelled(&format!("{}={kind}", params.named("type"))));
    }
    let card = params.nested("card")?.ok_or_else(|| params.absent("card"))?;
    card.only(&["cvc", "exp_month", "exp_year", "number", "token"], &["networks"])?;
    if let Some(token) = card.filled("token")? {
        let found = token.strip_prefix("tok_").and_then(|name| cards::by_token(&format!("pm_card_{name}")));
        let found = found.ok_or_else(|| Failure::missing_param(&card.named("token"), "token", token))?;
        let mut method = Method::new(work, found);
        method.set(params)?;
        return Ok(method);
    }
    let number: String = card.required("number")?.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let wrong = |decline: Decline| {
        let status = axum::http::StatusCode::PAYMENT_REQUIRED;
        Failure { status, error: decline.error() }.of(&card.named("number"))
    };
    if !cards::luhn(&number) {
        return Err(wrong(cards::INCORRECT_NUMBER));
    }
    let found = cards::by_number(&number).ok_or_else(|| {
        let message = "Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.";
        wrong(cards::NOT_A_TEST_CARD).with("message", message.into())
    })?;
    let mut method = Method::new(work, found);
    for name in ["exp_month", "exp_year"] {
        card.required(name)?;
    }
    method.set_expiry(work, card)?;
    method.set(params)?;
    Ok(method)
}

/// The method that a parameter names: one that exists, or a new one of a test token.
pub(super) fn resolve(work: &mut Work<'_>, param: &str, id: &str) -> Result<Method, Failure> {
    find(work, id).ok_or_else(|| Failure::missing_param(param, "PaymentMethod", id))
}

/// The method with this id, or a new one of this test token.
pub(super) fn find(work: &mut Work<'_>, id: &str) -> Option<Method> {
    if let Some(method) = work.method(id) {
        return Some(method);
    }
    let method = Method::new(work, cards::by_token(id)?);
    work.put(Change::Method(method.clone()));
    Some(method)
}

/// Gives the method to the customer and tells so.
pub(super) fn attach_to(work: &mut Work<'_>, mut method: Method, customer: &str) -> Method {
    method.customer = Some(customer.to_owned());
    work.emit("payment_method.attached", method.show());
    work.put(Change::Method(method.clone()));
    method
}

/// Takes the method from its customer for good and tells so.
pub(super) fn detach_from(work: &mut Work<'_>, mut method: Method) -> Method {
    let customer = method.customer.take().and_then(|id| work.customer(&id));
    if let Some(mut customer) = customer
        && customer.default_payment_method.as_ref() == Some(&method.id)
    {
        customer.default_payment_method = None;
        work.put(Change::Customer(customer));
    }
    method.spent = true;
    work.emit("payment_method.detached", method.show());
    work.put(Change::Method(method.clone()));
    method
}

/// Once detached, or used without a customer, a method is worthless.
pub(super) fn spent() -> Failure {
    Failure::invalid(
        "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with \
         a connected account without Customer attachment, or was detached from a Customer. It may not be used again. \
         To use a PaymentMethod multiple times, you must attach it to a Customer first.",
    )
}

/// 402: the bank refuses the card itself.
pub(super) fn declined(method: &Method, why: Decline) -> Outcome {
    let mut error = why.error();
    error.insert("payment_method".to_owned(), method.show());
    Outcome { status: 402, body: json!({ "error": error }) }
}
