//! What the operator does with the pool.

use std::sync::Arc;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use vocab::{
    CountryCode, E164,
    id::{NumberSessionId, OrderId, PoolNumber as PoolNumberNoun, PoolNumberId},
    telephony::NumberType,
};

use crate::{
    orders::Orders,
    sessions::{
        Pool, PoolNumber, PoolState,
        pool::{Added, Failed, Many},
        sql::pool::Filter,
    },
    web::{
        Accepted, Answer, ApiError, ApiResult, Body, Caller, Envelope, ErrorCode, ErrorEnvelope, FieldError,
        IdempotencyKey, List, Ok200, Options, PageQuery, Paged, PathId, Timestamp, idempotency::Scope,
    },
};

/// What the routes of the pool work with.
#[derive(Debug, Clone)]
pub struct PoolApi {
    /// The pool.
    pub pool: Pool,
    /// The orders, whose line the pool is.
    pub orders: Orders,
}

/// Numbers for the pool: so many of a kind to be bought, or these, which the operator owns at the carrier already.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"countryCode": "US", "numberType": "LOCAL", "quantity": 1}))]
pub struct AddPoolNumbers {
    /// Where they are bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub country_code: Option<CountryCode>,
    /// Of which type; `LOCAL` unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub number_type: Option<NumberType>,
    /// How many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(range(min = 1, max = 100))]
    #[schema(minimum = 1, maximum = 100)]
    pub quantity: Option<u32>,
    /// Numbers that are owned already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(min = 1, max = 100))]
    #[schema(min_items = 1, max_items = 100)]
    pub phone_numbers: Option<Vec<E164>>,
}

/// What a list of the pool is narrowed to.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PoolQuery {
    /// In one of these; all but `REMOVED` unless said.
    #[serde(default)]
    #[garde(length(max = 5))]
    #[schema(max_items = 5)]
    #[param(max_items = 5)]
    pub state: Vec<PoolState>,
    /// Of this country.
    #[garde(skip)]
    pub country_code: Option<CountryCode>,
    /// Of this type.
    #[garde(skip)]
    pub number_type: Option<NumberType>,
    /// This number.
    #[garde(skip)]
    pub phone_number: Option<E164>,
    /// Those that the next borrower may have now, or those that not.
    #[garde(skip)]
    pub free: Option<bool>,
}

/// How a number leaves the pool.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"release": true}))]
pub struct RemovePoolNumber {
    /// Whether it goes back to the carrier; else it stays the operator's there.
    #[serde(default)]
    #[garde(skip)]
    pub release: Option<bool>,
}

/// A number of the pool.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "pln_019bc0fd89c07c3a9d52b8e6f1706c6e", "phoneNumber": "+14155552671", "countryCode": "US",
    "numberType": "LOCAL", "carrier": "twilio", "carrierSid": "PN9c28ff209bea756b23761c2fef0a7fb1",
    "state": "ACTIVE", "free": true, "freeFrom": "2026-01-15T09:30:00.391Z", "addedAt": "2026-01-15T09:30:00.391Z",
}))]
pub struct PoolNumberView {
    /// Its id.
    pub id: PoolNumberId,
    /// The number.
    pub phone_number: E164,
    /// Its country.
    pub country_code: CountryCode,
    /// Its type.
    pub number_type: NumberType,
    /// The carrier's name.
    pub carrier: String,
    /// The carrier's id of it.
    pub carrier_sid: String,
    /// Where it is.
    pub state: PoolState,
    /// Whether the next borrower may have it now.
    pub free: bool,
    /// From when it may be lent, its cool-down included.
    pub free_from: Timestamp,
    /// The session that has it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<NumberSessionId>,
    /// When it became the pool's.
    pub added_at: Timestamp,
}

/// What became of a request to add numbers.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddedNumbers {
    /// The order that buys them; it can be looked at like any other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    /// How many are the pool's now.
    pub added: usize,
    /// How many are on their way.
    pub pending: usize,
    /// Those that are the pool's.
    pub numbers: Vec<PoolNumberView>,
    /// Those that are not to be had.
    pub failed: Vec<FailedNumber>,
}

/// A number that did not become the pool's.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FailedNumber {
    /// The number.
    #[schema(example = "+14155552671")]
    pub phone_number: String,
    /// Why not: one of the API's error codes.
    pub error_code: String,
    /// The same for people.
    pub error: String,
}

