//! Opens an order: everything that must be true together, in one transaction.

use futures::future::join_all;
use serde_json::Value;
use store::Tx;
use vocab::{
    Amount, Currency, Money,
    id::{AccountId, ItemId, OrderId, UserId},
};

use super::{Claim, Item, ItemState, ItemType, OpenError, OrderStatus, Orders, Quote, QuoteError, Wanted, sql};
use crate::{
    jobs::{self, StepRef},
    ledger,
    web::{
        error::FieldError,
        idempotency::{self, IdempotencyError, Scope},
    },
};

/// The step that takes an item further.
pub(super) const ITEM_STEP: &str = "order_item";

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
struct Line {
    item_type: ItemType,
    item: Item,
    description: String,
    lost: bool,
}

impl Orders {
    /// Opens the order, runs its first steps and waits for them, within the settings' bound.
    pub async fn open(&self, new: NewOrder) -> Result<Opened, OpenError> {
        if let Some(scope) = &new.scope
            && let Err(known) = idempotency::look_up(&self.store, scope).await
        {
            return replay(known);
        }
        self.check(&new)?;
        let order = OrderId::new(&self.ambient);
        let lines = self.quote(&new, order).await?;
        let (new, lines) = (&new, &lines);
        let opened = self.store.write(|tx| async move { self.write(&tx, order, new, lines).await }).await;
        match opened {
            Err(OpenError::Idempotency(known)) => replay(known),
            Err(error) => Err(error),
            Ok(items) => {
                let steps = items
                    .into_iter()
                    .map(|item| self.engine.run_now(StepRef { kind: ITEM_STEP, subject: item.uuid() }));
                let _late = tokio::time::timeout(self.settings.settle_wait, join_all(steps)).await;
                Ok(Opened { order, replayed: false })
            }
        }
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

    async fn quote(&self, new: &NewOrder, order: OrderId) -> Result<Vec<Line>, OpenError> {
        let quotes = join_all(new.wanted.iter().map(|(item_type, wanted)| async move {
            let line = self.line(*item_type).expect("checked before quoting");
            (*item_type, wanted, line.quote(new.account, wanted).await)
        }))
        .await;
        let (mut lines, mut faults) = (Vec::new(), Vec::new());
        for (item_type, wanted, quoted) in quotes {
            let (quote, lost) = match quoted {
                Ok(quote) => (quote, false),
                Err(QuoteError::NotAvailable(subject)) => (unavailable(subject), true),
                Err(QuoteError::Invalid(fields)) => {
                    faults.extend(fields);
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
            lines.push(Line { item_type, item, description: quote.description, lost });
        }
        if faults.is_empty() { Ok(lines) } else { Err(OpenError::Invalid(faults)) }
    }

    /// Writes the order and says which items have work to be done.
    async fn write(&self, tx: &Tx, order: OrderId, new: &NewOrder, lines: &[Line]) -> Result<Vec<ItemId>, OpenError> {
        if let Some(scope) = &new.scope {
            idempotency::begin(tx, &self.ambient, scope, &order.to_string()).await?;
        }
        let won = self.claim(tx, lines).await?;
        if won.is_empty() {
            return Err(OpenError::NothingAvailable(lines.iter().map(|line| line.item.subject.clone()).collect()));
        }
        let won_lines = || lines.iter().filter(|line| won.contains(&line.item.id));
        let currency = won_lines().next().map_or(Currency::USD, |line| line.item.price.currency);
        let subtotal = won_lines().fold(Amount::ZERO, |sum, line| plus(sum, line.item.price.amount));
        let mut held = Amount::ZERO;
        for line in won_lines() {
            let hold = ledger::hold(tx, &self.ambient, new.account, line.item.id.uuid(), line.item.price).await;
            hold.map_err(|error| of_whole_order(error.into(), held, subtotal))?;
            held = plus(held, line.item.price.amount);
        }
        let now = self.ambient.business();
        let number = order_number(order, now);
        sql::insert_order(tx, order, new, &number, Money::new(subtotal, currency), now).await?;
        sql::append_timeline(tx, order, OrderStatus::Pending, Some("order opened"), now).await?;
        for (position, line) in lines.iter().enumerate() {
            let is_won = won.contains(&line.item.id);
            let state = if is_won { ItemState::Held } else { ItemState::Refused };
            sql::insert_item(tx, position, line.item_type, &line.item, &line.description, state, now).await?;
            if is_won {
                let step = StepRef { kind: ITEM_STEP, subject: line.item.id.uuid() };
                jobs::enqueue(tx, &self.ambient, step, self.engine.owner()).await?;
            }
        }
        Ok(won)
    }

    /// Claims in the order of the subjects, so that two orders for the same numbers never wait for each other.
    async fn claim(&self, tx: &Tx, lines: &[Line]) -> Result<Vec<ItemId>, OpenError> {
        let mut sorted: Vec<&Line> = lines.iter().filter(|line| !line.lost).collect();
        sorted.sort_by(|a, b| a.item.subject.cmp(&b.item.subject));
        let mut won = Vec::new();
        for line in sorted {
            let product = self.line(line.item_type).expect("checked before quoting");
            match product.claim(tx, &line.item).await? {
                Claim::Won => won.push(line.item.id),
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
fn order_number(order: OrderId, now: chrono::DateTime<chrono::Utc>) -> String {
    let id = order.uuid().simple().to_string().to_ascii_uppercase();
    format!("NL-{}-{}", now.format("%Y%m%d"), &id[20..])
}
