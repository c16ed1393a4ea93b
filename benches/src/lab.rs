//! What the cases on PostgreSQL share: the product on one database, and beside it a copy of that database for pgbench.

use std::{
    path::Path,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use anyhow::Context;
use hyper::StatusCode;
use store::{Settings, Store};
use vocab::Ambient;

use crate::{
    cpu::Whose,
    customers::{Customer, customers, for_sale, ringing},
    database::Admin,
    http::Connection,
    measure::{Part, Watched},
    pgbench::{CLIENTS, REACH},
    pool::{self, Owner, Shape},
    posting,
    product::{Server, Twins},
    record,
    statements::{Line, ledger, list, purchase, session, voice},
    twilio::Caller,
};

/// The product's database.
pub(crate) const PRODUCT: &str = "numberline_bench_product";
/// pgbench's copy of it.
pub(crate) const STATEMENTS: &str = "numberline_bench_statements";

/// Copies of it as it was before anybody worked on it, for a small pool and a large one.
pub(crate) const SMALL: &str = "numberline_bench_small";
pub(crate) const LARGE: &str = "numberline_bench_large";
/// A copy of it as it was then, to be copied again.
const START: &str = "numberline_bench_start";

/// How many requests are in flight where many are.
pub(crate) const IN_FLIGHT: usize = 256;

/// How many numbers can be bought in a run.
const FOR_SALE: usize = 200_000;

/// Everything that runs.
pub(crate) struct Lab {
    pub(crate) admin: Admin,
    pub(crate) server: Server,
    pub(crate) twins: Twins,
    /// As many as pgbench has clients.
    pub(crate) buyers: Vec<Customer>,
    /// What they buy, from the front.
    pub(crate) numbers: Arc<[String]>,
    /// How many were taken, and how many calls were made: each number once.
    pub(crate) bought: Arc<AtomicU64>,
    pub(crate) calls: Arc<AtomicU64>,
    /// Where the lists of statements and the product differ, or why nobody knows.
    pub(crate) doubts: Vec<String>,
    postmaster: Option<u32>,
    _folder: tempfile::TempDir,
}

impl Lab {
    /// Prepares everything: customers, numbers, the databases; and a pool from which to borrow for `borrowing`.
    pub(crate) async fn set_up(url: &str, borrowing: Duration) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let (twins_home, home) = (folder.path().join("twins"), folder.path().join("server"));
        let mut admin = Admin::connect(url).await?;
        let postmaster = admin.postmaster().await?;
        admin.fresh(PRODUCT).await?;
        let twins = Twins::start(&twins_home).await?;
        let mut lab = Self {
            server: logged(&home, &admin, &twins).await?,
            admin,
            twins,
            buyers: Vec::new(),
            numbers: for_sale(FOR_SALE).into(),
            bought: Arc::default(),
            calls: Arc::default(),
            doubts: Vec::new(),
            postmaster,
            _folder: folder,
        };
        lab.buyers = customers(lab.server.address, CLIENTS).await?;
        lab.buyers[0].buy_ringing(lab.server.address).await?;
        lab.admin.run_in(PRODUCT, numbered_accounts()).await?;
        pool::fill(&lab.admin, PRODUCT, Shape { numbers: 800, held: 2, past: 0 }, Owner::Customers).await?;
        lab.doubts = match lab.compare().await {
            Ok(doubts) => doubts,
            Err(error) => vec![format!("the lists of statements were not compared with the server's log: {error:#}")],
        };
        lab.quiet(&home, borrowing).await
    }

    /// Copies the database and starts the product again without the log of its statements.
    async fn quiet(mut self, home: &Path, borrowing: Duration) -> anyhow::Result<Self> {
        self.server.stop().await?;
        for copy in [STATEMENTS, SMALL, LARGE, START] {
            self.admin.copy(PRODUCT, copy).await?;
        }
        // Half of the numbers are free, and half are given back.
        let held = (borrowing.as_secs() + 1) * REACH * CLIENTS as u64;
        let shape = Shape { numbers: 2 * held, held, past: 0 };
        for (database, owner) in [(PRODUCT, Owner::Customers), (STATEMENTS, Owner::Clients)] {
            pool::fill(&self.admin, database, shape, owner).await?;
        }
        self.server = Server::start(home, Some(self.admin.url_of(PRODUCT).as_str()), Some(&self.twins)).await?;
        Ok(self)
    }

    /// Makes a copy of the database as it was before anybody worked on it.
    pub(crate) async fn copy_of_start(&mut self, database: &str) -> anyhow::Result<()> {
        self.admin.copy(START, database).await
    }

    /// Who signs as Twilio does.
    pub(crate) fn caller(&self) -> Caller {
        Caller::of(self.server.address, self.twins.auth_token())
    }

    /// Whose CPU is watched while the product works.
    pub(crate) fn watched(&self) -> Vec<Watched> {
        let server = self.server.pid().map(|pid| (Part::Server, Whose::Process(pid)));
        let twins = self.twins.pid().map(|pid| (Part::Twins, Whose::Process(pid)));
        server.into_iter().chain(twins).chain(self.database()).chain([(Part::Client, Whose::Own)]).collect()
    }

    /// The database's CPU.
    pub(crate) fn database(&self) -> Option<Watched> {
        self.postmaster.map(|pid| (Part::Database, Whose::Server(pid)))
    }

    /// Lets a number ring and buys one, twice each so that what the process remembers is remembered, and compares
    /// what the second one sent to the database with the lists.
    async fn compare(&mut self) -> anyhow::Result<Vec<String>> {
        let (caller, mut doubts) = (self.caller(), Vec::new());
        let mut connection = Connection::open(self.server.address).await?;
        for second in [false, true] {
            let from = self.admin.log_size().await?;
            let (status, _) = connection.ask(caller.ring(&ringing(0), u64::from(second))).await?;
            anyhow::ensure!(status == StatusCode::OK, "a call was answered with {status}");
            doubts = self.doubts_of("a call", from, voice::CALL).await?;
        }
        for second in [0, 1] {
            let from = self.admin.log_size().await?;
            let number = &self.numbers[self.numbers.len() - 1 - second];
            let order = self.buyers[1].order(number, second as u64, None);
            connection.json(order, StatusCode::CREATED).await?;
            if second == 1 {
                doubts.extend(self.doubts_of("an order", from, &purchase::ORDER).await?);
            }
        }
        for second in [false, true] {
            let from = self.admin.log_size().await?;
            connection.json(self.buyers[0].list(), StatusCode::OK).await?;
            if second {
                doubts.extend(self.doubts_of("a list of numbers", from, list::LIST).await?);
            }
            let from = self.admin.log_size().await?;
            connection.json(self.buyers[0].orders(), StatusCode::OK).await?;
            if second {
                doubts.extend(self.doubts_of("a list of orders", from, list::ORDERS).await?);
            }
        }
        for second in [0, 1] {
            let customer = self.buyers[second].clone();
            for (what, request, status, list) in [
                ("a session", customer.borrow(0), StatusCode::CREATED, session::BORROW),
                ("its end", customer.give_back(&pool::session(second as u64)), StatusCode::OK, session::GIVE_BACK),
            ] {
                let from = self.admin.log_size().await?;
                connection.json(request, status).await?;
                if second == 1 {
                    doubts.extend(self.doubts_of(what, from, list).await?);
                }
            }
        }
        let store = Store::open(&Settings::postgres(logged_url(&self.admin))).await?;
        let from = self.admin.log_size().await?;
        posting::one(&store, &Ambient::system(), 0).await?;
        doubts.extend(self.doubts_of("a charge", from, ledger::CHARGE).await?);
        store.close().await?;
        Ok(doubts)
    }

    async fn doubts_of(&mut self, what: &str, from: u64, list: &[Line]) -> anyhow::Result<Vec<String>> {
        // The last statements may follow the answer.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let recorded = record::statements(&self.admin.log_from(from).await?);
        anyhow::ensure!(!recorded.is_empty(), "the log has no statements");
        Ok(record::differences(&recorded, list).into_iter().map(|doubt| format!("{what}: {doubt}")).collect())
    }

    /// Says that no number was lent to two at a time, or ends the run.
    pub(crate) async fn assigned_once(&self, database: &str) -> anyhow::Result<String> {
        let sessions = self.admin.text_in(database, "SELECT count(*)::text FROM number_sessions").await?;
        let twice = self.admin.text_in(database, pool::LENT_TWICE).await?;
        anyhow::ensure!(twice == "0", "{twice} numbers were lent to two at a time");
        Ok(format!("Of {sessions} sessions no two had one number at the same time."))
    }

    /// Ends everything and drops the databases.
    pub(crate) async fn tear_down(mut self) -> anyhow::Result<()> {
        self.server.stop().await?;
        for database in [PRODUCT, STATEMENTS, SMALL, LARGE, START] {
            self.admin.drop(database).await?;
        }
        Ok(())
    }
}

