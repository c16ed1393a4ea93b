//! What is done with payment intents.

use serde_json::Map;

use super::{
    attempt, currency, customer, dispute,
    failure::Failure,
    intent::{Intent, Status},
    intent_params::{automatic, check_names, method_of, presence, set},
    list,
    state::Change,
    work::{Outcome, Work, letters},
};

/// `POST /v1/payment_intents`.
pub(super) fn create(work: &mut Work<'_>) -> Result<Outcome, Failure> {
    let params = work.params;
    check_names(
        params,
        &[
            "amount",
            "automatic_payment_methods",
            "confirm",
            "confirmation_method",
            "currency",
            "customer",
            "error_on_requires_action",
            "off_session",
            "return_url",
        ],
    )?;
    let amount = params.integer("amount")?.ok_or_else(|| params.absent("amount"))?;
    let currency = currency::currency(params)?;
    let confirm = params.boolean("confirm")?.unwrap_or(false);
    if !confirm
        && let Some(name) = ["off_session", "error_on_requires_action", "return_url", "mandate_data"]
            .iter()
            .find(|name| params.has(name))
    {
        let message = format!("You cannot provide `{name}` when `confirm` is not set to true.");
        return Err(Failure::invalid(message).of(name));
    }
    let id = work.id("pi");
    let mut intent = Intent {
        client_secret: format!("{id}_secret_{}", letters::<25>(&work.setting.ambient)),
        id,
        created: work.now(),
        amount,
        amount_capturable: 0,
        amount_received: 0,
        currency,
        status: Status::RequiresPaymentMethod,
        manual_capture: false,
        capture_method: "automatic".to_owned(),
        confirmation_method: params
            .choice("confirmation_method", &["automatic", "manual"])?
            .unwrap_or("automatic")
            .to_owned(),
        customer: customer::named(work)?,
        payment_method: None,
        setup_future_usage: None,
        latest_charge: None,
        last_payment_error: None,
        next_action: None,
        canceled_at: None,
        cancellation_reason: None,
        automatic: automatic(params)?,
        allowed: None,
        metadata: Map::new(),
        kept: Map::new(),
    };
    currency::check_amount(amount, &intent.currency)?;
    set(&mut intent, params)?;
    let method = method_of(work, &intent)?;
    if let Some(method) = &method {
        intent.payment_method = Some(method.id.clone());
        intent.status = Status::RequiresConfirmation;
    }
    if confirm && method.is_none() {
        return Err(without_method());
    }
    work.emit("payment_intent.created", intent.show());
    work.put(Change::Intent(intent.clone()));
    let declined = match method.filter(|_| confirm) {
        Some(method) => attempt::run(work, &mut intent, method, &presence(params)?),
        None => None,
    };
    Ok(attempt::answer(&intent, declined))
}

/// `GET /v1/payment_intents/{id}`.
pub(super) fn retrieve(work: &mut Work<'_>, id: &str) -> Result<Outcome, Failure> {
    work.params.only(&["client_secret", "expand"], &[])?;
    let intent = at_path(work, id)?;
    match work.params.filled("client_secret")? {
        Some(secret) if secret != intent.client_secret => {
            let message =
                "The client_secret provided does not match the client_secret associated with the PaymentIntent.";
            Err(Failure::param("client_secret", "payment_intent_invalid_parameter", message))
        }
        _ => Outcome::ok(intent.show()),
    }
}

/// `GET /v1/payment_intents`.
pub(super) fn list(work: &mut Work<'_>) -> Result<Outcome, Failure> {
    let params = work.params;
    params
        .only(&["created", "customer", "ending_before", "expand", "limit", "starting_after"], &["customer_account"])?;
    let (customer, created) = (params.filled("customer")?, list::created(params)?);
    let wanted = |intent: &Intent| {
        customer.is_none_or(|customer| intent.customer.as_deref() == Some(customer)) && created(intent.created)
    };
    list::page(work, "/v1/payment_intents", "payment_intent", &work.account.intents, wanted, |_, intent| intent.show())
}

/// `POST /v1/payment_intents/{id}`.
pub(super) fn update(work: &mut Work<'_>, id: &str) -> Result<Outcome, Failure> {
    let params = work.params;
    check_names(params, &["amount", "currency", "customer"])?;
    let mut intent = at_path(work, id)?;
    let open =
        matches!(intent.status, Status::RequiresPaymentMethod | Status::RequiresConfirmation | Status::RequiresAction);
    let closed = [
        "amount",
        "currency",
        "customer",
        "payment_method",
        "payment_method_data",
        "capture_method",
        "setup_future_usage",
    ];
    if !open && let Some(name) = closed.iter().find(|name| params.has(name)) {
        return Err(unexpected(&intent, &format!("update the {name} of")));
    }
    intent.amount = params.integer("amount")?.unwrap_or(intent.amount);
    if params.has("currency") {
        intent.currency = currency::currency(params)?;
    }
    if params.has("amount") || params.has("currency") {
        currency::check_amount(intent.amount, &intent.currency)?;
    }
    if params.has("customer") {
        intent.customer = customer::named(work)?;
    }
    set(&mut intent, params)?;
    if let Some(method) = method_of(work, &intent)? {
        intent.payment_method = Some(method.id);
        (intent.status, intent.next_action) = (Status::RequiresConfirmation, None);
    }
    work.put(Change::Intent(intent.clone()));
    Outcome::ok(intent.show())
}

