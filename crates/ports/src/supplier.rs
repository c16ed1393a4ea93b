//! Suppliers: who rents out numbers that receive one service's texts for some minutes.
//!
//! Suppliers differ in what they can do far more than carriers do. Every difference is data on the [`SupplierCard`];
//! a method that a supplier lacks answers `Refused` with `Unsupported`, and the card says so beforehand.

use std::{fmt, time::Duration};

use chrono::{DateTime, Utc};
use vocab::{CountryCode, E164, Money};

use crate::PortError;

/// A supplier's account, as one of ours. Services and countries are named in the supplier's own words throughout.
#[async_trait::async_trait]
pub trait Supplier: Send + Sync {
    /// What is fixed about this supplier.
    fn card(&self) -> &SupplierCard;

    /// Our money there (the float). Also the probe of its health.
    async fn balance(&self) -> Result<Money, PortError>;

    /// The services for which texts can be received.
    async fn services(&self) -> Result<Vec<SupplierService>, PortError>;

    /// The countries whose numbers are on offer.
    async fn countries(&self) -> Result<Vec<SupplierCountry>, PortError>;

    /// What can be bought, in one country or all; offers without stock are listed with a count of 0. A supplier with
    /// [`SupplierCard::quotes_singly`] asks once or twice for each service: for a background job, not a customer.
    async fn offers(&self, country: Option<&str>) -> Result<Vec<SupplierOffer>, PortError>;

    /// What one service in one country costs now; `None` where it is not on offer.
    async fn quote(&self, service: &str, country: &str) -> Result<Option<SupplierOffer>, PortError>;

    /// Rents a number. A refusal or `Busy` means that nothing was bought; an answer that is not understood is
    /// [`PortError::Unknown`]: then ask [`Supplier::find`], or where the card says [`Recovery::None`] wait for
    /// [`SupplierCard::in_flight_bound`]; never call this again.
    async fn buy(&self, order: &PurchaseOrder) -> Result<Allocation, PortError>;

    /// Settles a purchase in doubt: what it got us, or `None` where it definitely got nothing. With
    /// [`Recovery::Replay`] the purchase may only now be made, but once in all.
    async fn find(&self, order: &PurchaseOrder) -> Result<Option<Allocation>, PortError>;

    /// How an allocation stands, with all its texts, oldest first.
    async fn status(&self, reference: &str) -> Result<RentalStatus, PortError>;

    /// How many allocations stand, in few requests where the supplier can ([`SupplierCard::batched`]). One entry for
    /// each reference, in their order.
    async fn statuses(&self, references: &[String]) -> Vec<Result<RentalStatus, PortError>>;

    /// Gives an allocation back for our money. Idempotent.
    async fn cancel(&self, reference: &str) -> Result<GivenBack, PortError>;

    /// Gives an allocation back because its number is no good (already used for the service, or dead). Idempotent.
    async fn report(&self, reference: &str) -> Result<GivenBack, PortError>;

    /// Tells that we are done with an allocation that got its text. Idempotent.
    async fn finish(&self, reference: &str) -> Result<(), PortError>;

    /// Asks for one more text to the same number. Idempotent: where a new allocation took over already, that one is
    /// told again.
    async fn another(&self, reference: &str) -> Result<Another, PortError>;
}

/// What is fixed about a supplier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupplierCard {
    /// Its name in the API and in rows, such as `SMS_MAN`.
    pub name: &'static str,
    /// How long a number waits for its text where the allocation does not say.
    pub window: Duration,
    /// For how long after the purchase a cancellation is refused.
    pub cancel_lock: Option<Duration>,
    /// How a purchase in doubt is settled.
    pub recovery: Recovery,
    /// After this long since it was sent, a purchase that cannot be looked up counts as not made; what turns up later
    /// is an orphan, seen as a difference in the float. Longer than all attempts of a call together.
    pub in_flight_bound: Duration,
    /// What asking for one more text does.
    pub more_texts: MoreTexts,
    /// Whether texts are announced by webhook. Polling stays as the backstop.
    pub pushes_texts: bool,
    /// Whether [`Supplier::finish`] is expected of us.
    pub finishes: bool,
    /// Whether [`Supplier::report`] exists.
    pub reports: bool,
    /// Whether [`Supplier::statuses`] needs fewer requests than references.
    pub batched: bool,
    /// Whether prices are told for one service at a time only.
    pub quotes_singly: bool,
    /// The least pause between two questions about one allocation.
    pub poll_interval: Duration,
    /// How many purchases a second we allow ourselves.
    pub purchases_per_second: u32,
    /// How many questions about single allocations a second we allow ourselves.
    pub questions_per_second: u32,
}

