//! A telephone that rings: `POST /calls` of the control API calls a number of the account, asks the product what to do,
//! does it, and reports as Twilio would.

mod callbacks;
mod dial;
mod form;
mod grammar;
mod order;
mod telephone;
mod twiml;
mod webhook;

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use self::{order::Outcomes, telephone::Telephone};
use super::{
    Twin, sid,
    state::{Call, Change, Number},
};
use crate::kernel::{Callback, HasOutbox as _, JournalError, OutboxChange};

pub(crate) use self::{callbacks::Reporter, order::Order};

/// How long `POST /calls` waits for its callbacks to be delivered before it answers.
const PATIENCE: Duration = Duration::from_secs(2);

/// Simulates the call and tells what was heard. `Err` says what is wrong with the order.
pub(crate) async fn simulate(twin: &Arc<Twin>, order: Order) -> Result<Value, String> {
    let outcomes = Outcomes::read(&order)?;
    let sid = sid::new("CA", &twin.ambient);
    let Some(number) = twin.journal.read(|holdings| holdings.owned(&order.to).cloned()) else {
        let text = format!("{} is not in service: this account does not own it", order.to);
        return Ok(json!({ "callSid": sid, "status": "failed", "duration": 0,
            "transcript": [{ "verb": "error", "text": text }] }));
    };
    let call = Call {
        sid: sid.clone(),
        number_sid: number.sid.clone(),
        from: order.from,
        to: order.to,
        status: "ringing".to_owned(),
        started: twin.ambient.business(),
        duration: None,
    };
    commit(twin, vec![Change::CallStarted(call.clone())])?;
    let mut telephone = Telephone::new(twin, call, &number, outcomes, order.digits);
    let (status, seconds) = telephone.ring().await;
    let seconds = if status == "completed" { order.duration.unwrap_or(seconds) } else { 0 };
    let (call, mut transcript) = (telephone.call, telephone.transcript);
    let mut callbacks = telephone.callbacks;
    callbacks.extend(report(twin, &call, &number, status, seconds));
    let ended = Change::CallEnded { sid: sid.clone(), status: status.to_owned(), duration: seconds };
    let queued = callbacks.iter().cloned().map(|callback| Change::Outbox(OutboxChange::Add(callback)));
    commit(twin, [ended].into_iter().chain(queued).collect())?;
    let until = tokio::time::Instant::now() + PATIENCE;
    for callback in callbacks {
        let delivered = tokio::time::timeout_at(until, delivered(twin, &callback.id)).await.is_ok();
        let status = if delivered { "delivered" } else { "pending" };
        transcript.push(json!({ "verb": "callback", "text": callback.url, "status": status }));
    }
    Ok(json!({ "callSid": sid, "status": status, "duration": seconds, "transcript": transcript }))
}

/// Ends the calls that were under way when the process died, so that the product hears of their end.
pub(crate) fn end_interrupted(twin: &Twin) -> Result<(), JournalError> {
    twin.journal.commit(|holdings| {
        let mut changes = Vec::new();
        for call in holdings.calls().iter().filter(|call| call.duration.is_none()) {
            let (status, duration) = ("completed".to_owned(), order::CALL_SECONDS);
            if let Some(number) = holdings.number(&call.number_sid) {
                let report = report(twin, call, number, &status, duration);
                changes.extend(report.map(|callback| Change::Outbox(OutboxChange::Add(callback))));
            }
            changes.push(Change::CallEnded { sid: call.sid.clone(), status, duration });
        }
        Ok((changes, ()))
    })
}

/// The callback that the number's owner has asked for. A number reports completed calls only, which is any that ended.
fn report(twin: &Twin, call: &Call, number: &Number, status: &str, seconds: u32) -> Option<Callback> {
    let settings = &number.settings;
    if settings.status_callback.is_empty() {
        return None;
    }
    let mut form = form::of_call(twin, call, status);
    form.extend(form::of_progress(twin, 0));
    form.extend(form::of_end(seconds));
    let id = format!("{}-completed", call.sid);
    Some(callbacks::callback(twin, id, &settings.status_callback_method, &settings.status_callback, &form))
}

/// Returns when this callback is not pending any more.
async fn delivered(twin: &Twin, id: &str) {
    let mut watch = twin.journal.watch();
    while twin.journal.read(|holdings| holdings.outbox().holds(id)) {
        if watch.changed().await.is_err() {
            return;
        }
    }
}

fn commit(twin: &Twin, changes: Vec<Change>) -> Result<(), String> {
    twin.journal.commit(|_| Ok((changes, ()))).map_err(|error: JournalError| error.to_string())
}
