//! Who did what: one entry for each change that an operator makes, written in the transaction of the change. Holds no
//! secrets; nothing ever changes or removes an entry. The lowest slice but one, so that every slice with an operator's
//! command can write here.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value as Json;
use store::{Columns, ConnectionTrait, DbErr, Listing, Narrowed, Tx, exec};
use utoipa::ToSchema;
use uuid::Uuid;
use vocab::{
    Ambient, Cursor, PageRequest,
    id::{AccountId, ApiKeyId, AuditEntryId, UserId},
};

use crate::web::{Caller, List, Timestamp, Via};

vocab::wire_enum! {
    /// What an operator did.
    pub enum Action {
        /// A pricing rule was made.
        PricingRuleCreated = "PRICING_RULE_CREATED",
        /// A pricing rule was changed.
        PricingRuleChanged = "PRICING_RULE_CHANGED",
        /// A pricing rule was removed.
        PricingRuleRemoved = "PRICING_RULE_REMOVED",
        /// A job was run out of turn.
        JobRun = "JOB_RUN",
        /// A customer's order was cancelled.
        OrderCancelled = "ORDER_CANCELLED",
        /// Money was given back for what was delivered.
        OrderRefunded = "ORDER_REFUNDED",
        /// What a vendor held and nothing explained was dealt with.
        OrphanResolved = "ORPHAN_RESOLVED",
        /// A supplier was enabled, disabled or preferred, or its credentials were changed.
        ProviderChanged = "PROVIDER_CHANGED",
        /// A supplier was tested.
        ProviderTested = "PROVIDER_TESTED",
        /// The words of a customer's texts were read.
        VerificationRevealed = "VERIFICATION_REVEALED",
        /// Numbers were ordered or taken for the pool.
        PoolNumbersAdded = "POOL_NUMBERS_ADDED",
        /// A number of the pool is lent no more.
        PoolNumberDrained = "POOL_NUMBER_DRAINED",
        /// A number was removed from the pool.
        PoolNumberRemoved = "POOL_NUMBER_REMOVED",
        /// The sandbox's business time was moved ahead.
        ClockAdvanced = "CLOCK_ADVANCED",
    }
}

/// What was done, as it is put down.
#[derive(Debug, Clone)]
pub struct Deed {
    /// Of which kind.
    pub action: Action,
    /// The id or the name of what was changed.
    pub subject: String,
    /// How it was.
    pub before: Option<Json>,
    /// How it is now.
    pub after: Option<Json>,
}

/// What an operator did.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "aud_019bc0fd89c07c3a9d52b8e6f1617564", "accountId": "acc_019bc0fd89c07c3a9d52b8e6f1616363",
    "userId": "usr_019bc0fd89c07c3a9d52b8e6f1757372", "action": "PROVIDER_TESTED", "subject": "SMS_MAN",
    "after": {"works": true, "error": null}, "at": "2026-01-15T09:30:00.405Z",
}))]
pub struct AuditEntry {
    /// Its id.
    pub id: AuditEntryId,
    /// The operator's account; none where it was done at the sandbox's own machine, without a login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// The operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The API key that was used, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_id: Option<ApiKeyId>,
    /// What was done.
    pub action: Action,
    /// The id or the name of what was changed.
    pub subject: String,
    /// How it was.
    #[schema(value_type = Option<Object>)]
    pub before: Option<Json>,
    /// How it was afterwards.
    #[schema(value_type = Option<Object>)]
    pub after: Option<Json>,
    /// When, by the clock on the wall.
    pub at: Timestamp,
}

/// What a list of entries is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Of these kinds.
    pub actions: Vec<Action>,
    /// About this.
    pub subject: Option<String>,
    /// By this operator.
    pub user: Option<UserId>,
}

/// Puts down what the caller does in this transaction.
pub async fn record(tx: &Tx, ambient: &Ambient, caller: &Caller, deed: Deed) -> Result<(), DbErr> {
    insert(tx, ambient, Some(caller), deed).await
}

/// Puts down what is done in this transaction at the sandbox's own machine, where nobody logs in.
pub async fn record_local(tx: &Tx, ambient: &Ambient, deed: Deed) -> Result<(), DbErr> {
    insert(tx, ambient, None, deed).await
}

async fn insert(tx: &Tx, ambient: &Ambient, caller: Option<&Caller>, deed: Deed) -> Result<(), DbErr> {
    let key = caller.and_then(|caller| match caller.via {
        Via::Key(key) => Some(key.uuid()),
        Via::Session(_) => None,
    });
    let sql = "INSERT INTO audit_entries (id, account_id, user_id, key_id, action, subject, before, after, at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let values = [
        ambient.uuid().into(),
        caller.map(|caller| caller.account.uuid()).into(),
        caller.map(|caller| caller.user.uuid()).into(),
        key.into(),
        deed.action.as_str().into(),
        deed.subject.into(),
        deed.before.into(),
        deed.after.into(),
        ambient.wall().into(),
    ];
    exec(tx, sql, values).await.map(drop)
}

/// A page of the entries, the newest first.
pub async fn page(
    db: &impl ConnectionTrait,
    filter: &AuditFilter,
    page: &PageRequest,
) -> Result<List<AuditEntry>, DbErr> {
    let mut narrowed = Narrowed::to("TRUE", []);
    narrowed.and_one_of("action", filter.actions.iter().map(|action| action.as_str()));
    narrowed.and_is("subject", filter.subject.clone());
    narrowed.and_is("user_id", filter.user.map(UserId::uuid));
    let columns = "id, account_id, user_id, key_id, action, subject, before, after, at";
    let list = Listing { columns, from: "audit_entries", newest: ("at", "id"), narrowed };
    let listed = list.page(db, page, entry).await?;
    Ok(List::of(listed, page, |entry| Cursor { at: entry.at.0, id: entry.id.uuid() }))
}

fn entry(row: &mut Columns<'_>) -> Result<AuditEntry, DbErr> {
    Ok(AuditEntry {
        id: AuditEntryId::from_uuid(row.take()?),
        account_id: row.take::<Option<Uuid>>()?.map(AccountId::from_uuid),
        user_id: row.take::<Option<Uuid>>()?.map(UserId::from_uuid),
        api_key_id: row.take::<Option<Uuid>>()?.map(ApiKeyId::from_uuid),
        action: row.word()?,
        subject: row.take()?,
        before: row.take()?,
        after: row.take()?,
        at: row.take::<DateTime<Utc>>()?.into(),
    })
}
