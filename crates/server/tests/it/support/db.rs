//! A database for one test, on either engine, gone when the test ends.

use std::panic::{AssertUnwindSafe, resume_unwind};

use futures::FutureExt;
use store::{Dialect, Settings, Store};
use tempfile::TempDir;

use super::postgres::Lent;

/// More than one, so that transactions meet; few, because many tests share one server.
const CONNECTIONS: u32 = 5;

/// A test's own database. Clones are the same one.
#[derive(Clone)]
pub(crate) struct TestDb {
    pub(crate) store: Store,
    pub(crate) settings: Settings,
}

impl TestDb {
    /// Opens it once more, as another process would.
    pub(crate) async fn again(&self) -> Store {
        Store::open(&self.settings).await.expect("the test's database opens")
    }
}

/// What is left of a database when the test is over.
enum Leavings {
    File(#[allow(dead_code)] TempDir), // removed when dropped
    Lent(Lent),
}

/// Runs a test on a migrated database.
pub(crate) async fn on<F: Future<Output = ()>>(dialect: Dialect, test: impl FnOnce(TestDb) -> F) {
    run(dialect, true, test).await;
}

/// Runs a test on a database without a table.
pub(crate) async fn on_empty<F: Future<Output = ()>>(dialect: Dialect, test: impl FnOnce(TestDb) -> F) {
    run(dialect, false, test).await;
}

async fn run<F: Future<Output = ()>>(dialect: Dialect, migrated: bool, test: impl FnOnce(TestDb) -> F) {
    let (settings, leavings) = match dialect {
        Dialect::Sqlite => {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let file = Settings::sqlite(&folder.path().join("test.db"));
            (Settings { durable: false, ..file }, Leavings::File(folder))
        }
        Dialect::Postgres => {
            let lent = Lent::new(migrated).await;
            (Settings { connections: CONNECTIONS, ..Settings::postgres(lent.url()) }, Leavings::Lent(lent))
        }
    };
    let store = Store::open(&settings).await.expect("a fresh database opens");
    if migrated && dialect == Dialect::Sqlite {
        store.migrate().await.expect("a fresh database migrates");
    }
    let outcome = AssertUnwindSafe(test(TestDb { store: store.clone(), settings })).catch_unwind().await;
    // The server waits for connections to go before it drops a database. Some test's task may keep one for ever.
    let _ = tokio::time::timeout(std::time::Duration::from_secs(1), store.close()).await;
    if let Leavings::Lent(lent) = leavings {
        lent.give_back().await;
    }
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

/// Makes two tests of each `async fn name(db: TestDb)`: `name::sqlite` and `name::postgres`. With `empty:` in front
/// the database has no tables.
macro_rules! on_both {
    (empty: $($name:ident),+ $(,)?) => { $crate::support::db::on_both!(@ on_empty $($name)+); };
    ($($name:ident),+ $(,)?) => { $crate::support::db::on_both!(@ on $($name)+); };
    (@ $run:ident $($name:ident)+) => { $(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn sqlite() {
                $crate::support::db::$run(store::Dialect::Sqlite, super::$name).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn postgres() {
                $crate::support::db::$run(store::Dialect::Postgres, super::$name).await;
            }
        }
    )+ };
}
pub(crate) use on_both;
