//! A pool number is borrowed, and given back.

use std::sync::{Arc, atomic::AtomicU64};

use hyper::StatusCode;

use super::Plan;
use crate::{
    lab::{IN_FLIGHT, Lab, STATEMENTS},
    load::{Load, Make},
    measure::{Meter, Part, Variant, Watched},
    pgbench::Pgbench,
    pool,
    report::{Bar, Ratio, Section},
    statements::{NUMBER, script, session},
};

/// Runs the case.
pub(crate) async fn run(lab: &Lab, plan: Plan) -> anyhow::Result<Section> {
    let mut borrow = Side::borrow(lab).await?;
    let mut give_back = Side::give_back(lab).await?;
    for round in 0..=plan.rounds {
        let time = if round == 0 { plan.warm_up() } else { plan.time };
        borrow.round(time).await?;
        give_back.round(time).await?;
        if round == 0 {
            [&mut borrow, &mut give_back].into_iter().for_each(Side::forget);
        }
    }
    let rate = |side: &Side| side.ours.rate().over(&side.limit.rate());
    let cpu = |side: &Side| Some(side.ours.cpu(Part::Database)?.over(&side.limit.cpu(Part::Database)?));
    let mut ratios = vec![
        Ratio::new(
            "sessions created over the database's rate for one statement",
            rate(&borrow),
            Some(Bar::AtLeast(0.6)),
        ),
        Ratio::new(
            "sessions expired over the database's rate for one statement",
            rate(&give_back),
            Some(Bar::AtLeast(0.4)),
        ),
    ];
    if let Some((borrowed, given)) = cpu(&borrow).zip(cpu(&give_back)) {
        ratios.push(Ratio::new("PostgreSQL's CPU for a session created over the statement's", borrowed, None));
        ratios.push(Ratio::new("PostgreSQL's CPU for a session expired over the statement's", given, None));
    }
    Ok(Section {
        title: "Borrowing a number",
        about: "`POST /sessions/create` until the 201 and `POST /sessions/{id}/expire` until the 200, by 32 customers with \
                API keys: number, session and fact in one transaction, and after it the fact's place in the journal. The \
                limits run one session's statement, the best single-statement form there is, with pgbench; the product \
                takes borrowers who come at the same time to the database together.",
        ratios,
        variants: vec![borrow.ours, borrow.limit, give_back.ours, give_back.limit],
        figures: vec![lab.assigned_once(crate::lab::PRODUCT).await?],
    })
}

/// The product and pgbench doing the same.
struct Side {
    pgbench: Pgbench,
    load: Load,
    make: Arc<Make>,
    expected: StatusCode,
    counter: Arc<AtomicU64>,
    watched: (Vec<Watched>, Vec<Watched>),
    ours: Variant,
    limit: Variant,
}

impl Side {
    async fn borrow(lab: &Lab) -> anyhow::Result<Self> {
        let customers = lab.buyers.clone();
        let make: Arc<Make> = Arc::new(move |connection, n| customers[connection % customers.len()].borrow(n));
        let script = script(&[NUMBER, session::BORROW]);
        let names = ["sessions created, 256 in flight", "pgbench: the same in one statement, 32 clients"];
        Self::new(lab, &script, make, StatusCode::CREATED, names).await
    }

    async fn give_back(lab: &Lab) -> anyhow::Result<Self> {
        let customers = lab.buyers.clone();
        let make: Arc<Make> = Arc::new(move |_, n| {
            // As the pool's sessions are shared out.
            let owner = &customers[usize::try_from(n).expect("fits") % customers.len()];
            owner.give_back(&pool::session(n))
        });
        let script = script(&[NUMBER, session::HELD, session::GIVE_BACK]);
        let names = ["sessions expired, 256 in flight", "pgbench: the same in one statement, 32 clients"];
        Self::new(lab, &script, make, StatusCode::OK, names).await
    }

    async fn new(
        lab: &Lab,
        script: &str,
        make: Arc<Make>,
        expected: StatusCode,
        names: [&str; 2],
    ) -> anyhow::Result<Self> {
        Ok(Self {
            pgbench: Pgbench::new(lab.admin.url_of(STATEMENTS), script)?,
            load: Load::open(lab.server.address, IN_FLIGHT).await?,
            make,
            expected,
            counter: Arc::default(),
            watched: (lab.watched(), lab.database().into_iter().collect()),
            ours: Variant::new(names[0]),
            limit: Variant::new(names[1]),
        })
    }

    async fn round(&mut self, time: std::time::Duration) -> anyhow::Result<()> {
        self.pgbench.round(time, &self.watched.1, &mut self.limit).await?;
        let meter = Meter::start(&self.watched.0);
        let done = self.load.run(time, self.expected, &self.counter, Arc::clone(&self.make)).await?;
        self.ours.end(meter, done, None);
        Ok(())
    }

    fn forget(&mut self) {
        self.ours.forget();
        self.limit.forget();
    }
}
