//! Buying a verification, looking at it, and giving it back.

use std::{collections::BTreeMap, sync::LazyLock};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use vocab::Amount;

use super::{
    Setting,
    api::{Answer, Call},
    error::Failure,
    market::{self, Capability, NumberType},
    mock, show,
    state::{Account, Change, id},
    verification::{Phase, Verification},
};
use crate::rental::{AREA_CODES, Range, SERVICES, Service, fresh};

/// So many verifications may wait for their text at once.
const MOST_UNFINISHED: usize = 20_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewVerification {
    service_name: String,
    capability: Capability,
    area_code_select_option: Option<Vec<String>>,
    carrier_select_option: Option<Vec<String>>,
    max_price: Option<Amount>,
}

/// Sells one number, once under a key: a repeat gets the first answer, whatever it asks for. Refusals cost nothing
/// and are not remembered.
pub(super) fn create(call: &Call<'_>) -> Result<Answer, Failure> {
    let wanted: NewVerification = call.body()?;
    if mock::is_service(&wanted.service_name) {
        return mock::create(call, &wanted.service_name, wanted.max_price);
    }
    let service = market::offered(&wanted.service_name, NumberType::Mobile, wanted.capability)?;
    let areas = wanted.area_code_select_option.filter(|areas| !areas.is_empty());
    let carriers = wanted.carrier_select_option.filter(|carriers| !carriers.is_empty());
    if carriers.iter().flatten().any(|carrier| !["vz", "tmo", "att"].contains(&carrier.as_str())) {
        return Err(Failure::invalid("carrierSelectOption may hold vz, tmo and att."));
    }
    let id = call.journal.commit(|account| {
        if let Some(first) = call.key.as_ref().and_then(|key| account.bought_under(key)) {
            return Ok((Vec::new(), first.id.clone()));
        }
        let stock = account.stock(service);
        let cost = market::total(stock.cost, areas.is_some(), carriers.is_some())?;
        let number = free_number(account, areas.as_deref()).filter(|_| stock.count > 0);
        let (number, place) = number.ok_or_else(|| Failure::bad("Unavailable", "No numbers are available."))?;
        if wanted.max_price.is_some_and(|most| cost > most) {
            return Err(Failure::bad("PricingFailure", format!("The price is {cost}, more than maxPrice.")));
        }
        if account.unfinished() >= MOST_UNFINISHED {
            return Err(too_many());
        }
        let verification = new(account, call.setting, service.name(), number, cost);
        let id = verification.id.clone();
        let mut changes = vec![pay(account, cost)?, place];
        changes.extend(call.key.clone().map(|key| Change::Key { key, id: id.clone() }));
        changes.extend(unasked(call.setting, service, &id));
        changes.push(Change::Verification(verification));
        Ok((changes, id))
    })?;
    Ok(Answer::created(call.links.verification(&id)))
}

pub(super) fn fetch(call: &Call<'_>) -> Result<Answer, Failure> {
    let now = call.setting.ambient.business();
    if let Some(verification) = mock::verification(&call.id, now) {
        return Ok(Answer::ok(show::expanded(&verification, &call.links, now)).mocked());
    }
    call.journal.read(|account| {
        let verification = account.get(&call.id).ok_or(NOT_FOUND)?;
        Ok(Answer::ok(show::expanded(verification, &call.links, now)))
    })
}

/// Returns the money, as long as no text came.
pub(super) fn cancel(call: &Call<'_>) -> Result<Answer, Failure> {
    give_back(call, Phase::Canceled)
}

/// The number is no good: returns the money, as long as no text came.
pub(super) fn report(call: &Call<'_>) -> Result<Answer, Failure> {
    give_back(call, Phase::Reported)
}

fn give_back(call: &Call<'_>, state: Phase) -> Result<Answer, Failure> {
    if let Some(verification) = mock::verification(&call.id, call.setting.ambient.business()) {
        return if verification.can_be_given_back() { Ok(Answer::done().mocked()) } else { Err(not_pending()) };
    }
    call.journal.commit(|account| {
        let verification = account.get(&call.id).ok_or(NOT_FOUND)?;
        if !verification.can_be_given_back() {
            return Err(not_pending());
        }
        if state == Phase::Canceled && call.setting.ambient.wall() - verification.bought < call.setting.cancel_lock {
            return Err(Failure::forbidden_by_state("It is too early to cancel the verification."));
        }
        let balance = account.balance().checked_add(verification.cost).ok_or_else(not_pending)?;
        let called_back = account.post.call_back(&call.id).into_iter().map(Change::Post);
        let over = Verification { state, open: false, ..verification.clone() };
        let changes = called_back.chain([Change::Verification(over), Change::Balance(balance)]);
        Ok((changes.collect(), ()))
    })?;
    Ok(Answer::done())
}

/// There is no such verification.
pub(super) const NOT_FOUND: Failure = Failure::bare(axum::http::StatusCode::NOT_FOUND);

fn not_pending() -> Failure {
    Failure::forbidden_by_state("The verification is not pending.")
}

pub(super) fn too_many() -> Failure {
    Failure::bad("TooManyUnfinishedVerifications", "Too many verifications are not finished.")
}

pub(super) fn insufficient() -> Failure {
    Failure::bad("InsufficientBalance", "The balance is too low.")
}

/// The balance without this cost.
pub(super) fn pay(account: &Account, cost: Amount) -> Result<Change, Failure> {
    let left = account.balance().checked_sub(cost).filter(|left| !left.is_negative());
    left.map(Change::Balance).ok_or_else(insufficient)
}

/// A verification that begins now.
pub(super) fn new(account: &Account, setting: &Setting, service: String, number: String, cost: Amount) -> Verification {
    let now: DateTime<Utc> = setting.ambient.business();
    Verification {
        seq: account.next_seq(),
        id: id(&setting.ambient, "lr"),
        number,
        service,
        cost,
        state: Phase::Pending,
        open: true,
        bought: setting.ambient.wall(),
        created: now,
        ends: now + setting.window,
        reusable_until: None,
    }
}

/// The text that will come by itself.
pub(super) fn unasked(setting: &Setting, service: &Service, id: &str) -> Option<Change> {
    setting.texting.unasked(&setting.ambient, id, || fresh(&setting.ambient, service)).map(Change::Post)
}

/// The service with this name.
pub(super) fn service(name: &str) -> Option<&'static Service> {
    SERVICES.iter().find(|service| service.name() == name)
}

/// The numbers of each area code, and under the empty one all of them.
static RANGES: LazyLock<BTreeMap<String, Range>> = LazyLock::new(|| {
    let all = AREA_CODES.iter().map(|(area, _)| format!("1{area}"));
    let each = AREA_CODES.iter().map(|(area, _)| ((*area).to_owned(), Range::new([format!("1{area}")], 7)));
    each.chain([(String::new(), Range::new(all, 7))]).collect()
});

/// A number that nobody holds, in one of the areas if any are named, and the change that remembers its place.
fn free_number(account: &Account, areas: Option<&[String]>) -> Option<(String, Change)> {
    let anywhere = [String::new()];
    areas.unwrap_or(&anywhere).iter().find_map(|area| {
        let is_free = |digits: &str| digits.strip_prefix('1').is_some_and(|number| !account.holds(number));
        let (digits, place) = RANGES.get(area)?.next(account.place(area), is_free)?;
        Some((digits.strip_prefix('1')?.to_owned(), Change::Place { area: area.clone(), place }))
    })
}
