//! Rentals as the API shows them, to their owner only: with words and codes.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use store::{DbErr, Tx};
use utoipa::ToSchema;
use vocab::{
    Amount, CountryCode, Currency,
    id::{AccountId, OrderId, VerificationId},
};

use super::{
    Verifications,
    model::{Verification, VerificationStatus},
    receive::{CODE, TEXT},
    sql::{self, texts::TextRow},
};
use crate::{suppliers::Service, web::time::Timestamp};

/// A rental.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "ver_019bc0fd89c07c3a9d52b8e6f1766572", "activationId": 4832124661973628_i64,
    "orderId": "ord_019bc0fd89c07c3a9d52b8e6f16f7264", "serviceCode": "tg", "serviceName": "Telegram",
    "country": "US", "provider": "SMS_MAN", "phoneNumber": "+14155552671", "status": "WAITING_FOR_SMS",
    "price": 0.63, "currency": "USD", "code": null, "text": null, "messages": [], "awaitsMore": false,
    "expiresAt": "2026-01-15T09:50:00.747Z", "completedAt": null, "refundedAt": null,
    "createdAt": "2026-01-15T09:30:00.412Z", "updatedAt": "2026-01-15T09:30:00.747Z",
}))]
pub struct VerificationView {
    /// Its id.
    pub id: VerificationId,
    /// Its number in the market's own protocol, `handler_api`.
    pub activation_id: i64,
    /// Its order.
    pub order_id: OrderId,
    /// The market's code of the service.
    pub service_code: String,
    /// The service's name.
    pub service_name: String,
    /// The number's country.
    pub country: CountryCode,
    /// The supplier that rented the number, once one has.
    pub provider: Option<String>,
    /// The number, once there is one.
    pub phone_number: Option<String>,
    /// Where it is.
    pub status: VerificationStatus,
    /// Why it ended without a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_reason: Option<String>,
    /// What it costs; paid when the first text comes.
    pub price: Amount,
    /// In which currency.
    pub currency: Currency,
    /// The code in the latest text.
    pub code: Option<String>,
    /// The latest text.
    pub text: Option<String>,
    /// Every text, oldest first.
    pub messages: Vec<MessageView>,
    /// Whether one more text was asked for and may still come.
    pub awaits_more: bool,
    /// When the number's time is over.
    pub expires_at: Option<Timestamp>,
    /// Before this the supplier refuses to take the number back; a cancellation is scheduled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancellable_at: Option<Timestamp>,
    /// When the first text came.
    pub completed_at: Option<Timestamp>,
    /// When the money went back.
    pub refunded_at: Option<Timestamp>,
    /// When it was ordered.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A text that came.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageView {
    /// The code in it, where one was found.
    pub code: Option<String>,
    /// Its words, where the supplier tells them and they are not erased.
    #[schema(example = "Your Telegram code is 48291")]
    pub text: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
}

/// A rental, whole.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "ver_019bc0fd89c07c3a9d52b8e6f1766572", "activationId": 4832124661973628_i64,
    "orderId": "ord_019bc0fd89c07c3a9d52b8e6f16f7264", "serviceCode": "tg", "serviceName": "Telegram",
    "country": "US", "provider": "SMS_MAN", "phoneNumber": "+14155552671", "status": "COMPLETED", "price": 0.63,
    "currency": "USD", "code": "48213", "text": null,
    "messages": [{"code": "48213", "text": null, "receivedAt": "2026-01-15T09:30:14.937Z"}], "awaitsMore": false,
    "expiresAt": "2026-01-15T09:50:00.747Z", "completedAt": "2026-01-15T09:30:14.937Z", "refundedAt": null,
    "createdAt": "2026-01-15T09:30:00.412Z", "updatedAt": "2026-01-15T09:30:14.937Z",
    "timeline": [
        {
            "status": "PENDING", "timestamp": "2026-01-15T09:30:00.412Z",
            "note": "ordered at 0.63 USD; the money is set aside",
        },
        {
            "status": "PROCESSING", "timestamp": "2026-01-15T09:30:00.438Z",
            "note": "suppliers are asked for a number",
        },
        {
            "status": "WAITING_FOR_SMS", "timestamp": "2026-01-15T09:30:00.747Z",
            "note": "SMS_MAN rented +14155552671; it waits for its text",
        },
        {
            "status": "COMPLETED", "timestamp": "2026-01-15T09:30:14.937Z",
            "note": "the text came; it is paid for",
        },
    ],
}))]
pub struct VerificationDetails {
    /// The rental.
    #[serde(flatten)]
    pub verification: VerificationView,
    /// What happened, in order.
    pub timeline: Vec<TimelineView>,
}

