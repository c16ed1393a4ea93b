//! What an owner does with numbers.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use garde::Validate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use vocab::{
    PageRequest,
    id::Number,
    telephony::{HttpMethod, NumberType},
};

use crate::{
    flows::NumberConfiguration,
    numbers::{
        NumberError, NumberStatus,
        http::NumbersApi,
        sql::list::{Filter, Sort},
        update::{MAX_TAGS, UpdateNumber},
        view::{NumberDetails, NumbersSummary, UserNumber},
    },
    orders::http::SortOrder,
    web::{
        Accepted, ApiError, ApiResult, Body, Caller, Envelope, ErrorEnvelope, FieldError, Ok200, Options, PageQuery,
        Paged, PathId, SummarisedList, extract::CURSOR_ORDER,
    },
};

/// What a list of numbers is narrowed to.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NumbersQuery {
    /// In one of these; all but `RELEASED` unless said.
    #[serde(default)]
    #[garde(skip)]
    #[schema(max_items = 10)]
    #[param(max_items = 10)]
    pub status: Vec<NumberStatus>,
    /// Of one of these types.
    #[serde(default)]
    #[garde(skip)]
    #[schema(max_items = 10)]
    #[param(max_items = 10)]
    pub number_type: Vec<NumberType>,
    /// Part of the number or of its name.
    #[garde(skip)]
    #[schema(max_length = 100)]
    #[param(max_length = 100)]
    pub search: Option<String>,
    /// By what. A cursor continues newest first; other orders have pages only.
    #[garde(skip)]
    #[param(inline)]
    pub sort_by: Option<NumberSort>,
    /// Which way; downwards unless said.
    #[garde(skip)]
    #[param(inline)]
    pub sort_order: Option<SortOrder>,
    /// With all of these labels, as repeated parameters or as a comma list. A label that has a comma itself is found
    /// as it is.
    #[serde(default)]
    #[garde(skip)]
    #[schema(max_items = 20, extensions(("x-undivided" = json!(true))))]
    #[param(max_items = 20)]
    pub tags: Vec<String>,
}

/// What numbers can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum NumberSort {
    /// The number.
    PhoneNumber,
    /// When it became yours.
    CreatedAt,
    /// What it costs a month.
    MonthlyPrice,
    /// When it was last called.
    LastUsed,
}

/// What calls are to follow: `configuration` and `makeDefault`, or else the fields of an update, which are the same as
/// in `PUT /numbers/{id}`. Not both.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(example = json!({
    "configuration": {
        "name": "Office",
        "routingRules": {
            "defaultAction": {"type": "FORWARD", "destination": "+14155550100", "options": {"timeout": 20}},
        },
        "features": {"voicemail": true},
    },
    "makeDefault": true,
}))]
pub struct ConfigureNumber {
    /// What calls are to follow.
    #[garde(skip)]
    pub configuration: Option<NumberConfiguration>,
    /// Whether calls follow it from now on; true unless said.
    #[garde(skip)]
    pub make_default: Option<bool>,
    /// Your name for the number.
    #[garde(skip)]
    #[schema(max_length = 100)]
    pub friendly_name: Option<String>,
    /// Your labels.
    #[garde(skip)]
    pub tags: Option<Vec<String>>,
    /// Your notes.
    #[garde(skip)]
    #[schema(max_length = 2000)]
    pub notes: Option<String>,
    /// Must be absent.
    #[garde(skip)]
    pub voice_url: Option<String>,
    /// Must be absent.
    #[garde(skip)]
    pub voice_method: Option<HttpMethod>,
    /// Must be absent.
    #[garde(skip)]
    pub voice_fallback_url: Option<String>,
    /// Must be absent.
    #[garde(skip)]
    pub sms_url: Option<String>,
    /// Must be absent.
    #[garde(skip)]
    pub status_callback: Option<String>,
}

