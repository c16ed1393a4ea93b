//! The server of the database goes away and comes back.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use store::Dialect;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::support::{TestDb, laws, on_both, product::Product, wait::until};

on_both!(an_outage_is_said_and_survived);

/// The way to the database's server: open, or as if the server were gone.
struct Way {
    listener: TcpListener,
    server: String,
}

impl Way {
    /// A way to the test's database, and the test's database by that way.
    async fn to(db: &TestDb) -> (Self, TestDb) {
        let mut url: Url = db.settings.url.parse().expect("a URL");
        let host = url.host_str().expect("a host").to_owned();
        let server = format!("{host}:{}", url.port().expect("a port"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        url.set_host(Some("127.0.0.1")).expect("a host");
        url.set_port(Some(port)).expect("a port");
        let mut by = db.clone();
        by.settings.url = url.to_string();
        (Self { listener, server }, by)
    }

    /// Open until `closed`; then every connection breaks, and new ones do too.
    async fn open(self, closed: CancellationToken) -> Self {
        let mut connections = JoinSet::new();
        while let Some(Ok((mut ours, _))) = closed.run_until_cancelled(self.listener.accept()).await {
            let server = self.server.clone();
            connections.spawn(async move {
                let mut theirs = TcpStream::connect(server).await.expect("the server is there");
                let _ = copy_bidirectional(&mut ours, &mut theirs).await;
            });
        }
        self
    }

    /// Takes every connection and drops it until `opened`.
    async fn shut(self, opened: CancellationToken) -> Self {
        while let Some(Ok((connection, _))) = opened.run_until_cancelled(self.listener.accept()).await {
            drop(connection);
        }
        self
    }
}

async fn health(product: &Product, what: &str) -> u16 {
    let request = product.api.request_at(Method::GET, &format!("/health/{what}"));
    product.api.send(request).await.status
}

async fn an_outage_is_said_and_survived(db: TestDb) {
    // The embedded database has no server to lose.
    if db.store.dialect() == Dialect::Sqlite {
        return;
    }
    let (way, by) = Way::to(&db).await;
    let (closed, opened) = (CancellationToken::new(), CancellationToken::new());
    let open = tokio::spawn(way.open(closed.clone()));
    let product = Product::start(&by).await;
    let ada = product.customer(10).await;
    let number = ada.offers("415", 1).await.remove(0);

    closed.cancel();
    let shut = tokio::spawn(open.await.expect("joins").shut(opened.clone()));
    let order = json!({ "numbers": [{ "phoneNumber": number }] });
    for answer in [ada.api.get("/numbers").await, ada.api.post("/numbers/purchase", order).await] {
        answer.refused(503, "UNAVAILABLE");
    }
    assert_eq!((health(&product, "ready").await, health(&product, "live").await), (503, 200));
    assert!(product.twilio.held().await.is_empty(), "nothing was bought");
    // By then every connection from before has broken in use, or is asked whether it holds before it is used.
    tokio::time::sleep(Duration::from_millis(1_500)).await;

    opened.cancel();
    let end = CancellationToken::new();
    let open = tokio::spawn(shut.await.expect("joins").open(end.clone()));
    until("the product is ready again", Duration::from_secs(30), || async {
        (health(&product, "ready").await == 200).then_some(())
    })
    .await;
    ada.buy(&number).await;
    laws::hold(&db.store, &product.twilio).await;
    product.stop().await;
    end.cancel();
    open.await.expect("joins");
}