/// A line of the timeline.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TimelineView {
    /// Where the rental was.
    pub status: VerificationStatus,
    /// When.
    pub timestamp: Timestamp,
    /// What happened.
    pub note: String,
}

impl Verifications {
    /// These rentals with their texts.
    pub(super) async fn views(&self, rentals: Vec<Verification>) -> Result<Vec<VerificationView>, DbErr> {
        let now = self.ambient.business();
        let ids: Vec<VerificationId> = rentals.iter().map(|rental| rental.id).collect();
        let mut texts: HashMap<uuid::Uuid, Vec<TextRow>> = HashMap::new();
        for row in sql::texts::of_rentals(self.store.fresh(), &ids).await? {
            texts.entry(row.verification_id).or_default().push(row);
        }
        rentals
            .into_iter()
            .map(|rental| {
                let own = texts.remove(&rental.id.uuid()).unwrap_or_default();
                // What came when the money was back is nobody's; what came after the rental was read is told next time.
                let is_told = |text: &TextRow| !rental.status.is_given_back() && text.version <= rental.version;
                let own = own.iter().filter(|text| is_told(text)).map(|text| self.message(text));
                Ok(view(&rental, now, own.collect::<Result<_, DbErr>>()?))
            })
            .collect()
    }

    /// One rental with its texts.
    pub async fn view(&self, rental: Verification) -> Result<VerificationView, DbErr> {
        let id = rental.id;
        let view = self.views(vec![rental]).await?.pop();
        view.ok_or_else(|| DbErr::RecordNotFound(id.to_string()))
    }

    /// One rental with its texts and timeline.
    pub(super) async fn details(&self, rental: Verification) -> Result<VerificationDetails, DbErr> {
        let rows = sql::texts::timeline(self.store.fresh(), rental.id).await?;
        let line = |row: sql::texts::TimelineRow| {
            let status = row.status.parse().map_err(|_| DbErr::Type(format!("a timeline holds {:?}", row.status)))?;
            Ok(TimelineView { status, timestamp: row.at.into(), note: row.note })
        };
        let timeline = rows.into_iter().map(line).collect::<Result<_, DbErr>>()?;
        Ok(VerificationDetails { verification: self.view(rental).await?, timeline })
    }

    /// Anybody's texts with their words, and whose they are: for operators, who put down that they read them.
    pub async fn reveal_in(&self, tx: &Tx, id: VerificationId) -> Result<Option<(AccountId, Vec<MessageView>)>, DbErr> {
        let Some(rental) = sql::rentals::any(tx, id).await? else { return Ok(None) };
        let texts = sql::texts::of_rentals(tx, &[id]).await?;
        let messages = texts.iter().map(|row| self.message(row)).collect::<Result<_, _>>()?;
        Ok(Some((rental.account, messages)))
    }

    fn message(&self, row: &TextRow) -> Result<MessageView, DbErr> {
        let open = |field: &str, sealed: &Option<String>| {
            sealed.as_deref().map(|sealed| self.sealer.open(field, row.id.as_bytes(), sealed)).transpose()
        };
        Ok(MessageView {
            code: open(CODE, &row.sealed_code)?,
            text: open(TEXT, &row.sealed_text)?,
            received_at: row.received_at.into(),
        })
    }
}

fn view(rental: &Verification, now: DateTime<Utc>, messages: Vec<MessageView>) -> VerificationView {
    let at = rental.rental.as_ref();
    let latest = messages.last();
    let time = |time: Option<DateTime<Utc>>| time.map(Timestamp::from);
    VerificationView {
        id: rental.id,
        activation_id: rental.activation,
        order_id: rental.order,
        service_name: Service::named(&rental.service_code).name,
        service_code: rental.service_code.clone(),
        country: rental.country,
        provider: at.map(|at| at.supplier.clone()),
        phone_number: at.map(|at| at.number.to_string()),
        status: rental.status,
        status_reason: rental.status_reason.clone(),
        price: rental.price.amount,
        currency: rental.currency(),
        code: latest.and_then(|latest| latest.code.clone()),
        text: latest.and_then(|latest| latest.text.clone()),
        awaits_more: rental.awaits_more && at.is_some_and(|at| at.expires_at > now),
        expires_at: time(at.map(|at| at.expires_at)),
        cancellable_at: time(at.and_then(|at| at.locked_until)),
        completed_at: time(rental.code_at),
        refunded_at: time(rental.refunded_at),
        created_at: rental.created_at.into(),
        updated_at: rental.updated_at.into(),
        messages,
    }
}
