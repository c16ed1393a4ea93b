//! What the market's protocol can be asked to do, over the same commands as the REST API.

use std::time::Duration;

use serde_json::{Map, Value, json};
use store::DbErr;
use vocab::{Amount, Currency, PageRequest};

use super::{
    VerificationsApi,
    handler_api::{Params, Reply},
};
use crate::{
    ledger,
    orders::{ItemType, NewOrder, OpenError, Opened, Wanted},
    suppliers::{Country, Service},
    verifications::{
        Verification, VerificationError, VerificationStatus as S, VerificationView,
        quote::QuoteFault,
        sql::{self, rentals::Filter},
    },
    web::{
        Caller, ErrorCode,
        idempotency::{IdempotencyError, Scope, fingerprint},
    },
};

/// For how long a purchase in doubt is waited for before the client hears that nothing is known.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why the protocol failed on our side.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error(transparent)]
    Database(#[from] DbErr),
    #[error("{0}")]
    Other(String),
}

type Answer = Result<Reply, Fault>;

fn other(error: impl std::fmt::Display) -> Fault {
    Fault::Other(error.to_string())
}

/// Does what is asked.
pub(super) async fn act(api: &VerificationsApi, caller: &Caller, action: &str, params: &Params) -> Answer {
    match action {
        "getBalance" | "getBalanceAndCashBack" => balance(api, caller).await,
        "getCountries" => Ok(countries()),
        "getServicesList" => services(api, params).await,
        "getNumbersStatus" => stock(api, params).await,
        "getPrices" => prices(api, params).await,
        "getNumber" => rent(api, caller, params, false).await,
        "getNumberV2" => rent(api, caller, params, true).await,
        "getStatus" => status(api, caller, params, false).await,
        "getStatusV2" => status(api, caller, params, true).await,
        "setStatus" => set_status(api, caller, params).await,
        "getActiveActivations" => active(api, caller).await,
        _ => Ok(Reply::word("BAD_ACTION")),
    }
}

async fn balance(api: &VerificationsApi, caller: &Caller) -> Answer {
    let wallet = ledger::wallet(api.verifications.store.fresh(), caller.account, Currency::USD).await?;
    // Two places, cut off: nobody is shown a cent that cannot be spent.
    let cents = wallet.available().micros().div_euclid(10_000);
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    Ok(Reply::Text(format!("ACCESS_BALANCE:{sign}{}.{:02}", cents / 100, cents % 100)))
}

fn countries() -> Reply {
    let one = |country: &Country| {
        let name = country.name;
        let shown = json!({
            "id": country.id, "rus": name, "eng": name, "chn": name, "visible": 1, "retry": 1, "rent": 0, "multiService": 0,
        });
        (country.id.to_string(), shown)
    };
    Reply::Json(Value::Object(Country::all().iter().map(one).collect()))
}

/// The country that is meant; `Err` for one that nobody knows, in the protocol's word for an invalid value.
fn country(params: &Params) -> Result<Option<&'static Country>, Reply> {
    let Some(text) = params.get("country") else { return Ok(None) };
    let known = text.parse().ok().and_then(Country::numbered);
    known.map(Some).ok_or_else(|| Reply::word("ERROR_SQL"))
}

async fn services(api: &VerificationsApi, params: &Params) -> Answer {
    let country = match country(params) {
        Ok(country) => country.map(|country| country.code),
        Err(reply) => return Ok(reply),
    };
    let lines = api.verifications.price_list(None, country).await.map_err(other)?;
    let mut names: Map<String, Value> = Map::new();
    for line in lines {
        names.insert(line.service.code, Value::String(line.service.name));
    }
    let list: Vec<Value> = names.into_iter().map(|(code, name)| json!({ "code": code, "name": name })).collect();
    Ok(Reply::Json(json!({ "status": "success", "services": list })))
}

async fn stock(api: &VerificationsApi, params: &Params) -> Answer {
    let country = match country(params) {
        Ok(country) => country.map(|country| country.code),
        Err(reply) => return Ok(reply),
    };
    let lines = api.verifications.price_list(None, country).await.map_err(other)?;
    let mut counts: Map<String, Value> = Map::new();
    for line in lines {
        let key = format!("{}_0", line.service.code);
        let before = counts.get(&key).and_then(Value::as_i64).unwrap_or(0);
        counts.insert(key, json!(before + line.stock));
    }
    Ok(Reply::Json(Value::Object(counts)))
}

async fn prices(api: &VerificationsApi, params: &Params) -> Answer {
    let country = match country(params) {
        Ok(country) => country.map(|country| country.code),
        Err(reply) => return Ok(reply),
    };
    let service = params.get("service").map(|text| Service::named(text).code);
    let lines = api.verifications.price_list(service.as_deref(), country).await.map_err(other)?;
    let mut all: Map<String, Value> = Map::new();
    for line in lines {
        let Some(country) = Country::coded(line.country) else { continue };
        let own = all.entry(country.id.to_string()).or_insert_with(|| json!({}));
        own[line.service.code] = json!({ "cost": line.price.amount, "count": line.stock });
    }
    Ok(Reply::Json(Value::Object(all)))
}

