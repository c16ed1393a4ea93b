//! A PostgreSQL database for each test: a copy of a template that is migrated once.
//!
//! Every test may be a process of its own, so the template is made under a lock on the server. Its name holds a hash
//! of the migrations: a server that outlives a run never lends an old schema.

use std::hash::{DefaultHasher, Hash, Hasher};

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use store::{Settings, Store};
use url::Url;
use vocab::Ambient;

/// Where the server is, and what to do when nobody said.
fn admin_url() -> Url {
    let text = std::env::var("NUMBERLINE_TEST_PG").unwrap_or_else(|_| {
        panic!("NUMBERLINE_TEST_PG is not set: run `make test`, or scripts/with-postgres cargo test")
    });
    text.parse().expect("NUMBERLINE_TEST_PG is the admin URL of a PostgreSQL server")
}

/// Nothing else takes this lock.
const MAKING_THE_TEMPLATE: i64 = 0x6e75_6d62_6572;

/// A database that is the test's until it is given back.
pub(super) struct Lent {
    name: String,
    url: String,
}

impl Lent {
    /// A copy of the template, or a database without a table.
    pub(super) async fn new(migrated: bool) -> Self {
        let admin = admin_url();
        let template = if migrated { template(&admin).await } else { "template0".to_owned() };
        let name = format!("numberline_test_{}", Ambient::system().uuid().simple());
        let mut server = connect(&admin).await;
        say(&mut server, format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        let url = database(&admin, &name);
        Self { name, url }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Best effort: a server that `make test` started is thrown away anyway.
    pub(super) async fn give_back(self) {
        let mut server = connect(&admin_url()).await;
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        if let Err(error) = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut server).await {
            eprintln!("the test's database {} is left behind: {error}", self.name);
        }
    }
}

/// The name of the migrated template, which is made first if it is not there.
async fn template(admin: &Url) -> String {
    let mut hasher = DefaultHasher::new();
    store::migrations::texts().hash(&mut hasher);
    let name = format!("numberline_template_{:016x}", hasher.finish());
    let mut server = connect(admin).await;
    say(&mut server, format!("SELECT pg_advisory_lock({MAKING_THE_TEMPLATE})")).await;
    if !exists(&mut server, &name).await {
        // Under another name until it is complete: a run that is stopped here leaves no half template.
        let draft = format!("{name}_draft");
        say(&mut server, format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)")).await;
        say(&mut server, format!("CREATE DATABASE {draft} TEMPLATE template0")).await;
        let settings = Settings { connections: 1, ..Settings::postgres(database(admin, &draft)) };
        let store = Store::open(&settings).await.expect("the template opens");
        store.migrate().await.expect("the template migrates");
        store.close().await.expect("the template closes");
        say(&mut server, format!("ALTER DATABASE {draft} RENAME TO {name}")).await;
    }
    say(&mut server, format!("SELECT pg_advisory_unlock({MAKING_THE_TEMPLATE})")).await;
    name
}

async fn connect(admin: &Url) -> PgConnection {
    PgConnection::connect(admin.as_str()).await.expect("the server of NUMBERLINE_TEST_PG answers")
}

async fn say(server: &mut PgConnection, sql: String) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(server).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn exists(server: &mut PgConnection, name: &str) -> bool {
    let sql = "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)";
    let row = sqlx::query(sql).bind(name).fetch_one(server).await.expect("the server's list of databases");
    row.get(0)
}

fn database(admin: &Url, name: &str) -> String {
    let mut url = admin.clone();
    url.set_path(name);
    url.to_string()
}
