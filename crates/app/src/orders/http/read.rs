//! An account's orders, and how one stands.

use std::sync::Arc;

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use vocab::{Cursor, PageRequest, id::Order, page::MAX_TOTAL};

use crate::{
    orders::{
        OrderStatus, Orders, render,
        sql::{self, Filter},
        view::{OrderDetails, OrderStatusView, OrderSummary, OrdersSummary},
    },
    web::{
        caller::Caller,
        envelope::{Envelope, Ok200},
        error::{ApiError, ApiResult},
        extract::{CURSOR_ORDER, PageQuery, Paged, PathId},
        list::{List, SummarisedList, split},
        time::{Since, Until},
    },
};

/// What a list of orders is narrowed to.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrdersQuery {
    /// In one of these.
    #[serde(default)]
    #[garde(length(max = 10))]
    #[schema(max_items = 10)]
    #[param(max_items = 10)]
    pub status: Vec<OrderStatus>,
    /// Opened at this time or later; a day in UTC counts from its beginning.
    #[garde(skip)]
    #[param(inline)]
    pub date_from: Option<Since>,
    /// Opened before this time; a day in UTC counts to its end.
    #[garde(skip)]
    #[param(inline)]
    pub date_to: Option<Until>,
    /// Those that were archived, long after they ended, instead of those that were not.
    #[garde(skip)]
    pub archived: Option<bool>,
    /// By what. A cursor continues newest first; other orders have pages only.
    #[garde(skip)]
    #[param(inline)]
    pub sort_by: Option<SortBy>,
    /// Which way; downwards unless said.
    #[garde(skip)]
    #[param(inline)]
    pub sort_order: Option<SortOrder>,
}

/// What orders can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum SortBy {
    /// When it was opened.
    CreatedAt,
    /// What it was opened for.
    TotalAmount,
    /// Where it is, by name.
    Status,
}

/// Which way a list runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum SortOrder {
    /// Upwards.
    Asc,
    /// Downwards.
    Desc,
}

/// List orders
///
/// The account's orders, newest first, and what all of them sum to.
#[utoipa::path(get, path = "/orders", tag = "orders", operation_id = "listOrders", params(OrdersQuery, PageQuery),
    responses((status = 200, description = "The orders", body = Envelope<SummarisedList<OrderSummary, OrdersSummary>>)))]
pub async fn list(
    State(orders): State<Arc<Orders>>,
    caller: Caller,
    Paged(query, page): Paged<OrdersQuery>,
) -> ApiResult<Ok200<SummarisedList<OrderSummary, OrdersSummary>>> {
    let newest_first =
        matches!(query.sort_by, None | Some(SortBy::CreatedAt)) && query.sort_order != Some(SortOrder::Asc);
    if matches!(page, PageRequest::After { .. }) && !newest_first {
        return Err(ApiError::bad_field("cursor", CURSOR_ORDER));
    }
    orders.page(&caller, &query, &page).await.map(Ok200).map_err(ApiError::internal)
}

impl Orders {
    async fn page(
        &self,
        caller: &Caller,
        query: &OrdersQuery,
        page: &PageRequest,
    ) -> Result<SummarisedList<OrderSummary, OrdersSummary>, store::DbErr> {
        let column = match query.sort_by {
            None | Some(SortBy::CreatedAt) => "created_at",
            Some(SortBy::TotalAmount) => "total",
            Some(SortBy::Status) => "status",
        };
        let filter = Filter {
            statuses: query.status.clone(),
            from: query.date_from.map(|since| since.0),
            to: query.date_to.map(|until| until.0),
            archived: query.archived.unwrap_or(false),
            sort: (column, query.sort_order == Some(SortOrder::Asc)),
        };
        let db = self.store.fresh();
        let sql::Page { orders, total, totals } = sql::page(db, caller.account, &filter, page, MAX_TOTAL + 1).await?;
        let (orders, next) = split(orders, page.limit(), |(row, _)| Cursor { at: row.created_at, id: row.id.uuid() });
        // A cursor continues newest first; other orders have pages only.
        let next = next.filter(|_| column == "created_at" && query.sort_order != Some(SortOrder::Asc));
        let shown = orders.into_iter().map(|(row, items)| render::summary(row, items)).collect();
        Ok(List::new(shown, page, total, next).summary(render::figures(totals)))
    }
}

/// Show an order
///
/// An order with its items, what each of them cost, and its timeline.
#[utoipa::path(get, path = "/orders/{id}", tag = "orders", operation_id = "showOrder",
    params(("id" = String, Path, description = "The order")),
    responses((status = 200, description = "The order", body = Envelope<OrderDetails>)))]
pub async fn show(
    State(orders): State<Arc<Orders>>,
    caller: Caller,
    PathId(id): PathId<Order>,
) -> ApiResult<Ok200<OrderDetails>> {
    let details = orders.details(caller.account, id).await.map_err(ApiError::internal)?;
    details.map(Ok200).ok_or_else(ApiError::not_found)
}

/// Show an order's progress
///
/// Where an order and each of its items is: what to ask after a 202, once a second or slower.
#[utoipa::path(get, path = "/orders/{id}/status", tag = "orders", operation_id = "showOrderStatus",
    params(("id" = String, Path, description = "The order")),
    responses((status = 200, description = "Its status", body = Envelope<OrderStatusView>)))]
pub async fn status(
    State(orders): State<Arc<Orders>>,
    caller: Caller,
    PathId(id): PathId<Order>,
) -> ApiResult<Ok200<OrderStatusView>> {
    let found = orders.find(caller.account, id).await.map_err(ApiError::internal)?.ok_or_else(ApiError::not_found)?;
    render::status_view(&found).map(Ok200).map_err(ApiError::internal)
}
