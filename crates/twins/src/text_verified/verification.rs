//! A verification: a number rented for one service's text.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use vocab::Amount;

/// As TextVerified keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Verification {
    /// Its place among all, from 0.
    pub(super) seq: u64,
    /// `lr_…`.
    pub(super) id: String,
    /// Ten digits: all numbers are of the US.
    pub(super) number: String,
    pub(super) service: String,
    pub(super) cost: Amount,
    pub(super) state: Phase,
    /// Whether the number is still its own, so that texts may come.
    pub(super) open: bool,
    /// Wall time, for the lock.
    pub(super) bought: DateTime<Utc>,
    /// Business time, as everything that TextVerified dates.
    pub(super) created: DateTime<Utc>,
    pub(super) ends: DateTime<Utc>,
    /// Until when it can be reused; set by its first text.
    pub(super) reusable_until: Option<DateTime<Utc>>,
}

/// Where a verification is, in TextVerified's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Phase {
    #[serde(rename = "verificationPending")]
    Pending,
    #[serde(rename = "verificationCompleted")]
    Completed,
    #[serde(rename = "verificationCanceled")]
    Canceled,
    #[serde(rename = "verificationTimedOut")]
    TimedOut,
    #[serde(rename = "verificationReported")]
    Reported,
    #[serde(rename = "verificationReused")]
    Reused,
    #[serde(rename = "verificationReactivated")]
    Reactivated,
}

impl Verification {
    /// The number with its country code, as digits.
    pub(super) fn full_number(&self) -> String {
        format!("1{}", self.number)
    }

    /// The id of its sale: it shows which verification was sold, and that of a mock is `mock_sale_ver_…`.
    pub(super) fn sale(&self) -> String {
        match self.id.strip_prefix("lr_") {
            Some(rest) => format!("rs_{rest}"),
            None => self.id.replacen("mock_", "mock_sale_", 1),
        }
    }

    /// Whether it can be cancelled or reported.
    pub(super) fn can_be_given_back(&self) -> bool {
        self.state == Phase::Pending
    }

    pub(super) fn reusable_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.reusable_until.filter(|until| self.state == Phase::Completed && now < *until)
    }

    /// Whether it can be made anew, now that it can no longer be reused.
    pub(super) fn can_be_reactivated(&self, now: DateTime<Utc>) -> bool {
        self.state == Phase::Completed && self.reusable_until(now).is_none()
    }

    pub(super) fn open_key(&self) -> String {
        format!("{:020}-{:020}", self.ends.timestamp_micros().max(0), self.seq)
    }
}

/// A text that arrived.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) seq: u64,
    pub(super) id: String,
    /// Who it went to: the verification's id.
    pub(super) reservation: String,
    /// Ten digits.
    pub(super) to: String,
    pub(super) from: String,
    pub(super) text: String,
    pub(super) code: Option<String>,
    /// Business time.
    pub(super) at: DateTime<Utc>,
    /// Wall time, for the webhook, whose age its receiver checks.
    pub(super) occurred: DateTime<Utc>,
}