async fn rent(api: &VerificationsApi, caller: &Caller, params: &Params, v2: bool) -> Answer {
    let Some(service) = params.get("service").map(Service::named).filter(|service| Service::is_code(&service.code))
    else {
        return Ok(Reply::word("BAD_SERVICE"));
    };
    let country = match country(params) {
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
    let is_known = service.code.starts_with("test_") || api.verifications.suppliers.is_known(&service).await?;
    if !is_known || api.verifications.settings.policy.refusal(&service, country.code).is_some() {
        return Ok(Reply::word("BAD_SERVICE"));
    }
    if let Some(most) = most {
        let priced = match api.verifications.priced(&service, country.code, None).await {
            Err(QuoteFault::NotYet) => return Ok(Reply::word("SERVER_ERROR")),
            priced => priced.map_err(other)?,
        };
        if let Some(least) = priced.iter().map(|priced| priced.price.amount).min().filter(|least| *least > most) {
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
    let order = match api.orders.open(new).await {
        Ok(Opened { replayed: true, .. }) => return Ok(Reply::word("ORDER_ALREADY_EXISTS")),
        Ok(opened) => opened.order,
        Err(error) => return refused(error),
    };
    let rental = settled(api, caller, order).await?;
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

const TIME: &str = "%Y-%m-%d %H:%M:%S";

fn refused(error: OpenError) -> Answer {
    Ok(Reply::word(match error {
        OpenError::NothingAvailable(_) => "NO_NUMBERS",
        OpenError::InsufficientBalance { .. } => "NO_BALANCE",
        OpenError::Refused(ErrorCode::PriceChanged, _) => "WRONG_MAX_PRICE",
        OpenError::Refused(ErrorCode::SpendLimitReached, _) => "CHANNELS_LIMIT",
        OpenError::Refused(..) | OpenError::Invalid(_) => "BAD_SERVICE",
        OpenError::Vendor(_) => "SERVER_ERROR",
        OpenError::Idempotency(IdempotencyError::Database(error)) => return Err(error.into()),
        OpenError::Idempotency(_) => "ORDER_ALREADY_EXISTS",
        OpenError::Database(error) => return Err(error.into()),
    }))
}

/// The rental of a new order, once it is known whether there is a number.
async fn settled(api: &VerificationsApi, caller: &Caller, order: vocab::id::OrderId) -> Result<Verification, Fault> {
    let found = api.orders.find(caller.account, order).await?;
    let item =
        found.and_then(|found| found.items.into_iter().next()).ok_or_else(|| other("an order without an item"))?;
    let (verifications, item) = (&api.verifications, vocab::id::ItemId::from_uuid(item.id));
    let read = async || {
        let rental = sql::rentals::of_item(verifications.store.fresh(), item).await?;
        rental.ok_or_else(|| DbErr::RecordNotFound(item.to_string()))
    };
    let mut rental = read().await?;
    let mut listener = verifications.live.listen(rental.id);
    let wait = async {
        while matches!(rental.status, S::Pending | S::Processing) {
            listener.changed().await;
            rental = read().await?;
        }
        Ok::<_, DbErr>(())
    };
    match tokio::time::timeout(PATIENCE, wait).await {
        Ok(Err(error)) => Err(error.into()),
        Ok(Ok(())) | Err(_) => Ok(rental),
    }
}

/// The caller's rental that is meant.
async fn meant(api: &VerificationsApi, caller: &Caller, params: &Params) -> Result<Option<Verification>, Fault> {
    let Some(activation) = params.get("id").and_then(|id| id.parse().ok()) else { return Ok(None) };
    Ok(sql::rentals::of_activation(api.verifications.store.fresh(), caller.account, activation).await?)
}

async fn status(api: &VerificationsApi, caller: &Caller, params: &Params, v2: bool) -> Answer {
    let Some(rental) = meant(api, caller, params).await? else { return Ok(Reply::word("NO_ACTIVATION")) };
    let view = api.verifications.view(rental).await?;
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

async fn set_status(api: &VerificationsApi, caller: &Caller, params: &Params) -> Answer {
    let Some(rental) = meant(api, caller, params).await? else { return Ok(Reply::word("NO_ACTIVATION")) };
    let verifications = &api.verifications;
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
        (Some("8" | "-1"), status) if status.waits() => cancel(api, caller, &rental).await,
        _ => Ok(Reply::word("BAD_STATUS")),
    }
}

/// Within the supplier's lock nothing is scheduled: the protocol's clients ask again.
async fn cancel(api: &VerificationsApi, caller: &Caller, rental: &Verification) -> Answer {
    let locked = rental.rental.as_ref().and_then(|at| at.locked_until);
    if locked.is_some_and(|until| until > api.verifications.ambient.business()) {
        return Ok(Reply::word("EARLY_CANCEL_DENIED"));
    }
    match api.verifications.cancel(caller.account, rental.id).await {
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

async fn active(api: &VerificationsApi, caller: &Caller) -> Answer {
    let verifications = &api.verifications;
    let filter = Filter { statuses: vec![S::WaitingForSms, S::Cancelling, S::Completed], service_code: None };
    let page = PageRequest::Page { page: 1, limit: 100 };
    let mut rentals = sql::rentals::list(verifications.store.fresh(), caller.account, &filter, &page).await?;
    let now = verifications.ambient.business();
    rentals.retain(|rental| rental.rental.as_ref().is_some_and(|at| at.expires_at > now));
    let views = verifications.views(rentals).await?;
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
