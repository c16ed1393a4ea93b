//! What voice asks when a number rings.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use store::{ConnectionTrait, DbErr, Tx};
use vocab::id::{AccountId, NumberId};

use super::{ActionType, NumberStatus, RoutingAction, sql};

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
    /// The greeting that the owner wrote, a text or a URL; `None` is ours.
    pub voicemail_greeting: Option<String>,
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
    let found = sql::configurations::live(db, numbers).await?;
    Ok(found.into_iter().map(|(number, live)| (number, target(live))).collect())
}

fn target(live: sql::configurations::Live) -> VoiceTarget {
    let action = live.active.as_ref().map(|(rules, _)| rules.action());
    let is_greeting = |action: &&RoutingAction| action.action_type == ActionType::Voicemail;
    VoiceTarget {
        number: live.number,
        account: live.account,
        status: live.status,
        voicemail: live.active.as_ref().is_some_and(|(_, features)| features.voicemail),
        voicemail_greeting: action.as_ref().filter(is_greeting).and_then(|action| action.destination.clone()),
        action,
    }
}

/// Counts a call that is over, in the transaction that ends it.
pub async fn count_call(tx: &Tx, number: NumberId, seconds: i64, at: DateTime<Utc>) -> Result<(), DbErr> {
    sql::numbers::count_call(tx, number, seconds, at).await
}
