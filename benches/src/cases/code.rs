//! From a text at the supplier to the customer's screen.

use std::time::Duration;

use anyhow::Context;
use futures::{StreamExt, TryStreamExt, future::try_join_all, stream};

use super::Plan;
use crate::{
    database::Admin,
    product::Server,
    rent::{IS_ASKED, Market, PUSHES, Rental, Supplier},
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
/// How long a code may take.
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
    let market = Market::open(server.address, 1).await?;
    let (mut typical, mut pushed) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        let times = texts(&market, PUSHES, PUSHED_OVER).await?;
        typical.push(share(&times, 50));
        pushed.push(share(&times, 99));
    }
    let polled = texts(&market, IS_ASKED, POLLED_OVER).await?;
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

/// Rents numbers of this supplier, has them texted over so long, and says how many milliseconds each code took, the
/// shortest first.
async fn texts(market: &Market, supplier: Supplier, over: Duration) -> anyhow::Result<Vec<f64>> {
    let rentals = stream::iter(0..TEXTS).map(|_| market.rent(supplier, 0)).buffered(4);
    let rentals: Vec<Rental> = rentals.try_collect().await?;
    let texts = rentals.into_iter().enumerate().map(|(at, rental)| async move {
        tokio::time::sleep(over * u32::try_from(at)? / TEXTS).await;
        rental.text(PATIENCE).await?.with_context(|| format!("no code in {PATIENCE:?}"))
    });
    let mut times = try_join_all(texts).await?;
    times.sort_by(f64::total_cmp);
    Ok(times)
}
