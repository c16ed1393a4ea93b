//! A kept-alive HTTP/1.1 connection, as thin as one can be: what the load generator uses, the product lacks.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request, StatusCode,
    body::Incoming,
    client::conn::http1::{SendRequest, handshake},
    header::{AUTHORIZATION, CONTENT_TYPE, HOST},
    http::request::Builder,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// A request whose body is there.
pub(crate) type Ask = Request<Full<Bytes>>;

/// One connection; one request at a time.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // Ends with the connection; what went wrong is told by the request that it went wrong for.
        tokio::spawn(connection);
        Ok(Self { sender })
    }

    /// Sends a request and reads the answer to its end.
    pub(crate) async fn ask(&mut self, request: Ask) -> anyhow::Result<(StatusCode, Bytes)> {
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        Ok((status, response.into_body().collect().await?.to_bytes()))
    }

    /// Sends a request and hands out the answer's body as it comes.
    pub(crate) async fn follow(&mut self, request: Ask) -> anyhow::Result<Incoming> {
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        anyhow::ensure!(response.status() == StatusCode::OK, "an answer was {}", response.status());
        Ok(response.into_body())
    }

    /// Sends JSON and reads `data` of the answer, which must be this status.
    pub(crate) async fn json(&mut self, request: Ask, expected: StatusCode) -> anyhow::Result<Value> {
        let path = request.uri().clone();
        let answer = tokio::time::timeout(Duration::from_secs(30), self.ask(request)).await;
        let (status, body) = answer.with_context(|| format!("no answer from {path} in 30 s"))??;
        if status != expected {
            bail!("{path} answered {status}: {}", String::from_utf8_lossy(&body));
        }
        let mut answer: Value = serde_json::from_slice(&body)?;
        Ok(answer["data"].take())
    }
}

/// A GET of a path, with a bearer token.
pub(crate) fn get(path: &str, token: Option<&str>) -> Ask {
    request(Method::GET, path, token).body(Full::default()).expect("a path and a token that we wrote")
}

/// A POST of JSON, with a bearer token.
pub(crate) fn post(path: &str, token: Option<&str>, body: &Value) -> Ask {
    let request = request(Method::POST, path, token).header(CONTENT_TYPE, "application/json");
    request.body(Full::from(body.to_string())).expect("a path and a token that we wrote")
}

/// A POST without a body, with a bearer token.
pub(crate) fn post_nothing(path: &str, token: Option<&str>) -> Ask {
    request(Method::POST, path, token).body(Full::default()).expect("a path and a token that we wrote")
}

fn request(method: Method, path: &str, token: Option<&str>) -> Builder {
    let request = Request::builder().method(method).uri(path).header(HOST, "localhost");
    match token {
        Some(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
        None => request,
    }
}
