//! The end of a session, told once: by hand at once, by time a little later.

use serde_json::{Value as Json, json};
use vocab::id::{AccountId, NumberSessionId};

use super::{
    EndReason, NumberSession, SessionError, Sessions,
    sql::{self, end::End},
};
use crate::{
    events::{self, EventKind, Fact},
    web::Timestamp,
};

/// How many ends are told in one transaction.
const BATCH: u32 = 200;
/// The most transactions of one run; what is left waits for the next.
const MOST_BATCHES: u32 = 100;

impl Sessions {
    /// Ends an account's session and frees its number, if the number is still the session's. One that is over already
    /// stays as it is.
    pub async fn end(&self, account: AccountId, id: NumberSessionId) -> Result<NumberSession, SessionError> {
        let now = self.ambient.business();
        let end = &End { account, session: id, now, free_again: now + self.settings.cool_down };
        let ended = if self.store.dialect().writes_in_with() {
            let event = (self.ambient.uuid(), told(id, EndReason::ByHand, now));
            sql::end::end_at_once(&self.store, end, event).await?
        } else {
            self.store
                .write(|tx| async move {
                    let ended = sql::end::end(&tx, end).await?;
                    if let Some(session) = &ended {
                        events::append(&tx, &self.ambient, fact(session, EndReason::ByHand, now)).await?;
                    }
                    Ok::<_, SessionError>(ended)
                })
                .await?
        };
        match ended {
            Some(session) => Ok(session),
            None => self.find(account, id).await,
        }
    }

    /// Tells of the sessions whose time is over and whose end nobody has told. Says how many those were.
    pub async fn tell_expired(&self) -> Result<usize, SessionError> {
        let mut all = 0;
        for _ in 0..MOST_BATCHES {
            let told = self
                .store
                .write(|tx| async move {
                    let expired = sql::end::tell_expired(&tx, self.ambient.business(), BATCH).await?;
                    for session in &expired {
                        let fact = fact(session, EndReason::Expired, session.expires_at);
                        events::append(&tx, &self.ambient, fact).await?;
                    }
                    Ok::<_, SessionError>(expired.len())
                })
                .await?;
            all += told;
            if u32::try_from(told).is_ok_and(|told| told < BATCH) {
                break;
            }
        }
        Ok(all)
    }
}

fn fact(session: &NumberSession, reason: EndReason, at: chrono::DateTime<chrono::Utc>) -> Fact {
    let mut data = told(session.id, reason, at);
    data["phoneNumber"] = json!(session.phone_number);
    let kind = EventKind::SessionEnded;
    Fact { kind, account: session.account, subject: session.id.to_string(), data }
}

/// What listeners learn, without the number.
fn told(id: NumberSessionId, reason: EndReason, at: chrono::DateTime<chrono::Utc>) -> Json {
    json!({ "sessionId": id, "reason": reason, "endedAt": Timestamp(at) })
}
