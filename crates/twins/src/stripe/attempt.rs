//! One attempt to be paid: authentication if the card asks for it, then the charge.

use serde_json::{Value, json};

use super::{
    cards::{AUTHENTICATION_REQUIRED, Authentication, Decline},
    charge::{Charge, ChargeStatus},
    dispute,
    intent::{Intent, Status},
    method::{self, Method},
    state::Change,
    work::{Outcome, Work},
};

/// How the payer takes part.
#[derive(Debug, Clone, Default)]
pub(super) struct Presence {
    /// The payer is not there.
    pub(super) off_session: bool,
    /// Rather fail than ask for an action.
    pub(super) no_action: bool,
    /// Where the payer's browser comes back to.
    pub(super) return_url: Option<String>,
    /// The payer has just authenticated.
    pub(super) authenticated: bool,
}

/// Tries the intent's own method. A decline is the error that the caller sees; the intent is kept either way.
pub(super) fn run(work: &mut Work<'_>, intent: &mut Intent, method: Method, presence: &Presence) -> Option<Value> {
    (intent.next_action, intent.last_payment_error) = (None, None);
    intent.payment_method = Some(method.id.clone());
    let asks = match method.card().authentication {
        _ if presence.authenticated => false,
        Authentication::Never => false,
        Authentication::Always => true,
        Authentication::UntilSetUp => !method.set_up,
        Authentication::OnSession => !presence.off_session,
    };
    if asks && (presence.off_session || presence.no_action) {
        return Some(decline(work, intent, &method, AUTHENTICATION_REQUIRED));
    }
    if asks {
        ask(work, intent, presence);
        return None;
    }
    if method.card().slow {
        let charge = Charge::new(work, intent, &method, ChargeStatus::Pending);
        intent.latest_charge = Some(charge.id.clone());
        intent.status = Status::Processing;
        work.emit("charge.pending", charge.show());
        work.emit("payment_intent.processing", intent.show());
        work.put(Change::Charge(charge));
        work.put(Change::Intent(intent.clone()));
        return None;
    }
    if let Some(why) = method.card().charge {
        return Some(decline(work, intent, &method, why));
    }
    let charge = Charge::new(work, intent, &method, ChargeStatus::Succeeded);
    keep_method(work, intent, method, presence.authenticated);
    pay(work, intent, charge);
    None
}

/// The bank said yes: the money is taken, or held for a later capture.
pub(super) fn pay(work: &mut Work<'_>, intent: &mut Intent, mut charge: Charge) {
    intent.latest_charge = Some(charge.id.clone());
    if intent.manual_capture {
        charge.status = ChargeStatus::Succeeded;
        intent.status = Status::RequiresCapture;
        intent.amount_capturable = intent.amount;
        work.emit("charge.succeeded", charge.show());
        work.emit("payment_intent.amount_capturable_updated", intent.show());
    } else {
        charge.capture(intent.amount);
        intent.status = Status::Succeeded;
        intent.amount_received = intent.amount;
        work.emit("charge.succeeded", charge.show());
        work.emit("payment_intent.succeeded", intent.show());
        dispute::follow(work, &charge);
    }
    work.put(Change::Charge(charge));
    work.put(Change::Intent(intent.clone()));
}

/// The bank said no, to a new charge.
fn decline(work: &mut Work<'_>, intent: &mut Intent, method: &Method, why: Decline) -> Value {
    let charge = Charge::new(work, intent, method, ChargeStatus::Failed);
    refuse(work, intent, charge, method, why)
}

/// The bank said no, to this charge.
pub(super) fn refuse(
    work: &mut Work<'_>,
    intent: &mut Intent,
    mut charge: Charge,
    method: &Method,
    why: Decline,
) -> Value {
    charge.fail(why);
    let mut error = why.error();
    error.insert("charge".to_owned(), charge.id.clone().into());
    error.insert("payment_method".to_owned(), method.show());
    intent.latest_charge = Some(charge.id.clone());
    work.emit("charge.failed", charge.show());
    work.put(Change::Charge(charge));
    fail(work, intent, Value::Object(error.clone()));
    error.insert("payment_intent".to_owned(), intent.show());
    json!({ "error": error })
}

/// The attempt is over; the intent waits for another method.
pub(super) fn fail(work: &mut Work<'_>, intent: &mut Intent, error: Value) {
    intent.status = Status::RequiresPaymentMethod;
    (intent.payment_method, intent.next_action) = (None, None);
    intent.last_payment_error = Some(error);
    work.emit("payment_intent.payment_failed", intent.show());
    work.put(Change::Intent(intent.clone()));
}

/// Sends the payer to the bank's page: by redirect if there is a way back, else through Stripe.js.
fn ask(work: &mut Work<'_>, intent: &mut Intent, presence: &Presence) {
    let page = format!(
        "{}/authorize?payment_intent={}&payment_intent_client_secret={}",
        work.setting.url, intent.id, intent.client_secret
    );
    intent.next_action = Some(match &presence.return_url {
        Some(back) => {
            json!({ "type": "redirect_to_url", "redirect_to_url": { "return_url": back, "url": page } })
        }
        None => json!({ "type": "use_stripe_sdk", "use_stripe_sdk": {
            "type": "three_d_secure_redirect", "stripe_js": page, "source": work.id("src") } }),
    });
    intent.status = Status::RequiresAction;
    work.emit("payment_intent.requires_action", intent.show());
    work.put(Change::Intent(intent.clone()));
}

/// What a payment makes of its method: kept for the customer, or spent.
fn keep_method(work: &mut Work<'_>, intent: &Intent, mut method: Method, authenticated: bool) {
    let reuse = intent.setup_future_usage.is_some();
    method.set_up |= authenticated && intent.setup_future_usage.as_deref() == Some("off_session");
    match &intent.customer {
        Some(customer) if reuse && method.customer.is_none() => {
            method::attach_to(work, method, customer);
        }
        _ => {
            method.spent |= method.customer.is_none();
            work.put(Change::Method(method));
        }
    }
}

/// The answer of an attempt: the intent, or 402.
pub(super) fn answer(intent: &Intent, declined: Option<Value>) -> Outcome {
    match declined {
        Some(body) => Outcome { status: 402, body },
        None => Outcome { status: 200, body: intent.show() },
    }
}
