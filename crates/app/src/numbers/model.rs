//! What a number is and which moves it may make (product.md, "State machines").

use chrono::{DateTime, Utc};
use vocab::{
    Amount, CountryCode, Currency, E164,
    id::{AccountId, ConfigurationId, NumberId},
    telephony::{NumberCapability, NumberType},
};

vocab::wire_enum! {
    /// Where a number is. A number's row appears when the carrier has delivered it, so the first, `CONFIGURING` and
    /// `ERROR` are words for filters only: no number is ever found in them.
    pub enum NumberStatus {
        /// Not yet delivered.
        Pending = "PENDING",
        /// Being set up at the carrier.
        Configuring = "CONFIGURING",
        /// It works.
        Active = "ACTIVE",
        /// It is the customer's, and switched off.
        Suspended = "SUSPENDED",
        /// On its way back to the carrier.
        Releasing = "RELEASING",
        /// It was the customer's.
        Released = "RELEASED",
        /// Its delivery failed.
        Error = "ERROR",
    }
}

impl NumberStatus {
    /// Whether the state machine allows this move.
    pub const fn may_become(self, next: Self) -> bool {
        use NumberStatus::{Active, Released, Releasing, Suspended};
        matches!(
            (self, next),
            (Active, Suspended) | (Suspended, Active) | (Active | Suspended, Releasing) | (Releasing, Released)
        )
    }
}

/// A number that a customer owns, or owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Its id.
    pub id: NumberId,
    /// Its owner.
    pub account: AccountId,
    /// The number itself.
    pub number: E164,
    /// The owner's name for it.
    pub friendly_name: Option<String>,
    /// Its country.
    pub country: CountryCode,
    /// Its state or province.
    pub region: Option<String>,
    /// Its town.
    pub locality: Option<String>,
    /// Its area code, where its country has them.
    pub area_code: Option<String>,
    /// Its type.
    pub number_type: NumberType,
    /// What it can carry.
    pub capabilities: Vec<NumberCapability>,
    /// Where it is.
    pub status: NumberStatus,
    /// The carrier's name.
    pub carrier: String,
    /// The carrier's id of it.
    pub carrier_sid: String,
    /// What the owner pays a month.
    pub monthly_price: Amount,
    /// What the owner paid once.
    pub setup_price: Amount,
    /// In which currency.
    pub currency: Currency,
    /// The owner's labels.
    pub tags: Vec<String>,
    /// The owner's notes.
    pub notes: Option<String>,
    /// The configuration that calls follow.
    pub configuration: Option<ConfigurationId>,
    /// Calls so far.
    pub total_calls: i64,
    /// When it was last called.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When the carrier delivered it.
    pub purchased_at: DateTime<Utc>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::NumberStatus::{self, Active, Released, Releasing, Suspended};

    #[test]
    fn the_moves_are_these_and_no_others() {
        let moves = [
            (Active, Suspended),
            (Suspended, Active),
            (Active, Releasing),
            (Suspended, Releasing),
            (Releasing, Released),
        ];
        for from in NumberStatus::ALL {
            for to in NumberStatus::ALL {
                assert_eq!(from.may_become(*to), moves.contains(&(*from, *to)), "{from} → {to}");
            }
        }
    }
}
