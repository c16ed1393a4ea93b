//! The customer's API of orders (seed 004 §5).

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use vocab::{Amount, Cursor, PageRequest, id::Order, page::MAX_TOTAL};

use super::{
    ItemType, NewOrder, Opened, OrderStatus, Orders, Wanted,
    render::{self, OrderDetails, OrderStatusView, OrderSummary, OrdersSummary},
    sql::{self, Filter},
};
use crate::web::{
    caller::{Caller, Role},
    envelope::{Accepted, Answer, Created, Envelope, ErrorEnvelope, Ok200},
    error::{ApiError, ApiResult, ErrorCode, FieldError},
    extract::{Body, IdempotencyKey, Options, PageQuery, Paged, PathId},
    idempotency::{Scope, fingerprint},
    list::{List, SummarisedList, split},
    permission::Permission,
};

/// An order for things that are not numbers by their own path.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateOrder {
    /// What is ordered. Absent where the order is for one verification code, named by the fields below.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[garde(dive)]
    #[schema(min_items = 1)]
    pub items: Vec<CreateOrderItem>,
    /// The service of the one verification code that is ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(max = 64))]
    #[schema(max_length = 64)]
    pub service_code: Option<String>,
    /// Its number's country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(max = 2))]
    #[schema(max_length = 2)]
    pub country: Option<String>,
    /// The supplier to ask first for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(max = 40))]
    #[schema(max_length = 40)]
    pub preferred_provider: Option<String>,
    /// The most that it may cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub max_price: Option<Amount>,
    /// Who pays, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub billing: Option<Billing>,
    /// Anything but true is refused: an order completes by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub auto_complete: Option<bool>,
}

/// One thing that is ordered.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateOrderItem {
    /// `PHONE_NUMBER` or `VERIFICATION`.
    #[serde(rename = "type")]
    #[garde(skip)]
    pub item_type: ItemType,
    /// The number, in E.164 form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(max = 64))]
    #[schema(max_length = 64)]
    pub item_id: Option<String>,
    /// One: a number exists once.
    #[garde(range(min = 1, max = 1))]
    #[schema(minimum = 1, maximum = 1)]
    pub quantity: u32,
    /// Another price than the list's. Operators only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub custom_price: Option<Amount>,
    /// The line's own options: `friendlyName` of a number; `serviceCode`, `country`, `preferredProvider` and `maxPrice`
    /// of a verification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<serde_json::Map<String, Value>>,
}

/// Who pays, and how. Orders are paid from the wallet.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Billing {
    /// Refused: orders are paid from the wallet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub payment_method_id: Option<String>,
    /// Where the bill goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub billing_address: Option<BillingAddress>,
    /// Refused: there are no promotions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub promo_code: Option<String>,
}

/// A postal address.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BillingAddress {
    /// Street and number.
    #[garde(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub line1: String,
    /// More of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(max = 200))]
    #[schema(max_length = 200)]
    pub line2: Option<String>,
    /// Town.
    #[garde(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    pub city: String,
    /// State or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(max = 100))]
    #[schema(max_length = 100)]
    pub state: Option<String>,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(max = 20))]
    #[schema(max_length = 20)]
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[garde(skip)]
    pub country: vocab::CountryCode,
}

impl Billing {
    /// The address, or what is not acted on. `at` is where the billing stands in the request.
    pub fn address(billing: Option<&Self>, at: &str) -> Result<Option<Value>, Vec<FieldError>> {
        let Some(billing) = billing else { return Ok(None) };
        let mut faults = Vec::new();
        if billing.payment_method_id.is_some() {
            let message = "is not supported: orders are paid from the wallet; make a deposit first";
            faults.push(FieldError::new(format!("{at}.paymentMethodId"), message));
        }
        if billing.promo_code.is_some() {
            faults.push(FieldError::new(format!("{at}.promoCode"), "is not supported: there are no promotions"));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(billing.billing_address.as_ref().map(|address| serde_json::json!(address)))
    }
}

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
    /// Opened at this time or later.
    #[garde(skip)]
    #[schema(format = DateTime)]
    pub date_from: Option<DateTime<Utc>>,
    /// Opened before this time.
    #[garde(skip)]
    #[schema(format = DateTime)]
    pub date_to: Option<DateTime<Utc>>,
    /// By what; not together with `cursor`.
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

/// Why an order is cancelled.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CancelOrder {
    /// In the customer's words; it stands in the timeline.
    #[serde(default)]
    #[garde(length(max = 500))]
    #[schema(max_length = 500)]
    pub reason: Option<String>,
    /// What was held is always given back; false is refused.
    #[serde(default)]
    #[garde(skip)]
    pub refund_requested: Option<bool>,
}

