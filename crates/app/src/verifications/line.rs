//! Rentals as a product line of orders: quote, claim, place, find, settle, undo.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use ports::PortError;
use serde_json::json;
use store::{Bound, DbErr, Tx};
use vocab::{
    Amount,
    id::{AccountId, VerificationId},
};

use super::{
    Verifications,
    admit::Admitted,
    jobs::WATCH_STEP,
    model::{Detail, Rental, Sold, Verification, VerificationStatus},
    purchase::given_up,
    quote::QuoteFault,
    sql::{self, attempts::Attempt},
};
use crate::{
    jobs::{self, StepRef},
    ledger::Revenue,
    orders::{self, AtOnce, Claim, Item, ItemType, Line, Placed, Quote, QuoteError, Settled, Wanted},
    suppliers::AGAIN,
    web::error::ErrorCode,
};

/// The bound where no supplier is connected and so nothing is in flight.
const NO_SUPPLIER_BOUND: Duration = Duration::from_secs(30);
/// The first look at a rental. A text that was announced before the purchase was put down is known to nobody.
const FIRST_LOOK: Duration = Duration::from_secs(2);
/// Activation ids are below 2^53, so that every client's integers hold them, and of ten digits or more.
const ACTIVATIONS: (u64, u64) = (1_000_000_000, 1 << 53);

#[async_trait::async_trait]
impl Line for Verifications {
    fn item_type(&self) -> ItemType {
        ItemType::Verification
    }

    fn revenue(&self) -> Revenue {
        Revenue::Verification
    }

    async fn quote(&self, _: AccountId, wanted: &Wanted) -> Result<Quote, QuoteError> {
        // An order has the options beside `items[0].itemId`; a request of its own has them at its root.
        let at = wanted.field.rsplit_once('.').map_or_else(String::new, |(item, _)| format!("{item}.metadata"));
        let asked = self.understand(&wanted.options, &at).await?;
        self.allow(&asked)?;
        let subject = format!("{}/{}", asked.service.code, asked.country);
        let priced = self.priced(&asked.service, asked.country, asked.preferred).await.map_err(fault)?;
        let Some(first) = priced.first() else {
            return Err(QuoteError::NotAvailable(subject));
        };
        let bound = asked.max_price;
        let Some(best) = priced.iter().find(|priced| bound.is_none_or(|most| priced.price.amount <= most)) else {
            let why = format!("A code for {} in {} costs {} now.", asked.service.name, asked.country, first.price);
            return Err(QuoteError::Refused(ErrorCode::PriceChanged, why));
        };
        let detail = self.detail(&asked, best.price.amount.max(best.cost.amount));
        Ok(Quote {
            description: format!("Verification code for {} ({})", asked.service.name, asked.country),
            subject,
            price: best.price,
            detail: json!(detail),
        })
    }

    async fn claim(&self, tx: &Tx, item: &Item) -> Result<Claim, DbErr> {
        let (detail, now) = (Detail::of(item)?, self.ambient.business());
        if let Some(why) = self.over_cap(tx, item.account, item.price.currency).await? {
            return Ok(Claim::Refused(ErrorCode::SpendLimitReached, why));
        }
        let new = Verification {
            id: detail.verification,
            activation: detail.activation,
            account: item.account,
            order: item.order,
            item: item.id,
            service_code: detail.service_code.clone(),
            country: detail.country,
            status: VerificationStatus::Pending,
            status_reason: None,
            price: item.price,
            rental: None,
            code_at: None,
            awaits_more: false,
            owed_back: false,
            refunded_at: None,
            version: 0,
            created_at: now,
            updated_at: now,
        };
        sql::rentals::insert(tx, &new).await?;
        let note = format!("ordered at {}; the money is set aside", item.price);
        sql::texts::note(tx, new.id, new.status, &note, now).await?;
        Ok(Claim::Won)
    }

    fn claiming(&self, _: &Item) -> Option<Bound> {
        None
    }

    async fn place(&self, item: &Item) -> Result<Placed, PortError> {
        self.purchase(item).await
    }

    async fn may_have_been_sent(&self, item: &Item) -> Result<bool, DbErr> {
        let attempts = sql::attempts::of_item(self.store.fresh(), item.id).await?;
        Ok(attempts.iter().any(Attempt::is_open))
    }

    async fn find(&self, item: &Item) -> Result<Option<Placed>, PortError> {
        self.look_up(item).await
    }

    fn in_flight_bound(&self) -> Duration {
        let bounds = self.suppliers.all().into_iter().map(|connected| connected.supplier.card().in_flight_bound);
        bounds.max().unwrap_or(NO_SUPPLIER_BOUND)
    }

