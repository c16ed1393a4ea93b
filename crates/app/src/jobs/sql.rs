//! The tables `steps` and `scheduled_jobs`.

use chrono::{DateTime, TimeDelta, Utc};
use store::{Bound, ConnectionTrait, DbErr, Dialect, FromQueryResult, Store, Tx, Value, all, exec, one, placeholders};
use uuid::Uuid;
use vocab::Ambient;

use super::{
    StepRef,
    model::{LEASE, StepKind},
};

pub(super) fn lease_from(now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::from_std(LEASE).expect("ten seconds fit")
}

/// Enqueues a step that `owner` runs itself as soon as this transaction has committed; if it dies, another
/// process takes over when the lease ends.
pub async fn enqueue(tx: &Tx, ambient: &Ambient, step: StepRef, owner: Uuid) -> Result<(), DbErr> {
    let now = ambient.wall();
    insert(tx, step, now, Some((owner, lease_from(now))), now).await
}

/// The same as one of several statements, for a subject that is new with them.
pub fn enqueueing(ambient: &Ambient, step: StepRef, owner: Uuid) -> Bound {
    let now = ambient.wall();
    Bound::new(INSERT, inserted(step, now, Some((owner, lease_from(now))), now))
}

/// Enqueues a step that anybody runs from `at` (wall time) on. A step that is enqueued already is brought forward;
/// one that somebody is at runs once more afterwards, because its handler may have looked at the state before.
pub async fn enqueue_at(tx: &Tx, ambient: &Ambient, step: StepRef, at: DateTime<Utc>) -> Result<(), DbErr> {
    insert(tx, step, at, None, ambient.wall()).await
}

const INSERT: &str = "INSERT INTO steps (kind, subject, next_attempt_at, attempts, lease_owner, lease_until, created_at) \
                      VALUES ($1, $2, $3, 0, $4, $5, $6)";

async fn insert(
    tx: &Tx,
    step: StepRef,
    at: DateTime<Utc>,
    lease: Option<(Uuid, DateTime<Utc>)>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = format!(
        "{INSERT} ON CONFLICT (kind, subject) DO UPDATE SET next_attempt_at = \
         CASE WHEN steps.next_attempt_at < excluded.next_attempt_at \
              THEN steps.next_attempt_at ELSE excluded.next_attempt_at END, \
         again_at = CASE WHEN steps.lease_owner IS NULL THEN NULL \
              WHEN steps.again_at < excluded.next_attempt_at THEN steps.again_at \
              ELSE excluded.next_attempt_at END"
    );
    exec(tx, &sql, inserted(step, at, lease, now)).await.map(drop)
}

fn inserted(step: StepRef, at: DateTime<Utc>, lease: Option<(Uuid, DateTime<Utc>)>, now: DateTime<Utc>) -> [Value; 6] {
    [
        step.kind.into(),
        step.subject.into(),
        at.into(),
        lease.map(|(owner, _)| owner).into(),
        lease.map(|(_, until)| until).into(),
        now.into(),
    ]
}

/// Removes a step whose work is done; one that was asked for again meanwhile stays, for whoever comes next.
pub(super) async fn remove(store: &Store, step: StepRef, owner: Uuid) -> Result<(), DbErr> {
    let values = || [step.kind.into(), step.subject.into(), owner.into()];
    let sql = "DELETE FROM steps WHERE kind = $1 AND subject = $2 AND lease_owner = $3 AND again_at IS NULL";
    if store.write_one(sql, values()).await? == 1 {
        return Ok(());
    }
    let sql = "UPDATE steps SET next_attempt_at = again_at, again_at = NULL, attempts = 0, lease_owner = NULL, \
               lease_until = NULL, last_error = NULL \
               WHERE kind = $1 AND subject = $2 AND lease_owner = $3 AND again_at IS NOT NULL";
    store.write_one(sql, values()).await.map(drop)
}

/// Removes a step whose work this transaction finishes. The row that the step is about is locked by it, so whoever
/// asks for the step again sees that.
pub async fn finish(tx: &Tx, step: StepRef) -> Result<(), DbErr> {
    finishing(step).exec(tx).await.map(drop)
}