/// How a number is released.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
#[schema(example = json!({"reason": "No longer needed"}))]
pub struct ReleaseNumber {
    /// Must be absent: a number is released now.
    #[garde(skip)]
    #[schema(max_length = 40)]
    #[param(max_length = 40)]
    pub release_date: Option<String>,
    /// Why.
    #[garde(skip)]
    #[schema(max_length = 500)]
    #[param(max_length = 500)]
    pub reason: Option<String>,
    /// Must be absent: numbers do not change hands.
    #[garde(skip)]
    #[schema(max_length = 100)]
    #[param(max_length = 100)]
    pub transfer_to: Option<String>,
}

/// List your numbers
///
/// The account's numbers, newest first, and what all of them sum to.
#[utoipa::path(get, path = "/numbers", tag = "numbers", operation_id = "listNumbers", params(NumbersQuery, PageQuery),
    responses((status = 200, description = "Your numbers", body = Envelope<SummarisedList<UserNumber, NumbersSummary>>)))]
pub async fn list(
    State(api): State<Arc<NumbersApi>>,
    caller: Caller,
    Paged(query, page): Paged<NumbersQuery>,
) -> ApiResult<Ok200<SummarisedList<UserNumber, NumbersSummary>>> {
    let column = match query.sort_by {
        None | Some(NumberSort::CreatedAt) => "created_at",
        Some(NumberSort::PhoneNumber) => "phone_number",
        Some(NumberSort::MonthlyPrice) => "monthly_price",
        Some(NumberSort::LastUsed) => "last_used_at",
    };
    let newest_first = column == "created_at" && query.sort_order != Some(SortOrder::Asc);
    if matches!(page, PageRequest::After { .. }) && !newest_first {
        return Err(ApiError::bad_field("cursor", CURSOR_ORDER));
    }
    if query.tags.iter().flat_map(|labels| labels.split(',')).count() > MAX_TAGS {
        return Err(ApiError::bad_field("tags", format!("must have at most {MAX_TAGS} labels")));
    }
    let sort = Sort { column, ascending: query.sort_order == Some(SortOrder::Asc) };
    let filter = Filter {
        statuses: query.status,
        number_types: query.number_type,
        search: query.search.filter(|text| !text.is_empty()),
        tags: query.tags,
    };
    Ok(Ok200(api.numbers.page(api.calls.as_ref(), caller.account, &filter, sort, &page).await?))
}

/// Show a number
///
/// A number with its configurations, its latest calls and what it was used for this month.
#[utoipa::path(get, path = "/numbers/{id}", tag = "numbers", operation_id = "showNumber",
    params(("id" = String, Path, description = "The number")),
    responses((status = 200, description = "The number", body = Envelope<NumberDetails>)))]
pub async fn show(
    State(api): State<Arc<NumbersApi>>,
    caller: Caller,
    PathId(id): PathId<Number>,
) -> ApiResult<Ok200<NumberDetails>> {
    Ok(Ok200(api.numbers.details(api.calls.as_ref(), caller.account, id).await?))
}

/// Change a number
///
/// Changes the number's name, labels and notes. What is absent stays; null clears. What its calls follow is told to
/// `POST /numbers/{id}/configure`.
#[utoipa::path(put, path = "/numbers/{id}", tag = "numbers", operation_id = "updateNumber", request_body = UpdateNumber,
    params(("id" = String, Path, description = "The number")),
    responses((status = 200, description = "The number", body = Envelope<NumberDetails>),
              (status = 409, description = "The number is released or on its way back", body = ErrorEnvelope),
              (status = 422, description = "Calls would not follow this", body = ErrorEnvelope)))]
pub async fn update(
    State(api): State<Arc<NumbersApi>>,
    caller: Caller,
    PathId(id): PathId<Number>,
    Body(wanted): Body<UpdateNumber>,
) -> ApiResult<Ok200<NumberDetails>> {
    api.numbers.update(caller.account, id, &wanted).await?;
    Ok(Ok200(api.numbers.details(api.calls.as_ref(), caller.account, id).await?))
}

