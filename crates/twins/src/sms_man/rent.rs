//! Renting a number, reading its code, and giving it back.

use serde_json::{Value, json};
use vocab::{Amount, Currency};

use super::{
    Twin,
    api::Params,
    error::Failure,
    state::{self, Account, Activation, Change, Stage},
};
use crate::rental::{COUNTRIES, Country, Service, fresh};

/// Sells one number. Whatever is refused costs nothing.
pub(super) fn get_number(twin: &Twin, params: &Params) -> Result<Value, Failure> {
    let wanted: u32 = params.number("country_id").ok_or(Failure::WrongCountry)?;
    let service = params.number("application_id").and_then(state::application).ok_or(Failure::WrongApplication)?;
    let most = most(twin, params)?;
    twin.journal.commit(|account| {
        let country = match wanted {
            0 => any_country(twin, account, service).ok_or(Failure::NoNumbers)?,
            id => state::country(id).ok_or(Failure::WrongCountry)?,
        };
        let stock = account.stock(country, service);
        if stock.count == 0 || most.is_some_and(|most| stock.cost > most) {
            return Err(Failure::NoNumbers);
        }
        let left = account.balance().checked_sub(stock.cost).filter(|left| !left.is_negative());
        let left = left.ok_or(Failure::Balance)?;
        let (number, place) = account.free_number(country).ok_or(Failure::NoNumbers)?;
        let activation = Activation {
            id: account.next_id(),
            country: country.id,
            application: service.id,
            number,
            cost: stock.cost,
            stage: Stage::Waiting,
            bought: twin.ambient.wall(),
            ends: twin.ambient.business() + twin.window,
            texts: 0,
            code: None,
        };
        let answer = show(&activation);
        let mut changes = vec![Change::Balance(left)];
        changes.extend(unasked(twin, &activation));
        changes.push(Change::Bought { activation, place });
        Ok((changes, answer))
    })
}

/// The latest code. It can still be read when the activation is over.
pub(super) fn get_sms(twin: &Twin, params: &Params) -> Result<Value, Failure> {
    let id = request_id(params)?;
    twin.journal.read(|account| {
        let activation = account.activation(id).ok_or(Failure::WrongRequest)?;
        let code = match activation.stage {
            Stage::Waiting => return Err(Failure::WaitSms),
            Stage::Received | Stage::Closed | Stage::Lapsed => activation.code.as_ref().ok_or(Failure::WrongStatus)?,
            Stage::Rejected | Stage::Used => return Err(Failure::WrongStatus),
        };
        let mut answer = show(activation);
        answer["sms_code"] = json!(code);
        Ok(answer)
    })
}

/// `ready`, `close`, `reject` or `used`.
pub(super) fn set_status(twin: &Twin, params: &Params) -> Result<Value, Failure> {
    let id = request_id(params)?;
    let status = params.get("status").unwrap_or_default();
    twin.journal.commit(|account| {
        let activation = account.activation(id).ok_or(Failure::WrongRequest)?;
        let changes = match status {
            "ready" => ready(twin, activation)?,
            "close" if activation.is_open() => over(account, activation, Stage::Closed),
            "reject" => give_back(twin, account, activation, Stage::Rejected)?,
            "used" => give_back(twin, account, activation, Stage::Used)?,
            _ => return Err(Failure::WrongStatus),
        };
        Ok((changes, json!({ "request_id": id, "success": true })))
    })
}

/// The text was requested from the service: nothing to do at first, and the wish for one more after a text.
fn ready(twin: &Twin, activation: &Activation) -> Result<Vec<Change>, Failure> {
    match activation.stage {
        Stage::Waiting => Ok(Vec::new()),
        Stage::Received => {
            let waiting = Activation { stage: Stage::Waiting, code: None, ..activation.clone() };
            Ok(unasked(twin, &waiting).into_iter().chain([Change::Moved(waiting.clone())]).collect())
        }
        _ => Err(Failure::WrongStatus),
    }
}

/// The money goes back as long as no text came, also when the time has passed: that alone returns nothing.
fn give_back(twin: &Twin, account: &Account, activation: &Activation, stage: Stage) -> Result<Vec<Change>, Failure> {
    if activation.texts > 0 || !matches!(activation.stage, Stage::Waiting | Stage::Lapsed) {
        return Err(Failure::WrongStatus);
    }
    if twin.ambient.wall() - activation.bought < twin.cancel_lock {
        return Err(Failure::EarlyCancel);
    }
    let balance = account.balance().checked_add(activation.cost).ok_or(Failure::WrongStatus)?;
    let mut changes = over(account, activation, stage);
    changes.push(Change::Balance(balance));
    Ok(changes)
}

fn over(account: &Account, activation: &Activation, stage: Stage) -> Vec<Change> {
    let called_back = account.post.call_back(&activation.id.to_string()).into_iter().map(Change::Post);
    called_back.chain([Change::Moved(Activation { stage, ..activation.clone() })]).collect()
}

fn unasked(twin: &Twin, activation: &Activation) -> Option<Change> {
    let service = state::application(activation.application)?;
    let text = || fresh(&twin.ambient, service);
    twin.texting.unasked(&twin.ambient, &activation.id.to_string(), text).map(Change::Post)
}

fn any_country(twin: &Twin, account: &Account, service: &Service) -> Option<&'static Country> {
    let stocked: Vec<_> = COUNTRIES.iter().filter(|country| account.stock(country, service).count > 0).collect();
    let chance = usize::try_from(twin.ambient.below(stocked.len() as u64)).ok()?;
    stocked.get(chance).copied()
}

/// The most that the buyer would pay, in the account's currency.
fn most(twin: &Twin, params: &Params) -> Result<Option<Amount>, Failure> {
    let Some(text) = params.get("maxPrice") else { return Ok(None) };
    let most: Amount = text.parse().map_err(|_| Failure::NoNumbers)?;
    let currency = params.get("currency").map_or(Ok(twin.currency), str::parse).map_err(|_| Failure::NoNumbers)?;
    if currency == twin.currency {
        return Ok(Some(most));
    }
    let (theirs, ours) = (rate(currency).ok_or(Failure::NoNumbers)?, rate(twin.currency).ok_or(Failure::NoNumbers)?);
    Ok(most.ratio(theirs, ours))
}

/// Hundredths of a dollar that a unit is worth to this twin: fixed, only the order of size is meant.
fn rate(currency: Currency) -> Option<i64> {
    Some(match currency.as_str() {
        "USD" => 100,
        "EUR" => 115,
        "RUB" => 1,
        _ => return None,
    })
}

fn request_id(params: &Params) -> Result<u64, Failure> {
    params.number("request_id").ok_or(Failure::WrongRequest)
}

fn show(activation: &Activation) -> Value {
    json!({
        "request_id": activation.id,
        "country_id": activation.country,
        "application_id": activation.application,
        "number": activation.number,
    })
}
