//! A rental ends without a text: the money goes back, once.

use serde_json::json;
use vocab::id::VerificationId;

use super::{
    VerificationError, Verifications,
    jobs::WATCH_STEP,
    model::{Verification, VerificationStatus},
    sql,
};
use crate::{
    events::{self, EventKind, Fact},
    jobs::{self, StepRef},
    orders,
    web::error::ErrorCode,
};

/// How a rental ends without a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    /// `CANCELLED`, `EXPIRED` or `FAILED`.
    pub status: VerificationStatus,
    /// In the customer's words.
    pub why: &'static str,
    /// Whether the supplier has yet to give our money back: the step goes on asking.
    pub owed_back: bool,
}

impl Verifications {
    /// WAITING_FOR_SMS | CANCELLING → the end, with the money back. Says whether it ended now; a text that came first
    /// wins. What its buyer has given up is CANCELLED, whoever learns first that it is over.
    pub(super) async fn end(&self, id: VerificationId, end: End) -> Result<bool, VerificationError> {
        let ended = self
            .store
            .write(|tx| async move {
                let Some(mut rental) = sql::rentals::lock(&tx, id).await? else { return Ok(false) };
                let (was, now) = (rental.status, self.ambient.business());
                if !was.waits() {
                    return Ok(false);
                }
                let end = match was {
                    VerificationStatus::Cancelling => {
                        End { status: VerificationStatus::Cancelled, why: "given up", ..end }
                    }
                    _ => end,
                };
                rental.status = end.status;
                rental.status_reason = Some(end.why.to_owned());
                rental.owed_back = end.owed_back;
                rental.refunded_at = Some(now);
                sql::rentals::update(&tx, was, &rental, now).await?;
                let note = format!("{}; the money is back", end.why);
                sql::texts::note(&tx, id, rental.status, &note, now).await?;
                if rental.status == VerificationStatus::Cancelled {
                    orders::cancel_placed(&tx, &self.ambient, rental.placed(), Some(end.why)).await?;
                } else {
                    let code = ErrorCode::NumberNotAvailable;
                    orders::refuse_placed(&tx, &self.ambient, rental.placed(), code, end.why).await?;
                }
                if rental.status == VerificationStatus::Expired {
                    events::append(&tx, &self.ambient, expired(&rental)).await?;
                }
                let step = StepRef { kind: WATCH_STEP, subject: id.uuid() };
                if end.owed_back {
                    jobs::enqueue_at(&tx, &self.ambient, step, self.ambient.wall()).await?;
                } else {
                    jobs::finish(&tx, step).await?;
                }
                Ok::<_, VerificationError>(true)
            })
            .await?;
        if ended {
            self.live.announce(id);
        }
        Ok(ended)
    }
}

fn expired(rental: &Verification) -> Fact {
    let data = json!({ "verificationId": rental.id, "orderId": rental.order, "serviceCode": rental.service_code });
    Fact { kind: EventKind::VerificationExpired, account: rental.account, subject: rental.id.to_string(), data }
}
