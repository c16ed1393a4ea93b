//! What an operator does with the rules. Each command is part of the caller's transaction, so that what is told about
//! a change commits with it; afterwards [`Prices::forget`](super::Prices::forget) makes it count at once.

use store::{ConnectionTrait, DbErr, Tx};
use vocab::{Cursor, PageRequest, id::PricingRuleId};

use super::{KeptRule, RuleFilter, sql};
use crate::web::List;

/// Makes a rule.
pub async fn make_rule(tx: &Tx, kept: &KeptRule) -> Result<(), DbErr> {
    sql::insert(tx, kept).await
}

/// Puts a rule in the place of the one with its id.
pub async fn change_rule(tx: &Tx, kept: &KeptRule) -> Result<(), DbErr> {
    sql::update(tx, kept).await
}

/// Removes a rule.
pub async fn remove_rule(tx: &Tx, id: PricingRuleId) -> Result<(), DbErr> {
    sql::delete(tx, id).await
}

/// A rule, locked until the transaction is over.
pub async fn lock_rule(tx: &Tx, id: PricingRuleId) -> Result<Option<KeptRule>, DbErr> {
    sql::lock(tx, id).await
}

/// A rule.
pub async fn find_rule(db: &impl ConnectionTrait, id: PricingRuleId) -> Result<Option<KeptRule>, DbErr> {
    sql::find(db, id).await
}

/// A page of the rules, the newest first.
pub async fn page_of_rules(
    db: &impl ConnectionTrait,
    filter: RuleFilter,
    page: &PageRequest,
) -> Result<List<KeptRule>, DbErr> {
    let listed = sql::page(db, filter, page).await?;
    Ok(List::of(listed, page, |kept| Cursor { at: kept.created_at, id: kept.rule.id.uuid() }))
}
