//! The least that answers: axum and a constant; for a webhook, one HMAC over the body. It shows what of the product's
//! CPU is the product's.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
};

use anyhow::Context;
use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post},
    serve::ListenerExt,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    process::{Child, Command},
};

use crate::twilio::{SIGNATURE, sign};

const DOCUMENT: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Say>Thank you for calling. Nobody is in.\
                        </Say><Hangup/></Response>";

/// Serves until killed; prints its address first. A list of numbers is answered with what is in the file.
pub(crate) async fn serve(list: Option<&Path>) -> anyhow::Result<()> {
    let list = list.map(std::fs::read).transpose()?.map(Bytes::from).unwrap_or_default();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let list = get(async move || ([(CONTENT_TYPE, "application/json")], list.clone()));
    let router = Router::new().route("/api/v1/webhooks/twilio/voice", post(answer)).route("/api/v1/numbers", list);
    axum::serve(listener, router).await?;
    Ok(())
}

async fn answer(headers: HeaderMap, body: Bytes) -> Response {
    let given = headers.get(SIGNATURE).map_or(&b""[..], |value| value.as_bytes());
    // What was signed is not the bare body, so the signature never holds; comparing costs the same.
    if sign(b"a token", &body).as_bytes() == given {
        return StatusCode::FORBIDDEN.into_response();
    }
    ([(CONTENT_TYPE, "text/xml; charset=utf-8")], DOCUMENT).into_response()
}

/// The bare server in a process of its own.
pub(crate) struct Bare {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Bare {
    /// Starts it, with a list to answer.
    pub(crate) async fn start(list: Option<&Path>) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut child =
            command.arg("bare").args(list).stdout(std::process::Stdio::piped()).kill_on_drop(true).spawn()?;
        let out = child.stdout.take().context("the bare server has no output")?;
        let line = BufReader::new(out).lines().next_line().await?.context("the bare server said nothing")?;
        Ok(Self { child, address: line.parse()? })
    }

    /// Its process.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.id()
    }
}