/// How a purchase in doubt is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// The same order under the same key is the same purchase, for this long; [`Supplier::find`] sends it.
    Replay {
        /// For how long the supplier knows a key.
        within: Duration,
    },
    /// Not at all: the bound passes, the customer's money goes back.
    None,
}

/// What asking for one more text does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoreTexts {
    /// There is one text to a purchase.
    Never,
    /// The same allocation goes on waiting.
    SameAllocation,
    /// A new allocation of the same number takes over, for a short time after the first text.
    NewAllocation,
}

/// A service, in the supplier's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupplierService {
    /// The supplier's id of it.
    pub code: String,
    /// Its name for people.
    pub title: String,
    /// The market's short code of it, such as `tg`, where the supplier tells.
    pub market: Option<String>,
}

/// A country, in the supplier's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupplierCountry {
    /// The supplier's id of it.
    pub code: String,
    /// Its name for people.
    pub title: String,
    /// Which country it is, where the supplier tells.
    pub country: Option<CountryCode>,
}

/// What can be bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupplierOffer {
    /// The supplier's id of the service.
    pub service: String,
    /// The supplier's id of the country.
    pub country: String,
    /// How many numbers are in stock; a supplier may cap what it tells.
    pub count: u32,
    /// What one costs us.
    pub cost: Money,
}

/// A purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchaseOrder {
    /// Makes it happen once where the supplier can; derived from our own row. 1 to 255 printable ASCII characters.
    pub key: String,
    /// The supplier's id of the service.
    pub service: String,
    /// The supplier's id of the country.
    pub country: String,
    /// Refuse ([`crate::RefusalReason::PriceTooHigh`]) rather than pay more. In the currency of the offers.
    pub max_cost: Option<Money>,
}

/// A number that is ours for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    /// The supplier's id of it.
    pub reference: String,
    /// The number.
    pub number: E164,
    /// What it costs us, where the supplier says.
    pub cost: Option<Money>,
    /// When it ends, where the supplier says.
    pub ends_at: Option<DateTime<Utc>>,
}

/// How an allocation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RentalStatus {
    /// Where it is.
    pub state: RentalState,
    /// Its texts, oldest first. A supplier that keeps only the latest tells only that.
    pub texts: Vec<Text>,
}

/// Where an allocation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RentalState {
    /// It waits for a text.
    Waiting,
    /// A text came. It stays so when another allocation of the same number takes over.
    Received,
    /// It was given back.
    Cancelled,
    /// Its time passed without a text.
    TimedOut,
    /// It was reported as no good.
    Reported,
    /// Its price is back in the float.
    Refunded,
    /// It is over; the supplier does not say how.
    Closed,
    /// The supplier uses a word that we do not know.
    Unclear,
}

impl RentalState {
    /// Whether no text will come any more.
    pub const fn is_over(self) -> bool {
        !matches!(self, Self::Waiting | Self::Received | Self::Unclear)
    }
}

/// A text that arrived. `Debug` shows neither words nor code (product.md, law 15).
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    /// The same each time the same text is told, pushed or polled. Reveals nothing of the words.
    pub id: String,
    /// Its words, where the supplier tells them.
    pub text: Option<String>,
    /// The code that the supplier found in it.
    pub code: Option<String>,
    /// Who sent it, where the supplier tells.
    pub from: Option<String>,
    /// When it arrived, by the supplier's clock.
    pub at: Option<DateTime<Utc>>,
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = |known: bool| if known { "[redacted]" } else { "none" };
        f.debug_struct("Text")
            .field("id", &self.id)
            .field("text", &known(self.text.is_some()))
            .field("code", &known(self.code.is_some()))
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// What became of giving an allocation back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenBack {
    /// It is given back, now or by an earlier call; no text will come.
    Done,
    /// The supplier does not allow it yet: try again after so long, where it says.
    TooEarly {
        /// How long to wait.
        after: Option<Duration>,
    },
    /// A text came first: the purchase stands, read it with [`Supplier::status`].
    AlreadyReceived,
    /// It was over already in some other way, or the supplier does not say in which.
    Gone,
}

/// What became of asking for one more text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Another {
    /// The same allocation waits again.
    Waiting,
    /// The same allocation waits again, and its supplier, which gives texts no ids of its own, tells the earlier one no
    /// more: what is told from now on is another text, though [`Text::id`] be the same.
    Afresh,
    /// This allocation took over. Its reference must be new to us: one that is another order's already is not ours to
    /// hand out again.
    Moved(Allocation),
    /// The allocation is over, or the time for more texts is.
    TooLate,
}
