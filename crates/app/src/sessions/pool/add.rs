//! Adds numbers to the pool, by buying or by adopting them, and says what became of each.

use tokio::time::{Duration, Instant, sleep};
use vocab::{
    E164,
    id::{OrderId, PoolNumberId},
};

use super::{ADD_WAIT, Pool, PoolError, PoolNumber};
use crate::{
    orders::{ItemState, OrderWithItems, Orders},
    sessions::sql,
    web::{
        Caller, ErrorCode,
        idempotency::{self, IdempotencyError, Scope},
    },
};

pub(in crate::sessions) use super::buy::Many;

/// How often an order is looked at while its numbers are on their way.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What became of a request to add numbers.
#[derive(Debug)]
pub(in crate::sessions) struct Added {
    /// The order that buys them.
    pub order: Option<OrderId>,
    /// Those that are the pool's.
    pub numbers: Vec<PoolNumber>,
    /// Those that are not to be had.
    pub failed: Vec<Failed>,
    /// How many are on their way.
    pub pending: usize,
}

/// A number that did not become the pool's, and why.
#[derive(Debug, Clone)]
pub(in crate::sessions) struct Failed {
    pub number: String,
    pub code: String,
    pub message: String,
}

impl Failed {
    pub(super) fn new(number: &str, code: ErrorCode, message: &str) -> Self {
        Self { number: number.to_owned(), code: code.as_str().to_owned(), message: message.to_owned() }
    }
}

impl Pool {
    /// Buys so many numbers and waits until each is bought or not to be had, within bounds.
    pub(in crate::sessions) async fn add_many(
        &self,
        orders: &Orders,
        operator: &Caller,
        many: &Many,
        scope: Option<Scope>,
    ) -> Result<Added, PoolError> {
        // Known before the carrier is asked, which may offer less by now.
        let known = match &scope {
            Some(scope) => idempotency::look_up(&self.store, scope).await.err(),
            None => None,
        };
        let order = match known {
            None => self.order(orders, operator, many, scope).await?,
            Some(IdempotencyError::Replay(resource)) => resource.parse().map_err(|_| PoolError::NotFound)?,
            Some(other) => return Err(crate::orders::OpenError::from(other).into()),
        };
        let until = Instant::now() + ADD_WAIT;
        loop {
            let found = orders.find(operator.account, order).await?.ok_or(PoolError::NotFound)?;
            if found.status()?.is_final() || Instant::now() > until {
                return self.bought(order, &found).await;
            }
            sleep(LOOK_EVERY).await;
        }
    }

    async fn bought(&self, order: OrderId, found: &OrderWithItems) -> Result<Added, PoolError> {
        let (mut ids, mut failed, mut pending) = (Vec::new(), Vec::new(), 0);
        for item in &found.items {
            match (item.delivered_id, item.state.parse()) {
                (Some(id), _) => ids.push(PoolNumberId::from_uuid(id)),
                (None, Ok(ItemState::Refused | ItemState::Cancelled)) => failed.push(Failed {
                    number: item.subject.clone(),
                    code: item.error_code.clone().unwrap_or_else(|| ErrorCode::UpstreamError.to_string()),
                    message: item.error_message.clone().unwrap_or_default(),
                }),
                _ => pending += 1,
            }
        }
        let numbers = sql::pool::these(self.store.fresh(), &ids, self.ambient.business()).await?;
        Ok(Added { order: Some(order), numbers, failed, pending })
    }

    /// Takes numbers that are the operator's already.
    pub(in crate::sessions) async fn add_these(&self, operator: &Caller, numbers: &[E164]) -> Result<Added, PoolError> {
        let (numbers, failed) = self.adopt(operator, numbers).await?;
        let pending = numbers.iter().filter(|number| number.state == super::PoolState::Adding).count();
        Ok(Added { order: None, numbers, failed, pending })
    }
}
