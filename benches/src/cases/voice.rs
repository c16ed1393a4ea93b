//! A number rings: verify, look up, write the call down, answer.

use std::sync::{Arc, atomic::AtomicU64};

use hyper::StatusCode;

use super::Plan;
use crate::{
    bare::Bare,
    cpu::{self, Whose},
    customers::ringing,
    lab::{IN_FLIGHT, Lab, STATEMENTS},
    load::{Load, Make},
    measure::{Meter, Part, Variant, Watched},
    pgbench::Pgbench,
    report::{Bar, Ratio, Section},
    statements::{NUMBER, script, voice},
};

/// Runs the case.
pub(crate) async fn run(lab: &Lab, plan: Plan) -> anyhow::Result<Section> {
    let database = lab.admin.url_of(STATEMENTS);
    let both = Pgbench::new(database.clone(), &script(&[NUMBER, voice::CALL]))?;
    let look_up = Pgbench::new(database, &script(&[&voice::CALL[..1], &[voice::LOOK_UP]]))?;
    let bare = Bare::start(None, None).await?;
    let caller = lab.caller();
    let make: Arc<Make> = Arc::new(move |_, call| caller.ring(&ringing(call), call));
    let mut ours = Side::open(lab.server.address, Arc::clone(&lab.calls), lab.watched(), &make).await?;
    let bare_watched = bare.pid().map(|pid| (Part::Server, Whose::Process(pid)));
    let bare_watched = bare_watched.into_iter().chain([(Part::Client, Whose::Own)]).collect();
    let mut least = Side::open(bare.address, Arc::clone(&lab.calls), bare_watched, &make).await?;
    let postgres: Vec<Watched> = lab.database().into_iter().collect();

    let names = ["the webhook, 256 in flight", "bare axum, one HMAC, 256 in flight"];
    let mut measured = [Variant::new(names[0]), Variant::new(names[1])];
    let names = ["pgbench: look-up and insert, 32 clients", "pgbench: the look-up alone, 32 clients"];
    let mut limits = [Variant::new(names[0]), Variant::new(names[1])];
    for round in 0..=plan.rounds {
        let time = if round == 0 { plan.warm_up() } else { plan.time };
        let [webhook, axum] = &mut measured;
        let [statements, read] = &mut limits;
        both.round(time, &postgres, statements).await?;
        ours.round(time, webhook).await?;
        least.round(time, axum).await?;
        look_up.round(time, &postgres, read).await?;
        if round == 0 {
            [&mut *webhook, axum, statements, read].into_iter().for_each(Variant::forget);
        }
    }
    let [webhook, axum] = measured;
    let [statements, read] = limits;
    let mut ratios = vec![Ratio::new(
        "the webhook's rate over the database's for the same look-up and insert",
        webhook.rate().over(&statements.rate()),
        Some(Bar::AtLeast(0.5)),
    )];
    if let Some((ours, least)) = webhook.cpu(Part::Server).zip(axum.cpu(Part::Server)) {
        let what = "the server's CPU for a webhook over a bare axum answer's with one HMAC";
        ratios.push(Ratio::new(what, ours.over(&least), Some(Bar::AtMost(4.0))));
    }
    if let Some(mib) = lab.server.pid().and_then(cpu::resident) {
        ratios.push(Ratio::new("MiB resident after that", [mib].into_iter().collect(), Some(Bar::AtMost(128.0))));
    }
    Ok(Section {
        title: "A number rings",
        about: "The webhook `POST /api/v1/webhooks/twilio/voice`: the signature is checked, the number looked up among \
                100, the call written down, TwiML answered. The limit runs the same two statements with pgbench.",
        ratios,
        variants: vec![webhook, statements, axum, read],
        figures: Vec::new(),
    })
}

/// A server that is asked.
struct Side {
    load: Load,
    counter: Arc<AtomicU64>,
    watched: Vec<Watched>,
    make: Arc<Make>,
}

impl Side {
    async fn open(
        address: std::net::SocketAddr,
        counter: Arc<AtomicU64>,
        watched: Vec<Watched>,
        make: &Arc<Make>,
    ) -> anyhow::Result<Self> {
        Ok(Self { load: Load::open(address, IN_FLIGHT).await?, counter, watched, make: Arc::clone(make) })
    }

    async fn round(&mut self, time: std::time::Duration, into: &mut Variant) -> anyhow::Result<()> {
        let meter = Meter::start(&self.watched);
        let answers = self.load.run(time, StatusCode::OK, &self.counter, Arc::clone(&self.make)).await?;
        into.end(meter, answers, None);
        Ok(())
    }
}
