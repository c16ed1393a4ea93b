//! Stripe's words ↔ the port's, and the one table of Stripe's errors.

use ports::{
    PortError, Refusal, RefusalReason,
    processor::{Charge, ChargeState, ChargeStatus, MethodDetails},
};

use super::{units, wire};
use crate::http::Answer;

/// A charge's fields. `payment_method_types` is gone from this API version; Stripe chooses by what is enabled.
pub(super) fn charge_fields(charge: &Charge) -> Result<Vec<(String, String)>, PortError> {
    let amount = units::to_units(charge.money)
        .ok_or_else(|| invalid("the amount must be positive and whole in the currency's smallest unit at Stripe"))?;
    let mut fields = vec![
        ("amount", amount.to_string()),
        ("currency", charge.money.currency.as_str().to_ascii_lowercase()),
        ("metadata[payment]", charge.payment.clone()),
        ("automatic_payment_methods[enabled]", "true".to_owned()),
    ];
    fields.extend(charge.customer.iter().map(|customer| ("customer", customer.clone())));
    if charge.keep_method {
        fields.push(("setup_future_usage", "off_session".to_owned()));
    }
    if let Some(method) = &charge.method {
        fields.push(("payment_method", method.clone()));
        fields.push(("confirm", "true".to_owned()));
        // Both belong to a confirmation: without a place to come back to, no method may redirect.
        fields.push(match &charge.return_url {
            Some(url) => ("return_url", url.clone()),
            None => ("automatic_payment_methods[allow_redirects]", "never".to_owned()),
        });
    }
    Ok(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The parameter that lets the server choose how is paid.
const CHOICE: &str = "automatic_payment_methods";

/// Whether a server refused because it does not know that parameter.
pub(super) fn is_choice_unknown(refusal: &Refusal) -> bool {
    refusal.reason == RefusalReason::Invalid && refusal.message.contains(CHOICE)
}

/// The fields without it.
pub(super) fn without_choice(mut fields: Vec<(String, String)>) -> Vec<(String, String)> {
    fields.retain(|(name, _)| !name.starts_with(CHOICE));
    fields
}

/// An intent, be it inside a decline: the charge exists then, and has failed.
pub(super) fn intent(answer: &Answer) -> Result<wire::Intent, PortError> {
    if answer.is_success() {
        return answer.json();
    }
    if answer.status != 402 {
        return Err(error(answer));
    }
    let failure = failure(answer);
    let Some(inner) = failure.payment_intent.clone() else { return Err(error(answer)) };
    let mut intent = *inner;
    // A decline is told by the answer, however sparsely the intent inside it is told.
    let declined = !matches!(intent.status.as_deref(), Some("requires_action" | "canceled"));
    if declined {
        intent.status = Some("requires_payment_method".to_owned());
        intent.payment_method = intent.payment_method.or_else(|| failure.payment_method.clone());
        intent.last_payment_error = Some(failure);
    }
    Ok(intent)
}

/// A new customer's id.
pub(super) fn customer(answer: &Answer) -> Result<String, PortError> {
    if !answer.is_success() {
        return Err(error(answer));
    }
    answer.json::<wire::Identified>().map(|customer| customer.id)
}

/// A card's details.
pub(super) fn card(answer: &Answer) -> Result<MethodDetails, PortError> {
    if answer.is_success() { answer.json().map(details) } else { Err(error(answer)) }
}

/// How a charge stands. `asked` fills in what a sparse answer to our own request leaves out.
pub(super) fn state(intent: wire::Intent, asked: Option<&Charge>) -> ChargeState {
    let told = intent.metadata.as_ref().and_then(|metadata| metadata.get("payment").cloned());
    let currency = intent.currency.as_deref().and_then(|code| code.parse().ok());
    let money =
        |amount: Option<i64>| amount.zip(currency).and_then(|(amount, currency)| units::from_units(amount, currency));
    // Nothing received is what a sparse server says of a whole charge: Stripe lets none succeed with it.
    let less = intent.amount_received.filter(|received| *received > 0 && Some(*received) < intent.amount);
    ChargeState {
        payment: told.or_else(|| asked.map(|charge| charge.payment.clone())),
        money: money(intent.amount),
        received: money(less),
        method: method(&intent),
        status: status(&intent),
        reference: intent.id,
    }
}

fn status(intent: &wire::Intent) -> ChargeStatus {
    let client_secret = intent.client_secret.clone();
    match intent.status.as_deref() {
        Some("succeeded") => ChargeStatus::Succeeded,
        Some("canceled") => ChargeStatus::Cancelled,
        Some("requires_action") => {
            let redirect = intent.next_action.as_ref().and_then(|action| action.redirect_to_url.as_ref());
            ChargeStatus::ActionRequired { client_secret, redirect_url: redirect.and_then(|to| to.url.clone()) }
        }
        Some("requires_payment_method") => match &intent.last_payment_error {
            Some(error) => ChargeStatus::Failed { code: error.decline_code.clone().or_else(|| error.code.clone()) },
            None => ChargeStatus::MethodRequired { client_secret },
        },
        // `processing`, `requires_confirmation` (in passing), `requires_capture` (we never ask for it), and whatever
        // Stripe may add: not final, ask again.
        _ => ChargeStatus::Processing,
    }
}

fn method(intent: &wire::Intent) -> Option<MethodDetails> {
    let failed = intent.last_payment_error.as_ref().and_then(|error| error.payment_method.as_ref());
    Some(match intent.payment_method.as_ref().or(failed)? {
        wire::Expandable::Id(reference) => MethodDetails { reference: reference.clone(), ..MethodDetails::default() },
        wire::Expandable::Object(method) => details(method.clone()),
    })
}

fn details(method: wire::Method) -> MethodDetails {
    let card = method.card.unwrap_or_default();
    let expiry = card.exp_month.zip(card.exp_year);
    MethodDetails { reference: method.id, brand: card.brand, last4: card.last4, expiry }
}

/// A request that we do not even send.
pub(super) fn invalid(message: &str) -> PortError {
    PortError::refused(RefusalReason::Invalid, None, message)
}

fn failure(answer: &Answer) -> wire::Failure {
    serde_json::from_slice::<wire::Problem>(&answer.body).ok().and_then(|problem| problem.error).unwrap_or_default()
}

/// The one table of Stripe's errors: <https://docs.stripe.com/error-handling>.
fn error(answer: &Answer) -> PortError {
    let failure = failure(answer);
    let code = failure.decline_code.or(failure.code);
    let message = failure.message.unwrap_or_else(|| format!("HTTP {} without a readable body", answer.status));
    let message: String = message.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
    let reason = match (answer.status, failure.kind.as_deref(), code.as_deref()) {
        // Not processed. 409: the same key is on its way in another request.
        (409 | 429, ..) | (_, _, Some("rate_limit" | "lock_timeout" | "idempotency_key_in_use")) => {
            return answer.busy();
        }
        // The key was used with other parameters, so something did happen under it: what, only asking tells.
        (_, Some("idempotency_error"), _) => return PortError::Unknown,
        // 424: something beyond Stripe failed. The first result under a key is kept, be it a 500.
        (408 | 424 | 500.., ..) => return answer.fault(),
        // Its message may quote the key, so it is not passed on.
        (status @ (401 | 403), ..) => {
            return PortError::Misconfigured(format!("Stripe refuses the secret key ({status})"));
        }
        (status, ..) if status < 400 => {
            return PortError::Misconfigured(format!("STRIPE_API_URL answers HTTP {status}: is it Stripe's API?"));
        }
        (402, ..) | (_, Some("card_error"), _) => RefusalReason::Declined,
        (404, ..) => RefusalReason::NotFound,
        (400, ..) => RefusalReason::Invalid,
        _ => RefusalReason::Other,
    };
    PortError::refused(reason, code, message)
}
