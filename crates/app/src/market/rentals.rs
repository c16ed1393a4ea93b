//! Rentals by the protocol: how one stands, what its buyer says of it, and those that are open.

use serde_json::{Value, json};

use super::{
    Market,
    model::{Answer, Fault, Params, Reply, TIME, other},
};
use crate::{
    suppliers::Country,
    verifications::{Verification, VerificationError, VerificationStatus as S, VerificationView},
    web::Caller,
};

/// The caller's rental that is meant.
async fn meant(market: &Market, caller: &Caller, params: &Params) -> Result<Option<Verification>, Fault> {
    let Some(activation) = params.get("id").and_then(|id| id.parse().ok()) else { return Ok(None) };
    Ok(market.verifications.of_activation(caller.account, activation).await?)
}

pub(super) async fn status(market: &Market, caller: &Caller, params: &Params, v2: bool) -> Answer {
    let Some(rental) = meant(market, caller, params).await? else { return Ok(Reply::word("NO_ACTIVATION")) };
    let view = market.verifications.view(rental).await?;
    let code = |view: &VerificationView| view.code.clone().or_else(|| view.text.clone()).unwrap_or_default();
    Ok(match view.status {
        S::Pending | S::Processing | S::WaitingForSms | S::Cancelling => Reply::word("STATUS_WAIT_CODE"),
        S::Completed if view.awaits_more => Reply::Text(format!("STATUS_WAIT_RETRY:{}", code(&view))),
        S::Completed if v2 => {
            let at = view.messages.last().map(|latest| latest.received_at.0.format(TIME).to_string());
            let sms = json!({ "dateTime": at, "code": code(&view), "text": view.text.clone().unwrap_or_default() });
            Reply::Json(json!({ "verificationType": 0, "sms": sms }))
        }
        S::Completed => Reply::Text(format!("STATUS_OK:{}", code(&view))),
        S::Cancelled | S::Expired | S::Failed | S::Refunded => Reply::word("STATUS_CANCEL"),
    })
}

pub(super) async fn set_status(market: &Market, caller: &Caller, params: &Params) -> Answer {
    let Some(rental) = meant(market, caller, params).await? else { return Ok(Reply::word("NO_ACTIVATION")) };
    let verifications = &market.verifications;
    match (params.get("status"), rental.status) {
        (Some("1"), status) if status.waits() => Ok(Reply::word("ACCESS_READY")),
        // Before the first code the protocol knows no other: BAD_STATUS.
        (Some("3"), S::Completed) => match verifications.resend(caller.account, rental.id).await {
            Ok(_) => Ok(Reply::word("ACCESS_RETRY_GET")),
            Err(error) => failed(error),
        },
        (Some("6"), S::Completed) => match verifications.close(caller.account, rental.id).await {
            Ok(()) => Ok(Reply::word("ACCESS_ACTIVATION")),
            Err(error) => failed(error),
        },
        // -1 is what older clients say.
        (Some("8" | "-1"), status) if status.waits() => cancel(market, caller, &rental).await,
        _ => Ok(Reply::word("BAD_STATUS")),
    }
}

/// Within the supplier's lock nothing is scheduled: the protocol's clients ask again.
async fn cancel(market: &Market, caller: &Caller, rental: &Verification) -> Answer {
    let locked = rental.rental.as_ref().and_then(|at| at.locked_until);
    if locked.is_some_and(|until| until > market.ambient.business()) {
        return Ok(Reply::word("EARLY_CANCEL_DENIED"));
    }
    match market.verifications.cancel(caller.account, rental.id).await {
        Ok(rental) if rental.status == S::Completed => Ok(Reply::word("BAD_STATUS")),
        Ok(rental) if rental.status == S::Cancelling => Ok(Reply::word("EARLY_CANCEL_DENIED")),
        Ok(_) => Ok(Reply::word("ACCESS_CANCEL")),
        Err(error) => failed(error),
    }
}

fn failed(error: VerificationError) -> Answer {
    match error {
        VerificationError::NotFound => Ok(Reply::word("NO_ACTIVATION")),
        VerificationError::Conflict(_) => Ok(Reply::word("BAD_STATUS")),
        VerificationError::Supplier(error) => {
            tracing::warn!(%error, "a supplier failed a client of the market's protocol");
            Ok(Reply::word("SERVER_ERROR"))
        }
        VerificationError::Database(error) => Err(error.into()),
        VerificationError::Ledger(error) => Err(other(error)),
    }
}

pub(super) async fn active(market: &Market, caller: &Caller) -> Answer {
    let views = market.verifications.active(caller.account).await?;
    if views.is_empty() {
        return Ok(Reply::word("NO_ACTIVATIONS"));
    }
    let one = |view: &VerificationView| {
        let country = Country::coded(view.country);
        let codes: Vec<_> = view.messages.iter().filter_map(|message| message.code.clone()).collect();
        json!({
            "activationId": view.activation_id.to_string(),
            "serviceCode": view.service_code,
            "phoneNumber": view.phone_number.as_deref().unwrap_or_default().trim_start_matches('+'),
            "activationCost": view.price,
            // 4: it waits; 2: a text came.
            "activationStatus": if view.status == S::Completed { "2" } else { "4" },
            "smsCode": if codes.is_empty() { Value::Null } else { json!(codes) },
            "smsText": view.text,
            "activationTime": view.created_at.0.format(TIME).to_string(),
            "discount": "0",
            "repeated": "0",
            "countryCode": country.map_or_else(String::new, |country| country.id.to_string()),
            "countryName": country.map(|country| country.name),
            "canGetAnotherSms": "1",
        })
    };
    let list: Vec<Value> = views.iter().map(one).collect();
    Ok(Reply::Json(json!({ "status": "success", "activeActivations": list })))
}
