//! The orders of every account, for operators. Nothing here is reached by a customer's route.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use store::{
    Bound, Columns, ConnectionTrait, DbErr, FromQueryResult, Listed, Listing, Narrowed, Tx, Value, one, placeholders,
};
use utoipa::ToSchema;
use uuid::Uuid;
use vocab::{
    Cursor, PageRequest,
    id::{AccountId, OrderId, UserId},
};

use super::{
    ItemType, OrderStatus, Orders,
    refund::{self, Refund},
    render,
    sql::{self, ItemRow, ShownItem, ShownOrder},
    view::{OrderDetails, OrderSummary},
};
use crate::web::List;

/// What a list of everybody's orders is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct AnyOrders {
    /// Of this account.
    pub account: Option<AccountId>,
    /// In one of these.
    pub statuses: Vec<OrderStatus>,
    /// With an item of one of these types.
    pub types: Vec<ItemType>,
    /// Opened then or later.
    pub from: Option<DateTime<Utc>>,
    /// Opened before.
    pub to: Option<DateTime<Utc>>,
    /// Those that were archived, instead of those that were not.
    pub archived: bool,
}

/// An order and whose it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnyOrder {
    /// Whose it is.
    pub account_id: AccountId,
    /// Who opened it.
    pub user_id: UserId,
    /// The order, as its owner sees it.
    #[serde(flatten)]
    pub order: OrderSummary,
}

/// An order, whole, whose it is and what was given back for it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnyOrderDetails {
    /// Whose it is.
    pub account_id: AccountId,
    /// What operators gave back for delivered items.
    pub refunds: Vec<Refund>,
    /// The order, as its owner sees it.
    #[serde(flatten)]
    pub order: OrderDetails,
}

impl Orders {
    /// Whose order this is.
    pub async fn owner(&self, db: &impl ConnectionTrait, id: OrderId) -> Result<Option<AccountId>, DbErr> {
        let row: Option<OwnerRow> = one(db, "SELECT account_id FROM orders WHERE id = $1", [id.uuid().into()]).await?;
        Ok(row.map(|row| AccountId::from_uuid(row.account_id)))
    }

    /// Whose order this is, and how it stands in this transaction.
    pub async fn standing(&self, tx: &Tx, id: OrderId) -> Result<Option<(AccountId, OrderStatus)>, DbErr> {
        let Some(account) = self.owner(tx, id).await? else { return Ok(None) };
        let order = sql::order(tx, account, id).await?;
        order.map(|order| Ok((account, order.status()?))).transpose()
    }

    /// The items of an account's order, as they stand in this transaction.
    pub async fn items_in(&self, tx: &Tx, account: AccountId, id: OrderId) -> Result<Vec<ItemRow>, DbErr> {
        sql::items(tx, account, id).await
    }

    /// Anybody's order, whole.
    pub async fn any(&self, id: OrderId) -> Result<Option<AnyOrderDetails>, DbErr> {
        let db = self.store.fresh();
        let Some(account_id) = self.owner(db, id).await? else { return Ok(None) };
        let Some(order) = self.details(account_id, id).await? else { return Ok(None) };
        Ok(Some(AnyOrderDetails { account_id, refunds: refund::refunds(db, id).await?, order }))
    }

    /// A page of everybody's orders, the newest first.
    pub async fn page_of_any(&self, filter: &AnyOrders, page: &PageRequest) -> Result<List<AnyOrder>, DbErr> {
        let db = self.store.fresh();
        let owners = owners(db, filter, page).await?;
        let List { data: owners, pagination } = List::of(owners, page, |row| Cursor { at: row.created_at, id: row.id });
        let ids: Vec<Uuid> = owners.iter().map(|row| row.id).collect();
        let orders = orders_of(db, &ids).await?;
        let mut orders: HashMap<OrderId, ShownOrder> = orders.into_iter().map(|row| (row.id, row)).collect();
        let mut items: HashMap<OrderId, Vec<ShownItem>> = HashMap::new();
        for item in items_of(db, &ids).await?.into_iter().flatten() {
            items.entry(item.order).or_default().push(item);
        }
        let shown = owners.iter().filter_map(|owner| {
            let id = OrderId::from_uuid(owner.id);
            let items = items.remove(&id).unwrap_or_default();
            orders.remove(&id).map(|row| summary(owner, row, items))
        });
        Ok(List { data: shown.collect(), pagination })
    }
}

fn summary(owner: &AnyRow, row: ShownOrder, items: Vec<ShownItem>) -> AnyOrder {
    AnyOrder {
        account_id: AccountId::from_uuid(owner.account_id),
        user_id: UserId::from_uuid(owner.user_id),
        order: render::summary(row, items),
    }
}

#[derive(FromQueryResult)]
struct OwnerRow {
    account_id: Uuid,
}

struct AnyRow {
    id: Uuid,
    account_id: Uuid,
    user_id: Uuid,
    created_at: DateTime<Utc>,
}

/// Whose orders a page shows.
async fn owners(db: &impl ConnectionTrait, filter: &AnyOrders, page: &PageRequest) -> Result<Listed<AnyRow>, DbErr> {
    let mut narrowed = Narrowed::to(format!("o.{}", sql::shelf(filter.archived)), []);
    narrowed.and_is("o.account_id", filter.account.map(AccountId::uuid));
    narrowed.and_one_of("o.status", filter.statuses.iter().map(|status| status.as_str()));
    if !filter.types.is_empty() {
        let list = narrowed.bind_all(filter.types.iter().map(|kind| kind.as_str()));
        let has_one = format!("SELECT 1 FROM order_items i WHERE i.order_id = o.id AND i.item_type IN ({list})");
        narrowed.and(&format!("EXISTS ({has_one})"));
    }
    narrowed.and_between("o.created_at", filter.from, filter.to);
    let columns = "o.id, o.account_id, o.user_id, o.created_at";
    let list = Listing { columns, from: "orders o", newest: ("o.created_at", "o.id"), narrowed };
    let read = |row: &mut Columns<'_>| {
        Ok(AnyRow { id: row.take()?, account_id: row.take()?, user_id: row.take()?, created_at: row.take()? })
    };
    list.page(db, page, read).await
}

async fn orders_of(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<ShownOrder>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT {} FROM orders WHERE id IN ({})", ShownOrder::COLUMNS, placeholders(1, ids.len()));
    Bound::new(sql, ids.iter().map(|id| Value::from(*id))).rows(db, ShownOrder::read).await
}

async fn items_of(db: &impl ConnectionTrait, orders: &[Uuid]) -> Result<Vec<Option<ShownItem>>, DbErr> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let list = placeholders(1, orders.len());
    let sql = format!(
        "SELECT {} FROM order_items WHERE order_id IN ({list}) ORDER BY order_id, position",
        ShownItem::COLUMNS
    );
    Bound::new(sql, orders.iter().map(|id| Value::from(*id))).rows(db, ShownItem::read).await
}
