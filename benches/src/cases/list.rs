//! A page of an account's numbers, and of its orders.

use std::sync::{Arc, atomic::AtomicU64};

use hyper::StatusCode;

use super::Plan;
use crate::{
    bare::Bare,
    cpu::Whose,
    customers::Customer,
    http::{Ask, Connection},
    lab::{IN_FLIGHT, Lab, PRODUCT, STATEMENTS},
    load::{Load, Make},
    measure::{Meter, Part, Variant, Watched},
    pgbench::Pgbench,
    report::{Bar, Ratio, Section},
    statements::{Line, list, script},
};

/// A list, and the words for it.
struct Of {
    ask: fn(&Customer) -> Ask,
    statements: &'static [Line],
    variants: [&'static str; 3],
    /// The rate over the database's, and the CPU over the bare server's.
    ratios: [&'static str; 2],
}

const LISTS: [Of; 2] = [
    Of {
        ask: Customer::list,
        statements: list::LIST,
        variants: [
            "numbers, 256 in flight",
            "pgbench: the same query for numbers, 32 clients",
            "bare axum, the same bytes as numbers",
        ],
        ratios: [
            "lists of numbers a second over the database's rate for the same query",
            "the server's CPU for a list of numbers over a bare axum answer's with the same bytes",
        ],
    },
    Of {
        ask: Customer::orders,
        statements: list::ORDERS,
        variants: [
            "orders, 256 in flight",
            "pgbench: the same query for orders, 32 clients",
            "bare axum, the same bytes as orders",
        ],
        ratios: [
            "lists of orders a second over the database's rate for the same query",
            "the server's CPU for a list of orders over a bare axum answer's with the same bytes",
        ],
    },
];

/// Runs the case. The account must have had no calls this month, which would be summed.
pub(crate) async fn run(lab: &Lab, plan: Plan) -> anyhow::Result<Section> {
    let mut section = Section {
        title: "Listing numbers and orders",
        about: "`GET /api/v1/numbers?limit=20` and `GET /api/v1/orders?limit=20` with an API key, of an account with 100 \
                numbers and the 100 orders that they came by. The limits run the same query with pgbench.",
        ratios: Vec::new(),
        variants: Vec::new(),
        figures: Vec::new(),
    };
    for of in &LISTS {
        one(lab, plan, of, &mut section).await?;
    }
    Ok(section)
}

async fn one(lab: &Lab, plan: Plan, of: &Of, into: &mut Section) -> anyhow::Result<()> {
    let (owner, ask) = (lab.buyers[0].clone(), of.ask);
    let (status, body) = Connection::open(lab.server.address).await?.ask(ask(&owner)).await?;
    anyhow::ensure!(status == StatusCode::OK, "the list was answered with {status}");
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), &body)?;
    let bare = Bare::start(Some(file.path()), None).await?;
    let limit = Pgbench::new(lab.admin.url_of(STATEMENTS), &script(&[of.statements]))?.with(variables(lab).await?);

    let make: Arc<Make> = Arc::new(move |_, _| ask(&owner));
    let counter = Arc::new(AtomicU64::new(0));
    let postgres: Vec<Watched> = lab.database().into_iter().collect();
    let bare_watched: Vec<_> = bare.pid().map(|pid| (Part::Server, Whose::Process(pid))).into_iter().collect();
    let mut ours = Load::open(lab.server.address, IN_FLIGHT).await?;
    let mut least = Load::open(bare.address, IN_FLIGHT).await?;
    let mut variants = of.variants.map(Variant::new);
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
    let ([list, queries, axum], [rate, cpu]) = (&variants, of.ratios);
    into.ratios.push(Ratio::new(rate, list.rate().over(&queries.rate()), Some(Bar::AtLeast(0.6))));
    if let Some((ours, least)) = list.cpu(Part::Server).zip(axum.cpu(Part::Server)) {
        into.ratios.push(Ratio::new(cpu, ours.over(&least), Some(Bar::AtMost(10.0))));
    }
    into.figures.push(format!("An answer of {} has {} bytes.", of.variants[0], body.len()));
    into.variants.extend(variants);
    Ok(())
}

/// Whose numbers.
async fn variables(lab: &Lab) -> anyhow::Result<Vec<(String, String)>> {
    let sql = "SELECT account_id::text FROM users WHERE email = 'buyer0@example.com'".to_owned();
    Ok(vec![("account".to_owned(), lab.admin.text_in(PRODUCT, sql).await?)])
}
