//! What orders ask of a product line.

use std::time::Duration;

use ports::PortError;
use serde_json::Value;
use store::{Bound, DbErr, Several, Tx};
use uuid::Uuid;
use vocab::{
    Amount, Money,
    id::{AccountId, ItemId, OrderId},
};

use super::ItemType;
use crate::{
    events::Fact,
    ledger::Revenue,
    web::error::{ErrorCode, FieldError},
};

/// A product line: what can be ordered, and how it is delivered.
#[async_trait::async_trait]
pub trait Line: Send + Sync {
    /// Which items are this line's.
    fn item_type(&self) -> ItemType;

    /// What its money is earned with.
    fn revenue(&self) -> Revenue;

    /// Prices one thing before the order opens. May call out.
    async fn quote(&self, account: AccountId, wanted: &Wanted) -> Result<Quote, QuoteError>;

    /// Claims the thing for this item, in the transaction that opens the order.
    async fn claim(&self, tx: &Tx, item: &Item) -> Result<Claim, DbErr>;

    /// The claim as one statement, which changes a row where it is won; `None` where it takes more than that.
    fn claiming(&self, item: &Item) -> Option<Bound>;

    /// Asks the vendor for it. No transaction is open; the intent is committed. Never called twice for an
    /// item, except after a [`PortError`] which says that nothing happened.
    async fn place(&self, item: &Item) -> Result<Placed, PortError>;

    /// Whether the vendor may have heard of it, asked when whoever was placing it is gone. Only a line that puts down
    /// each request before it leaves can deny it.
    async fn may_have_been_sent(&self, _: &Item) -> Result<bool, DbErr> {
        Ok(true)
    }

    /// Asks the vendor whether it was placed after all; [`PortError::Busy`] where it is too early to tell.
    async fn find(&self, item: &Item) -> Result<Option<Placed>, PortError>;

    /// How long after the last request something that cannot be found was not placed.
    fn in_flight_bound(&self) -> Duration;

    /// Makes what was placed the customer's, in the transaction that takes the money.
    async fn settle(&self, tx: &Tx, item: &Item, placed: &Placed) -> Result<Settled, DbErr>;

    /// The same as some of several statements, where nothing has to be looked at: as it is when an item is settled that
    /// this process has just placed. `None` where more is to be done.
    fn settling(&self, item: &Item, placed: &Placed) -> Option<AtOnce>;

    /// Gives up the claim of this very item, in the transaction that gives the money back.
    async fn undo(&self, tx: &Tx, item: &Item) -> Result<(), DbErr>;
}

/// One thing that is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What: the E.164 number of a number.
    pub subject: String,
    /// The line's own options.
    pub options: Value,
    /// Another price than the line's own; who may ask for one is checked before.
    pub custom_price: Option<Amount>,
    /// Where it stands in the request, for messages about it: `numbers[0]`.
    pub field: String,
}

/// What one thing costs.
#[derive(Debug, Clone)]
pub struct Quote {
    /// The thing in the line's own spelling.
    pub subject: String,
    /// For the receipt.
    pub description: String,
    /// What is to be paid now.
    pub price: Money,
    /// What the line needs to place and deliver it.
    pub detail: Value,
}

/// A thing that its vendor does not sell before it has something of the buyer.
#[derive(Debug, Clone, PartialEq)]
pub struct Unmet {
    /// The thing.
    pub subject: String,
    /// What is missing, in sentences.
    pub why: String,
    /// The same for programs, in the line's own words.
    pub detail: Value,
}

/// Why there is no price.
#[derive(Debug)]
pub enum QuoteError {
    /// It is not to be had; other items of the order may be.
    NotAvailable(String),
    /// The request is wrong.
    Invalid(Vec<FieldError>),
    /// The request is understood and refused, with a public code.
    Refused(ErrorCode, String),
    /// Its vendor wants something of the buyer first.
    Unmet(Unmet),
    /// The vendor gave no answer that we can use.
    Vendor(PortError),
    /// The database failed.
    Database(DbErr),
}

impl From<DbErr> for QuoteError {
    fn from(error: DbErr) -> Self {
        Self::Database(error)
    }
}

/// An item as its line sees it.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// Its order.
    pub order: OrderId,
    /// Its buyer.
    pub account: AccountId,
    /// What is sold.
    pub subject: String,
    /// What is paid.
    pub price: Money,
    /// What the line put there when it quoted.
    pub detail: Value,
}

/// Whether a claim was won.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Nobody else can have it now.
    Won,
    /// Somebody else has it.
    Lost,
    /// The account may not have it, with a public code: no order is opened.
    Refused(ErrorCode, String),
}

/// What a vendor said it placed.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The vendor's id of it.
    pub reference: String,
    /// The rest, in the line's own words.
    pub detail: Value,
}

/// What makes something the customer's, in statements of which none depends on what another one finds.
#[derive(Debug)]
pub struct AtOnce {
    /// Our id of it.
    pub id: Uuid,
    /// The statements.
    pub several: Several,
    /// What to tell listeners.
    pub facts: Vec<Fact>,
}

/// What became of something that was placed.
#[derive(Debug)]
pub enum Settled {
    /// It is the customer's.
    Delivered {
        /// Our id of it.
        id: Uuid,
        /// What to tell listeners.
        facts: Vec<Fact>,
    },
    /// The vendor has it, and what it is for comes later: the line ends the item by one of
    /// [`deliver_placed`](super::deliver_placed), [`cancel_placed`](super::cancel_placed) and
    /// [`refuse_placed`](super::refuse_placed).
    Waiting {
        /// The item's detail from now on.
        detail: Value,
    },
    /// What the vendor placed is not what was wanted.
    Refused(String),
}
