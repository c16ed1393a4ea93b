//! 32 buyers at once, each ordering one number after another and paying from a wallet of their own.

use std::sync::Arc;

use hyper::StatusCode;

use super::Plan;
use crate::{
    lab::{Lab, STATEMENTS},
    load::{Load, Make},
    measure::{Meter, Part, Variant, Watched},
    pgbench::Pgbench,
    report::{Bar, Ratio, Section},
    statements::{NUMBER, purchase, script},
};

/// Runs the case.
pub(crate) async fn run(lab: &Lab, plan: Plan) -> anyhow::Result<Section> {
    let limit = Pgbench::new(lab.admin.url_of(STATEMENTS), &script(&[NUMBER, &purchase::ORDER]))?;
    let postgres: Vec<Watched> = lab.database().into_iter().collect();
    let mut load = Load::open(lab.server.address, lab.buyers.len()).await?;
    let (buyers, numbers) = (lab.buyers.clone(), Arc::clone(&lab.numbers));
    let make: Arc<Make> = Arc::new(move |buyer, order| {
        let number = &numbers[usize::try_from(order).expect("fits") % numbers.len()];
        buyers[buyer].order(number, 10_000_000 + order, None)
    });

    let mut orders = Variant::new("orders of one number, 32 buyers");
    let mut statements = Variant::new("pgbench: the same statements, 32 clients");
    for round in 0..=plan.rounds {
        let time = if round == 0 { plan.warm_up() } else { plan.time };
        limit.round(time, &postgres, &mut statements).await?;
        let meter = Meter::start(&lab.watched());
        let done = load.run(time, StatusCode::CREATED, &lab.bought, Arc::clone(&make)).await?;
        orders.end(meter, done, None);
        if round == 0 {
            [&mut orders, &mut statements].into_iter().for_each(Variant::forget);
        }
    }
    let what = "orders a second over the database's rate for the same statements";
    let mut figures = Vec::new();
    if let Some((server, twins)) = orders.cpu(Part::Server).zip(orders.cpu(Part::Twins)) {
        let share: crate::stats::Rounds = twins.over(&server);
        figures.push(format!("The twins' CPU is {share} times the server's and counts against the product: both share the cores with PostgreSQL."));
    }
    Ok(Section {
        title: "Buying a number",
        about: "`POST /api/v1/orders` with an Idempotency-Key until the 201: key, claim, hold, order, the carrier's answer \
                (its twin, at once, over HTTP), delivery, capture. The limit runs the same statements in the same \
                transactions with pgbench; it asks no carrier.",
        ratios: vec![Ratio::new(what, orders.rate().over(&statements.rate()), Some(Bar::AtLeast(0.7)))],
        variants: vec![orders, statements],
        figures,
    })
}
