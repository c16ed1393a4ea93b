//! Opens an order: everything that must be true together, in one transaction.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::join_all;
use serde_json::Value;
use store::{DbErr, Tx};
use vocab::{
    Amount, Currency, Money,
    id::{AccountId, ItemId, OrderId, UserId},
};

use super::{
    Claim, Item, ItemType, OpenError, OrderStatus, Orders, Quote, QuoteError, Wanted,
    model::{ITEM_STEP, elapsed, step},
    sql::{self, NewItem},
};
use crate::{
    jobs, ledger,
    web::{
        error::FieldError,
        idempotency::{self, IdempotencyError, Scope},
    },
};

/// How long the transaction that opens an order may take for this process to tell the vendor: half of a step's lease.
const LONGEST_OPENING: Duration = Duration::from_secs(5);

/// What is to be ordered.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// The buyer.
    pub account: AccountId,
    /// The person who orders.
    pub user: UserId,
    /// What, in the order of the request.
    pub wanted: Vec<(ItemType, Wanted)>,
    /// Where the bill goes, if told.
    pub billing_address: Option<Value>,
    /// The Idempotency-Key, if given.
    pub scope: Option<Scope>,
}

/// An order that is open, or was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// Its id.
    pub order: OrderId,
    /// Whether the Idempotency-Key had opened it before.
    pub replayed: bool,
}

/// An item whose price is known, or that is known not to be had.
pub(super) struct Quoted {
    pub item_type: ItemType,
    pub item: Item,
    pub description: String,
    pub lost: bool,
}

impl Orders {
    /// Opens the order, runs its first steps and waits for them, within the settings' bound.
    pub async fn open(&self, new: NewOrder) -> Result<Opened, OpenError> {
        if let Some(opened) = self.opened_before(&new).await? {
            return Ok(opened);
        }
        self.check(&new)?;
        let order = OrderId::new(&self.ambient);
        let items = self.quote(&new, order).await?;
        let orders = self.clone();
        // Whoever asked may hang up; what is written is placed all the same, and by this process.
        let begun = self.engine.finish(async move { orders.begin(order, &new, items).await }).await;
        match begun.unwrap_or_else(|| Err(DbErr::Custom("the opening of an order was given up".into()).into())) {
            Err(OpenError::Idempotency(known)) => replay(known),
            Err(error) => Err(error),
            Ok(steps) => {
                let _late = tokio::time::timeout(self.settings.settle_wait, join_all(steps)).await;
                Ok(Opened { order, replayed: false })
            }
        }
    }

    /// The order that the Idempotency-Key has opened before.
    pub async fn opened_before(&self, new: &NewOrder) -> Result<Option<Opened>, OpenError> {
        let Some(scope) = &new.scope else { return Ok(None) };
        match idempotency::look_up(&self.store, scope).await {
            Ok(()) => Ok(None),
            Err(known) => replay(known).map(Some),
        }
    }

    /// Writes the order and begins to place its items.
    async fn begin(
        &self,
        order: OrderId,
        new: &NewOrder,
        items: Vec<Quoted>,
    ) -> Result<Vec<impl Future<Output = ()> + Send + use<>>, OpenError> {
        let is_alone = items.len() == 1;
        let mut since = self.ambient.wall();
        let mut won: Vec<_> = items.iter().map(|quoted| quoted.item.id).collect();
        let places = self.engine.handles(ITEM_STEP);
        if !is_alone || !places || !self.open_at_once(order, new, &items[0], since).await? {
            let quoted = &items;
            (won, since) = self.store.write(|tx| async move { self.write(&tx, order, new, quoted).await }).await?;
        }
        // Whoever runs the steps begins where the order is. Where the database kept us waiting, the lease may be somebody
        // else's by now, and the vendor would hear of it later than the bound allows that is counted from `since`: then
        // nobody is told, and whoever takes over finds that out.
        if !places || elapsed(since, self.ambient.wall()) > LONGEST_OPENING {
            won.clear();
        }
        let mut steps = Vec::with_capacity(won.len());
        for Quoted { item_type, item, .. } in items.into_iter().filter(|quoted| won.contains(&quoted.item.id)) {
            let step = step(item.id);
            let first = Box::pin(self.clone().place_first(item_type, item, since, is_alone));
            steps.push(self.engine.run_now_as(step, first));
        }
        Ok(steps)
    }

