//! Money moves: 32 writers post on one wallet that all of them want, and on a thousand.

use super::Plan;
use crate::{
    cpu::Whose,
    lab::{Lab, PRODUCT, STATEMENTS},
    measure::{Meter, Part, Variant, Watched},
    pgbench::Pgbench,
    posting,
    report::{Bar, Ratio, Section},
    statements::{Line, NUMBER, ledger, script},
};

/// Runs the case.
pub(crate) async fn run(lab: &Lab, plan: Plan) -> anyhow::Result<Section> {
    let mut hot = Side::new(lab, "one wallet", 1, ledger::HOT)?;
    let mut wide = Side::new(lab, "1 000 wallets", ledger::WALLETS, ledger::ANY)?;
    for round in 0..=plan.rounds {
        let plan = Plan { time: if round == 0 { plan.warm_up() } else { plan.time }, ..plan };
        hot.round(plan).await?;
        wide.round(plan).await?;
        if round == 0 {
            [&mut hot, &mut wide].into_iter().for_each(Side::forget);
        }
    }
    Ok(Section {
        title: "Posting",
        about: "A charge for a call: posting, entry and wallet in one transaction, by 32 writers through the product's own \
                ledger (no HTTP). The limit runs the same statements with pgbench.",
        ratios: vec![
            Ratio::new("postings on one hot wallet over the database's rate", hot.ratio(), Some(Bar::AtLeast(0.7))),
            Ratio::new("postings on 1,000 wallets over the database's rate", wide.ratio(), Some(Bar::AtLeast(0.7))),
        ],
        variants: vec![hot.ours, hot.limit, wide.ours, wide.limit],
        figures: Vec::new(),
    })
}

/// The ledger and pgbench on so many wallets.
struct Side {
    wallets: u64,
    database: String,
    watched: Vec<Watched>,
    pgbench: Pgbench,
    ours: Variant,
    limit: Variant,
}

impl Side {
    fn new(lab: &Lab, name: &str, wallets: u64, choice: &[Line]) -> anyhow::Result<Self> {
        Ok(Self {
            wallets,
            database: lab.admin.url_of(PRODUCT).into(),
            watched: lab.database().into_iter().collect(),
            pgbench: Pgbench::new(lab.admin.url_of(STATEMENTS), &script(&[NUMBER, choice, ledger::CHARGE]))?,
            ours: Variant::new(format!("the ledger, {name}, 32 writers")),
            limit: Variant::new(format!("pgbench, {name}, 32 clients")),
        })
    }

    async fn round(&mut self, plan: Plan) -> anyhow::Result<()> {
        self.pgbench.round(plan.time, &self.watched, &mut self.limit).await?;
        let watched: Vec<_> = self.watched.iter().copied().chain([(Part::Server, Whose::Ended)]).collect();
        let meter = Meter::start(&watched);
        let posted = posting::in_own_process(&self.database, self.wallets, plan.time).await?;
        self.ours.end(meter, posted.done, Some(posted.elapsed));
        Ok(())
    }

    fn forget(&mut self) {
        self.ours.forget();
        self.limit.forget();
    }

    fn ratio(&self) -> crate::stats::Rounds {
        self.ours.rate().over(&self.limit.rate())
    }
}