    async fn settle(&self, tx: &Tx, item: &Item, placed: &Placed) -> Result<Settled, DbErr> {
        let (mut detail, now) = (Detail::of(item)?, self.ambient.business());
        let sold: Sold =
            serde_json::from_value(placed.detail.clone()).map_err(|error| DbErr::Json(error.to_string()))?;
        let mut rental = sql::rentals::of_item(tx, item.id).await?.ok_or_else(|| missing(item))?;
        detail.metadata["phoneNumber"] = json!(sold.number);
        if rental.rental.is_some() {
            return Ok(Settled::Waiting { detail: json!(detail) });
        }
        if sql::rentals::of_reference(tx, &sold.supplier, &placed.reference).await?.is_some() {
            tracing::error!(item = %item.id, reference = placed.reference, "a supplier sold one allocation twice");
            return Ok(Settled::Refused("The supplier delivered a number that is in use.".into()));
        }
        let was = rental.status;
        rental.status = VerificationStatus::WaitingForSms;
        rental.rental = Some(self.rental(&sold, &placed.reference, now));
        sql::rentals::update(tx, was, &rental, now).await?;
        sql::attempts::end_open(tx, item.id, "BOUGHT", None).await?;
        let note = format!("{} rented {}; it waits for its text", sold.supplier, sold.number);
        sql::texts::note(tx, rental.id, rental.status, &note, now).await?;
        let step = StepRef { kind: WATCH_STEP, subject: rental.id.uuid() };
        let soon = FIRST_LOOK.min(self.settings.look_every);
        let first_look = self.ambient.wall() + TimeDelta::from_std(soon).unwrap_or(TimeDelta::MAX);
        jobs::enqueue_at(tx, &self.ambient, step, first_look).await?;
        Ok(Settled::Waiting { detail: json!(detail) })
    }

    fn settling(&self, _: &Item, _: &Placed) -> Option<AtOnce> {
        None
    }

    async fn undo(&self, tx: &Tx, item: &Item) -> Result<(), DbErr> {
        let Some(mut rental) = sql::rentals::of_item(tx, item.id).await? else { return Ok(()) };
        let (was, now) = (rental.status, self.ambient.business());
        if !matches!(was, VerificationStatus::Pending | VerificationStatus::Processing) {
            return Ok(());
        }
        let why = if orders::is_cancelled(tx, item.id).await? {
            rental.status = VerificationStatus::Cancelled;
            "the order was cancelled"
        } else {
            rental.status = VerificationStatus::Failed;
            given_up(self, tx, item).await?
        };
        rental.status_reason = Some(why.to_owned());
        rental.refunded_at = Some(now);
        sql::rentals::update(tx, was, &rental, now).await?;
        sql::texts::note(tx, rental.id, rental.status, &format!("{why}; the money is back"), now).await
    }
}

impl Verifications {
    fn detail(&self, asked: &Admitted, most_cost: Amount) -> Detail {
        let verification = VerificationId::new(&self.ambient);
        let activation = ACTIVATIONS.0 + self.ambient.below(ACTIVATIONS.1 - ACTIVATIONS.0);
        Detail {
            service_code: asked.service.code.clone(),
            country: asked.country,
            preferred: asked.preferred.map(str::to_owned),
            quoted_at: self.ambient.wall(),
            most_cost,
            verification,
            activation: i64::try_from(activation).expect("below 2^53"),
            metadata: json!({
                "serviceCode": asked.service.code,
                "country": asked.country,
                "verificationId": verification,
            }),
        }
    }

    fn rental(&self, sold: &Sold, reference: &str, now: DateTime<Utc>) -> Rental {
        let supplier = self.suppliers.supplier(&sold.supplier);
        let card = supplier.as_ref().map(|supplier| supplier.card());
        let after = |span: Duration| now + TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX);
        let window = card.map_or(Duration::from_secs(20 * 60), |card| card.window);
        Rental {
            supplier: sold.supplier.clone(),
            reference: reference.to_owned(),
            number: sold.number.clone(),
            cost: sold.cost,
            bought_at: now,
            expires_at: sold.ends_at.filter(|end| *end > now).unwrap_or_else(|| after(window)),
            rounds: 0,
            locked_until: card.and_then(|card| card.cancel_lock).map(after),
        }
    }
}

fn missing(item: &Item) -> DbErr {
    DbErr::RecordNotFound(format!("the rental of item {}", item.id))
}

fn fault(fault: QuoteFault) -> QuoteError {
    match fault {
        QuoteFault::Database(error) => QuoteError::Database(error),
        QuoteFault::Price(error) => QuoteError::Database(DbErr::Custom(error.to_string())),
        QuoteFault::NotYet => QuoteError::Vendor(PortError::Busy { retry_after: AGAIN }),
    }
}
