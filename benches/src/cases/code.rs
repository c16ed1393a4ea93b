//! From a text at the supplier to the customer's screen.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::Context;
use futures::{StreamExt, TryStreamExt, future::try_join_all, stream};
use http_body_util::BodyExt;
use hyper::{StatusCode, body::Incoming};
use url::Url;

use super::Plan;
use crate::{
    customers::{Customer, customers},
    database::Admin,
    http::{Connection, get, post_nothing},
    product::Server,
    report::{Bar, Ratio, Section},
    stats::{Rounds, share},
};

/// The database of the case.
const DATABASE: &str = "numberline_bench_rent";
/// How many texts come in a round.
const TEXTS: u32 = 100;
/// Over which time they come where the supplier pushes them.
const PUSHED_OVER: Duration = Duration::from_secs(2);
/// And where it does not: as long as it may take until it is asked again.
const POLLED_OVER: Duration = Duration::from_secs(10);
/// How long the suppliers' catalogues may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs the case.
pub(crate) async fn run(url: &str, plan: Plan) -> anyhow::Result<Section> {
    let mut admin = Admin::connect(url).await?;
    admin.fresh(DATABASE).await?;
    let folder = tempfile::tempdir()?;
    // No text comes unasked, and one customer may rent as much as many.
    let settings =
        [("SANDBOX_TEXT_DELAY_MS", "0"), ("VERIFICATION_ACTIVE_CAP", "1000"), ("VERIFICATION_DAILY_CAP", "100000")];
    let server = Server::start_with(folder.path(), Some(admin.url_of(DATABASE).as_str()), None, &settings).await?;
    let market = Market::open(server.address).await?;
    let (mut typical, mut pushed) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        let times = market.texts("TEXT_VERIFIED", &market.pushes, PUSHED_OVER).await?;
        typical.push(share(&times, 50));
        pushed.push(share(&times, 99));
    }
    let polled = market.texts("SMS_MAN", &market.is_asked, POLLED_OVER).await?;
    server.stop().await?;
    admin.drop(DATABASE).await?;
    let once = |value: f64| [value].into_iter().collect::<Rounds>();
    Ok(Section {
        title: "Time to code",
        about: "From the text's arrival at the supplier's twin to the event on `GET /verifications/{id}/stream`, 100 rentals \
                at once: by the supplier's webhook, and where the supplier only answers when asked, as it is every 10 s.",
        ratios: vec![
            Ratio::new("ms by webhook, 99th percentile", pushed.into_iter().collect(), Some(Bar::AtMost(200.0))),
            Ratio::new("ms by webhook, median", typical.into_iter().collect(), None),
            Ratio::new("ms by asking, 99th percentile", once(share(&polled, 99)), Some(Bar::AtMost(11_000.0))),
            Ratio::new("ms by asking, median", once(share(&polled, 50)), None),
        ],
        variants: Vec::new(),
        figures: Vec::new(),
    })
}

/// The product, a customer, and where texts are sent from.
struct Market {
    address: SocketAddr,
    customer: Customer,
    /// The twin of a supplier that tells us of texts.
    pushes: Url,
    /// The twin of one that does not.
    is_asked: Url,
}

impl Market {
    async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let customer = customers(address, 1).await?.pop().context("a customer")?;
        let mut connection = Connection::open(address).await?;
        let sandbox = connection.json(get("/api/v1/sandbox", None), StatusCode::OK).await?;
        let control = |name: &str| Url::parse(sandbox[name]["controlUrl"].as_str().unwrap_or_default());
        let market = Self { address, customer, pushes: control("textVerified")?, is_asked: control("smsMan")? };
        for supplier in ["TEXT_VERIFIED", "SMS_MAN"] {
            market.is_stocked(supplier).await?;
        }
        Ok(market)
    }

    /// Waits until the supplier's catalogue is read.
    async fn is_stocked(&self, supplier: &str) -> anyhow::Result<()> {
        let mut connection = Connection::open(self.address).await?;
        let began = Instant::now();
        loop {
            let rental = connection.json(self.customer.rent(supplier), StatusCode::CREATED).await;
            match rental {
                Ok(rental) if rental["provider"] == supplier => return Ok(()),
                Err(error) if began.elapsed() > PATIENCE => return Err(error),
                _ => tokio::time::sleep(Duration::from_millis(500)).await,
            }
        }
    }

    /// Rents numbers of this supplier, has them texted over so long, and says how many milliseconds each code took,
    /// the shortest first.
    async fn texts(&self, supplier: &str, control: &Url, over: Duration) -> anyhow::Result<Vec<f64>> {
        let rentals = stream::iter(0..TEXTS).map(|_| self.rent(supplier)).buffered(4);
        let rentals: Vec<Rental> = rentals.try_collect().await?;
        let texts = rentals.into_iter().enumerate().map(|(at, rental)| async move {
            let wait = over * u32::try_from(at)? / TEXTS;
            tokio::time::sleep(wait).await;
            rental.text(control).await
        });
        let mut times = try_join_all(texts).await?;
        times.sort_by(f64::total_cmp);
        Ok(times)
    }

    async fn rent(&self, supplier: &str) -> anyhow::Result<Rental> {
        let mut connection = Connection::open(self.address).await?;
        let rental = connection.json(self.customer.rent(supplier), StatusCode::CREATED).await?;
        anyhow::ensure!(rental["provider"] == supplier, "{rental} is not of {supplier}");
        let told =
            |name: &str| rental[name].as_str().map(str::to_owned).with_context(|| format!("{rental} has no {name}"));
        let (id, number) = (told("id")?, told("phoneNumber")?);
        let mut events = connection.follow(self.customer.follow(&id)).await?;
        event(&mut events, "WAITING_FOR_SMS").await?;
        Ok(Rental { number, events })
    }
}

/// A number that waits for its text, and somebody who watches.
struct Rental {
    number: String,
    events: Incoming,
}

impl Rental {
    /// Texts it, and says how many milliseconds later the code is there.
    async fn text(mut self, control: &Url) -> anyhow::Result<f64> {
        let address = control.socket_addrs(|| None)?.pop().context("the twin has no address")?;
        let mut twin = Connection::open(address).await?;
        let path = format!("/sms?to={}", self.number.trim_start_matches('+'));
        let began = Instant::now();
        let (status, said) = twin.ask(post_nothing(&path, None)).await?;
        anyhow::ensure!(status.is_success(), "the twin answered {status}: {}", String::from_utf8_lossy(&said));
        event(&mut self.events, "COMPLETED").await?;
        Ok(began.elapsed().as_secs_f64() * 1000.0)
    }
}

/// Waits for an event that shows this state.
async fn event(events: &mut Incoming, state: &str) -> anyhow::Result<()> {
    let mut text = String::new();
    let wanted = format!("\"status\":\"{state}\"");
    let waited = tokio::time::timeout(PATIENCE, async {
        while let Some(frame) = events.frame().await {
            text.push_str(&String::from_utf8_lossy(frame?.data_ref().map_or(&[][..], |data| data)));
            if text.contains(&wanted) {
                return Ok(());
            }
        }
        anyhow::bail!("the stream ended: {text}")
    });
    waited.await.with_context(|| format!("no {state} in {PATIENCE:?}"))?
}
