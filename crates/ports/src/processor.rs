//! Processors: who moves money in from outside.

use std::time::Duration;

use vocab::Money;

use crate::PortError;

/// A processor's account, as one of ours.
#[async_trait::async_trait]
pub trait Processor: Send + Sync {
    /// What is fixed about this processor.
    fn card(&self) -> &ProcessorCard;

    /// Starts a charge, and confirms it where a payment method is named. Idempotent by `charge.key` for
    /// [`ProcessorCard::replay_window`]: after [`PortError::Unknown`] send the very same again.
    ///
    /// A decline is no error: it is a [`ChargeStatus::Failed`].
    async fn charge(&self, charge: &Charge) -> Result<ChargeState, PortError>;

    /// How a charge stands now.
    async fn look_up(&self, reference: &str) -> Result<ChargeState, PortError>;

    /// The processor's customer for one of our accounts. Idempotent by `key`.
    async fn customer(&self, key: &str, account: &str, email: &str) -> Result<String, PortError>;
}

/// What is fixed about a processor.
#[derive(Debug, Clone)]
pub struct ProcessorCard {
    /// Its name in the API, such as `STRIPE`.
    pub name: &'static str,
    /// For how long a key's first answer is replayed.
    pub replay_window: Duration,
}

/// Money to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Makes it happen once; derived from our own row.
    pub key: String,
    /// Our payment's id, kept in the charge's metadata.
    pub payment: String,
    /// Whole minor units.
    pub money: Money,
    /// The processor's payment method; without one the charge waits for the browser.
    pub method: Option<String>,
    /// The processor's customer.
    pub customer: Option<String>,
    /// Whether the method is kept for later charges; needs a customer.
    pub keep_method: bool,
    /// Where the browser comes back to after a redirect; without one, no redirect is allowed.
    pub return_url: Option<String>,
}

/// How a charge stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeState {
    /// The processor's own id of it.
    pub reference: String,
    /// Our payment's id, if the charge carries one.
    pub payment: Option<String>,
    /// What was asked for, where the processor says.
    pub money: Option<Money>,
    /// What came in, where that is less: the payer's bank gave a part of it, or only a part was captured.
    pub received: Option<Money>,
    /// Where it is.
    pub status: ChargeStatus,
    /// The means of payment used, as far as known.
    pub method: Option<MethodDetails>,
}

/// Where a charge is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChargeStatus {
    /// The money is ours.
    Succeeded,
    /// The processor is working on it.
    Processing,
    /// The payer must do something first.
    ActionRequired {
        /// Lets the browser finish it.
        client_secret: Option<String>,
        /// Where to send the browser.
        redirect_url: Option<String>,
    },
    /// It waits for a means of payment.
    MethodRequired {
        /// Lets the browser finish it.
        client_secret: Option<String>,
    },
    /// It was declined.
    Failed {
        /// The processor's reason, such as `insufficient_funds`.
        code: Option<String>,
    },
    /// It was given up.
    Cancelled,
}

/// A means of payment, without anything secret.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MethodDetails {
    /// The processor's own id of it.
    pub reference: String,
    /// The card's brand.
    pub brand: Option<String>,
    /// The card's last four digits.
    pub last4: Option<String>,
    /// The card's expiry, month and year.
    pub expiry: Option<(u8, u16)>,
}
