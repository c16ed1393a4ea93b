//! Counts how often somebody waits for the database: a relay on the way there, which reads along.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use anyhow::Context;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use url::Url;

/// What PostgreSQL says when it waits for the next request (`ReadyForQuery`): the end of a round trip.
const READY: u8 = b'Z';

/// A relay on a port of its own.
pub(crate) struct Relay {
    port: u16,
    round_trips: Arc<AtomicU64>,
}

impl Relay {
    /// Listens, and passes on to the database of this URL whatever comes.
    pub(crate) async fn start(database: &Url) -> anyhow::Result<Self> {
        let to = format!("{}:{}", database.host_str().unwrap_or("127.0.0.1"), database.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let relay = Self { port: listener.local_addr()?.port(), round_trips: Arc::default() };
        let count = Arc::clone(&relay.round_trips);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // One that breaks is an error for whoever uses it.
                tokio::spawn(pass(client, to.clone(), Arc::clone(&count)));
            }
        });
        Ok(relay)
    }

    /// The URL of a database by way of this relay. In plain text, so that it can be read along.
    pub(crate) fn url(&self, database: &Url) -> anyhow::Result<Url> {
        let mut url = database.clone();
        url.set_host(Some("127.0.0.1"))?;
        url.set_port(Some(self.port)).ok().context("a URL without a port")?;
        url.query_pairs_mut().append_pair("sslmode", "disable");
        Ok(url)
    }

    /// How many round trips there have been.
    pub(crate) fn round_trips(&self) -> u64 {
        self.round_trips.load(Ordering::Relaxed)
    }
}

async fn pass(client: TcpStream, to: String, count: Arc<AtomicU64>) -> std::io::Result<()> {
    let server = TcpStream::connect(to).await?;
    for side in [&client, &server] {
        side.set_nodelay(true)?;
    }
    let (asked, answered) = (client.into_split(), server.into_split());
    let mut seen = Messages::default();
    let forth = copy(asked.0, answered.1, |_| {});
    let back = copy(answered.0, asked.1, |bytes| {
        count.fetch_add(seen.ready_in(bytes), Ordering::Relaxed);
    });
    // Whichever side hangs up, the other one's connection ends too.
    tokio::select! { done = forth => done, done = back => done }
}

async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut see: impl FnMut(&[u8]),
) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        see(&buffer[..length]);
        to.write_all(&buffer[..length]).await?;
    }
}

/// The server's messages, however the network cuts them: a letter, a length of four bytes that counts itself, a body.
#[derive(Default)]
struct Messages {
    head: Vec<u8>,
    body: usize,
}

impl Messages {
    /// How many of the messages that begin here say that the server is ready.
    fn ready_in(&mut self, mut bytes: &[u8]) -> u64 {
        let mut ready = 0;
        while !bytes.is_empty() {
            let skipped = self.body.min(bytes.len());
            self.body -= skipped;
            bytes = &bytes[skipped..];
            let head = bytes.len().min(5 - self.head.len());
            self.head.extend_from_slice(&bytes[..head]);
            bytes = &bytes[head..];
            if let [kind, a, b, c, d] = self.head[..] {
                ready += u64::from(kind == READY);
                self.body = (u32::from_be_bytes([a, b, c, d]) as usize).saturating_sub(4);
                self.head.clear();
            }
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_apart_wherever_they_are_cut() {
        // A body that looks like the message that is counted, and twice that message.
        let stream = b"C\0\0\0\x09ZZZZZZ\0\0\0\x05IZ\0\0\0\x05T";
        for cut in 0..stream.len() {
            let mut seen = Messages::default();
            let (first, rest) = stream.split_at(cut);
            assert_eq!(seen.ready_in(first) + seen.ready_in(rest), 2, "cut at {cut}");
        }
    }
}
