//! Thousands of random commands by many tasks at once, against the model.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rand::{Rng as _, RngExt as _, SeedableRng, rngs::StdRng};
use vocab::{
    Ambient, Amount, Currency, Money,
    id::{AccountId, PaymentId},
};

use super::{
    Books,
    model::{Model, Op},
    usd,
};
use crate::support::{TestDb, on_both, rows};

on_both!(the_laws_hold_in_a_storm);

const TASKS: u64 = 16;
const BATCHES: u64 = 3;
const OPS_A_TASK: u32 = 60;

/// Whose wallets are fought over.
struct Crowd {
    /// Spend through holds only: what is available never falls below the limit.
    careful: Vec<AccountId>,
    /// Are also charged for usage and adjusted, which may take them below it.
    others: Vec<AccountId>,
    currencies: [Currency; 2],
}

async fn the_laws_hold_in_a_storm(db: TestDb) {
    // Set NUMBERLINE_TEST_SEED to the seed of a failure to deal the same cards again; threads still race freely.
    let seed = std::env::var("NUMBERLINE_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| Ambient::system().below(u64::MAX));
    eprintln!("NUMBERLINE_TEST_SEED={seed}");
    let books = Books::new(&db.store);
    let crowd = Arc::new(crowd(&books).await);
    let model = Arc::new(Model::default());
    for batch in 0..BATCHES {
        let over = Arc::new(AtomicBool::new(false));
        let watch = tokio::spawn(watch(books.clone(), Arc::clone(&crowd), Arc::clone(&over)));
        let tasks: Vec<_> = (0..TASKS)
            .map(|task| {
                let rng = StdRng::seed_from_u64(seed ^ (batch << 32) ^ task);
                tokio::spawn(fight(books.clone(), Arc::clone(&crowd), Arc::clone(&model), rng))
            })
            .collect();
        for task in tasks {
            task.await.expect("no command answers what cannot be true");
        }
        over.store(true, Ordering::Relaxed);
        assert!(watch.await.expect("the laws hold at every moment") > 0);
        books.add_up().await;
        model.agrees_with(&books).await;
    }
    assert!(model.effects() > 500, "the storm was a breeze: {} effects", model.effects());
}

async fn crowd(books: &Books) -> Crowd {
    let (mut careful, mut others) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        careful.push(rows::account(&books.store, &books.ambient).await);
        others.push(rows::account(&books.store, &books.ambient).await);
    }
    books.grant_credit(careful[0], usd("5")).await;
    books.grant_credit(others[0], usd("20.5")).await;
    Crowd { careful, others, currencies: [Currency::USD, "JPY".parse().expect("yen")] }
}

/// Looks on while others fight: the ledger adds up at every moment, and nobody careful is below the limit.
async fn watch(books: Books, crowd: Arc<Crowd>, over: Arc<AtomicBool>) -> u32 {
    let mut looks = 0;
    while !over.load(Ordering::Relaxed) {
        books.add_up().await;
        for account in &crowd.careful {
            for currency in crowd.currencies {
                let wallet = books.wallet(*account, currency).await;
                let floor = wallet.credit_limit.checked_neg().expect("a limit has a negation");
                assert!(wallet.available() >= floor, "{account}: {wallet:?}");
            }
        }
        looks += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    looks
}

async fn fight(books: Books, crowd: Arc<Crowd>, model: Arc<Model>, mut rng: StdRng) {
    for _ in 0..OPS_A_TASK {
        let op = deal(&books.ambient, &crowd, &model, &mut rng);
        model.carry_out(&books, &op).await;
    }
}

/// The next command: often one that was tried before, now and then about something that does not exist.
fn deal(ambient: &Ambient, crowd: &Crowd, model: &Model, rng: &mut StdRng) -> Op {
    let careful = rng.random_bool(0.6);
    let whose = if careful { &crowd.careful } else { &crowd.others };
    let account = whose[rng.random_range(0..whose.len())];
    let micros = rng.random_range(1..20_000_000);
    let money = Money::new(Amount::from_micros(micros), crowd.currencies[rng.random_range(0..2)]);
    match rng.random_range(0..100) {
        0..15 => model.earlier(rng.next_u64()),
        15..25 => Some(Op::Deposit(account, PaymentId::new(ambient), money)),
        25..55 => Some(Op::Hold(account, ambient.uuid(), money)),
        55..75 => model.held(rng.next_u64()).map(Op::Capture),
        75..85 => model.held(rng.next_u64()).map(Op::Release),
        85..88 => Some(Op::Capture(ambient.uuid())),
        88..90 => Some(Op::Release(ambient.uuid())),
        90..96 if !careful => Some(Op::Usage(account, ambient.uuid(), money)),
        _ if !careful => Some(Op::Adjust(account, ambient.uuid().to_string(), signed(money, rng))),
        _ => None,
    }
    .unwrap_or_else(|| Op::Deposit(account, PaymentId::new(ambient), money))
}

fn signed(money: Money, rng: &mut StdRng) -> Money {
    if rng.random_bool(0.5) {
        return money;
    }
    Money::new(money.amount.checked_neg().expect("small amounts have a negation"), money.currency)
}
