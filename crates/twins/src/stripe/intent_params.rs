//! What requests say about a payment intent, the same for create, update and confirm.

use super::{
    attempt::Presence,
    failure::Failure,
    form::Params,
    intent::Intent,
    method::{self, Method},
    state::Change,
    work::Work,
};

/// What is kept and shown, and nothing else happens with it.
const KEPT: &[&str] = &[
    "description",
    "receipt_email",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
];
/// Accepted without effect: they tune Stripe's risk checks and mandates, which a twin has none of.
const WITHOUT_EFFECT: &[&str] = &["mandate_data", "payment_method_options", "radar_options", "use_stripe_sdk"];
/// Refused: Connect, payment records and everything else that would have to do something.
const UNMODELLED: &[&str] = &[
    "amount_details",
    "amount_to_confirm",
    "application_fee_amount",
    "confirmation_token",
    "customer_account",
    "excluded_payment_method_types",
    "hooks",
    "mandate",
    "on_behalf_of",
    "payment_details",
    "payment_method_configuration",
    "transfer_data",
];

/// Checks the names of the parameters: these, and those that all of create, update and confirm share.
pub(super) fn check_names(params: &Params, more: &[&str]) -> Result<(), Failure> {
    let shared = [
        "allowed_payment_method_types",
        "capture_method",
        "expand",
        "metadata",
        "payment_method",
        "payment_method_data",
        "setup_future_usage",
    ];
    let known = [&shared, KEPT, WITHOUT_EFFECT, more].concat();
    // `payment_method_types` is among the unknown ones on purpose: 2026-10-28.endive has dropped it.
    params.only(&known, UNMODELLED)
}

/// `automatic_payment_methods`: on unless methods are named, as of 2023-08-16.
pub(super) fn automatic(params: &Params) -> Result<Option<String>, Failure> {
    let Some(given) = params.nested("automatic_payment_methods")? else {
        return Ok((!params.has("allowed_payment_method_types")).then(|| "always".to_owned()));
    };
    given.only(&["allow_redirects", "enabled"], &[])?;
    let enabled = given.boolean("enabled")?.ok_or_else(|| given.absent("enabled"))?;
    let redirects = given.choice("allow_redirects", &["always", "never"])?.unwrap_or("always");
    Ok(enabled.then(|| redirects.to_owned()))
}

/// What create, update and confirm set in the same way.
pub(super) fn set(intent: &mut Intent, params: &Params) -> Result<(), Failure> {
    if let Some(method) = params.choice("capture_method", &["automatic", "automatic_async", "manual"])? {
        intent.capture_method = method.to_owned();
        intent.manual_capture = method == "manual";
    }
    if params.text("setup_future_usage")? == Some("") {
        intent.setup_future_usage = None;
    } else if let Some(usage) = params.choice("setup_future_usage", &["off_session", "on_session"])? {
        intent.setup_future_usage = Some(usage.to_owned());
    }
    if let Some(allowed) = params.list("allowed_payment_method_types")? {
        if allowed.is_empty() || allowed.iter().any(|kind| !["card", "us_bank_account"].contains(&kind.as_str())) {
            return Err(Failure::invalid(
                "The payment method type provided is invalid: this account has card and us_bank_account.",
            )
            .of("allowed_payment_method_types"));
        }
        intent.allowed = Some(allowed);
    }
    for name in
        ["description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix", "transfer_group"]
    {
        params.text(name)?;
    }
    for name in KEPT {
        if let Some(value) = params.json(name) {
            intent.kept.insert((*name).to_owned(), value);
        }
    }
    params.merge_metadata(&mut intent.metadata)
}

/// How the payer takes part in the attempt that this request asks for.
pub(super) fn presence(params: &Params) -> Result<Presence, Failure> {
    // `one_off` and `recurring` are off-session too.
    let off_session =
        params.choice("off_session", &["true", "false", "one_off", "recurring"])?.is_some_and(|off| off != "false");
    let return_url = params.filled("return_url")?.map(str::to_owned);
    if let Some(text) = &return_url
        && url::Url::parse(text).is_err()
    {
        return Err(Failure::param("return_url", "url_invalid", "Not a valid URL"));
    }
    let no_action = params.boolean("error_on_requires_action")?.unwrap_or(false);
    Ok(Presence { off_session, no_action, return_url, authenticated: false })
}

/// The method that the request brings, if any, fit for this intent.
pub(super) fn method_of(work: &mut Work<'_>, intent: &Intent) -> Result<Option<Method>, Failure> {
    let params = work.params;
    let method = match (params.filled("payment_method")?, params.nested("payment_method_data")?) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(Failure::invalid(
                "You may only specify one of these parameters: payment_method, payment_method_data.",
            ));
        }
        (Some(id), None) => method::resolve(work, "payment_method", id)?,
        (None, Some(data)) => {
            data.only(&["allow_redisplay", "billing_details", "card", "metadata", "type"], &["radar_options"])?;
            let method = method::from_data(work, data)?;
            work.put(Change::Method(method.clone()));
            method
        }
    };
    match (&method.customer, &intent.customer) {
        (Some(_), None) => {
            let message = "The payment method you provided is attached to a customer so for security purposes you must provide the customer in the request.";
            return Err(Failure::invalid(message).of("payment_method"));
        }
        (Some(owner), Some(customer)) if owner != customer => {
            let message = format!(
                "The customer does not have a payment method with the ID {}. The payment method must be attached to the customer.",
                method.id
            );
            return Err(Failure::invalid(message).of("payment_method"));
        }
        _ if method.spent => return Err(method::spent()),
        _ => {}
    }
    let allowed = intent.allowed.as_deref().is_none_or(|kinds| kinds.iter().any(|kind| kind == method.kind()));
    if !allowed {
        let message = format!("The PaymentMethod provided ({}) is not allowed for this PaymentIntent.", method.kind());
        return Err(Failure::param("payment_method", "payment_intent_incompatible_payment_method", message));
    }
    Ok(Some(method))
}