/// The product with each of its statements in the database's log.
async fn logged(home: &Path, admin: &Admin, twins: &Twins) -> anyhow::Result<Server> {
    Server::start(home, Some(&logged_url(admin)), Some(twins)).await.context("the product did not start")
}

fn logged_url(admin: &Admin) -> String {
    let mut url = admin.url_of(PRODUCT);
    url.query_pairs_mut().append_pair("options", "-c log_statement=all");
    // A space as `+` would reach the database as `+`.
    url.as_str().replace('+', "%20")
}

/// Accounts like the first one but for their ids, which are counted up: pgbench's buyers ([`purchase::BUYER`]), and the
/// wallets that are charged ([`ledger::WALLETS`]).
fn numbered_accounts() -> String {
    let copies = [
        ("accounts", "'id', k"),
        ("users", "'id', k, 'account_id', k, 'email', k || '@example.com'"),
        ("wallets", "'account_id', k, 'code', 'wallet:' || k, 'balance', 1000000000000000"),
    ];
    let insert = |(table, changes): (&str, &str)| {
        format!(
            "INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, to_jsonb(one) || jsonb_build_object({changes}))).* \
             FROM (SELECT * FROM {table} LIMIT 1) AS one, \
             (SELECT lpad(n::text, 32, '0') AS k FROM generate_series(0, {}) AS n) AS numbered;",
            ledger::WALLETS - 1
        )
    };
    copies.map(insert).concat()
}
