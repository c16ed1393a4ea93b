//! Takes an item one step further. Input-free: it looks at the item and does what is next, so whoever
//! runs it, and however often, the item ends the same. It is the only finisher of doubtful items.

use std::time::Duration;

use chrono::{DateTime, Utc};
use ports::{PortError, RefusalReason};
use tracing::{error, info, warn};
use vocab::id::ItemId;

use super::{
    Item, ItemState, ItemType, Line, Orders,
    model::elapsed,
    settle::{Refused, SettleError},
    sql,
};
use crate::{jobs::Outcome, web::error::ErrorCode};

/// For how long a request that never left is sent again before the item is given up.
const PATIENCE: Duration = Duration::from_secs(20);
/// The first question after an answer was lost, and the longest pause between two (product.md, law 5).
const FIRST_ASK: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

impl Orders {
    /// Looks at the item and does what is next.
    pub(super) async fn advance(&self, id: ItemId) -> Result<Outcome, SettleError> {
        let Some(row) = sql::item(self.store.fresh(), id).await? else { return Ok(Outcome::Done) };
        let Some(line) = self.line(row.item_type()?) else { return Ok(Outcome::Done) };
        let (item, line) = (row.item()?, line.as_ref());
        match row.state()? {
            ItemState::Held => match self.begin_placing(&item).await? {
                Some(since) => self.place(line, &item, since, false).await,
                // It has moved: where it is now is looked at next.
                None => Ok(Outcome::Again(FIRST_ASK)),
            },
            ItemState::Placing => self.take_over(line, &item, row.placing_since).await,
            ItemState::Unknown => self.ask(line, &item, row.placing_since).await,
            ItemState::Placed | ItemState::Pending => Ok(Outcome::Done),
            ItemState::Delivered | ItemState::Refused | ItemState::Cancelled => Ok(Outcome::Done),
        }
    }

    /// Whoever was placing it is gone, and may have been heard.
    async fn take_over(
        &self,
        line: &dyn Line,
        item: &Item,
        since: Option<DateTime<Utc>>,
    ) -> Result<Outcome, SettleError> {
        if let Some(since) = since
            && !line.may_have_been_sent(item).await?
        {
            return match self.place_again(item, since).await? {
                Some(since) => self.place(line, item, since, false).await,
                None => Ok(Outcome::Again(FIRST_ASK)),
            };
        }
        self.doubt(item).await?;
        self.ask(line, item, since).await
    }

    /// Places an item that this process has just written, with the intent; `is_alone` where its order has no other.
    pub(super) async fn place_first(
        self,
        item_type: ItemType,
        item: Item,
        since: DateTime<Utc>,
        is_alone: bool,
    ) -> Result<Outcome, String> {
        let Some(line) = self.line(item_type) else { return Ok(Outcome::Done) };
        self.place(line.as_ref(), &item, since, is_alone).await.map_err(|error| error.to_string())
    }

    /// Tells the vendor, and tells it again only when it cannot have heard.
    async fn place(
        &self,
        line: &dyn Line,
        item: &Item,
        began: DateTime<Utc>,
        is_alone: bool,
    ) -> Result<Outcome, SettleError> {
        let mut since = began;
        loop {
            let pause = match line.place(item).await {
                Ok(placed) => {
                    if !is_alone || !self.deliver_at_once(line, item, &placed).await? {
                        self.deliver(line, item, &placed).await?;
                    }
                    return Ok(Outcome::Finished);
                }
                Err(PortError::Unknown) => {
                    warn!(item = %item.id, "the vendor's answer is lost; asking from now on");
                    self.doubt(item).await?;
                    return Ok(Outcome::Again(FIRST_ASK));
                }
                Err(PortError::NotSent) => Duration::from_millis(500),
                Err(PortError::Busy { retry_after }) => retry_after.clamp(Duration::from_millis(100), FIRST_ASK),
                Err(PortError::Refused(refusal)) => {
                    info!(item = %item.id, code = refusal.code, "the vendor refused: {}", refusal.message);
                    self.refuse(line, item, &explain(refusal.reason)).await?;
                    return Ok(Outcome::Finished);
                }
                Err(PortError::Misconfigured(why)) => {
                    error!(item = %item.id, %why, "the vendor does not accept us; an operator must act");
                    self.refuse(line, item, &upstream("The carrier cannot be used just now.")).await?;
                    return Ok(Outcome::Finished);
                }
            };
            if elapsed(began, self.ambient.wall()) + pause > PATIENCE {
                self.refuse(line, item, &upstream("The carrier could not be reached.")).await?;
                return Ok(Outcome::Finished);
            }
            tokio::time::sleep(pause).await;
            match self.place_again(item, since).await? {
                Some(again) => since = again,
                None => return Ok(Outcome::Again(FIRST_ASK)),
            }
        }
    }

    /// Asks whether it was placed after all.
    async fn ask(&self, line: &dyn Line, item: &Item, since: Option<DateTime<Utc>>) -> Result<Outcome, SettleError> {
        let age = elapsed(since.unwrap_or_else(|| self.ambient.wall()), self.ambient.wall());
        if age < FIRST_ASK {
            return Ok(Outcome::Again(FIRST_ASK - age));
        }
        match line.find(item).await {
            Ok(Some(placed)) => {
                self.deliver(line, item, &placed).await?;
                Ok(Outcome::Finished)
            }
            Ok(None) if age > line.in_flight_bound() => {
                let message = "The carrier's answer was lost and the purchase cannot be found there.";
                let refused = Refused { code: ErrorCode::UpstreamTimeout, message: message.into() };
                self.refuse(line, item, &refused).await?;
                Ok(Outcome::Finished)
            }
            Ok(None) => Ok(Outcome::Again(age.clamp(FIRST_ASK, LONGEST_PAUSE))),
            Err(PortError::Busy { .. }) => Ok(Outcome::Again(age.clamp(FIRST_ASK, LONGEST_PAUSE))),
            Err(error) => {
                warn!(item = %item.id, %error, "the vendor cannot be asked");
                Ok(Outcome::Again(age.clamp(FIRST_ASK, LONGEST_PAUSE)))
            }
        }
    }
}

fn upstream(message: &str) -> Refused {
    Refused { code: ErrorCode::UpstreamError, message: message.into() }
}

/// A vendor's reason in the buyer's words. The vendor's own words stay in the log.
fn explain(reason: RefusalReason) -> Refused {
    let (code, message) = match reason {
        RefusalReason::NumberNotAvailable | RefusalReason::NotFound => {
            (ErrorCode::NumberNotAvailable, "The number is no longer available.")
        }
        RefusalReason::RequirementsNotMet => {
            (ErrorCode::RequirementsNotMet, "The carrier asks for an address or documents for this number.")
        }
        RefusalReason::Invalid
        | RefusalReason::NotPermitted
        | RefusalReason::Unsupported
        | RefusalReason::Declined
        | RefusalReason::NoFunds
        | RefusalReason::PriceTooHigh
        | RefusalReason::Other => (ErrorCode::UpstreamError, "The carrier refused the purchase."),
    };
    Refused { code, message: message.into() }
}
