//! Follows a call's reports, in whatever order they come, and charges it once when it is over.

use ports::inbound::CallWebhook;
use store::Tx;
use vocab::{
    E164,
    telephony::{CallDirection, CallStatus},
};

use super::{
    Voice,
    model::{self, KnownCall},
    routing, sql, twiml,
};
use crate::{
    events::{self, EventKind, Fact},
    ledger::LedgerError,
    numbers,
    usage::{self, UsageType, Used},
};

impl Voice {
    /// Takes a report of a call's status. One about a call that is nobody's is ignored.
    pub(super) async fn report(&self, report: &CallWebhook) -> Result<(), LedgerError> {
        let Some(reported) = report.status else { return Ok(()) };
        self.0
            .store
            .write(|tx| async move {
                let Some(call) = self.known_or_new(&tx, report, reported).await? else {
                    return self.borrowed_ended(&tx, report, reported).await;
                };
                let status = model::later(call.status, reported);
                if call.status.is_final() || (status == call.status && !reported.is_final()) {
                    return Ok(());
                }
                if !status.is_final() {
                    return sql::set_status(&tx, call.id, status).await.map_err(LedgerError::from);
                }
                self.end(&tx, &call, status, report.duration_seconds.unwrap_or(0)).await
            })
            .await
    }

    /// The dialled leg of a call is over: it is charged, and a caller whom nobody answered is greeted.
    pub(super) async fn dialled(&self, report: &CallWebhook) -> Result<String, LedgerError> {
        let leg = report.dialled.clone();
        let target = self.target(report).await?;
        if let Some(leg) = &leg
            && let Some(seconds) = leg.duration_seconds.filter(|seconds| *seconds > 0)
            && leg.status == Some(CallStatus::Completed)
        {
            self.0
                .store
                .write(|tx| async move {
                    match sql::lock(&tx, self.0.carrier, &report.call_sid).await? {
                        Some(call) => self.charge(&tx, &call, CallDirection::Outbound, seconds).await,
                        None => Ok(()),
                    }
                })
                .await?;
        }
        let unanswered = model::is_unanswered(leg.and_then(|leg| leg.status));
        let verbs = match target.filter(|target| unanswered && target.voicemail) {
            Some(target) => {
                let greeting = numbers::voicemail_greeting(self.0.store.fresh(), target.number).await?;
                routing::greet(greeting.as_deref())
            }
            None => vec![twiml::Verb::Hangup],
        };
        Ok(twiml::document(&verbs))
    }

    /// A call that is no customer's number's may have been a borrower's.
    async fn borrowed_ended(&self, tx: &Tx, report: &CallWebhook, reported: CallStatus) -> Result<(), LedgerError> {
        if !reported.is_final() {
            return Ok(());
        }
        let (carrier, seconds) = (self.0.carrier, report.duration_seconds.unwrap_or(0));
        Ok(self.0.sessions.call_ended(tx, carrier, &report.call_sid, reported, seconds).await?)
    }

    async fn known_or_new(
        &self,
        tx: &Tx,
        report: &CallWebhook,
        status: CallStatus,
    ) -> Result<Option<KnownCall>, LedgerError> {
        if let Some(call) = sql::lock(tx, self.0.carrier, &report.call_sid).await? {
            return Ok(Some(call));
        }
        // The report overtook the question, or the question was never asked.
        let ours = if report.inbound { &report.to } else { &report.from };
        let Some(target) = numbers::voice_target(tx, ours).await? else { return Ok(None) };
        let first = if status.is_final() { CallStatus::Initiated } else { status };
        let new = sql::NewCall {
            id: self.0.ambient.uuid(),
            carrier: self.0.carrier,
            call: report,
            target: &target,
            status: first,
        };
        sql::insert(tx, &new, self.0.ambient.business()).await?;
        Ok(sql::lock(tx, self.0.carrier, &report.call_sid).await?)
    }

    async fn end(&self, tx: &Tx, call: &KnownCall, status: CallStatus, seconds: u32) -> Result<(), LedgerError> {
        let now = self.0.ambient.business();
        sql::set_ended(tx, call.id, status, seconds, now).await?;
        numbers::count_call(tx, call.number, i64::from(seconds), now).await?;
        if status == CallStatus::Completed {
            self.charge(tx, call, call.direction, seconds).await?;
        }
        let kind = if status == CallStatus::Completed { EventKind::CallCompleted } else { EventKind::CallFailed };
        let data = serde_json::json!({
            "callId": call.id, "numberId": call.number, "direction": call.direction, "status": status, "duration": seconds,
        });
        let fact = Fact { kind, account: call.account, subject: call.id.to_string(), data };
        events::append(tx, &self.0.ambient, fact).await?;
        Ok(())
    }

    async fn charge(
        &self,
        tx: &Tx,
        call: &KnownCall,
        direction: CallDirection,
        seconds: u32,
    ) -> Result<(), LedgerError> {
        let country = call.to.parse::<E164>().ok().and_then(|number| number.country());
        let rate = usage::rate(tx, UsageType::VoiceMinutes, direction, country).await?;
        let bill = rate.bill(i64::from(seconds)).ok_or(LedgerError::NotPositive)?;
        let used = Used {
            account: call.account,
            usage_type: UsageType::VoiceMinutes,
            direction,
            resource: call.number.uuid(),
            subject: call.id.uuid(),
            rate,
            bill,
        };
        if usage::charge(tx, &self.0.ambient, &used).await? == crate::ledger::Once::Done {
            sql::add_cost(tx, call.id, bill.cost, rate.currency).await?;
        }
        Ok(())
    }
}