/// Say what calls are to follow
///
/// Stores a configuration: to forward, to speak or play, to reject, by time or by caller. Calls follow it from now on
/// unless `makeDefault` is false.
#[utoipa::path(post, path = "/numbers/{id}/configure", tag = "numbers", operation_id = "configureNumber",
    request_body = ConfigureNumber,
    params(("id" = String, Path, description = "The number")),
    responses((status = 200, description = "The number", body = Envelope<NumberDetails>),
              (status = 409, description = "The number is released or on its way back", body = ErrorEnvelope),
              (status = 422, description = "Calls would not follow this", body = ErrorEnvelope)))]
pub async fn configure(
    State(api): State<Arc<NumbersApi>>,
    caller: Caller,
    PathId(id): PathId<Number>,
    Body(body): Body<ConfigureNumber>,
) -> ApiResult<Ok200<NumberDetails>> {
    match body.sort()? {
        Wanted::Configuration(wanted, make_default) => {
            api.numbers.configure(caller.account, id, &wanted, make_default).await?;
        }
        Wanted::Update(wanted) => api.numbers.update(caller.account, id, &wanted).await?,
    }
    Ok(Ok200(api.numbers.details(api.calls.as_ref(), caller.account, id).await?))
}

/// Release a number
///
/// The number goes back to the carrier now and cannot be had again for certain; what was paid for it is not given back.
/// A 202 tells that the carrier has not confirmed it yet. Repeats are harmless.
#[utoipa::path(delete, path = "/numbers/{id}", tag = "numbers", operation_id = "releaseNumber",
    request_body = Option<ReleaseNumber>,
    params(("id" = String, Path, description = "The number"), ReleaseNumber),
    responses((status = 200, description = "The number, released", body = Envelope<UserNumber>,
               example = json!({"data": {"status": "RELEASED", "updatedAt": "2026-01-15T09:30:00.398Z"}})),
              (status = 202, description = "The number, on its way back to the carrier", body = Envelope<UserNumber>,
               example = json!({"data": {"status": "RELEASING", "updatedAt": "2026-01-15T09:30:00.398Z"}}))))]
pub async fn release(
    State(api): State<Arc<NumbersApi>>,
    caller: Caller,
    PathId(id): PathId<Number>,
    Options(options): Options<ReleaseNumber>,
) -> ApiResult<Response> {
    let refused = [
        ("releaseDate", options.release_date.is_some(), "is not acted on: a number is released now"),
        ("transferTo", options.transfer_to.is_some(), "is not acted on: numbers do not change hands"),
    ];
    let faults: Vec<FieldError> =
        refused.into_iter().filter(|fault| fault.1).map(|fault| FieldError::new(fault.0, fault.2)).collect();
    if !faults.is_empty() {
        return Err(ApiError::validation(faults));
    }
    let number = api.numbers.release(caller.account, id, options.reason.as_deref()).await?;
    let over = number.status == NumberStatus::Released;
    let view = api.numbers.user_number(api.calls.as_ref(), number).await?;
    Ok(if over { Ok200(view).into_response() } else { Accepted(view).into_response() })
}

/// Which of its two forms a request to configure has.
#[derive(Debug)]
pub(in crate::numbers) enum Wanted {
    Configuration(NumberConfiguration, bool),
    Update(UpdateNumber),
}

impl ConfigureNumber {
    /// Tells the forms apart; a mix is refused.
    pub(in crate::numbers) fn sort(self) -> Result<Wanted, NumberError> {
        let update = UpdateNumber {
            friendly_name: self.friendly_name.map(Some),
            tags: self.tags.map(Some),
            notes: self.notes.map(Some),
            voice_url: self.voice_url,
            voice_method: self.voice_method,
            voice_fallback_url: self.voice_fallback_url,
            sms_url: self.sms_url,
            status_callback: self.status_callback,
            configuration: None,
        };
        let is_flat = update != UpdateNumber::default();
        let fault = |field, message| Err(NumberError::Invalid(vec![FieldError::new(field, message)]));
        match (self.configuration, is_flat) {
            (Some(configuration), false) => Ok(Wanted::Configuration(configuration, self.make_default.unwrap_or(true))),
            (None, true) if self.make_default.is_none() => Ok(Wanted::Update(update)),
            (None, false) => fault("configuration", "is required"),
            _ => fault("configuration", "cannot go together with the number's own fields"),
        }
    }
}
