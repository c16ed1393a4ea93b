//! Open load: requests come when they come.

use std::{
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use hyper::StatusCode;

use super::Plan;
use crate::{
    bare::Bare,
    customers::ringing,
    lab::{IN_FLIGHT, Lab, STATEMENTS},
    load::{Load, Make},
    report::{Bar, Ratio, Section},
    stats::{Rounds, share},
};

/// Calls a second.
const CALLS: u32 = 2_000;
/// Borrowers a second.
const BORROWERS: u32 = 1_000;
/// Orders a second.
const ORDERS: u32 = 100;

/// Runs the case. The lab's pool must last for it.
pub(crate) async fn run(lab: &Lab, plan: Plan) -> anyhow::Result<Section> {
    let bare = Bare::start(None, Some(&lab.admin.url_of(STATEMENTS))).await?;
    let caller = lab.caller();
    let ring: Arc<Make> = Arc::new(move |_, call| caller.ring(&ringing(call), call));
    let customers = lab.buyers.clone();
    let borrow: Arc<Make> = Arc::new(move |connection, n| customers[connection % customers.len()].borrow(n));
    let (customers, numbers) = (lab.buyers.clone(), Arc::clone(&lab.numbers));
    let order: Arc<Make> = Arc::new(move |connection, n| {
        let number = &numbers[usize::try_from(n).expect("fits") % numbers.len()];
        customers[connection % customers.len()].order(number, 20_000_000 + n, None)
    });
    let borrowed = Arc::new(AtomicU64::new(0));
    let mut paced = [
        Paced {
            name: "2,000 calls a second",
            ratio: "99th percentile of 2,000 calls a second over that of a bare axum with an HMAC and an INSERT",
            rate: CALLS,
            expected: StatusCode::OK,
            counter: &lab.calls,
            make: &ring,
            ours: Vec::new(),
            least: Vec::new(),
        },
        Paced {
            name: "1,000 sessions a second",
            ratio: "99th percentile of 1,000 sessions a second over that of a bare axum with an HMAC and an INSERT",
            rate: BORROWERS,
            expected: StatusCode::CREATED,
            counter: &borrowed,
            make: &borrow,
            ours: Vec::new(),
            least: Vec::new(),
        },
        Paced {
            name: "100 orders a second",
            ratio: "99th percentile of 100 orders a second over that of a bare axum with an HMAC and an INSERT",
            rate: ORDERS,
            expected: StatusCode::CREATED,
            counter: &lab.bought,
            make: &order,
            ours: Vec::new(),
            least: Vec::new(),
        },
    ];
    let mut ours = Load::open(lab.server.address, IN_FLIGHT).await?;
    let mut least = Load::open(bare.address, IN_FLIGHT).await?;
    for round in 0..=plan.rounds {
        let time = if round == 0 { plan.warm_up() } else { plan.time };
        for one in &mut paced {
            one.round(time, &mut ours, (&mut least, &lab.calls, &ring)).await?;
            if round == 0 {
                one.forget();
            }
        }
    }
    let rounds = |values: Vec<f64>| values.into_iter().collect::<Rounds>();
    let (mut ratios, mut figures) = (Vec::new(), Vec::new());
    for one in paced {
        let (ours, least) = (rounds(one.ours), rounds(one.least));
        ratios.push(Ratio::new(one.ratio, ours.over(&least), Some(Bar::AtMost(3.0))));
        figures
            .push(format!("99th percentile of {}: {ours} ms; of the bare server at that rate: {least} ms.", one.name));
    }
    Ok(Section {
        title: "Open load",
        about: "Requests that are sent when they are due, over 256 connections: the time counts from then on, so that one that \
                waits for a free connection is late. The bare server is axum with one HMAC and the INSERT of the call, at the \
                same rate in the same round.",
        ratios,
        variants: Vec::new(),
        figures,
    })
}

/// One kind of request at its rate, and the bare server at the same.
struct Paced<'a> {
    name: &'static str,
    ratio: &'static str,
    rate: u32,
    expected: StatusCode,
    counter: &'a Arc<AtomicU64>,
    make: &'a Arc<Make>,
    ours: Vec<f64>,
    least: Vec<f64>,
}

impl Paced<'_> {
    /// Takes the 99th percentile of each; the bare server is sent calls.
    async fn round(
        &mut self,
        time: Duration,
        ours: &mut Load,
        (least, calls, ring): (&mut Load, &Arc<AtomicU64>, &Arc<Make>),
    ) -> anyhow::Result<()> {
        let times = ours.paced(self.rate, time, self.expected, self.counter, Arc::clone(self.make)).await?;
        self.ours.push(share(&times, 99));
        let times = least.paced(self.rate, time, StatusCode::OK, calls, Arc::clone(ring)).await?;
        self.least.push(share(&times, 99));
        Ok(())
    }

    fn forget(&mut self) {
        self.ours.clear();
        self.least.clear();
    }
}
