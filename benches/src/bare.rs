//! The least that answers: axum and a constant; for a webhook, one HMAC over the body and, if it is to, one INSERT. It shows what of the product's
//! CPU is the product's.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post},
    serve::ListenerExt,
};
use sqlx::{PgPool, postgres::PgPoolOptions, types::Uuid};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    process::{Child, Command},
};

use url::Url;
use vocab::Ambient;

use crate::{
    http::{self, Connection},
    pgbench::CLIENTS,
    statements::{Line, voice},
    twilio::{SIGNATURE, sign},
};

const DOCUMENT: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Say>Thank you for calling. Nobody is in.\
                        </Say><Hangup/></Response>";

/// The variable that names the database in which the bare server writes calls down, if it does.
const DATABASE: &str = "RATIOS_BARE_DATABASE";

/// Serves until killed; prints its address first. A list is answered with what is in the file.
pub(crate) async fn serve(list: Option<&Path>) -> anyhow::Result<()> {
    let calls = match std::env::var(DATABASE) {
        Ok(url) => Some(Calls::open(&url).await?),
        Err(_) => None,
    };
    let list = list.map(std::fs::read).transpose()?.map(Bytes::from).unwrap_or_default();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let list = get(async move || ([(CONTENT_TYPE, "application/json")], list.clone()));
    let router = Router::new()
        .route("/api/v1/webhooks/twilio/voice", post(answer).with_state(calls))
        .route("/api/v1/numbers", list.clone())
        .route("/api/v1/orders", list);
    axum::serve(listener, router).await?;
    Ok(())
}

/// Where calls are written down, by the statement that the product has for them.
#[derive(Clone)]
struct Calls {
    pool: PgPool,
    sql: &'static str,
    /// Whose they are, and of which number.
    account: Uuid,
    number: Uuid,
    ambient: Ambient,
}

impl Calls {
    async fn open(url: &str) -> anyhow::Result<Self> {
        let connections = u32::try_from(CLIENTS)?;
        let pool = PgPoolOptions::new().max_connections(connections).test_before_acquire(false).connect(url).await?;
        let (account, number) = sqlx::query_as("SELECT account_id, id FROM numbers LIMIT 1").fetch_one(&pool).await?;
        let sql = voice::CALL.iter().find_map(|line| match line {
            Line::Run(statement) if !statement.kept => Some(statement.sql),
            _ => None,
        });
        let sql = sql.context("a statement that writes a call")?;
        Ok(Self { pool, sql, account, number, ambient: Ambient::system() })
    }

    async fn write(&self, body: &[u8]) -> Result<(), sqlx::Error> {
        let form = String::from_utf8_lossy(body);
        let given = form.split('&').find_map(|field| field.strip_prefix("CallSid=")).unwrap_or_default();
        let insert = sqlx::query(self.sql)
            .bind(self.ambient.uuid())
            .bind(self.account)
            .bind(self.number)
            .bind("twilio")
            .bind(given)
            .bind("+12125550100")
            .bind("+14155300000")
            .bind("INBOUND")
            .bind("RINGING")
            .bind(self.ambient.wall());
        insert.execute(&self.pool).await.map(drop)
    }
}

async fn answer(State(calls): State<Option<Calls>>, headers: HeaderMap, body: Bytes) -> Response {
    let given = headers.get(SIGNATURE).map_or(&b""[..], |value| value.as_bytes());
    // What was signed is not the bare body, so the signature never holds; comparing costs the same.
    if sign(b"a token", &body).as_bytes() == given {
        return StatusCode::FORBIDDEN.into_response();
    }
    if let Some(calls) = calls
        && let Err(error) = calls.write(&body).await
    {
        return (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response();
    }
    ([(CONTENT_TYPE, "text/xml; charset=utf-8")], DOCUMENT).into_response()
}

/// The bare server in a process of its own.
pub(crate) struct Bare {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// From its start to the first 200.
    pub(crate) ready_after: Duration,
}

impl Bare {
    /// Starts it, with a list to answer, and a database to write calls down in.
    pub(crate) async fn start(list: Option<&Path>, database: Option<&Url>) -> anyhow::Result<Self> {
        let began = Instant::now();
        let mut command = Command::new(std::env::current_exe()?);
        command.envs(database.map(|url| (DATABASE, url.as_str())));
        let mut child =
            command.arg("bare").args(list).stdout(std::process::Stdio::piped()).kill_on_drop(true).spawn()?;
        let out = child.stdout.take().context("the bare server has no output")?;
        let line = BufReader::new(out).lines().next_line().await?.context("the bare server said nothing")?;
        let address = line.parse()?;
        let (status, _) = Connection::open(address).await?.ask(http::get("/api/v1/numbers", None)).await?;
        anyhow::ensure!(status == StatusCode::OK, "the bare server answered {status}");
        Ok(Self { child, address, ready_after: began.elapsed() })
    }

    /// Its process.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.id()
    }
}
