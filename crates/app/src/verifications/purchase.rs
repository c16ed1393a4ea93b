//! Buys a number from the best supplier, and from the next only where the one before definitely did not sell.

use std::time::Duration;

use chrono::TimeDelta;
use ports::{
    PortError, RefusalReason, Supplier,
    supplier::{Allocation, PurchaseOrder, Recovery},
};
use serde_json::json;
use store::{DbErr, Tx};
use tracing::{error, info, warn};
use vocab::{Amount, Money};

use super::{
    Verifications,
    model::{Detail, Sold, VerificationStatus},
    sql::{self, attempts::Attempt},
};
use crate::{
    orders::{self, Item, Placed},
    orphans::{self, Orphan},
    suppliers::{self, Candidate},
};

/// How many suppliers are asked for one item.
const TRIES: usize = 3;
/// How long a purchase waits for its turn at a supplier before the next is asked.
const TURN: Duration = Duration::from_secs(5);
/// For how long after it was ordered a number is looked for: whoever died meanwhile is taken over by then, and a buyer
/// still waits.
const WITHIN: TimeDelta = TimeDelta::seconds(60);

impl Verifications {
    /// Asks one supplier after the other. What is not known to have failed is never asked for again, whoever asked.
    pub(super) async fn purchase(&self, item: &Item) -> Result<Placed, PortError> {
        // Nothing was sent when our own database fails here.
        let detail = self.begin(item).await.map_err(not_sent)?;
        let before = sql::attempts::of_item(self.store.fresh(), item.id).await.map_err(not_sent)?;
        if before.iter().any(|attempt| attempt.is_open() || attempt.is_bought()) {
            return Err(PortError::Unknown);
        }
        let refused: Vec<&str> = before
            .iter()
            .filter(|attempt| attempt.reason.as_deref() != Some(NOT_NOW))
            .map(|a| a.supplier.as_str())
            .collect();
        let choices = self.choices(&detail.service(), detail.country, detail.preferred.as_deref()).await;
        let choices = choices.map_err(not_sent)?;
        let affordable = choices
            .iter()
            .filter(|choice| choice.cost.currency == item.price.currency && choice.cost.amount <= detail.most_cost);
        let untried = affordable.filter(|choice| !refused.contains(&choice.supplier.as_str()));
        let (mut position, mut last, mut not_now) = (before.len(), nobody(), None);
        for choice in untried.take(TRIES.saturating_sub(refused.len())) {
            if self.ambient.wall() - detail.quoted_at > WITHIN {
                return Err(last);
            }
            let card = self.suppliers.supplier(&choice.supplier).map(|supplier| supplier.card().clone());
            let Some(card) = card else { continue };
            if !self.suppliers.turn_to_buy(&card, TURN).await {
                not_now = Some(PortError::Busy { retry_after: TURN });
                continue;
            }
            match self.attempt(item, choice, position).await {
                Err(error @ (PortError::Busy { .. } | PortError::NotSent)) => not_now = Some(error),
                Err(PortError::Unknown) => return Err(PortError::Unknown),
                Err(error) => last = error,
                Ok(placed) => return Ok(placed),
            }
            position += 1;
        }
        Err(not_now.unwrap_or(last))
    }

    /// PENDING → PROCESSING.
    async fn begin(&self, item: &Item) -> Result<Detail, DbErr> {
        let detail = Detail::of(item)?;
        self.store
            .write(|tx| async move {
                let Some(mut rental) = sql::rentals::of_item(&tx, item.id).await? else { return Ok(()) };
                let (was, now) = (rental.status, self.ambient.business());
                if was != VerificationStatus::Pending {
                    return Ok(());
                }
                rental.status = VerificationStatus::Processing;
                sql::rentals::update(&tx, was, &rental, now).await?;
                sql::texts::note(&tx, rental.id, rental.status, "suppliers are asked for a number", now).await
            })
            .await
            .map(|()| detail)
    }

    async fn attempt(&self, item: &Item, choice: &Candidate, position: usize) -> Result<Placed, PortError> {
        let supplier = self.suppliers.supplier(&choice.supplier).ok_or_else(nobody)?;
        let attempt = Attempt {
            position: i64::try_from(position).unwrap_or(i64::MAX),
            supplier: choice.supplier.clone(),
            vendor_service: choice.vendor_service.clone(),
            vendor_country: choice.vendor_country.clone(),
            purchase_key: format!("{}-{position}", item.id),
            state: "TRYING".into(),
            reason: None,
            began_at: self.ambient.wall(),
        };
        if !self.intend(item, &attempt).await.map_err(not_sent)? {
            return Err(PortError::Unknown);
        }
        let bought = supplier.buy(&order(item, &attempt).map_err(not_sent)?).await;
        self.suppliers.observe(supplier.as_ref(), bought.as_ref().err()).await;
        match bought {
            Ok(allocation) => Ok(placed(supplier.as_ref(), &allocation, Some(choice.cost.amount))),
            Err(fault) => {
                info!(item = %item.id, supplier = choice.supplier, error = %fault, "the supplier did not sell");
                self.put_down(item, choice, &fault).await;
                Err(fault)
            }
        }
    }

    /// Puts down that a purchase is about to be sent. Whoever was taken for dead learns here that somebody else buys, or
    /// that the item was given up, and sends nothing.
    pub(super) async fn intend(&self, item: &Item, attempt: &Attempt) -> Result<bool, DbErr> {
        self.store
            .write(|tx| async move {
                orders::lock(&tx, item.order).await?;
                let rental = sql::rentals::of_item(&tx, item.id).await?;
                let is_wanted = rental.is_some_and(|rental| rental.status == VerificationStatus::Processing);
                Ok(is_wanted && sql::attempts::begin(&tx, item.id, attempt).await?)
            })
            .await
    }

