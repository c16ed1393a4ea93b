//! What a fact is.

use serde_json::Value;
use vocab::id::AccountId;

vocab::wire_enum! {
    /// What happened (product.md, `WebhookEvent`).
    pub enum EventKind {
        /// A call has begun.
        CallStarted = "CALL_STARTED",
        /// Somebody picked up.
        CallAnswered = "CALL_ANSWERED",
        /// A call is over.
        CallCompleted = "CALL_COMPLETED",
        /// A call could not be connected.
        CallFailed = "CALL_FAILED",
        /// A number was delivered to its buyer.
        NumberPurchased = "NUMBER_PURCHASED",
        /// A number went back to the carrier.
        NumberReleased = "NUMBER_RELEASED",
        /// Money came in.
        PaymentSucceeded = "PAYMENT_SUCCEEDED",
        /// Money did not come in.
        PaymentFailed = "PAYMENT_FAILED",
        /// Every item, or some, of an order was delivered.
        OrderCompleted = "ORDER_COMPLETED",
        /// No item of an order was delivered.
        OrderFailed = "ORDER_FAILED",
        /// The first text came to a rented number.
        VerificationCodeReceived = "VERIFICATION_CODE_RECEIVED",
        /// A rented number's time passed without a text.
        VerificationExpired = "VERIFICATION_EXPIRED",
        /// A number was borrowed.
        SessionStarted = "SESSION_STARTED",
        /// A borrowed number was given back, or its time was over.
        SessionEnded = "SESSION_ENDED",
    }
}

/// Something that is true from this transaction on.
#[derive(Debug, Clone)]
pub struct Fact {
    /// What happened.
    pub kind: EventKind,
    /// To whom.
    pub account: AccountId,
    /// The id of the thing it happened to.
    pub subject: String,
    /// What a listener wants to know of it.
    pub data: Value,
}
