//! What an order of one number asks of the database: how many statements, how many round trips, how much WAL.
//!
//! A limit that runs the product's own statements does not see how many they are; these counts do, and they are the same
//! on every machine.

use std::time::Duration;

use anyhow::{Context, bail};
use hyper::StatusCode;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row};

use super::Plan;
use crate::{
    customers::{Customer, customers, for_sale},
    database::Admin,
    http::Connection,
    product::{Server, Twins},
    relay::Relay,
    report::{Bar, Ratio, Section},
    statements::background::{BACKGROUND, NUMBERING},
    stats::Rounds,
};

const DATABASE: &str = "numberline_bench_order";
/// How many orders a round has, and how many come before the first: pages, plans and caches are as they will be.
const ORDERS: usize = 100;
const WARM_UP: usize = 200;
/// What the same case counted at commit 25c063f: statements, round trips and bytes of WAL an order.
const BEFORE: Costs = Costs { statements: 43.2, round_trips: 53.1, wal: 9_385.0 };
/// How much of that may be left.
const LEFT: Bar = Bar::AtMost(0.6);

/// What something asked of the database.
#[derive(Debug, Clone, Copy)]
struct Costs {
    statements: f64,
    round_trips: f64,
    wal: f64,
}

/// Runs the case.
pub(crate) async fn run(url: &str, plan: Plan) -> anyhow::Result<Section> {
    let folder = tempfile::tempdir()?;
    let mut admin = Admin::connect(url).await?;
    admin.fresh(DATABASE).await?;
    admin.run_in(DATABASE, "CREATE EXTENSION pg_stat_statements").await.context("pg_stat_statements is needed")?;
    let relay = Relay::start(&admin.url_of(DATABASE)).await?;
    let mut there = relay.url(&admin.url_of(DATABASE))?;
    let watched = "-c pg_stat_statements.track=top -c pg_stat_statements.track_utility=on";
    there.query_pairs_mut().append_pair("options", watched);
    let twins = Twins::start(&folder.path().join("twins")).await?;
    // A space as `+` would reach the database as `+`.
    let there = there.as_str().replace('+', "%20");
    let server = Server::start(&folder.path().join("server"), Some(&there), Some(&twins)).await?;
    let buyer = customers(server.address, 1).await?.pop().context("a buyer")?;
    let connection = Connection::open(server.address).await?;
    let database = PgConnection::connect(admin.url_of(DATABASE).as_str()).await?;
    let mut till = Till { buyer, connection, database, relay, sold: 0 };
    // Whole pages are logged at their first change after a checkpoint: after this there is none for a while.
    admin.run("CHECKPOINT").await?;
    till.sell(WARM_UP).await?;
    let mut rounds = Vec::new();
    while rounds.len() < plan.rounds {
        rounds.extend(till.costs().await?);
    }
    till.database.close().await?;
    server.stop().await?;
    admin.drop(DATABASE).await?;
    Ok(section(&rounds))
}

fn section(rounds: &[Costs]) -> Section {
    let all = |one: fn(&Costs) -> f64| rounds.iter().map(one).collect::<Rounds>();
    let counted = [
        ("statements", all(|costs| costs.statements), BEFORE.statements),
        ("round trips", all(|costs| costs.round_trips), BEFORE.round_trips),
        ("bytes of WAL", all(|costs| costs.wal), BEFORE.wal),
    ];
    let over = |rounds: &Rounds, before: f64| rounds.over(&rounds.iter().map(|_| before).collect());
    let [statements, round_trips, wal] = counted.each_ref().map(|(_, rounds, before)| over(rounds, *before));
    Section {
        title: "What an order asks of the database",
        about: "`POST /api/v1/orders` of one number with an Idempotency-Key, one after another by one buyer, until the 201 and \
                until its facts have their places in the journal. Statements as pg_stat_statements counts them, BEGIN and \
                COMMIT too; round trips as a relay between the two counts them; WAL as the difference of two positions. What \
                the product asks by the clock is taken off. The ratios are to what the same case counted at commit 25c063f.",
        ratios: vec![
            Ratio::new("statements an order, over those of 25c063f", statements, Some(LEFT)),
            Ratio::new("round trips an order, over those of 25c063f", round_trips, Some(LEFT)),
            Ratio::new("bytes of WAL an order, over those of 25c063f", wal, Some(LEFT)),
        ],
        variants: Vec::new(),
        figures: counted.map(|(what, rounds, before)| format!("{rounds} {what} an order; {before} before.")).to_vec(),
    }
}

