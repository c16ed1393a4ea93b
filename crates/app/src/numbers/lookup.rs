//! What voice asks when a number rings.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use store::{ConnectionTrait, DbErr, Tx};
use vocab::id::{AccountId, NumberId};

use super::{NumberStatus, sql};
use crate::flows::{self, ActionType, RoutingAction, RoutingRules};

/// Whose number rings, and what its owner wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoiceTarget {
    /// The number.
    pub number: NumberId,
    /// Its owner.
    pub account: AccountId,
    /// Where it is.
    pub status: NumberStatus,
    /// What happens to its calls; `None` until its owner decides.
    pub action: Option<RoutingAction>,
    /// Whether an unanswered forward ends in the voicemail greeting.
    pub voicemail: bool,
}

impl VoiceTarget {
    /// Whether its calls are answered as its owner wants. Calls to a suspended number, or to one on its way back to the
    /// carrier, are strays.
    pub fn takes_calls(&self) -> bool {
        self.status == NumberStatus::Active
    }
}

/// Whose number this is now. One indexed read.
pub async fn voice_target(db: &impl ConnectionTrait, number: &str) -> Result<Option<VoiceTarget>, DbErr> {
    Ok(voice_targets(db, &[number]).await?.remove(number))
}

/// Whose numbers these are now, by number; those of nobody are missing. One indexed read for all.
pub async fn voice_targets(db: &impl ConnectionTrait, numbers: &[&str]) -> Result<HashMap<String, VoiceTarget>, DbErr> {
    let found = sql::live::live(db, numbers).await?;
    Ok(found.into_iter().map(|(number, live)| (number, target(live))).collect())
}

fn target(live: sql::live::Live) -> VoiceTarget {
    let action = live.active.as_ref().map(|(rules, _)| rules.action());
    VoiceTarget {
        number: live.number,
        account: live.account,
        status: live.status,
        voicemail: live.active.as_ref().is_some_and(|(_, features)| features.voicemail),
        action,
    }
}

/// The greeting that the owner wrote for this number, a text or a URL: that of its latest configuration with voicemail.
/// `None` is ours. A forward has no place for it, its destination being who is called.
pub async fn voicemail_greeting(db: &impl ConnectionTrait, number: NumberId) -> Result<Option<String>, DbErr> {
    let rules = flows::sql::rules(db, number).await?;
    let mut actions = rules.iter().map(RoutingRules::action);
    Ok(actions.find(|action| action.action_type == ActionType::Voicemail).and_then(|action| action.destination))
}

/// Counts a call that is over, in the transaction that ends it.
pub async fn count_call(tx: &Tx, number: NumberId, seconds: i64, at: DateTime<Utc>) -> Result<(), DbErr> {
    sql::numbers::count_call(tx, number, seconds, at).await
}