/// The same as one of several statements.
pub fn finishing(step: StepRef) -> Bound {
    let sql = "DELETE FROM steps WHERE kind = $1 AND subject = $2";
    Bound::new(sql, [step.kind.into(), step.subject.into()])
}

#[derive(FromQueryResult)]
struct DueRow {
    kind: String,
    subject: Uuid,
    attempts: i64,
}

#[derive(FromQueryResult)]
struct OneRow {
    #[allow(dead_code)] // only its presence counts
    present: i64,
}

pub(super) struct Claimed {
    pub step: StepRef,
    pub attempt: i64,
}

const DUE: &str = "next_attempt_at <= $1 AND (lease_until IS NULL OR lease_until < $1)";

pub(super) async fn any_due(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let sql = format!("SELECT CAST(1 AS bigint) AS present FROM steps WHERE {DUE} LIMIT 1");
    Ok(one::<OneRow>(db, &sql, [now.into()]).await?.is_some())
}

/// Leases up to `limit` due steps of these kinds to `owner`.
pub(super) async fn claim(
    tx: &Tx,
    kinds: &[StepKind],
    owner: Uuid,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Claimed>, DbErr> {
    let sql = format!(
        "UPDATE steps SET lease_owner = $2, lease_until = $3, attempts = attempts + 1, again_at = NULL \
         WHERE (kind, subject) IN (SELECT kind, subject FROM steps WHERE {DUE} AND kind IN ({}) \
                                   ORDER BY next_attempt_at LIMIT $4{}) \
         RETURNING kind, subject, attempts",
        placeholders(5, kinds.len()),
        Dialect::of(tx).skip_locked(),
    );
    let mut values = vec![now.into(), owner.into(), lease_from(now).into(), limit.into()];
    values.extend(kinds.iter().map(|kind| (*kind).into()));
    let rows: Vec<DueRow> = all(tx, &sql, values).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let kind = kinds.iter().copied().find(|kind| *kind == row.kind)?;
            Some(Claimed { step: StepRef { kind, subject: row.subject }, attempt: row.attempts })
        })
        .collect())
}

/// Whether `owner` still has the lease, now longer.
pub(super) async fn renew(store: &Store, step: StepRef, owner: Uuid, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let sql = "UPDATE steps SET lease_until = $4 WHERE kind = $1 AND subject = $2 AND lease_owner = $3";
    let values = [step.kind.into(), step.subject.into(), owner.into(), lease_from(now).into()];
    Ok(store.write_one(sql, values).await? == 1)
}

/// Ends a lease and says when to come back: at `at`, or earlier if that was asked for meanwhile.
pub(super) async fn postpone(
    store: &Store,
    step: StepRef,
    owner: Uuid,
    at: DateTime<Utc>,
    error: Option<String>,
) -> Result<(), DbErr> {
    let sql = "UPDATE steps SET next_attempt_at = CASE WHEN again_at < $4 THEN again_at ELSE $4 END, \
               again_at = NULL, lease_owner = NULL, lease_until = NULL, last_error = $5 \
               WHERE kind = $1 AND subject = $2 AND lease_owner = $3";
    store.write_one(sql, [step.kind.into(), step.subject.into(), owner.into(), at.into(), error.into()]).await.map(drop)
}

/// A scheduled job as operators see it.
#[derive(Debug, Clone, FromQueryResult)]
pub struct JobRow {
    /// Its name.
    pub name: String,
    /// When it runs, in words.
    pub schedule: String,
    /// When it runs next.
    pub next_run_at: DateTime<Utc>,
    /// When it last began.
    pub last_run_at: Option<DateTime<Utc>>,
    /// How long that took.
    pub last_duration_ms: Option<i64>,
    /// What went wrong then.
    pub last_error: Option<String>,
    /// How often it has failed.
    pub failures: i64,
    /// Until when a process has it; past or none when it does not run.
    pub lease_until: Option<DateTime<Utc>>,
}

impl JobRow {
    /// Whether a process is at it.
    pub fn is_running(&self, wall: DateTime<Utc>) -> bool {
        self.lease_until.is_some_and(|until| until > wall)
    }
}

