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

use crate::support::{TestDb, laws, on_both, product::Product, signed, wait::until};

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

/// Lets a number ring, as the carrier would: the status, and what we answer.
async fn ring(product: &Product, to: &str, sid: &str) -> (u16, String) {
    let twilio = &product.sandbox["twilio"];
    let token = twilio["authToken"].as_str().expect("a token");
    let form =
        [("CallSid", sid), ("From", "+12125550100"), ("To", to), ("Direction", "inbound"), ("CallStatus", "ringing")];
    let path = "/api/v1/webhooks/twilio/voice";
    let signature = signed::twilio(token, &format!("{}{path}", product.api.root()), &form);
    let request = product.api.request_at(Method::POST, path).header("x-twilio-signature", signature).form(&form);
    let answer = request.send().await.expect("is answered");
    (answer.status().as_u16(), answer.text().await.expect("a text"))
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
    let mut offers = ada.offers("415", 2).await;
    let (number, owned) = (offers.remove(0), offers.remove(0));
    let id = ada.buy(&owned).await;
    let action = json!({ "type": "say", "destination": "Good day" });
    let configuration = json!({ "name": "a", "routingRules": { "defaultAction": action } });
    let body = json!({ "configuration": configuration, "makeDefault": true });
    ada.api.post(&format!("/numbers/{id}/configure"), body).await.data(200);
    assert!(ring(&product, &owned, "CAbefore").await.1.contains("Good day"));

    closed.cancel();
    let shut = tokio::spawn(open.await.expect("joins").shut(opened.clone()));
    let order = json!({ "numbers": [{ "phoneNumber": number }] });
    for answer in [ada.api.get("/numbers").await, ada.api.post("/numbers/purchase", order).await] {
        answer.refused(503, "UNAVAILABLE");
    }
    assert_eq!((health(&product, "ready").await, health(&product, "live").await), (503, 200));
    // A number that rang lately does what it did then; any other apologises.
    for (to, heard) in [(owned.as_str(), "Good day"), (number.as_str(), "call again")] {
        let (status, document) = ring(&product, to, "CAoutage").await;
        assert_eq!(status, 200, "{document}");
        assert!(document.contains(heard), "{to}: {document}");
    }
    assert_eq!(product.twilio.held().await.len(), 1, "nothing more was bought");
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