/// Order numbers, or verification codes.
#[utoipa::path(post, path = "/orders", tag = "orders", params(IdempotencyKey), request_body = CreateOrder,
    responses((status = 201, description = "The order, settled", body = Envelope<OrderDetails>),
              (status = 202, description = "The order, still being settled", body = Envelope<OrderDetails>),
              (status = 402, description = "The wallet does not hold enough", body = ErrorEnvelope),
              (status = 409, description = "Nothing of it is available, or the first request is running", body = ErrorEnvelope),
              (status = 422, description = "The key was used with another body", body = ErrorEnvelope),
              (status = 502, description = "The carrier failed", body = ErrorEnvelope),
              (status = 504, description = "The carrier did not answer", body = ErrorEnvelope)))]
pub async fn create(
    State(orders): State<Orders>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Body(body): Body<CreateOrder>,
) -> ApiResult<Response> {
    let fingerprint = fingerprint(&body);
    let scope = key.map(|key| Scope { account: caller.account, operation: "orders.create", key, fingerprint });
    let new = new_order(&caller, body, scope)?;
    let Opened { order, replayed } = orders.open(new).await?;
    let details = orders.details(caller.account, order).await.map_err(ApiError::internal)?;
    let details = details.ok_or_else(ApiError::not_found)?;
    let answer: Answer<_> = if details.status.is_final() { Created(details).into() } else { Accepted(details).into() };
    Ok(answer.replayed(replayed).into_response())
}

/// What an order of a verification needs beside what every order needs.
const RENTS: Permission = Permission("verifications:write");

/// A body with `serviceCode` is an order of one verification.
fn flat_verification(body: &CreateOrder, wanted: &mut Vec<(ItemType, Wanted)>, faults: &mut Vec<FieldError>) {
    let others = body.country.is_some() || body.preferred_provider.is_some() || body.max_price.is_some();
    let Some(service) = &body.service_code else {
        if others {
            faults.push(FieldError::new("serviceCode", "is required beside country, preferredProvider and maxPrice"));
        }
        return;
    };
    if !body.items.is_empty() {
        faults.push(FieldError::new("items", "cannot go together with serviceCode: it names the one thing ordered"));
    }
    let Some(country) = &body.country else {
        faults.push(FieldError::new("country", "is required: two letters, ISO 3166-1"));
        return;
    };
    let mut options = serde_json::json!({ "serviceCode": service, "country": country });
    if let Some(provider) = &body.preferred_provider {
        options["preferredProvider"] = serde_json::json!(provider);
    }
    if let Some(most) = body.max_price {
        options["maxPrice"] = serde_json::json!(most);
    }
    let wish = Wanted { subject: String::new(), options, custom_price: None, field: String::new() };
    wanted.push((ItemType::Verification, wish));
}

fn new_order(caller: &Caller, body: CreateOrder, scope: Option<Scope>) -> ApiResult<NewOrder> {
    let mut faults = Vec::new();
    let mut wanted = Vec::new();
    flat_verification(&body, &mut wanted, &mut faults);
    for (at, item) in body.items.into_iter().enumerate() {
        let field = format!("items[{at}]");
        if item.custom_price.is_some() && caller.role < Role::Admin {
            let error = ApiError::new(ErrorCode::AuthorizationError, "Only operators may set a price of their own.");
            return Err(error.details(serde_json::json!({ "requiredRole": Role::Admin })));
        }
        if item.custom_price.is_some_and(Amount::is_negative) {
            faults.push(FieldError::new(format!("{field}.customPrice"), "must not be below zero"));
        }
        if item.item_type == ItemType::PoolNumber {
            let message = "items of type POOL_NUMBER cannot be ordered: operators add them at /admin/pool/numbers";
            faults.push(FieldError::new(format!("{field}.type"), message));
        }
        match item.item_id {
            Some(subject) => {
                let options = Value::Object(item.metadata.unwrap_or_default());
                let wish =
                    Wanted { subject, options, custom_price: item.custom_price, field: format!("{field}.itemId") };
                wanted.push((item.item_type, wish));
            }
            None if item.item_type == ItemType::Verification => {
                let options = Value::Object(item.metadata.unwrap_or_default());
                // What it is stands in its options; the line names it.
                let (subject, field) = (field.clone(), format!("{field}.metadata"));
                wanted.push((item.item_type, Wanted { subject, options, custom_price: item.custom_price, field }));
            }
            None => faults.push(FieldError::new(format!("{field}.itemId"), "is required: the number, in E.164 form")),
        }
    }
    if body.auto_complete == Some(false) {
        faults.push(FieldError::new("autoComplete", "must be true: an order completes by itself"));
    }
    let billing_address = match Billing::address(body.billing.as_ref(), "billing") {
        Ok(address) => address,
        Err(more) => {
            faults.extend(more);
            None
        }
    };
    if !faults.is_empty() {
        return Err(ApiError::validation(faults));
    }
    let rents = wanted.iter().any(|(item_type, _)| *item_type == ItemType::Verification);
    if rents && !caller.permissions.allows(&RENTS) {
        let error = ApiError::new(ErrorCode::AuthorizationError, "You do not have the permission that this needs");
        return Err(error.details(serde_json::json!({ "requiredPermissions": [RENTS.0] })));
    }
    Ok(NewOrder { account: caller.account, user: caller.user, wanted, billing_address, scope })
}

