//! Rented numbers, the customers who wait for a text there, and whoever sends it.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::Context;
use http_body_util::BodyExt;
use hyper::{StatusCode, body::Incoming};
use serde_json::Value;
use url::Url;

use crate::{
    customers::{Customer, customers},
    http::{Connection, get, post, post_nothing},
};

/// How long the suppliers' catalogues may take, and a stream to say how a rental stands.
const PATIENCE: Duration = Duration::from_secs(30);

/// A supplier, and how many numbers its twin is told to have of Telegram's in the US.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Supplier {
    /// Its name in the API.
    pub(crate) name: &'static str,
    /// Its name in `GET /api/v1/sandbox`.
    sandbox: &'static str,
    /// Its name in metrics.
    pub(crate) vendor: &'static str,
    /// The offer, in its twin's words, which count the stock as `count`.
    offer: &'static str,
}

/// It tells of texts by webhook.
pub(crate) const PUSHES: Supplier = Supplier {
    name: "TEXT_VERIFIED",
    sandbox: "textVerified",
    vendor: "text_verified",
    offer: r#"{"serviceName": "telegram", "count": 1000000}"#,
};
/// It does not, and has to be asked about each number.
pub(crate) const IS_ASKED: Supplier = Supplier {
    name: "SMS_MAN",
    sandbox: "smsMan",
    vendor: "sms_man",
    offer: r#"{"country_id": 5, "application_id": 1, "count": 1000000}"#,
};

/// The product's rental market.
pub(crate) struct Market {
    address: SocketAddr,
    customers: Vec<Customer>,
    sandbox: Value,
}

impl Market {
    /// So many customers, and both suppliers' catalogues read.
    pub(crate) async fn open(address: SocketAddr, count: usize) -> anyhow::Result<Self> {
        let customers = customers(address, count).await?;
        let sandbox = Connection::open(address).await?.json(get("/api/v1/sandbox", None), StatusCode::OK).await?;
        let market = Self { address, customers, sandbox };
        for supplier in [PUSHES, IS_ASKED] {
            market.is_stocked(supplier).await?;
        }
        Ok(market)
    }

    /// Where this supplier's twin is told what happens in the world.
    fn control(&self, supplier: Supplier) -> anyhow::Result<SocketAddr> {
        let url = Url::parse(self.sandbox[supplier.sandbox]["controlUrl"].as_str().unwrap_or_default())?;
        url.socket_addrs(|| None)?.pop().context("the twin has no address")
    }

    /// Has the supplier's twin own more numbers, and us more money there, than a run can use.
    pub(crate) async fn is_plentiful(&self, supplier: Supplier) -> anyhow::Result<()> {
        let mut twin = Connection::open(self.control(supplier)?).await?;
        let balance = r#"{"balance": 1000000}"#;
        for (path, body) in [("/offers", supplier.offer), ("/balance", balance)] {
            let (status, said) = twin.ask(post(path, None, &serde_json::from_str(body)?)).await?;
            anyhow::ensure!(status.is_success(), "the twin answered {status}: {}", String::from_utf8_lossy(&said));
        }
        Ok(())
    }

    /// Waits until the supplier's catalogue is read.
    async fn is_stocked(&self, supplier: Supplier) -> anyhow::Result<()> {
        let mut connection = Connection::open(self.address).await?;
        let began = Instant::now();
        loop {
            let rental = connection.json(self.customers[0].rent(supplier.name), StatusCode::CREATED).await;
            match rental {
                Ok(rental) if rental["provider"] == supplier.name => return Ok(()),
                Err(error) if began.elapsed() > PATIENCE => return Err(error),
                _ => tokio::time::sleep(Duration::from_millis(500)).await,
            }
        }
    }

    /// So many rentals one after the other, each of the next customer from `first` on. Nobody watches them.
    pub(crate) async fn rent_unwatched(&self, supplier: Supplier, first: usize, count: usize) -> anyhow::Result<()> {
        let mut connection = Connection::open(self.address).await?;
        for n in first..first + count {
            self.rental(&mut connection, supplier, n).await?;
        }
        Ok(())
    }

    /// A rental, and a customer who watches it.
    pub(crate) async fn rent(&self, supplier: Supplier, n: usize) -> anyhow::Result<Rental> {
        let mut connection = Connection::open(self.address).await?;
        let rental = self.rental(&mut connection, supplier, n).await?;
        let told =
            |name: &str| rental[name].as_str().map(str::to_owned).with_context(|| format!("{rental} has no {name}"));
        let (id, number) = (told("id")?, told("phoneNumber")?);
        let mut events = connection.follow(self.customer(n).follow(&id)).await?;
        event(&mut events, "WAITING_FOR_SMS", PATIENCE).await?.with_context(|| format!("{id} does not wait"))?;
        Ok(Rental { number, events, control: self.control(supplier)? })
    }

    async fn rental(&self, connection: &mut Connection, supplier: Supplier, n: usize) -> anyhow::Result<Value> {
        let rental = connection.json(self.customer(n).rent(supplier.name), StatusCode::CREATED).await?;
        anyhow::ensure!(rental["provider"] == supplier.name, "{rental} is not of {}", supplier.name);
        Ok(rental)
    }

    fn customer(&self, n: usize) -> &Customer {
        &self.customers[n % self.customers.len()]
    }
}

/// A number that waits for its text, and somebody who watches.
pub(crate) struct Rental {
    number: String,
    events: Incoming,
    control: SocketAddr,
}

impl Rental {
    /// Has it texted, and says how many milliseconds later the code is there; `None` if it is not within `patience`.
    pub(crate) async fn text(mut self, patience: Duration) -> anyhow::Result<Option<f64>> {
        let mut twin = Connection::open(self.control).await?;
        let path = format!("/sms?to={}", self.number.trim_start_matches('+'));
        let began = Instant::now();
        let (status, said) = twin.ask(post_nothing(&path, None)).await?;
        anyhow::ensure!(status.is_success(), "the twin answered {status}: {}", String::from_utf8_lossy(&said));
        let seen = event(&mut self.events, "COMPLETED", patience).await?;
        Ok(seen.map(|()| began.elapsed().as_secs_f64() * 1000.0))
    }
}

/// Waits for an event that shows this state; `None` if there is none within `patience`.
async fn event(events: &mut Incoming, state: &str, patience: Duration) -> anyhow::Result<Option<()>> {
    let mut text = String::new();
    let wanted = format!("\"status\":\"{state}\"");
    let waited = tokio::time::timeout(patience, async {
        while let Some(frame) = events.frame().await {
            text.push_str(&String::from_utf8_lossy(frame?.data_ref().map_or(&[][..], |data| data)));
            if text.contains(&wanted) {
                return Ok(());
            }
        }
        anyhow::bail!("the stream ended: {text}")
    });
    waited.await.ok().transpose()
}
