//! A page of an account's numbers.

use std::sync::{Arc, atomic::AtomicU64};

use hyper::StatusCode;

use super::Plan;
use crate::{
    bare::Bare,
    cpu::Whose,
    http::Connection,
    lab::{IN_FLIGHT, Lab, PRODUCT, STATEMENTS},
    load::{Load, Make},
    measure::{Meter, Part, Variant, Watched},
    pgbench::Pgbench,
    report::{Bar, Ratio, Section},
    statements::{list::LIST, script},
};

/// Runs the case. The account must have had no calls this month, which would be summed.
pub(crate) async fn run(lab: &Lab, plan: Plan) -> anyhow::Result<Section> {
    let owner = lab.buyers[0].clone();
    let (status, body) = Connection::open(lab.server.address).await?.ask(owner.list()).await?;
    anyhow::ensure!(status == StatusCode::OK, "the list was answered with {status}");
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), &body)?;
    let bare = Bare::start(Some(file.path())).await?;
    let limit = Pgbench::new(lab.admin.url_of(STATEMENTS), &script(&[LIST]))?.with(variables(lab).await?);

    let make: Arc<Make> = Arc::new(move |_, _| owner.list());
    let counter = Arc::new(AtomicU64::new(0));
    let postgres: Vec<Watched> = lab.database().into_iter().collect();
    let bare_watched: Vec<_> = bare.pid().map(|pid| (Part::Server, Whose::Process(pid))).into_iter().collect();
    let mut ours = Load::open(lab.server.address, IN_FLIGHT).await?;
    let mut least = Load::open(bare.address, IN_FLIGHT).await?;
    let names = ["the list, 256 in flight", "pgbench: the same queries, 32 clients", "bare axum, the same bytes"];
    let mut variants = names.map(Variant::new);
    for round in 0..=plan.rounds {
        let time = if round == 0 { plan.warm_up() } else { plan.time };
        let [list, queries, axum] = &mut variants;
        limit.round(time, &postgres, queries).await?;
        let meter = Meter::start(&lab.watched());
        list.end(meter, ours.run(time, StatusCode::OK, &counter, Arc::clone(&make)).await?, None);
        let meter = Meter::start(&bare_watched);
        axum.end(meter, least.run(time, StatusCode::OK, &counter, Arc::clone(&make)).await?, None);
        if round == 0 {
            variants.iter_mut().for_each(Variant::forget);
        }
    }
    let [list, queries, _] = &variants;
    let what = "lists a second over the database's rate for the same queries";
    let mut ratios = vec![Ratio::new(what, list.rate().over(&queries.rate()), Some(Bar::AtLeast(0.6)))];
    if let Some((ours, least)) = list.cpu(Part::Server).zip(variants[2].cpu(Part::Server)) {
        let what = "the server's CPU for a list over a bare axum answer's with the same bytes";
        ratios.push(Ratio::new(what, ours.over(&least), Some(Bar::AtMost(10.0))));
    }
    Ok(Section {
        title: "Listing numbers",
        about: "`GET /api/v1/numbers?limit=20` with an API key, of an account with 100 numbers. The limit runs the same \
                queries with pgbench.",
        ratios,
        variants: variants.into(),
        figures: vec![format!("An answer has {} bytes.", body.len())],
    })
}

/// Whose numbers.
async fn variables(lab: &Lab) -> anyhow::Result<Vec<(String, String)>> {
    let sql = "SELECT account_id::text FROM users WHERE email = 'buyer0@example.com'".to_owned();
    Ok(vec![("account".to_owned(), lab.admin.text_in(PRODUCT, sql).await?)])
}