    fn check(&self, new: &NewOrder) -> Result<(), OpenError> {
        let is_for_pool =
            !new.wanted.is_empty() && new.wanted.iter().all(|(item_type, _)| *item_type == ItemType::PoolNumber);
        let max = if is_for_pool { self.settings.max_pool_items } else { self.settings.max_items };
        if new.wanted.is_empty() || new.wanted.len() > max {
            let message = format!("must have 1 to {max} items");
            return Err(OpenError::Invalid(vec![FieldError::new("items", message)]));
        }
        let mut faults = Vec::new();
        for (at, (item_type, wanted)) in new.wanted.iter().enumerate() {
            if self.line(*item_type).is_none() {
                faults.push(FieldError::new(&wanted.field, format!("items of type {item_type} cannot be ordered")));
            }
            if new.wanted[..at].iter().any(|(other, w)| other == item_type && w.subject == wanted.subject) {
                faults.push(FieldError::new(&wanted.field, "is in the order twice"));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(OpenError::Invalid(faults)) }
    }

    async fn quote(&self, new: &NewOrder, order: OrderId) -> Result<Vec<Quoted>, OpenError> {
        let quotes = join_all(new.wanted.iter().map(|(item_type, wanted)| async move {
            let line = self.line(*item_type).expect("checked before quoting");
            (*item_type, wanted, line.quote(new.account, wanted).await)
        }))
        .await;
        let (mut lines, mut faults, mut unmet) = (Vec::new(), Vec::new(), Vec::new());
        for (item_type, wanted, quoted) in quotes {
            let (quote, lost) = match quoted {
                Ok(quote) => (quote, false),
                Err(QuoteError::NotAvailable(subject)) => (unavailable(subject), true),
                Err(QuoteError::Invalid(fields)) => {
                    faults.extend(fields);
                    continue;
                }
                Err(QuoteError::Unmet(one)) => {
                    unmet.push(one);
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let price = Money::new(wanted.custom_price.unwrap_or(quote.price.amount), quote.price.currency);
            let item = Item {
                id: ItemId::new(&self.ambient),
                order,
                account: new.account,
                subject: quote.subject,
                price,
                detail: quote.detail,
            };
            lines.push(Quoted { item_type, item, description: quote.description, lost });
        }
        match (faults.is_empty(), unmet.is_empty()) {
            (false, _) => Err(OpenError::Invalid(faults)),
            (true, false) => Err(OpenError::Unmet(unmet)),
            (true, true) => Ok(lines),
        }
    }

    /// Writes the order with its items, each with the intent to place it. Says which items were won, and since when (wall
    /// time) they are being placed.
    async fn write(
        &self,
        tx: &Tx,
        order: OrderId,
        new: &NewOrder,
        quoted: &[Quoted],
    ) -> Result<(Vec<ItemId>, DateTime<Utc>), OpenError> {
        if let Some(scope) = &new.scope {
            idempotency::begin(tx, &self.ambient, scope, &order.to_string()).await?;
        }
        let won = self.claim(tx, quoted).await?;
        if won.is_empty() {
            return Err(OpenError::NothingAvailable(quoted.iter().map(|one| one.item.subject.clone()).collect()));
        }
        let won_items = || quoted.iter().map(|one| &one.item).filter(|item| won.contains(&item.id));
        let currency = won_items().next().map_or(Currency::USD, |item| item.price.currency);
        let subtotal = won_items().fold(Amount::ZERO, |sum, item| plus(sum, item.price.amount));
        let mut held = Amount::ZERO;
        for item in won_items() {
            let hold = ledger::hold(tx, &self.ambient, new.account, item.id.uuid(), item.price).await;
            hold.map_err(|error| of_whole_order(error.into(), held, subtotal))?;
            held = plus(held, item.price.amount);
        }
        // From here on nobody is waited for.
        let (now, wall) = (self.ambient.business(), self.ambient.wall());
        let number = order_number(order, now);
        let places = self.engine.handles(ITEM_STEP);
        let status = if places { OrderStatus::Processing } else { OrderStatus::Pending };
        sql::inserting_order(order, new, (&number, status), Money::new(subtotal, currency), now).exec(tx).await?;
        for (position, Quoted { item_type, item, description, .. }) in quoted.iter().enumerate() {
            let is_lost = !won.contains(&item.id);
            let placing_since = (places && !is_lost).then_some(wall);
            let new = NewItem { position, item_type: *item_type, item, description, is_lost, placing_since };
            sql::inserting_item(&new, now).exec(tx).await?;
            if !is_lost {
                jobs::enqueue(tx, &self.ambient, step(item.id), self.engine.owner()).await?;
            }
        }
        Ok((won, wall))
    }

    /// Claims in the order of the subjects, so that two orders for the same numbers never wait for each other.
    async fn claim(&self, tx: &Tx, quoted: &[Quoted]) -> Result<Vec<ItemId>, OpenError> {
        let mut sorted: Vec<&Quoted> = quoted.iter().filter(|one| !one.lost).collect();
        sorted.sort_by(|a, b| a.item.subject.cmp(&b.item.subject));
        let mut won = Vec::new();
        for one in sorted {
            let line = self.line(one.item_type).expect("checked before quoting");
            match line.claim(tx, &one.item).await? {
                Claim::Won => won.push(one.item.id),
                Claim::Lost => {}
                Claim::Refused(code, why) => return Err(OpenError::Refused(code, why)),
            }
        }
        Ok(won)
    }
}

fn replay(error: IdempotencyError) -> Result<Opened, OpenError> {
    match error {
        IdempotencyError::Replay(resource) => match resource.parse() {
            Ok(order) => Ok(Opened { order, replayed: true }),
            Err(_) => Err(OpenError::Idempotency(IdempotencyError::Mismatch)),
        },
        other => Err(OpenError::Idempotency(other)),
    }
}

fn plus(sum: Amount, price: Amount) -> Amount {
    sum.checked_add(price).expect("ten prices fit")
}

/// The buyer is told what the order takes of what was there before it, not of what its first items left.
fn of_whole_order(error: OpenError, held: Amount, subtotal: Amount) -> OpenError {
    match error {
        OpenError::InsufficientBalance { available, .. } => {
            OpenError::InsufficientBalance { available: plus(available, held), needed: subtotal }
        }
        other => other,
    }
}

fn unavailable(subject: String) -> Quote {
    Quote { description: subject.clone(), subject, price: Money::new(Amount::ZERO, Currency::USD), detail: Value::Null }
}

/// `NL-20260101-` and the random end of the id: short enough to read out, unique by the id.
pub(super) fn order_number(order: OrderId, now: chrono::DateTime<chrono::Utc>) -> String {
    let id = order.uuid().simple().to_string().to_ascii_uppercase();
    format!("NL-{}-{}", now.format("%Y%m%d"), &id[20..])
}
