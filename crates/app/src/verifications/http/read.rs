//! Reading rentals: at once, when something happens, or as it happens.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use futures::{Stream, StreamExt as _, stream};
use garde::Validate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use vocab::id::{AccountId, Verification as VerificationNoun, VerificationId};

use super::VerificationsApi;
use crate::{
    verifications::{
        Verification, VerificationDetails, VerificationStatus, VerificationView, Verifications,
        live::Listener,
        model::{Filter, Standing},
    },
    web::{ApiError, ApiResult, Caller, Envelope, List, Ok200, PageQuery, Paged, PathId, Query},
};

/// What a list of rentals is narrowed to.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VerificationsQuery {
    /// In one of these. `REFUNDED` are all whose money is back: cancelled, expired, failed.
    #[serde(default)]
    #[garde(length(max = 10))]
    #[schema(max_items = 10)]
    #[param(max_items = 10)]
    pub status: Vec<VerificationStatus>,
    /// For this service.
    #[garde(length(max = 64))]
    #[schema(max_length = 64)]
    #[param(max_length = 64)]
    pub service_code: Option<String>,
}

/// How long to wait for news.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WaitQuery {
    /// Seconds to wait for a text or an end, at most 25; the answer comes as soon as there is one.
    #[garde(range(max = 25))]
    #[schema(maximum = 25)]
    #[param(maximum = 25)]
    pub wait: Option<u32>,
}

/// List rentals
///
/// The account's rentals, newest first, each with its number, its state and its code if one came.
#[utoipa::path(get, path = "/verifications", tag = "verifications", operation_id = "listVerifications",
    params(VerificationsQuery, PageQuery),
    responses((status = 200, description = "The rentals", body = Envelope<List<VerificationView>>)))]
pub async fn list(
    State(api): State<Arc<VerificationsApi>>,
    caller: Caller,
    Paged(query, page): Paged<VerificationsQuery>,
) -> ApiResult<Ok200<List<VerificationView>>> {
    let filter = Filter { statuses: query.status, service_code: query.service_code };
    api.verifications.page(caller.account, &filter, &page).await.map(Ok200).map_err(ApiError::internal)
}

/// Show a rental
///
/// A rental with its texts. With `wait` the answer comes when there is news, or after so many seconds: one request in
/// 25 seconds is enough to follow a rental.
#[utoipa::path(get, path = "/verifications/{id}", tag = "verifications", operation_id = "showVerification",
    params(("id" = String, Path, description = "The rental"), WaitQuery),
    responses((status = 200, description = "The rental", body = Envelope<VerificationDetails>)))]
pub async fn show(
    State(api): State<Arc<VerificationsApi>>,
    caller: Caller,
    PathId(id): PathId<VerificationNoun>,
    Query(query): Query<WaitQuery>,
) -> ApiResult<Ok200<VerificationDetails>> {
    let verifications = &api.verifications;
    let mut listener = verifications.live.listen(id);
    let mut rental = verifications.of(caller.account, id).await?;
    let first = rental.version;
    let wait = Duration::from_secs(query.wait.unwrap_or(0).into());
    let news = async {
        while is_awaited(&rental) && rental.version == first {
            let standing = rental.standing(verifications.ambient.business());
            // Only what still waits for its first text may yet get one, or end.
            if standing.is_over && !rental.status.waits() {
                return;
            }
            listener.changed(standing).await;
            match verifications.of(caller.account, id).await {
                Ok(now) => rental = now,
                Err(_) => return,
            }
        }
    };
    tokio::select! {
        () = news => {}
        () = tokio::time::sleep(wait) => {}
        () = verifications.live.ended() => {}
    }
    let rental = verifications.of(caller.account, id).await?;
    verifications.details(rental).await.map(Ok200).map_err(ApiError::internal)
}

/// A rental as it is told when its code has come: its version and itself.
const STREAMED: &str = concat!(
    "id: 4\n",
    r#"data: {"id":"ver_019bc0fd89c07c3a9d52b8e6f1766572","activationId":4832124661973628,"#,
    r#""orderId":"ord_019bc0fd89c07c3a9d52b8e6f16f7264","serviceCode":"tg","serviceName":"Telegram","country":"US","#,
    r#""provider":"SMS_MAN","phoneNumber":"+14155552671","status":"COMPLETED","price":0.63,"currency":"USD","#,
    r#""code":"48213","text":null,"messages":[{"code":"48213","text":null,"receivedAt":"2026-01-15T09:30:14.937Z"}],"#,
    r#""awaitsMore":false,"expiresAt":"2026-01-15T09:50:00.747Z","completedAt":"2026-01-15T09:30:14.937Z","#,
    r#""refundedAt":null,"createdAt":"2026-01-15T09:30:00.412Z","updatedAt":"2026-01-15T09:30:14.937Z"}"#,
    "\n\n",
);

/// Follow a rental
///
/// Server-sent events: the rental at once, then each change the moment it is known. Ends when nothing more can come.
#[utoipa::path(get, path = "/verifications/{id}/stream", tag = "verifications", operation_id = "streamVerification",
    params(("id" = String, Path, description = "The rental")),
    responses((status = 200, description = "Server-sent events; the data of each is the rental as JSON",
               body = String, content_type = "text/event-stream", example = json!(STREAMED))))]
pub async fn stream(
    State(api): State<Arc<VerificationsApi>>,
    caller: Caller,
    PathId(id): PathId<VerificationNoun>,
) -> ApiResult<Sse<impl Stream<Item = Result<Event, Infallible>> + use<>>> {
    let listener = api.verifications.live.listen(id);
    let first = api.verifications.of(caller.account, id).await?;
    let ended = api.verifications.live.ended();
    let verifications = api.verifications.clone();
    let read = (first.status, first.standing(verifications.ambient.business()));
    let follower = Follower { verifications, account: caller.account, id, listener, first: Some(first), read };
    let events = stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok(event), follower))
    });
    Ok(Sse::new(events.take_until(ended)).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

/// Whether a text is awaited: the first, or one more.
fn is_awaited(rental: &Verification) -> bool {
    rental.awaits_more || !(rental.status.is_given_back() || rental.status == VerificationStatus::Completed)
}

struct Follower {
    verifications: Verifications,
    account: AccountId,
    id: VerificationId,
    listener: Listener,
    /// What is told at once.
    first: Option<Verification>,
    /// Where the rental was when it was read last, and how it stood.
    read: (VerificationStatus, Standing),
}

impl Follower {
    /// The next change; `None` when nothing more can come, or nothing can be read.
    async fn next(&mut self) -> Option<Event> {
        let rental = match self.first.take() {
            Some(first) => first,
            None => self.news().await?,
        };
        let version = rental.version.to_string();
        let view = self.verifications.view(rental).await.ok()?;
        Event::default().id(version).json_data(view).ok()
    }

    async fn news(&mut self) -> Option<Verification> {
        while !self.is_over() {
            let (_, told) = self.read;
            self.listener.changed(told).await;
            let rental = self.verifications.of(self.account, self.id).await.ok()?;
            self.read = (rental.status, rental.standing(self.verifications.ambient.business()));
            if rental.version != told.version {
                return Some(rental);
            }
        }
        None
    }

    /// A rental that got its text is followed to the end of its time.
    fn is_over(&self) -> bool {
        let (status, standing) = self.read;
        status.is_given_back() || (status == VerificationStatus::Completed && standing.is_over)
    }
}
