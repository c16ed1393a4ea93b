//! The way of most orders: one item, of a line that can say in statements what it claims and delivers. Each transaction is
//! then one statement where the database can do that. Whatever is in the way, nothing has happened, and the way that
//! looks at each thing finds out what it is.

use chrono::{DateTime, Utc};
use store::{DbErr, Several};
use vocab::{Money, id::OrderId};

use super::{
    Item, Line, NewOrder, Orders, Placed,
    model::step,
    open::{Quoted, order_number},
    sql::{self, NewItem},
};
use crate::{
    events::{self, EventKind, Fact},
    jobs, ledger,
    orders::OrderStatus,
    web::idempotency::{self, IdempotencyError},
};

impl Orders {
    /// Opens an order of one item, which is being placed since then (wall time); says whether it did.
    pub(super) async fn open_at_once(
        &self,
        order: OrderId,
        new: &NewOrder,
        quoted: &Quoted,
        since: DateTime<Utc>,
    ) -> Result<bool, IdempotencyError> {
        let Quoted { item_type, item, description, lost: false } = quoted else { return Ok(false) };
        let Some(claim) = self.line(*item_type).and_then(|line| line.claiming(item)) else { return Ok(false) };
        let now = self.ambient.business();
        let mut several = Several::default();
        if let Some(scope) = &new.scope {
            several.must(idempotency::taking(self.store.dialect(), &self.ambient, scope, &order.to_string()));
        }
        several.must(claim);
        ledger::holding(&mut several, &self.ambient, item.account, item.id.uuid(), item.price);
        let Money { amount, currency } = item.price;
        let number = order_number(order, now);
        several.must(sql::inserting_order(
            order,
            new,
            (&number, OrderStatus::Processing),
            Money::new(amount, currency),
            now,
        ));
        let item = NewItem {
            position: 0,
            item_type: *item_type,
            item,
            description,
            is_lost: false,
            placing_since: Some(since),
        };
        several.must(sql::inserting_item(&item, now));
        several.must(jobs::enqueueing(&self.ambient, step(item.item.id), self.engine.owner()));
        Ok(self.store.write_several(&several).await?)
    }

    /// Delivers the one item of an order that this process has just placed; says whether it did.
    pub(super) async fn deliver_at_once(&self, line: &dyn Line, item: &Item, placed: &Placed) -> Result<bool, DbErr> {
        let Some(settled) = line.settling(item, placed) else { return Ok(false) };
        let now = self.ambient.business();
        let mut several = Several::default();
        // The order first, as everywhere: its items move one at a time.
        several.must(sql::completing_order(item.order, now));
        several.append(settled.several);
        several.must(sql::delivering_item(item.id, settled.id, now));
        let of = (item.account, item.id.uuid());
        ledger::capturing(&mut several, &self.ambient, of, item.price, line.revenue(), &item.subject);
        let status = OrderStatus::Completed;
        let completed = Fact {
            kind: EventKind::OrderCompleted,
            account: item.account,
            subject: item.order.to_string(),
            data: serde_json::json!({ "orderId": item.order, "status": status }),
        };
        for fact in settled.facts.into_iter().chain([completed]) {
            several.must(events::appending(&self.ambient, fact));
        }
        several.may(jobs::finishing(step(item.id)));
        self.store.write_several(&several).await
    }
}
