//! A product line whose vendor is in this process, and which can be stopped at any of its steps.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use app::{
    ledger::Revenue,
    orders::{AtOnce, Claim, Item, ItemType, Line, Placed, Quote, QuoteError, Settled, Wanted},
};
use ports::{PortError, RefusalReason};
use serde_json::Value as Json;
use store::{Bound, DbErr, Several, Tx, Value, exec};
use tokio::sync::Notify;
use vocab::{
    Ambient, Amount, Currency, Money,
    id::{AccountId, ItemId},
};

use crate::support::clock::HandClock;

/// Where a process can be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    /// In the transaction that opens the order.
    Claim,
    /// The intent is committed, the vendor knows nothing.
    BeforePlace,
    /// The vendor has done it and its answer is under way.
    AfterPlace,
    /// The vendor is asked.
    Find,
    /// In the transaction that delivers.
    Settle,
    /// In the transaction that gives the money back.
    Undo,
}

/// What the vendor does with a purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vendor {
    Sells,
    Refuses,
    /// Sells, and nobody hears of it.
    SellsSilently,
    /// Never heard of it, and nobody knows.
    LosesIt,
    /// Cannot be reached at first; then hears it, says nothing, and sells when told to.
    SellsLate,
}

/// What the vendor sold, and to which items; it outlives the processes.
#[derive(Default)]
pub(super) struct Shelf {
    sold: Mutex<HashMap<String, Vec<ItemId>>>,
    /// How often the vendor was told to sell.
    told: AtomicUsize,
    /// How often the vendor was asked what it sold.
    pub(super) asked: AtomicUsize,
}

impl Shelf {
    fn sold(&self) -> MutexGuard<'_, HashMap<String, Vec<ItemId>>> {
        self.sold.lock().expect("no panic with the shelf in hand")
    }

    /// Sells a thing to an item.
    pub(super) fn sell(&self, subject: &str, item: ItemId) {
        self.sold().entry(subject.to_owned()).or_default().push(item);
    }

    /// How often a thing was sold.
    pub(super) fn times(&self, subject: &str) -> usize {
        self.sold().get(subject).map_or(0, Vec::len)
    }
}

/// The line as one process has it.
pub(super) struct Gadgets {
    pub(super) shelf: Arc<Shelf>,
    pub(super) vendor: Vendor,
    /// Whether the line knows what it has sent.
    keeps_account: bool,
    /// Whether it says in statements what it claims and delivers.
    at_once: bool,
    /// How the clock is moved on while an order is opened at once.
    slow: Option<(HandClock, Duration)>,
    stop_at: Option<Point>,
    reached: Arc<Notify>,
    resume: Arc<Notify>,
}

impl Gadgets {
    pub(super) fn new(shelf: &Arc<Shelf>, vendor: Vendor, stop_at: Option<Point>) -> Self {
        let (shelf, reached, resume) = (Arc::clone(shelf), Arc::default(), Arc::default());
        Self { shelf, vendor, keeps_account: false, at_once: false, slow: None, stop_at, reached, resume }
    }

    /// A line that knows what it has sent.
    pub(super) fn keeping_account(self) -> Self {
        Self { keeps_account: true, ..self }
    }

    /// A line that says in statements what it claims and delivers.
    pub(super) fn at_once(self) -> Self {
        Self { at_once: true, ..self }
    }

    /// The same, before a database that takes so long to open an order.
    pub(super) fn slow(self, clock: &HandClock, by: Duration) -> Self {
        Self { slow: Some((clock.clone(), by)), ..self.at_once() }
    }

    /// Rings when the point is reached, and what lets the process go on from there.
    pub(super) fn bells(&self) -> (Arc<Notify>, Arc<Notify>) {
        (Arc::clone(&self.reached), Arc::clone(&self.resume))
    }

    async fn pass(&self, point: Point) {
        if self.stop_at == Some(point) {
            self.reached.notify_one();
            self.resume.notified().await;
        }
    }
}

const CLAIM: &str = "INSERT INTO number_claims (phone_number, kind, account_id, item_id, created_at) \
                     VALUES ($1, 'ORDER', $2, $3, $4) ON CONFLICT (phone_number) DO NOTHING";