/// List orders, newest first.
#[utoipa::path(get, path = "/orders", tag = "orders", params(OrdersQuery, PageQuery),
    responses((status = 200, description = "The orders", body = Envelope<SummarisedList<OrderSummary, OrdersSummary>>)))]
pub async fn list(
    State(orders): State<Orders>,
    caller: Caller,
    Paged(query, page): Paged<OrdersQuery>,
) -> ApiResult<Ok200<SummarisedList<OrderSummary, OrdersSummary>>> {
    if matches!(page, PageRequest::After { .. }) && (query.sort_by.is_some() || query.sort_order.is_some()) {
        return Err(ApiError::bad_field("sortBy", "cannot go together with cursor: cursors run newest first"));
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
            from: query.date_from,
            to: query.date_to,
            sort: (column, query.sort_order == Some(SortOrder::Asc)),
        };
        let db = self.store.fresh();
        let rows = sql::list(db, caller.account, &filter, page).await?;
        let (rows, next) = split(rows, page.limit(), |row| Cursor { at: row.created_at, id: row.id });
        // A cursor continues newest first; other orders have pages only.
        let next = next.filter(|_| column == "created_at" && query.sort_order != Some(SortOrder::Asc));
        let total = match page {
            PageRequest::Page { .. } => Some(sql::count(db, caller.account, &filter, MAX_TOTAL + 1).await?),
            PageRequest::After { .. } => None,
        };
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let items = sql::items_of(db, caller.account, &ids).await?;
        let shown = rows
            .iter()
            .map(|row| {
                let own: Vec<_> = items.iter().filter(|item| item.order_id == row.id).cloned().collect();
                render::summary(row, &own)
            })
            .collect::<Result<_, _>>()?;
        let totals = sql::totals(db, caller.account).await?;
        Ok(List::new(shown, page, total, next).summary(render::figures(totals)))
    }
}

/// Show an order with its timeline.
#[utoipa::path(get, path = "/orders/{id}", tag = "orders", params(("id" = String, Path, description = "The order")),
    responses((status = 200, description = "The order", body = Envelope<OrderDetails>)))]
pub async fn show(
    State(orders): State<Orders>,
    caller: Caller,
    PathId(id): PathId<Order>,
) -> ApiResult<Ok200<OrderDetails>> {
    let details = orders.details(caller.account, id).await.map_err(ApiError::internal)?;
    details.map(Ok200).ok_or_else(ApiError::not_found)
}

/// Show where an order is.
#[utoipa::path(get, path = "/orders/{id}/status", tag = "orders",
    params(("id" = String, Path, description = "The order")),
    responses((status = 200, description = "Its status", body = Envelope<OrderStatusView>)))]
pub async fn status(
    State(orders): State<Orders>,
    caller: Caller,
    PathId(id): PathId<Order>,
) -> ApiResult<Ok200<OrderStatusView>> {
    let found = orders.find(caller.account, id).await.map_err(ApiError::internal)?.ok_or_else(ApiError::not_found)?;
    render::status_view(&found).map(Ok200).map_err(ApiError::internal)
}

/// Cancel an order of which nothing is with the carrier yet.
#[utoipa::path(put, path = "/orders/{id}/cancel", tag = "orders", request_body = Option<CancelOrder>,
    params(("id" = String, Path, description = "The order")),
    responses((status = 200, description = "The order, cancelled", body = Envelope<OrderDetails>),
              (status = 409, description = "It is too late to cancel", body = ErrorEnvelope)))]
pub async fn cancel(
    State(orders): State<Orders>,
    caller: Caller,
    PathId(id): PathId<Order>,
    Options(body): Options<CancelOrder>,
) -> ApiResult<Ok200<OrderDetails>> {
    if body.refund_requested == Some(false) {
        return Err(ApiError::bad_field("refundRequested", "must be true: what was held is always given back"));
    }
    orders.cancel(caller.account, id, body.reason.as_deref()).await?;
    let details = orders.details(caller.account, id).await.map_err(ApiError::internal)?;
    details.map(Ok200).ok_or_else(ApiError::not_found)
}
