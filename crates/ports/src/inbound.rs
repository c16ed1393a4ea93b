//! What the outside tells us, once its signature holds.

use chrono::{DateTime, Utc};
use vocab::{E164, telephony::CallStatus};

use crate::{processor::ChargeState, supplier::Text};

/// A request from a vendor, as it came over the wire.
#[derive(Debug, Clone, Copy)]
pub struct InboundRequest<'a> {
    /// Whether it came by POST (else by GET).
    pub is_post: bool,
    /// The URLs under which the vendor may have known us, likeliest first: the configured public base,
    /// then what a trusted proxy forwarded. Path and query stand byte for byte as received.
    pub urls: &'a [String],
    /// The `Content-Type`, or empty.
    pub content_type: &'a str,
    /// Every header, names in lower case.
    pub headers: &'a [(String, String)],
    /// The raw body.
    pub body: &'a [u8],
    /// The wall clock, against which a signature's age is judged.
    pub now: DateTime<Utc>,
}

impl InboundRequest<'_> {
    /// The first value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A request whose signature does not hold, with a diagnosis for the operator's log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("signature refused: {diagnosis}")]
pub struct Rejected {
    /// Which string was signed and what was probably wrong. Holds no secret; bodies are cut short.
    pub diagnosis: String,
}

/// Reads a carrier's webhooks.
pub trait CarrierInbound: Send + Sync {
    /// Verifies and reads a webhook about a call: the question what to do with it, the end of a leg we
    /// dialled, or a change of its status.
    fn call(&self, request: &InboundRequest<'_>) -> Result<CallWebhook, Rejected>;
}

/// What a carrier says of a call. Texts are as sent and may be anything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallWebhook {
    /// The carrier's id of the call.
    pub call_sid: String,
    /// The call from which this one was dialled.
    pub parent_sid: Option<String>,
    /// The caller: a number, `anonymous`, or a `sip:` address.
    pub from: String,
    /// The number that was called.
    pub to: String,
    /// Whether the call came in from outside.
    pub inbound: bool,
    /// Where the call is, if that word is known to us.
    pub status: Option<CallStatus>,
    /// Seconds it lasted, once over.
    pub duration_seconds: Option<u32>,
    /// Orders the reports of one call; later reports have higher ones.
    pub sequence: Option<u32>,
    /// When it happened, by the carrier's clock.
    pub at: Option<DateTime<Utc>>,
    /// How a leg that we dialled ended.
    pub dialled: Option<DialledLeg>,
}

/// The end of a leg that we dialled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialledLeg {
    /// How it ended, if that word is known to us.
    pub status: Option<CallStatus>,
    /// Seconds it lasted.
    pub duration_seconds: Option<u32>,
}

/// Reads a processor's webhooks.
pub trait ProcessorInbound: Send + Sync {
    /// Verifies and reads an event. A body that is signed but no event of a known shape is
    /// [`ProcessorNews::Other`], never an error.
    fn event(&self, request: &InboundRequest<'_>) -> Result<ProcessorEvent, Rejected>;
}

/// An event of a processor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessorEvent {
    /// The processor's id of the event; a repeat carries the same.
    pub id: String,
    /// The processor's name of it.
    pub kind: String,
    /// What it says.
    pub news: ProcessorNews,
}

/// What an event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProcessorNews {
    /// A charge stands like this.
    Charge(Box<ChargeState>),
    /// Something we do not act on.
    Other,
}

/// Reads a supplier's webhooks.
pub trait SupplierInbound: Send + Sync {
    /// Verifies and reads an event. A body that is signed but no event of a known shape is [`SupplierNews::Other`],
    /// never an error; one that is too old to be anything but a replay is [`Rejected`].
    fn event(&self, request: &InboundRequest<'_>) -> Result<SupplierEvent, Rejected>;
}

/// An event of a supplier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupplierEvent {
    /// The same for each delivery of the same event.
    pub id: String,
    /// The supplier's name of it.
    pub kind: String,
    /// When it happened, by the supplier's clock.
    pub at: Option<DateTime<Utc>>,
    /// What it says.
    pub news: SupplierNews,
}

/// What an event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SupplierNews {
    /// A text arrived.
    Text {
        /// The supplier's id of the allocation, where it tells. Without one, ask for the status of the allocations
        /// that wait at `to`.
        reference: Option<String>,
        /// The number at which it arrived.
        to: Option<E164>,
        /// The text.
        text: Text,
    },
    /// Something about an allocation changed: ask for its status.
    Changed {
        /// The supplier's id of the allocation.
        reference: String,
    },
    /// Something we do not act on.
    Other,
}
