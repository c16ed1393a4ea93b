//! What a payment is, which moves it may make, and when its charge is asked about: pure rules.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use ports::processor::{ChargeStatus, MethodDetails};
use vocab::{
    Money,
    id::{AccountId, PaymentId, PaymentMethodId, UserId},
};

vocab::wire_enum! {
    /// Where a payment is.
    pub enum PaymentStatus {
        /// Asked for; the processor or the payer has to do something yet.
        Pending = "PENDING",
        /// The processor is working on it.
        Processing = "PROCESSING",
        /// The money came in and the wallet is credited.
        Succeeded = "SUCCEEDED",
        /// The money did not come in.
        Failed = "FAILED",
        /// It was given up before the money came in.
        Cancelled = "CANCELLED",
        /// Some of the money went back.
        PartialRefund = "PARTIAL_REFUND",
        /// All of the money went back.
        Refunded = "REFUNDED",
    }
}

impl PaymentStatus {
    /// Whether it is not known yet if the money comes in.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Processing)
    }

    /// Whether the money came in, be it that it went back later.
    pub const fn came_in(self) -> bool {
        matches!(self, Self::Succeeded | Self::PartialRefund | Self::Refunded)
    }

    /// Whether the state machine allows this move (product.md).
    pub const fn may_become(self, next: Self) -> bool {
        use PaymentStatus::{Cancelled, Failed, PartialRefund, Pending, Processing, Refunded, Succeeded};
        match self {
            Pending => matches!(next, Processing | Succeeded | Failed | Cancelled),
            Processing => matches!(next, Succeeded | Failed | Cancelled),
            Succeeded => matches!(next, PartialRefund | Refunded),
            PartialRefund => matches!(next, Refunded),
            Failed | Cancelled | Refunded => false,
        }
    }
}

vocab::wire_enum! {
    /// Who moves the money.
    pub enum PaymentProcessor {
        /// Stripe.
        Stripe = "STRIPE",
        /// PayPal.
        Paypal = "PAYPAL",
        /// A transfer that the operator books.
        BankTransfer = "BANK_TRANSFER",
        /// The operator's own credit.
        Credit = "CREDIT",
    }
}

/// Money that a customer pays in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its id, which is also the processor's idempotency key.
    pub id: PaymentId,
    /// Whose wallet it goes to.
    pub account: AccountId,
    /// Who asked for it.
    pub user: UserId,
    /// How much: what was asked for, and what came in of it once it has.
    pub money: Money,
    /// Where it is.
    pub status: PaymentStatus,
    /// Who moves the money.
    pub processor: PaymentProcessor,
    /// The processor's id of the charge, once known.
    pub reference: Option<String>,
    /// Wall time of the commit before the first request to the processor.
    pub opened_at: DateTime<Utc>,
    /// Whether a request to charge may have arrived whose answer did not.
    pub in_doubt: bool,
    /// The processor's means of payment, where one was named.
    pub method_token: Option<String>,
    /// The processor's customer, where the charge is made for one.
    pub customer_reference: Option<String>,
    /// Whether the means of payment is kept for later.
    pub keep_method: bool,
    /// Where the browser comes back to.
    pub return_url: Option<String>,
    /// Our saved means of payment that was used.
    pub method_id: Option<PaymentMethodId>,
    /// What was used, in words.
    pub method_label: Option<String>,
    /// Why it failed, or why the payer's last attempt did.
    pub failure_code: Option<String>,
    /// When it was asked for, in business time.
    pub created_at: DateTime<Utc>,
    /// When it became final, in business time.
    pub processed_at: Option<DateTime<Utc>>,
}

impl Payment {
    /// Whether the payer chooses the means of payment in the browser, and may choose another one when the
    /// first is declined.
    pub const fn is_paid_in_browser(&self) -> bool {
        self.method_token.is_none()
    }

    /// How long ago the processor may first have been asked, by the wall clock.
    pub fn age(&self, wall: DateTime<Utc>) -> TimeDelta {
        wall - self.opened_at
    }
}

/// What the processor's word does to a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It moves.
    Enter(PaymentStatus),
    /// It stays where it is; what else was told is kept.
    Stay,
    /// Money came in although we had closed the payment. A closed payment stays closed, and money is never
    /// lost: it becomes a payment of its own.
    Late,
    /// Old news.
    Ignore,
}

/// What a charge's status means to a payment in this status.
///
/// A decline ends a payment whose means of payment we named. In the browser the payer may try another card
/// on the same charge, so there a decline ends nothing.
pub(super) fn judge(status: PaymentStatus, in_browser: bool, charge: &ChargeStatus) -> Verdict {
    use PaymentStatus::{Cancelled, Failed, Pending, Processing, Succeeded};
    match (status, charge) {
        (Pending | Processing, ChargeStatus::Succeeded) => Verdict::Enter(Succeeded),
        (Pending | Processing, ChargeStatus::Cancelled) => Verdict::Enter(Cancelled),
        (Pending | Processing, ChargeStatus::Failed { .. }) if !in_browser => Verdict::Enter(Failed),
        (Pending, ChargeStatus::Processing) => Verdict::Enter(Processing),
        (Pending | Processing, _) => Verdict::Stay,
        (Failed | Cancelled, ChargeStatus::Succeeded) => Verdict::Late,
        _ => Verdict::Ignore,
    }
}

/// A means of payment in words, such as `visa •••• 4242`, as far as the processor tells.
pub(super) fn label(method: &MethodDetails) -> Option<String> {
    match (&method.brand, &method.last4) {
        (Some(brand), Some(last4)) => Some(format!("{brand} •••• {last4}")),
        (None, Some(last4)) => Some(format!("•••• {last4}")),
        (brand, None) => brand.clone(),
    }
}

/// The processor refused the request itself, and gave no code.
pub(super) const INVALID_REQUEST: &str = "invalid_request";

/// The operator has to set the processor's credentials right.
pub(super) const MISCONFIGURED: &str = "processor_misconfigured";
/// The processor could not be reached in time.
pub(super) const UNREACHABLE: &str = "processor_unreachable";
/// The processor may or may not have charged; its answer never came.
pub(super) const UNKNOWN: &str = "outcome_unknown";
/// The payer never came back.
pub(super) const ABANDONED: &str = "abandoned";
/// Failures that the payer cannot help.
pub(super) const UPSTREAM_CODES: [&str; 3] = [MISCONFIGURED, UNREACHABLE, UNKNOWN];

/// A payment that waits for its payer this long is given up. Stripe's own intents never expire.
pub(super) const ABANDONED_AFTER: TimeDelta = TimeDelta::hours(24);
/// A payment whose request never left is given up after this long: nobody wants to be charged hours later.
pub(super) const UNREACHABLE_AFTER: TimeDelta = TimeDelta::minutes(15);
/// The longest pause between two questions about a charge in doubt (product.md, law 5).
const LONGEST_DOUBT: Duration = Duration::from_secs(10);

/// How long to wait before asking again about a charge that the processor has and that is not final.
/// Webhooks are faster; this is for when none comes.
pub(super) fn poll_pause(age: TimeDelta) -> Duration {
    Duration::from_secs(match age.num_seconds() {
        ..30 => 2,
        30..120 => 5,
        120..600 => 15,
        600..3600 => 60,
        _ => 900,
    })
}

/// How long to wait before the same request is sent again, when nobody knows what became of it.
pub(super) fn doubt_pause(age: TimeDelta) -> Duration {
    poll_pause(age).min(LONGEST_DOUBT)
}