    async fn put_down(&self, item: &Item, choice: &Candidate, fault: &PortError) {
        let (state, reason) = match fault {
            PortError::Unknown => ("UNKNOWN", None),
            PortError::Busy { .. } | PortError::NotSent => ("REFUSED", Some(NOT_NOW.to_owned())),
            PortError::Misconfigured(_) => ("REFUSED", Some("MISCONFIGURED".to_owned())),
            PortError::Refused(refusal) => ("REFUSED", Some(format!("{:?}", refusal.reason))),
        };
        let (reason, wall) = (reason.as_deref(), self.ambient.wall());
        let is_refusal = matches!(fault, PortError::Refused(_));
        let written = self.store.write(|tx| async move {
            if is_refusal {
                let detail = Detail::of(item)?;
                let (service, country) = (&detail.service_code, detail.country);
                suppliers::note_refusal(&tx, &choice.supplier, service, country, wall).await?;
            }
            sql::attempts::end_open(&tx, item.id, state, reason).await
        });
        if let Err(error) = written.await {
            // It stays open, and so in doubt: that is the safe side.
            warn!(item = %item.id, %error, "cannot put down what became of a purchase");
        }
    }

    /// Asks what became of a purchase in doubt, where the supplier can tell. `None` only once nothing of it can be in
    /// flight any more; until then it is too early to say so.
    pub(super) async fn look_up(&self, item: &Item) -> Result<Option<Placed>, PortError> {
        let attempts = sql::attempts::of_item(self.store.fresh(), item.id).await.map_err(not_sent)?;
        let Some(attempt) = attempts.iter().rev().find(|attempt| attempt.is_open()) else { return Ok(None) };
        let Some(supplier) = self.suppliers.supplier(&attempt.supplier) else { return Ok(None) };
        let (card, age) = (supplier.card(), self.ambient.wall() - attempt.began_at);
        let age = age.to_std().unwrap_or_default();
        let asked = matches!(card.recovery, Recovery::Replay { within } if age < within);
        if asked {
            let found = supplier.find(&order(item, attempt).map_err(not_sent)?).await;
            self.suppliers.observe(supplier.as_ref(), found.as_ref().err()).await;
            if let Some(allocation) = found? {
                return Ok(Some(placed(supplier.as_ref(), &allocation, None)));
            }
        }
        if age <= card.in_flight_bound {
            return Err(PortError::Busy { retry_after: card.in_flight_bound - age });
        }
        if asked {
            // The supplier knows nothing of it: no operator has to compare the float.
            let denied = |tx| async move { sql::attempts::end_open(&tx, item.id, "REFUSED", Some(NOT_SOLD)).await };
            self.store.write(denied).await.map_err(not_sent)?;
        }
        Ok(None)
    }
}

/// The reason of an attempt that may be made again.
const NOT_NOW: &str = "NOT_NOW";
/// The reason of an attempt whose answer was lost, and of which the supplier knows nothing.
const NOT_SOLD: &str = "NOT_SOLD";

/// The item is given up; says why, in its buyer's words. Where a purchase is in doubt the supplier may have sold, and
/// only the float will tell: an operator is shown which purchase that was.
pub(super) async fn given_up(line: &Verifications, tx: &Tx, item: &Item) -> Result<&'static str, DbErr> {
    let attempts = sql::attempts::of_item(tx, item.id).await?;
    for attempt in attempts.iter().filter(|attempt| attempt.is_open()) {
        let reason = format!(
            "a purchase of service {} in country {} at up to {} got no answer, and the customer's money is back: \
             compare the float",
            attempt.vendor_service,
            attempt.vendor_country,
            most_cost(item)?
        );
        let orphan = Orphan {
            vendor: &attempt.supplier,
            reference: &attempt.purchase_key,
            subject: &item.subject,
            item: Some(item.id),
            reason: &reason,
        };
        orphans::report(tx, &line.ambient, &orphan).await?;
        error!(item = %item.id, supplier = attempt.supplier, "a purchase in doubt is given up");
    }
    Ok(match attempts.last() {
        Some(last) if last.is_open() => "a supplier's answer was lost",
        Some(last) if last.reason.as_deref() != Some(NOT_NOW) => "no supplier had a number",
        _ => "no supplier could be asked in time",
    })
}

fn order(item: &Item, attempt: &Attempt) -> Result<PurchaseOrder, DbErr> {
    Ok(PurchaseOrder {
        key: attempt.purchase_key.clone(),
        service: attempt.vendor_service.clone(),
        country: attempt.vendor_country.clone(),
        max_cost: Some(most_cost(item)?),
    })
}

fn most_cost(item: &Item) -> Result<Money, DbErr> {
    Ok(Money::new(Detail::of(item)?.most_cost, item.price.currency))
}

/// `quoted` is what it was to cost, for suppliers that do not say what it did.
fn placed(supplier: &dyn Supplier, allocation: &Allocation, quoted: Option<Amount>) -> Placed {
    let sold = Sold {
        supplier: supplier.card().name.to_owned(),
        number: allocation.number.clone(),
        cost: allocation.cost.map(|cost| cost.amount).or(quoted),
        ends_at: allocation.ends_at,
    };
    Placed { reference: allocation.reference.clone(), detail: json!(sold) }
}

fn nobody() -> PortError {
    PortError::refused(RefusalReason::NumberNotAvailable, None, "no supplier has a number")
}

fn not_sent(error: DbErr) -> PortError {
    warn!(%error, "a purchase could not be begun");
    PortError::NotSent
}
