//! Lists, and the small things that belong to a verification.

use serde_json::{Value, json};

use super::{
    api::{Answer, Call},
    error::Failure,
    mock,
    paging::page,
    show::{self, time},
    verification::{Message, Verification},
    verifications::NOT_FOUND,
};

pub(super) fn verifications(call: &Call<'_>) -> Result<Answer, Failure> {
    let compact = |verification: &&Verification| show::compact(verification, &call.links);
    let page = call.journal.read(|account| {
        page(call, "verifications", account.verifications().rev(), |verification| verification.seq, compact)
    });
    Ok(Answer::ok(page?))
}

/// Filters: `to` (ten digits), `reservationId`, `reservationType`.
pub(super) fn sms(call: &Call<'_>) -> Result<Answer, Failure> {
    let filter = |name: &str| call.query.get(name).map(String::as_str).filter(|text| !text.is_empty());
    let (to, reservation) = (filter("to"), filter("reservationId"));
    let is_rental = filter("reservationType").is_some_and(|kind| !kind.eq_ignore_ascii_case("verification"));
    let filters: Vec<_> = ["to", "reservationId", "reservationType"]
        .into_iter()
        .filter_map(|name| filter(name).map(|text| (name, text)))
        .collect();
    let filters = serde_urlencoded::to_string(filters).map_err(|error| Failure::invalid(error.to_string()))?;
    let path = if filters.is_empty() { "sms".to_owned() } else { format!("sms?{filters}") };
    let show = |message: &&Message| show::message(message);
    if let Some(messages) = mock::messages(reservation, to, call.setting.ambient.business()) {
        return Ok(Answer::ok(page(call, &path, messages.iter(), |message| message.seq, show)?).mocked());
    }
    let page = call.journal.read(|account| {
        let number = to.or_else(|| reservation.map(|id| account.get(id).map_or("", |found| &found.number)));
        let all: Box<dyn Iterator<Item = &Message>> = match number {
            Some(number) => Box::new(account.messages_to(number).rev()),
            None => Box::new(account.messages().rev()),
        };
        let wanted = all.filter(|message| !is_rental && reservation.is_none_or(|id| message.reservation == id));
        page(call, &path, wanted, |message| message.seq, show)
    });
    Ok(Answer::ok(page?))
}

/// Nobody calls these numbers.
pub(super) fn calls(call: &Call<'_>) -> Result<Answer, Failure> {
    Ok(Answer::ok(page(call, "calls", std::iter::empty::<u64>(), |place| *place, |_| Value::Null)?))
}

pub(super) fn sales(call: &Call<'_>) -> Result<Answer, Failure> {
    let compact = |verification: &&Verification| {
        json!({
            "id": verification.sale(),
            "link": call.links.get(&format!("sales/{}", verification.sale())),
            "state": "succeeded",
            "totalCost": verification.cost,
            "createdAt": time(verification.created),
            "updatedAt": time(verification.created),
        })
    };
    let page = call
        .journal
        .read(|account| page(call, "sales", account.verifications().rev(), |verification| verification.seq, compact));
    Ok(Answer::ok(page?))
}

pub(super) fn sale(call: &Call<'_>) -> Result<Answer, Failure> {
    let show = |verification: &Verification| {
        Answer::ok(json!({
            "id": verification.sale(),
            "state": "succeeded",
            "total": verification.cost,
            "createdAt": time(verification.created),
            "updatedAt": time(verification.created),
            "reservations": [reserved(call, verification)],
            "backOrderReservations": [],
        }))
    };
    if let Some(id) = call.id.strip_prefix("mock_sale_") {
        let verification = mock::verification(&format!("mock_{id}"), call.setting.ambient.business());
        return verification.map(|verification| show(&verification).mocked()).ok_or(NOT_FOUND);
    }
    let id = call.id.strip_prefix("rs_").map(|rest| format!("lr_{rest}")).ok_or(NOT_FOUND)?;
    call.journal.read(|account| account.get(&id).map(show).ok_or(NOT_FOUND))
}

pub(super) fn reservation(call: &Call<'_>) -> Result<Answer, Failure> {
    let show = |verification: &Verification| Answer::ok(reserved(call, verification));
    call.journal.read(|account| account.get(&call.id).map(show).ok_or(NOT_FOUND))
}

/// Every line is well.
pub(super) fn health(call: &Call<'_>) -> Result<Answer, Failure> {
    let now = time(call.setting.ambient.business());
    call.journal.read(|account| {
        let verification = account.get(&call.id).ok_or(NOT_FOUND)?;
        Ok(Answer::ok(json!({ "lineNumber": verification.number, "checkedAt": now })))
    })
}

fn reserved(call: &Call<'_>, verification: &Verification) -> Value {
    json!({
        "id": verification.id,
        "link": call.links.verification(&verification.id),
        "reservationType": "verification",
        "serviceName": verification.service,
    })
}