/// Add numbers to the pool
///
/// Buys so many numbers of a kind, or takes in those that the operator owns at the carrier already. The answer comes
/// when each is bought or not to be had, within two minutes. Send an Idempotency-Key: a repeat buys nothing more.
#[utoipa::path(post, path = "/admin/pool/numbers", tag = "operators", operation_id = "addPoolNumbers",
    params(IdempotencyKey),
    request_body = AddPoolNumbers,
    responses((status = 201, description = "The numbers", body = Envelope<AddedNumbers>,
               example = json!({
                   "data": {"orderId": "ord_019bc0fd89c07c3a9d52b8e6f16f7264", "added": 1, "failed": []},
               })),
              (status = 202, description = "The numbers, some still on their way", body = Envelope<AddedNumbers>,
               example = json!({
                   "data": {
                       "orderId": "ord_019bc0fd89c07c3a9d52b8e6f16f7264", "added": 0, "pending": 1, "numbers": [],
                       "failed": [],
                   },
               })),
              (status = 402, description = "The operator's own wallet is below zero", body = ErrorEnvelope),
              (status = 409, description = "The carrier has too few, or none of these can be had", body = ErrorEnvelope,
               example = json!({"error": {"code": "NUMBER_NOT_AVAILABLE"}})),
              (status = 502, description = "The carrier failed", body = ErrorEnvelope),
              (status = 504, description = "The carrier did not answer", body = ErrorEnvelope)))]
pub async fn add(
    State(api): State<Arc<PoolApi>>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Body(body): Body<AddPoolNumbers>,
) -> ApiResult<Response> {
    let scope = Scope::of(caller.account, "pool.add", key, &body);
    let added = match body.wish()? {
        Wish::Many(many) => api.pool.add_many(&api.orders, &caller, &many, scope).await?,
        Wish::These(numbers) => api.pool.add_these(&caller, &numbers).await?,
    };
    if let ([], 0, Some(first)) = (added.numbers.as_slice(), added.pending, added.failed.first()) {
        let code = first.code.parse().unwrap_or(ErrorCode::UpstreamError);
        let code = if code == ErrorCode::NotFound { ErrorCode::NumberNotAvailable } else { code };
        let failed: Vec<FailedNumber> = added.failed.iter().cloned().map(Into::into).collect();
        let message = format!("None of the numbers can be had. {}", first.message);
        return Err(ApiError::new(code, message).details(json!({ "failed": failed })));
    }
    let status = if added.pending == 0 { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    Ok(Answer::new(status, api.pool.shown(added)).into_response())
}

/// List the pool
///
/// The numbers that are lent to sessions, the newest first.
#[utoipa::path(get, path = "/admin/pool/numbers", tag = "operators", operation_id = "listPoolNumbers",
    params(PoolQuery, PageQuery),
    responses((status = 200, description = "The numbers", body = Envelope<List<PoolNumberView>>)))]
pub async fn list(
    State(api): State<Arc<PoolApi>>,
    Paged(query, page): Paged<PoolQuery>,
) -> ApiResult<Ok200<List<PoolNumberView>>> {
    let filter = Filter {
        states: query.state,
        country: query.country_code,
        number_type: query.number_type,
        phone_number: query.phone_number.map(|number| number.as_str().to_owned()),
        free: query.free,
    };
    let found = api.pool.page(&filter, &page).await.map_err(ApiError::internal)?;
    Ok(Ok200(found.map(|number| api.pool.view(number))))
}

/// Show a number of the pool
///
/// A number of the pool: where it is, and from when it may be lent.
#[utoipa::path(get, path = "/admin/pool/numbers/{id}", tag = "operators", operation_id = "showPoolNumber",
    params(("id" = String, Path, description = "The pool number")),
    responses((status = 200, description = "The number", body = Envelope<PoolNumberView>)))]
pub async fn show(
    State(api): State<Arc<PoolApi>>,
    PathId(id): PathId<PoolNumberNoun>,
) -> ApiResult<Ok200<PoolNumberView>> {
    let number = api.pool.find(id).await?;
    Ok(Ok200(api.pool.view(number)))
}