/// `POST /v1/payment_intents/{id}/confirm`.
pub(super) fn confirm(work: &mut Work<'_>, id: &str) -> Result<Outcome, Failure> {
    let params = work.params;
    check_names(params, &["error_on_requires_action", "off_session", "return_url"])?;
    let mut intent = at_path(work, id)?;
    if !matches!(intent.status, Status::RequiresPaymentMethod | Status::RequiresConfirmation | Status::RequiresAction) {
        return Err(unexpected(&intent, "confirm"));
    }
    set(&mut intent, params)?;
    let method = match method_of(work, &intent)? {
        Some(method) => Some(method),
        None => intent.payment_method.as_deref().and_then(|id| work.method(id)),
    };
    let Some(method) = method else {
        return Err(without_method().with("payment_intent", intent.show()));
    };
    let declined = attempt::run(work, &mut intent, method, &presence(params)?);
    Ok(attempt::answer(&intent, declined))
}

/// `POST /v1/payment_intents/{id}/capture`: all or part of what is held; the rest goes back.
pub(super) fn capture(work: &mut Work<'_>, id: &str) -> Result<Outcome, Failure> {
    let params = work.params;
    let unmodelled =
        ["amount_details", "application_fee_amount", "final_capture", "hooks", "payment_details", "transfer_data"];
    let known = ["amount_to_capture", "expand", "metadata", "statement_descriptor", "statement_descriptor_suffix"];
    params.only(&known, &unmodelled)?;
    let mut intent = at_path(work, id)?;
    let charge = intent.latest_charge.as_deref().and_then(|id| work.charge(id));
    let (Status::RequiresCapture, Some(mut charge)) = (intent.status, charge) else {
        return Err(unexpected(&intent, "capture"));
    };
    let amount = params.integer("amount_to_capture")?.unwrap_or(intent.amount_capturable);
    if !(1..=intent.amount_capturable).contains(&amount) {
        let message = format!("You can capture from 1 to {}.", intent.amount_capturable);
        return Err(Failure::param("amount_to_capture", "amount_too_large", message));
    }
    params.merge_metadata(&mut intent.metadata)?;
    charge.capture(amount);
    (intent.status, intent.amount_received, intent.amount_capturable) = (Status::Succeeded, amount, 0);
    work.emit("charge.captured", charge.show());
    work.emit("payment_intent.succeeded", intent.show());
    dispute::follow(work, &charge);
    work.put(Change::Charge(charge));
    work.put(Change::Intent(intent.clone()));
    Outcome::ok(intent.show())
}

/// `POST /v1/payment_intents/{id}/cancel`: what is held goes back.
pub(super) fn cancel(work: &mut Work<'_>, id: &str) -> Result<Outcome, Failure> {
    let params = work.params;
    params.only(&["cancellation_reason", "expand"], &[])?;
    let mut intent = at_path(work, id)?;
    let reasons = ["duplicate", "fraudulent", "requested_by_customer", "abandoned"];
    let reason = params.choice("cancellation_reason", &reasons)?;
    if matches!(intent.status, Status::Succeeded | Status::Canceled) {
        return Err(unexpected(&intent, "cancel"));
    }
    if intent.status == Status::RequiresCapture
        && let Some(mut charge) = intent.latest_charge.as_deref().and_then(|id| work.charge(id))
    {
        charge.amount_refunded = charge.amount;
        work.emit("charge.refunded", charge.show());
        work.put(Change::Charge(charge));
    }
    (intent.status, intent.amount_capturable, intent.next_action) = (Status::Canceled, 0, None);
    (intent.canceled_at, intent.cancellation_reason) = (Some(work.now()), reason.map(str::to_owned));
    work.emit("payment_intent.canceled", intent.show());
    work.put(Change::Intent(intent.clone()));
    Outcome::ok(intent.show())
}

fn at_path(work: &Work<'_>, id: &str) -> Result<Intent, Failure> {
    work.intent(id).ok_or_else(|| Failure::missing("payment_intent", id))
}

fn without_method() -> Failure {
    let message = "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.";
    Failure::invalid(message).code("payment_intent_unexpected_state")
}

/// 400: this cannot be done to an intent in its status.
pub(super) fn unexpected(intent: &Intent, verb: &str) -> Failure {
    let message =
        format!("You cannot {verb} this PaymentIntent because it has a status of {}.", intent.status.as_str());
    Failure::invalid(message).code("payment_intent_unexpected_state").with("payment_intent", intent.show())
}