fn claimed(item: &Item) -> [Value; 4] {
    let now = Ambient::system().wall();
    [item.subject.clone().into(), item.account.uuid().into(), item.id.uuid().into(), now.into()]
}

fn owning(item: &Item) -> Bound {
    let sql = "UPDATE number_claims SET kind = 'OWNED', number_id = $2 WHERE phone_number = $1 AND item_id = $2";
    Bound::new(sql, [item.subject.clone().into(), item.id.uuid().into()])
}

fn placed(item: &Item) -> Placed {
    Placed { reference: format!("vendor's {}", item.subject), detail: Json::Null }
}

#[async_trait::async_trait]
impl Line for Gadgets {
    fn item_type(&self) -> ItemType {
        ItemType::PhoneNumber
    }

    fn revenue(&self) -> Revenue {
        Revenue::Number
    }

    async fn quote(&self, _: AccountId, wanted: &Wanted) -> Result<Quote, QuoteError> {
        let price = Money::new(Amount::from_micros(1_380_000), Currency::USD);
        Ok(Quote { subject: wanted.subject.clone(), description: "a gadget".into(), price, detail: Json::Null })
    }

    async fn claim(&self, tx: &Tx, item: &Item) -> Result<Claim, DbErr> {
        let won = exec(tx, CLAIM, claimed(item)).await? == 1;
        self.pass(Point::Claim).await;
        Ok(if won { Claim::Won } else { Claim::Lost })
    }

    fn claiming(&self, item: &Item) -> Option<Bound> {
        if let Some((clock, by)) = &self.slow {
            clock.skip(*by);
        }
        self.at_once.then(|| Bound::new(CLAIM, claimed(item)))
    }

    async fn place(&self, item: &Item) -> Result<Placed, PortError> {
        self.pass(Point::BeforePlace).await;
        let told = self.shelf.told.fetch_add(1, Ordering::SeqCst);
        match self.vendor {
            Vendor::SellsLate if told == 0 => return Err(PortError::NotSent),
            Vendor::SellsLate => return Err(PortError::Unknown),
            Vendor::Refuses => {
                return Err(PortError::refused(RefusalReason::NumberNotAvailable, None, "sold out"));
            }
            Vendor::LosesIt => return Err(PortError::Unknown),
            Vendor::Sells | Vendor::SellsSilently => {
                self.shelf.sell(&item.subject, item.id);
            }
        }
        self.pass(Point::AfterPlace).await;
        if self.vendor == Vendor::SellsSilently { Err(PortError::Unknown) } else { Ok(placed(item)) }
    }

    async fn may_have_been_sent(&self, _: &Item) -> Result<bool, DbErr> {
        Ok(!self.keeps_account || self.shelf.told.load(Ordering::SeqCst) > 0)
    }

    async fn find(&self, item: &Item) -> Result<Option<Placed>, PortError> {
        self.pass(Point::Find).await;
        self.shelf.asked.fetch_add(1, Ordering::SeqCst);
        let is_ours = self.shelf.sold().get(&item.subject).is_some_and(|items| items.contains(&item.id));
        Ok(is_ours.then(|| placed(item)))
    }

    fn in_flight_bound(&self) -> Duration {
        Duration::from_secs(30)
    }

    async fn settle(&self, tx: &Tx, item: &Item, _: &Placed) -> Result<Settled, DbErr> {
        owning(item).exec(tx).await?;
        self.pass(Point::Settle).await;
        Ok(Settled::Delivered { id: item.id.uuid(), facts: Vec::new() })
    }

    fn settling(&self, item: &Item, _: &Placed) -> Option<AtOnce> {
        let mut several = Several::default();
        several.must(owning(item));
        self.at_once.then(|| AtOnce { id: item.id.uuid(), several, facts: Vec::new() })
    }

    async fn undo(&self, tx: &Tx, item: &Item) -> Result<(), DbErr> {
        let sql = "DELETE FROM number_claims WHERE phone_number = $1 AND item_id = $2";
        exec(tx, sql, [item.subject.clone().into(), item.id.uuid().into()]).await?;
        self.pass(Point::Undo).await;
        Ok(())
    }
}
