//! The least that creates number sessions on SQLite: one connection, one loop, the product's own statements.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use sqlx::{
    Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::process::Command;
use vocab::Ambient;

use crate::posting::Done;

/// sessions/sql/assign.rs `assign`, as it reads on SQLite.
const TAKE: &str = "UPDATE pool_numbers SET was_free_from = free_from, free_from = $2, session_id = $3 WHERE id = \
                    (SELECT id FROM pool_numbers WHERE state = 'ACTIVE' AND lane = $4 AND free_from >= $5 \
                    AND free_from <= $1 ORDER BY free_from LIMIT 1) \
                    RETURNING id, phone_number, was_free_from";
/// sessions/sql/sessions.rs `insert`.
const SESSION: &str = "INSERT INTO number_sessions (id, account_id, user_label, greeting_url, greeting_text, price, \
                       currency, started_at, expires_at, pool_number_id, phone_number, country_code) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
/// events/sql.rs `insert`.
const EVENT: &str =
    "INSERT INTO events (id, kind, account_id, subject, data, occurred_at) VALUES ($1, $2, $3, $4, $5, $6)";
/// sessions/sql/pool.rs `insert`.
const NUMBER: &str = "INSERT INTO pool_numbers (id, phone_number, country_code, number_type, carrier, carrier_sid, state, \
                      state_since, lane, free_from, was_free_from, created_at) \
                      VALUES ($1, $2, 'US', 'LOCAL', 'twilio', $3, 'ACTIVE', $4, $5, $6, $6, $4)";

/// How many lanes the pool has (sessions/heads.rs).
const LANES: i64 = 8;

/// Puts so many free numbers into the pool of a database that nobody has open.
pub(crate) async fn fill(file: &Path, numbers: i64) -> anyhow::Result<()> {
    let (mut connection, ambient) = (open(file).await?, Ambient::system());
    let yesterday = ambient.wall() - Duration::from_secs(86_400);
    sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await?;
    for number in 0..numbers {
        let free_from = yesterday + Duration::from_millis(number.unsigned_abs());
        let insert = sqlx::query(NUMBER).bind(ambient.uuid()).bind(format!("+1999{number:07}"));
        let insert = insert.bind(format!("PN{number:032}")).bind(yesterday).bind(number % LANES).bind(free_from);
        insert.execute(&mut connection).await?;
    }
    sqlx::query("COMMIT").execute(&mut connection).await?;
    // All of it in the one file, so that it can be copied.
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await?;
    Ok(connection.close().await?)
}

/// Has a process of its own create sessions in this database for so long.
pub(crate) async fn in_own_process(file: &Path, time: Duration) -> anyhow::Result<Done> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("write").arg(file).arg(time.as_secs().to_string());
    Done::told_by(command).await
}

/// What that process does: prints how many sessions it created, and in how many microseconds.
pub(crate) async fn write(file: &Path, seconds: u64) -> anyhow::Result<()> {
    let (mut connection, ambient) = (open(file).await?, Ambient::system());
    let account: Vec<u8> = sqlx::query_scalar("SELECT id FROM accounts LIMIT 1").fetch_one(&mut connection).await?;
    let mut heads = ["1970-01-01"; LANES as usize].map(str::to_owned);
    let began = Instant::now();
    let deadline = began + Duration::from_secs(seconds);
    let mut done = 0;
    while Instant::now() < deadline {
        let lane = done % heads.len();
        one(&mut connection, &ambient, &account, (lane, &mut heads[lane])).await?;
        done += 1;
    }
    println!("{done} {}", began.elapsed().as_micros());
    Ok(())
}

async fn one(
    connection: &mut SqliteConnection,
    ambient: &Ambient,
    account: &[u8],
    (lane, head): (usize, &mut String),
) -> anyhow::Result<()> {
    let (id, now) = (ambient.uuid(), ambient.wall());
    let (ends, free_again) = (now + Duration::from_secs(30 * 60), now + Duration::from_secs(35 * 60));
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
    let take = sqlx::query_as(TAKE).bind(now).bind(free_again).bind(id).bind(i64::try_from(lane)?).bind(&*head);
    let (number, phone, free_since): (Vec<u8>, String, String) = take.fetch_one(&mut *connection).await?;
    let insert = sqlx::query(SESSION).bind(id).bind(account).bind("user-1").bind(None::<String>);
    let insert = insert.bind("Thank you for calling. I will call back.").bind(0).bind("USD").bind(now).bind(ends);
    insert.bind(number).bind(&phone).bind("US").execute(&mut *connection).await?;
    let data = format!(
        r#"{{"sessionId":"ses_01a1fc33397c72b08c6cbd7c08a2a7b5","userId":"user-1","expiresAt":"2026-01-01T00:30:00.000Z","phoneNumber":"{phone}"}}"#
    );
    let insert = sqlx::query(EVENT).bind(ambient.uuid()).bind("SESSION_STARTED").bind(account);
    insert.bind("ses_01a1fc33397c72b08c6cbd7c08a2a7b5").bind(data).bind(now).execute(&mut *connection).await?;
    sqlx::query("COMMIT").execute(&mut *connection).await?;
    *head = free_since;
    Ok(())
}

/// As the product opens its writer.
async fn open(file: &Path) -> anyhow::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(file).journal_mode(SqliteJournalMode::Wal);
    let options = options.synchronous(SqliteSynchronous::Full).foreign_keys(true);
    Ok(SqliteConnection::connect_with(&options).await?)
}
