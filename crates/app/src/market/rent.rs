//! Renting a number by the protocol: an order of one item, opened like any other.

use std::time::Duration;

use serde_json::{Value, json};
use vocab::{
    Amount,
    id::{ItemId, OrderId},
};

use super::{
    Market,
    model::{Answer, Fault, Params, Reply, TIME, other},
};
use crate::{
    orders::{ItemType, NewOrder, OpenError, Opened, Wanted},
    suppliers::{Country, Service},
    verifications::{QuoteFault, Verification, VerificationStatus as S},
    web::{
        Caller, ErrorCode,
        idempotency::{IdempotencyError, Scope, fingerprint},
    },
};

/// For how long a purchase in doubt is waited for before the client hears that nothing is known.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn rent(market: &Market, caller: &Caller, params: &Params, v2: bool) -> Answer {
    let Some(service) = params.get("service").map(Service::named).filter(|service| Service::is_code(&service.code))
    else {
        return Ok(Reply::word("BAD_SERVICE"));
    };
    let country = match params.country() {
        Ok(Some(country)) => country,
        // The protocol's own default.
        Ok(None) => Country::numbered(0).expect("is in the list"),
        Err(reply) => return Ok(reply),
    };
    let most = match params.get("maxPrice").map(bound) {
        // One of the parameters has an invalid value, says the protocol.
        Some(None) => return Ok(Reply::word("ERROR_SQL")),
        Some(most) => most,
        None => None,
    };
    if let Some(word) = unsupported(params) {
        return Ok(Reply::word(word));
    }
    if !market.verifications.is_on_sale(&service, country.code).await? {
        return Ok(Reply::word("BAD_SERVICE"));
    }
    if let Some(most) = most {
        let least = match market.verifications.least_price(&service, country.code).await {
            Err(QuoteFault::NotYet) => return Ok(Reply::word("SERVER_ERROR")),
            least => least.map_err(other)?,
        };
        if let Some(least) = least.filter(|least| *least > most) {
            return Ok(Reply::Text(format!("WRONG_MAX_PRICE:{least}")));
        }
    }
    let mut options = json!({ "serviceCode": service.code, "country": country.code });
    if let Some(most) = most {
        options["maxPrice"] = json!(most);
    }
    let Ok(scope) = scope(caller, params, &options) else { return Ok(Reply::word("ERROR_SQL")) };
    let wanted = Wanted { subject: String::new(), options, custom_price: None, field: String::new() };
    let wanted = vec![(ItemType::Verification, wanted)];
    let new = NewOrder { account: caller.account, user: caller.user, wanted, billing_address: None, scope };
    let order = match market.orders.open(new).await {
        Ok(Opened { replayed: true, .. }) => return Ok(Reply::word("ORDER_ALREADY_EXISTS")),
        Ok(opened) => opened.order,
        Err(error) => return refused(error),
    };
    let rental = settled(market, caller, order).await?;
    match (&rental.rental, rental.status) {
        (Some(at), _) if v2 => Ok(Reply::Json(json!({
            "activationId": rental.activation.to_string(),
            "phoneNumber": at.number.digits(),
            "activationCost": rental.price.amount,
            "countryCode": country.id.to_string(),
            "canGetAnotherSms": true,
            "activationTime": at.bought_at.format(TIME).to_string(),
            "activationOperator": "any",
        }))),
        (Some(at), _) => Ok(Reply::Text(format!("ACCESS_NUMBER:{}:{}", rental.activation, at.number.digits()))),
        (None, S::Failed | S::Cancelled) => Ok(Reply::word("NO_NUMBERS")),
        // It is in doubt, and settles by itself; the money is back if nothing was bought.
        (None, _) => Ok(Reply::word("SERVER_ERROR")),
    }
}

/// The client's own id of the order makes it happen once; `Err` where it cannot be one.
fn scope(caller: &Caller, params: &Params, options: &Value) -> Result<Option<Scope>, ()> {
    let Some(key) = params.get("orderId") else { return Ok(None) };
    if key.len() > 255 || !key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return Err(());
    }
    let (key, fingerprint) = (key.to_owned(), fingerprint(options));
    Ok(Some(Scope { account: caller.account, operation: "handler_api.getNumber", key, fingerprint }))
}

/// The most that is paid. Clients write binary fractions, so what is finer than a millionth is cut off.
fn bound(text: &str) -> Option<Amount> {
    let places = text.find('.').map_or(text.len(), |point| text.len().min(point + 7));
    let (kept, cut) = text.split_at_checked(places)?;
    let cut = if cut.bytes().all(|byte| byte.is_ascii_digit()) { kept } else { text };
    cut.parse().ok()
}

/// What a purchase may ask for and no supplier of ours can promise.
fn unsupported(params: &Params) -> Option<&'static str> {
    let asks = |name: &str, nothing: &[&str]| params.get(name).is_some_and(|value| !nothing.contains(&value));
    if asks("phoneException", &[]) {
        return Some("WRONG_EXCEPTION_PHONE");
    }
    (asks("operator", &["any", "0"]) || asks("forward", &["0", "false"])).then_some("NO_NUMBERS")
}

fn refused(error: OpenError) -> Answer {
    Ok(Reply::word(match error {
        OpenError::NothingAvailable(_) => "NO_NUMBERS",
        OpenError::InsufficientBalance { .. } => "NO_BALANCE",
        OpenError::Refused(ErrorCode::PriceChanged, _) => "WRONG_MAX_PRICE",
        OpenError::Refused(ErrorCode::SpendLimitReached, _) => "CHANNELS_LIMIT",
        OpenError::Refused(..) | OpenError::Unmet(_) | OpenError::Invalid(_) => "BAD_SERVICE",
        OpenError::Vendor(_) => "SERVER_ERROR",
        OpenError::Idempotency(IdempotencyError::Database(error)) => return Err(error.into()),
        OpenError::Idempotency(_) => "ORDER_ALREADY_EXISTS",
        OpenError::Database(error) => return Err(error.into()),
    }))
}

/// The rental of a new order, once it is known whether there is a number.
async fn settled(market: &Market, caller: &Caller, order: OrderId) -> Result<Verification, Fault> {
    let found = market.orders.find(caller.account, order).await?;
    let item =
        found.and_then(|found| found.items.into_iter().next()).ok_or_else(|| other("an order without an item"))?;
    Ok(market.verifications.settled(ItemId::from_uuid(item.id), PATIENCE).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_read_as_clients_write_it() {
        let amount = |text: &str| Some(text.parse::<Amount>().expect("an amount"));
        assert_eq!(bound("0.63"), amount("0.63"));
        assert_eq!(bound("0.6300000000000001"), amount("0.63"));
        assert_eq!(bound("0.00010"), amount("0.0001"));
        assert_eq!(bound("1"), amount("1"));
        for bad in ["cheap", "0.63x", "1,5", "0.1234567x", "é.é", "."] {
            assert_eq!(bound(bad), None, "{bad}");
        }
    }
}
