//! Pool numbers as a product line of orders. The operator pays nothing from a wallet: the cost is posted to the pool's
//! own account when the number is delivered.

use std::time::Duration;

use ports::{
    PortError,
    carrier::{CarrierNumber, Hooks, NumberOrder},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Bound, DbErr, Tx};
use vocab::{
    Amount, CountryCode, Currency, E164, Money,
    id::{AccountId, PoolNumberId},
    telephony::NumberType,
};

use super::{Pool, PoolNumber, PoolState, jobs::point_step};
use crate::{
    jobs,
    ledger::{self, LedgerError, Revenue},
    offers::claims,
    orders::{AtOnce, Claim, Item, ItemType, Line, Placed, Quote, QuoteError, Settled, Wanted},
    orphans::{self, Orphan},
    sessions::sql,
    web::FieldError,
};

/// What is kept with an order's item: what the carrier offered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Offered {
    pub country: CountryCode,
    pub number_type: NumberType,
    /// What the carrier takes for the first month.
    pub cost: Amount,
    pub currency: Currency,
}

/// What the carrier says it delivered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delivered {
    number: E164,
    voice_url: String,
    status_callback: String,
}

#[async_trait::async_trait]
impl Line for Pool {
    fn item_type(&self) -> ItemType {
        ItemType::PoolNumber
    }

    fn revenue(&self) -> Revenue {
        Revenue::Session
    }

    async fn quote(&self, _account: AccountId, wanted: &Wanted) -> Result<Quote, QuoteError> {
        let invalid = |message: &str| QuoteError::Invalid(vec![FieldError::new(&wanted.field, message)]);
        let number: E164 = wanted.subject.parse().map_err(|_| invalid("must be a phone number in E.164 form"))?;
        let offered: Offered =
            serde_json::from_value(wanted.options.clone()).map_err(|_| invalid("was not found by a search"))?;
        Ok(Quote {
            subject: number.to_string(),
            description: format!("Pool number {number}, first month"),
            price: Money::new(Amount::ZERO, Currency::USD),
            detail: json!(offered),
        })
    }

    async fn claim(&self, tx: &Tx, item: &Item) -> Result<Claim, DbErr> {
        let now = self.ambient.business();
        let won = claims::claim(tx, &item.subject, item.account, item.id, now).await?;
        Ok(if won { Claim::Won } else { Claim::Lost })
    }

    fn claiming(&self, _: &Item) -> Option<Bound> {
        None
    }

    async fn place(&self, item: &Item) -> Result<Placed, PortError> {
        let carrier = self.offers.carrier()?;
        let order = NumberOrder { number: ordered(item)?, hooks: self.offers.hooks(carrier.card().name) };
        Ok(placed(&carrier.buy(&order).await?))
    }

    async fn find(&self, item: &Item) -> Result<Option<Placed>, PortError> {
        let number = ordered(item)?;
        let found = self.offers.carrier()?.find(&number).await?;
        Ok(found.filter(|found| found.number == number).as_ref().map(placed))
    }

    fn in_flight_bound(&self) -> Duration {
        self.offers.in_flight_bound()
    }

    async fn settle(&self, tx: &Tx, item: &Item, placed: &Placed) -> Result<Settled, DbErr> {
        if let Some(number) = sql::pool::of_item(tx, item.id).await? {
            return Ok(Settled::Delivered { id: number.id.uuid(), facts: Vec::new() });
        }
        let vendor = self.offers.carrier_name();
        let delivered: Delivered = read(&placed.detail)?;
        if delivered.number.as_str() != item.subject {
            let reason = format!("bought for the pool in the place of {}", item.subject);
            let orphan = Orphan {
                vendor,
                reference: &placed.reference,
                subject: delivered.number.as_str(),
                item: Some(item.id),
                reason: &reason,
            };
            orphans::report(tx, &self.ambient, &orphan).await?;
            return Ok(Settled::Refused("The carrier delivered another number than the one asked for.".into()));
        }
        self.take_over(tx, item, placed, delivered, vendor).await
    }

    fn settling(&self, _: &Item, _: &Placed) -> Option<AtOnce> {
        None
    }

    async fn undo(&self, tx: &Tx, item: &Item) -> Result<(), DbErr> {
        claims::give_up(tx, &item.subject, item.id).await
    }
}

impl Pool {
    async fn take_over(
        &self,
        tx: &Tx,
        item: &Item,
        placed: &Placed,
        delivered: Delivered,
        vendor: &'static str,
    ) -> Result<Settled, DbErr> {
        let offered: Offered = read(&item.detail)?;
        let points_at_us = delivered.hooks() == self.offers.hooks(vendor);
        let now = self.ambient.business();
        let number = PoolNumber {
            id: PoolNumberId::new(&self.ambient),
            number: delivered.number,
            country: offered.country,
            number_type: offered.number_type,
            carrier: vendor.to_owned(),
            carrier_sid: placed.reference.clone(),
            state: if points_at_us { PoolState::Active } else { PoolState::Adding },
            state_since: now,
            free_from: now,
            session: None,
            item: Some(item.id),
            created_at: now,
        };
        sql::pool::insert(tx, &self.ambient, &number).await?;
        if !claims::pool(tx, &item.subject, item.id, number.id.uuid()).await? {
            return Err(DbErr::Custom(format!("item {} has no claim on its number", item.id)));
        }
        orphans::explain(tx, vendor, &placed.reference, now).await?;
        if offered.cost.is_positive() {
            let cost = Money::new(offered.cost, offered.currency);
            let posted = ledger::pool_cost(tx, &self.ambient, item.account, item.id, vendor, cost).await;
            let _ = posted.map_err(|error| match error {
                LedgerError::Database(error) => error,
                other => DbErr::Custom(other.to_string()),
            })?;
        }
        if !points_at_us {
            jobs::enqueue_at(tx, &self.ambient, point_step(number.id), self.ambient.wall()).await?;
        }
        Ok(Settled::Delivered { id: number.id.uuid(), facts: Vec::new() })
    }
}

impl Delivered {
    fn hooks(&self) -> Hooks {
        Hooks { voice_url: self.voice_url.clone(), status_callback: self.status_callback.clone() }
    }
}

fn read<T: serde::de::DeserializeOwned>(detail: &serde_json::Value) -> Result<T, DbErr> {
    serde_json::from_value(detail.clone()).map_err(|error| DbErr::Json(error.to_string()))
}

fn ordered(item: &Item) -> Result<E164, PortError> {
    item.subject.parse().map_err(|_| PortError::Misconfigured(format!("item {} has no number", item.id)))
}

fn placed(number: &CarrierNumber) -> Placed {
    let delivered = Delivered {
        number: number.number.clone(),
        voice_url: number.hooks.voice_url.clone(),
        status_callback: number.hooks.status_callback.clone(),
    };
    Placed { reference: number.sid.clone(), detail: json!(delivered) }
}