/// Every scheduled job.
pub async fn list_jobs(db: &impl ConnectionTrait) -> Result<Vec<JobRow>, DbErr> {
    let sql = "SELECT name, schedule, next_run_at, last_run_at, last_duration_ms, last_error, failures, \
               lease_until FROM scheduled_jobs ORDER BY name LIMIT 1000";
    all(db, sql, []).await
}

/// Makes a job due now, and says whether there is one of this name. One that runs already runs once more afterwards.
pub async fn bring_forward(tx: &Tx, ambient: &Ambient, name: &str) -> Result<bool, DbErr> {
    let sql = "UPDATE scheduled_jobs SET next_run_at = CASE \
               WHEN next_run_at < $2 AND (lease_until IS NULL OR lease_until < $2) THEN next_run_at ELSE $2 END \
               WHERE name = $1";
    Ok(exec(tx, sql, [name.into(), ambient.wall().into()]).await? == 1)
}

pub(super) async fn put_job(tx: &Tx, name: &str, schedule: &str, now: DateTime<Utc>) -> Result<(), DbErr> {
    let sql = "INSERT INTO scheduled_jobs (name, schedule, next_run_at, failures) VALUES ($1, $2, $3, 0) \
               ON CONFLICT (name) DO UPDATE SET schedule = excluded.schedule";
    exec(tx, sql, [name.into(), schedule.into(), now.into()]).await.map(drop)
}

#[derive(FromQueryResult)]
struct NameRow {
    name: String,
}

pub(super) async fn due_jobs(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Vec<String>, DbErr> {
    let sql = "SELECT name FROM scheduled_jobs WHERE next_run_at <= $1 AND (lease_until IS NULL OR lease_until < $1) \
               LIMIT 100";
    let rows: Vec<NameRow> = all(db, sql, [now.into()]).await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

/// A run of a due job that this process has won.
#[derive(FromQueryResult)]
pub(super) struct Leased {
    /// How often the job has failed since it last went well.
    pub failures_in_a_row: i64,
}

/// The run of a due job, if this process won it.
pub(super) async fn lease_job(
    store: &Store,
    name: &str,
    owner: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Leased>, DbErr> {
    let sql = "UPDATE scheduled_jobs SET lease_owner = $2, lease_until = $3, last_run_at = $4 \
               WHERE name = $1 AND next_run_at <= $4 AND (lease_until IS NULL OR lease_until < $4) \
               RETURNING failures_in_a_row";
    store.write_row(sql, &[name.into(), owner.into(), lease_from(now).into(), now.into()]).await
}

pub(super) async fn renew_job(store: &Store, name: &str, owner: Uuid, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let sql = "UPDATE scheduled_jobs SET lease_until = $3 WHERE name = $1 AND lease_owner = $2";
    Ok(store.write_one(sql, [name.into(), owner.into(), lease_from(now).into()]).await? == 1)
}

pub(super) struct Ran<'a> {
    pub name: &'a str,
    pub owner: Uuid,
    pub next: DateTime<Utc>,
    pub took_ms: i64,
    pub error: Option<String>,
}

pub(super) async fn job_ran(store: &Store, ran: &Ran<'_>) -> Result<(), DbErr> {
    // A run begins when it is due, so a time after its beginning was set meanwhile: somebody wants one more.
    let sql = "UPDATE scheduled_jobs SET \
               next_run_at = CASE WHEN next_run_at > last_run_at THEN next_run_at ELSE $3 END, \
               last_duration_ms = $4, last_error = $5, failures = failures + $6, \
               failures_in_a_row = $6 * (failures_in_a_row + 1), lease_owner = NULL, lease_until = NULL \
               WHERE name = $1 AND lease_owner = $2";
    let failed = i64::from(ran.error.is_some());
    let values = [
        ran.name.into(),
        ran.owner.into(),
        ran.next.into(),
        ran.took_ms.into(),
        ran.error.clone().into(),
        failed.into(),
    ];
    store.write_one(sql, values).await.map(drop)
}
