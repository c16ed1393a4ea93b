//! A product line that has everything, at two dollars, and delivers at once. What is called `none` it refuses.

use std::time::Duration;

use ports::{PortError, Refusal, RefusalReason};
use serde_json::Value;
use store::{Bound, DbErr, Tx};
use vocab::{Currency, Money, id::AccountId};

use super::amount;
use crate::{
    ledger::Revenue,
    orders::{AtOnce, Claim, Item, ItemType, Line, Placed, Quote, QuoteError, Settled, Wanted},
};

pub(super) struct Shelf;

#[async_trait::async_trait]
impl Line for Shelf {
    fn item_type(&self) -> ItemType {
        ItemType::PhoneNumber
    }

    fn revenue(&self) -> Revenue {
        Revenue::Number
    }

    async fn quote(&self, _: AccountId, wanted: &Wanted) -> Result<Quote, QuoteError> {
        Ok(Quote {
            subject: wanted.subject.clone(),
            description: wanted.subject.clone(),
            price: Money::new(amount("2"), Currency::USD),
            detail: Value::Null,
        })
    }

    async fn claim(&self, _: &Tx, _: &Item) -> Result<Claim, DbErr> {
        Ok(Claim::Won)
    }

    fn claiming(&self, _: &Item) -> Option<Bound> {
        None
    }

    async fn place(&self, item: &Item) -> Result<Placed, PortError> {
        if item.subject == "none" {
            return Err(PortError::Refused(Refusal {
                reason: RefusalReason::NumberNotAvailable,
                code: None,
                message: "sold out".into(),
            }));
        }
        Ok(Placed { reference: item.subject.clone(), detail: Value::Null })
    }

    async fn find(&self, _: &Item) -> Result<Option<Placed>, PortError> {
        Ok(None)
    }

    fn in_flight_bound(&self) -> Duration {
        Duration::from_secs(30)
    }

    async fn settle(&self, _: &Tx, item: &Item, _: &Placed) -> Result<Settled, DbErr> {
        Ok(Settled::Delivered { id: item.id.uuid(), facts: Vec::new() })
    }

    fn settling(&self, _: &Item, _: &Placed) -> Option<AtOnce> {
        None
    }

    async fn undo(&self, _: &Tx, _: &Item) -> Result<(), DbErr> {
        Ok(())
    }
}