/// Where numbers are sold, and what it says about itself.
struct Till {
    buyer: Customer,
    connection: Connection,
    database: PgConnection,
    relay: Relay,
    sold: usize,
}

/// What was counted since the server started.
struct Count {
    statements: i64,
    by_the_clock: i64,
    round_trips: u64,
    /// The position in the WAL, and what the clock's statements wrote of it.
    wal: i64,
    wal_by_the_clock: i64,
}

impl Till {
    /// Sells so many numbers and waits until the journal is in order. Says whether each was answered when it was settled,
    /// as all are unless the machine is busy with something else.
    async fn sell(&mut self, count: usize) -> anyhow::Result<bool> {
        let mut at_once = true;
        for number in for_sale(self.sold + count).split_off(self.sold) {
            let order = self.buyer.order(&number, 10_000_000 + self.sold as u64, None);
            let (status, body) = self.connection.ask(order).await?;
            anyhow::ensure!(status.is_success(), "an order was answered {status}: {}", String::from_utf8_lossy(&body));
            at_once &= status == StatusCode::CREATED;
            self.sold += 1;
        }
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if self.number("SELECT count(*) FROM events WHERE seq IS NULL").await? == 0 {
                return Ok(at_once);
            }
        }
        bail!("the journal is not in order after five seconds")
    }

    /// What a round's orders cost, each; none where one had to be asked for again.
    async fn costs(&mut self) -> anyhow::Result<Option<Costs>> {
        let before = self.count().await?;
        let at_once = self.sell(ORDERS).await?;
        let after = self.count().await?;
        if !at_once {
            return Ok(None);
        }
        let by_the_clock = (after.by_the_clock - before.by_the_clock) as f64;
        let each = |all: f64| all / ORDERS as f64;
        Ok(Some(Costs {
            statements: each((after.statements - before.statements) as f64 - by_the_clock),
            round_trips: each((after.round_trips - before.round_trips) as f64 - by_the_clock),
            wal: each(((after.wal - before.wal) - (after.wal_by_the_clock - before.wal_by_the_clock)) as f64),
        }))
    }

    async fn count(&mut self) -> anyhow::Result<Count> {
        let sql = "SELECT query, sum(calls)::bigint AS calls, sum(wal_bytes)::bigint AS wal FROM pg_stat_statements \
                   WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY query";
        let mut count = Count {
            statements: 0,
            by_the_clock: 0,
            round_trips: self.relay.round_trips(),
            wal: self.number("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint").await?,
            wal_by_the_clock: 0,
        };
        for row in sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(&mut self.database).await? {
            let (text, calls, wal) =
                (row.get::<String, _>("query"), row.get::<i64, _>("calls"), row.get::<i64, _>("wal"));
            count.statements += calls;
            let text = without_values(&text);
            if BACKGROUND.iter().any(|beginning| text.starts_with(&without_values(beginning))) {
                count.by_the_clock += calls;
                // An order's facts are numbered because of the order, however many at a time.
                count.wal_by_the_clock += if text.starts_with(NUMBERING) { 0 } else { wal };
            }
        }
        Ok(count)
    }

    async fn number(&mut self, sql: &str) -> anyhow::Result<i64> {
        let row = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_one(&mut self.database).await?;
        Ok(row.get(0))
    }
}

/// A statement without its constants, for which pg_stat_statements puts parameters of its own.
fn without_values(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        out.extend(word.chars().filter(|c| !c.is_ascii_digit() && *c != '$'));
        out.push(' ');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_known_whatever_its_constants_became() {
        let counted = "SELECT CAST($2 AS bigint) AS present\nFROM steps WHERE next_attempt_at <= $1 LIMIT $3";
        assert!(BACKGROUND.iter().any(|beginning| without_values(counted).starts_with(&without_values(beginning))));
    }
}
