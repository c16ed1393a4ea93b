//! Buys numbers straight into the pool: finds what the carrier offers, and orders it.

use std::collections::HashSet;

use ports::carrier::{AddressRequirement, NumberQuery, Offer};
use serde_json::json;
use store::{DbErr, Tx};
use vocab::{
    Amount, CountryCode, Currency, E164, Money,
    id::OrderId,
    telephony::{NumberCapability, NumberType},
};

use super::{Pool, PoolError, line::Offered};
use crate::{
    audit::{self, Action, Deed},
    offers::claims,
    orders::{ItemType, NewOrder, Opened, Orders, Wanted},
    web::{Caller, idempotency::Scope},
};

/// Offers asked for beyond those that are needed: somebody may take some of them first.
const SPARE: u32 = 20;

/// How many numbers are wanted, and of which kind.
#[derive(Debug, Clone)]
pub(in crate::sessions) struct Many {
    pub country: CountryCode,
    pub number_type: NumberType,
    pub quantity: u32,
}

impl Pool {
    /// Opens the operator's order for so many numbers; its items are on their way when this returns.
    pub(super) async fn order(
        &self,
        orders: &Orders,
        operator: &Caller,
        many: &Many,
        scope: Option<Scope>,
    ) -> Result<OrderId, PoolError> {
        let offers = self.offers(many).await?;
        let cost = self.cost(many).await?;
        let wanted = offers.iter().enumerate().map(|(at, offer)| {
            let offered = Offered {
                country: offer.country,
                number_type: offer.number_type,
                cost: cost.amount,
                currency: cost.currency,
            };
            let subject = offer.number.to_string();
            let field = format!("numbers[{at}]");
            (ItemType::PoolNumber, Wanted { subject, options: json!(offered), custom_price: None, field })
        });
        let chosen = &offers;
        self.store.write(|tx| async move { self.ordered(&tx, operator, many, chosen).await }).await?;
        let (account, user) = (operator.account, operator.user);
        let new = NewOrder { account, user, wanted: wanted.collect(), billing_address: None, scope };
        let Opened { order, .. } = orders.open(new).await?;
        Ok(order)
    }

    /// Puts down who orders what, before the order opens: the order has its own transaction.
    async fn ordered(&self, tx: &Tx, operator: &Caller, many: &Many, offers: &[Offer]) -> Result<(), DbErr> {
        let numbers: Vec<&E164> = offers.iter().map(|offer| &offer.number).collect();
        let after = json!({ "numberType": many.number_type, "ordered": numbers });
        let subject = many.country.to_string();
        let deed = Deed { action: Action::PoolNumbersAdded, subject, before: None, after: Some(after) };
        audit::record(tx, &self.ambient, operator, deed).await
    }

    /// As many numbers as wanted, which nobody has and for which the carrier asks neither address nor documents; any of
    /// those on offer, so that two requests seldom want the same.
    async fn offers(&self, many: &Many) -> Result<Vec<Offer>, PoolError> {
        if !self.offers.regulation(many.country, many.number_type).await.asks_nothing() {
            return Err(PoolError::TooFew(0));
        }
        let query = NumberQuery {
            country: many.country,
            number_type: many.number_type,
            area_code: None,
            contains: None,
            near: None,
            capabilities: vec![NumberCapability::Voice],
            exclude_restricted: true,
            limit: many.quantity * 2 + SPARE,
        };
        let mut offers = self.offers.carrier()?.search(&query).await?;
        offers.retain(|offer| offer.address == AddressRequirement::None);
        let asked: Vec<&E164> = offers.iter().map(|offer| &offer.number).collect();
        let taken = claims::taken(self.store.fresh(), &asked, self.ambient.business()).await?;
        let taken: HashSet<E164> = taken.into_iter().collect();
        offers.retain(|offer| !taken.contains(&offer.number));
        let quantity = usize::try_from(many.quantity).unwrap_or(usize::MAX);
        if offers.len() < quantity {
            return Err(PoolError::TooFew(offers.len()));
        }
        offers.sort_by_cached_key(|_| self.ambient.bytes::<8>());
        offers.truncate(quantity);
        Ok(offers)
    }

    /// What the carrier takes a month for one; nothing where it does not say.
    async fn cost(&self, many: &Many) -> Result<Money, PoolError> {
        let none = Money::new(Amount::ZERO, Currency::USD);
        let Some(prices) = self.offers.carrier_prices(many.country).await? else { return Ok(none) };
        let cost = prices.monthly.iter().find(|(number_type, _)| *number_type == many.number_type);
        Ok(cost.map_or(none, |(_, cost)| Money::new(*cost, prices.currency)))
    }
}
