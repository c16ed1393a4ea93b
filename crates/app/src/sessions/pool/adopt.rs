//! Takes numbers into the pool that the operator owns at the carrier already.

use futures::{StreamExt, stream};
use serde_json::json;
use store::{DbErr, Tx};
use vocab::{E164, id::PoolNumberId, telephony::NumberType};

use super::{Failed, Pool, PoolError, PoolNumber, PoolState, jobs::point_step};
use crate::{
    audit::{self, Action, Deed},
    jobs,
    offers::claims,
    orphans,
    sessions::sql,
    web::{ApiError, Caller, ErrorCode},
};

/// How many numbers are looked up at the carrier at a time.
const AT_ONCE: usize = 8;

/// What became of a number in its transaction.
enum Taken {
    /// The pool has it, or has it again.
    Had(PoolNumberId),
    /// It is the pool's now, and has to be pointed at us.
    New(PoolNumberId),
    /// Somebody else has it.
    Lost(&'static str),
}

impl Pool {
    /// Takes each of these; those that the pool has already count as taken.
    pub(super) async fn adopt(
        &self,
        operator: &Caller,
        numbers: &[E164],
    ) -> Result<(Vec<PoolNumber>, Vec<Failed>), PoolError> {
        let each = stream::iter(numbers.to_vec()).map(|number| async move { self.adopt_one(operator, &number).await });
        let results: Vec<_> = each.buffered(AT_ONCE).collect().await;
        let (mut added, mut failed) = (Vec::new(), Vec::new());
        for result in results {
            match result? {
                Ok(number) => added.push(number),
                Err(why) => failed.push(why),
            }
        }
        Ok((added, failed))
    }

    async fn adopt_one(&self, operator: &Caller, number: &E164) -> Result<Result<PoolNumber, Failed>, PoolError> {
        let no = |code, message: &str| Ok(Err(Failed::new(number.as_str(), code, message)));
        let carrier = self.offers.carrier()?;
        let found = match carrier.find(number).await {
            Ok(Some(found)) => found,
            Ok(None) => return no(ErrorCode::NotFound, "The carrier does not list this number as yours."),
            Err(error) => {
                let error = ApiError::from(PoolError::Carrier(error));
                return no(error.code(), error.message());
            }
        };
        let Some(country) = number.country() else {
            return no(ErrorCode::ValidationError, "The number belongs to no country.");
        };
        let now = self.ambient.business();
        let new = &PoolNumber {
            id: PoolNumberId::new(&self.ambient),
            number: number.clone(),
            country,
            number_type: number.number_type().unwrap_or(NumberType::Local),
            carrier: carrier.card().name.to_owned(),
            carrier_sid: found.sid,
            state: PoolState::Adding,
            state_since: now,
            free_from: now,
            session: None,
            item: None,
            created_at: now,
        };
        let taken = self.store.write(|tx| async move { self.take(&tx, operator, new).await }).await?;
        let id = match taken {
            Taken::Lost(why) => return no(ErrorCode::NumberNotAvailable, why),
            Taken::Had(id) => id,
            Taken::New(id) => {
                self.engine.run_now(point_step(id)).await;
                id
            }
        };
        let number = sql::pool::find(self.store.fresh(), id, self.ambient.business()).await?;
        number.map(Ok).ok_or(PoolError::NotFound)
    }

    async fn take(&self, tx: &Tx, operator: &Caller, new: &PoolNumber) -> Result<Taken, PoolError> {
        if let Some((id, state)) = sql::pool::lock_live(tx, new.number.as_str()).await? {
            return Ok(match state {
                PoolState::Releasing => Taken::Lost("The number is on its way back to the carrier."),
                PoolState::Draining => {
                    sql::pool::move_to(tx, id, state, PoolState::Active, new.created_at).await?;
                    self.adopted(tx, operator, id, new, Some(state)).await?;
                    Taken::Had(id)
                }
                PoolState::Adding | PoolState::Active | PoolState::Removed => Taken::Had(id),
            });
        }
        if !claims::adopt(tx, new.number.as_str(), new.id.uuid(), new.created_at).await? {
            return Ok(Taken::Lost("A customer owns or orders this number, or it cools down."));
        }
        sql::pool::insert(tx, &self.ambient, new).await?;
        self.adopted(tx, operator, new.id, new, None).await?;
        orphans::explain(tx, &new.carrier, &new.carrier_sid, self.ambient.business()).await?;
        jobs::enqueue(tx, &self.ambient, point_step(new.id), self.engine.owner()).await?;
        Ok(Taken::New(new.id))
    }

    /// Puts down who took a number, anew or from where it was drained.
    async fn adopted(
        &self,
        tx: &Tx,
        operator: &Caller,
        id: PoolNumberId,
        new: &PoolNumber,
        from: Option<PoolState>,
    ) -> Result<(), DbErr> {
        let deed = Deed {
            action: Action::PoolNumbersAdded,
            subject: id.to_string(),
            before: from.map(|state| json!({ "state": state })),
            after: Some(json!({ "phoneNumber": new.number, "carrierSid": new.carrier_sid })),
        };
        audit::record(tx, &self.ambient, operator, deed).await
    }
}