/// Lend a number no more
///
/// A session that has the number runs to its end; after that nobody gets it.
#[utoipa::path(post, path = "/admin/pool/numbers/{id}/drain", tag = "operators", operation_id = "drainPoolNumber",
    params(("id" = String, Path, description = "The pool number")),
    responses((status = 200, description = "The number", body = Envelope<PoolNumberView>,
               example = json!({"data": {"state": "DRAINING", "free": false}})),
              (status = 409, description = "It is not lent", body = ErrorEnvelope)))]
pub async fn drain(
    State(api): State<Arc<PoolApi>>,
    caller: Caller,
    PathId(id): PathId<PoolNumberNoun>,
) -> ApiResult<Ok200<PoolNumberView>> {
    let number = api.pool.drain(&caller, id).await?;
    Ok(Ok200(api.pool.view(number)))
}

/// Remove a number from the pool
///
/// Takes a free number out of the pool. With `release` it goes back to the carrier; else it stays the operator's there.
#[utoipa::path(delete, path = "/admin/pool/numbers/{id}", tag = "operators", operation_id = "removePoolNumber",
    request_body = Option<RemovePoolNumber>,
    params(("id" = String, Path, description = "The pool number")),
    responses((status = 200, description = "The number, removed", body = Envelope<PoolNumberView>,
               example = json!({"data": {"state": "REMOVED", "free": false}})),
              (status = 202, description = "The number, on its way back to the carrier", body = Envelope<PoolNumberView>,
               example = json!({"data": {"state": "RELEASING", "free": false}})),
              (status = 409, description = "It is lent or cools down", body = ErrorEnvelope)))]
pub async fn remove(
    State(api): State<Arc<PoolApi>>,
    caller: Caller,
    PathId(id): PathId<PoolNumberNoun>,
    Options(options): Options<RemovePoolNumber>,
) -> ApiResult<Response> {
    let number = api.pool.remove(&caller, id, options.release.unwrap_or(false)).await?;
    let is_removed = number.state == PoolState::Removed;
    let view = api.pool.view(number);
    Ok(if is_removed { Ok200(view).into_response() } else { Accepted(view).into_response() })
}

enum Wish {
    Many(Many),
    These(Vec<E164>),
}

impl AddPoolNumbers {
    fn wish(self) -> ApiResult<Wish> {
        if let Some(numbers) = self.phone_numbers {
            let others = [
                ("countryCode", self.country_code.is_some()),
                ("numberType", self.number_type.is_some()),
                ("quantity", self.quantity.is_some()),
            ];
            let faults = others.into_iter().filter(|(_, given)| *given);
            let faults: Vec<_> =
                faults.map(|(field, _)| FieldError::new(field, "cannot go together with phoneNumbers")).collect();
            return if faults.is_empty() { Ok(Wish::These(numbers)) } else { Err(ApiError::validation(faults)) };
        }
        match (self.country_code, self.quantity) {
            (Some(country), Some(quantity)) => {
                Ok(Wish::Many(Many { country, number_type: self.number_type.unwrap_or(NumberType::Local), quantity }))
            }
            (country, quantity) => {
                let missing = [("countryCode", country.is_none()), ("quantity", quantity.is_none())];
                let missing = missing.into_iter().filter(|(_, missing)| *missing);
                let faults = missing.map(|(field, _)| FieldError::new(field, "is required, or phoneNumbers"));
                Err(ApiError::validation(faults.collect()))
            }
        }
    }
}

impl Pool {
    fn view(&self, number: PoolNumber) -> PoolNumberView {
        PoolNumberView {
            free: self.is_free(&number),
            id: number.id,
            phone_number: number.number,
            country_code: number.country,
            number_type: number.number_type,
            carrier: number.carrier,
            carrier_sid: number.carrier_sid,
            state: number.state,
            free_from: number.free_from.into(),
            session_id: number.session,
            added_at: number.created_at.into(),
        }
    }

    fn shown(&self, added: Added) -> AddedNumbers {
        AddedNumbers {
            order_id: added.order,
            added: added.numbers.len() - added.numbers.iter().filter(|n| n.state == PoolState::Adding).count(),
            pending: added.pending,
            numbers: added.numbers.into_iter().map(|number| self.view(number)).collect(),
            failed: added.failed.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Failed> for FailedNumber {
    fn from(failed: Failed) -> Self {
        Self { phone_number: failed.number, error_code: failed.code, error: failed.message }
    }
}
