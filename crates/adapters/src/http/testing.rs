//! A loopback server that answers what a test tells it to, and breaks connections in every way.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use url::Url;

use super::Limits;

/// What becomes of one request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// This status, these header lines and this body.
    Answer(u16, &'static str, String),
    /// The connection closes without an answer.
    Close,
    /// The connection closes in the middle of the body.
    Cut,
    /// Nothing, for ever.
    Hang,
}

/// An answer with this status and body.
pub(crate) fn answer(status: u16, body: impl ToString) -> Reply {
    Reply::Answer(status, "", body.to_string())
}

/// The server; it stops with the test's runtime.
pub(crate) struct Stub {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    /// Gives the replies in turn; the last one again and again.
    pub(crate) async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let (log, replies) = (Arc::clone(&seen), replies.into_iter().collect::<Vec<_>>());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, replies) = (Arc::clone(&log), replies.clone());
                tokio::spawn(async move { serve(stream, &log, &replies).await });
            }
        });
        Self { address, seen }
    }

    pub(crate) fn url(&self) -> Url {
        format!("http://{}", self.address).parse().unwrap()
    }

    /// Every request so far, head and body as they came.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// The request lines so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |request: &String| request.lines().next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
        self.seen().iter().map(line).collect()
    }
}

async fn serve(mut stream: TcpStream, log: &Mutex<Vec<String>>, replies: &[Reply]) {
    let Some(request) = read(&mut stream).await else { return };
    let nth = {
        let mut log = log.lock().unwrap();
        log.push(request);
        log.len() - 1
    };
    let text = match replies.get(nth).or(replies.last()).unwrap() {
        Reply::Close => return,
        Reply::Hang => return tokio::time::sleep(Duration::from_secs(3600)).await,
        Reply::Cut => "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"sid\":".to_owned(),
        Reply::Answer(status, headers, body) => {
            format!("HTTP/1.1 {status} X\r\n{headers}connection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        }
    };
    let _ = stream.write_all(text.as_bytes()).await;
}

async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text.into_owned());
            }
        }
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        request.extend_from_slice(&buffer[..read]);
    }
}

/// A root at which nothing listens: a port that no system hands out, for a service that nobody runs.
pub(crate) fn nowhere() -> Url {
    "http://127.0.0.1:1/".parse().expect("a URL")
}

/// The usual limits with short waits, which a machine with other work still keeps.
pub(crate) fn hasty() -> Limits {
    Limits {
        request: Duration::from_millis(1_500),
        budget: Duration::from_secs(20),
        backoff: Duration::from_millis(5),
        queue: Duration::from_millis(50),
        ..Limits::default()
    }
}

/// Everything that is logged on this thread while it lives, at every level.
pub(crate) struct Log {
    lines: Arc<Mutex<Vec<u8>>>,
    _guard: tracing::subscriber::DefaultGuard,
}

impl Log {
    pub(crate) fn listen() -> Self {
        let lines = Arc::<Mutex<Vec<u8>>>::default();
        let sink = Arc::clone(&lines);
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || Sink(Arc::clone(&sink)))
            .finish();
        Self { lines, _guard: tracing::subscriber::set_default(subscriber) }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.lines.lock().unwrap()).into_owned()
    }
}

struct Sink(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
