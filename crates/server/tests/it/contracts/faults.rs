//! Every fault of the carrier's at every operation of ours: what is overcome, and what the caller is told.

use std::time::Duration;

use futures::future::join_all;
use ports::{
    Carrier, PortError,
    carrier::{CarrierNumber, Hooks, NumberOrder},
};
use vocab::{E164, telephony::NumberType};

use super::{Control, carrier::query, twilio, twilio_twin};

/// What one of our operations is at Twilio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Search,
    Countries,
    Prices,
    Regulation,
    Buy,
    Find,
    Point,
    Release,
    Owned,
    Check,
}

use Operation::{Buy, Check, Countries, Find, Owned, Point, Prices, Regulation, Release, Search};

const ALL: [Operation; 10] = [Search, Countries, Prices, Regulation, Buy, Find, Point, Release, Owned, Check];

impl Operation {
    const fn at_twilio(self) -> &'static str {
        match self {
            Search | Countries => "AvailablePhoneNumbers.list",
            Prices => "Pricing.fetch",
            Regulation => "Regulations.list",
            Buy => "IncomingPhoneNumbers.create",
            Find | Owned => "IncomingPhoneNumbers.list",
            Point => "IncomingPhoneNumbers.update",
            Release => "IncomingPhoneNumbers.delete",
            Check => "Accounts.fetch",
        }
    }

    const fn is_read(self) -> bool {
        !matches!(self, Buy | Point | Release)
    }
}

/// What must come of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Done,
    Busy,
    Unknown,
    Misconfigured,
}

/// What the same fault, as often as we try, makes of an operation.
const fn lasting(fault: &str, operation: Operation) -> Fate {
    match fault.as_bytes() {
        b"code:20429" => Fate::Busy,
        b"code:20003" => Fate::Misconfigured,
        // An error of the vendor's own does not prove that nothing was done; a read does nothing.
        b"status:503" if operation.is_read() => Fate::Busy,
        b"latency:100ms" => Fate::Done,
        _ => Fate::Unknown,
    }
}

/// What one fault makes of it: only a purchase is not sent again.
const fn once(fault: &str, operation: Operation) -> Fate {
    match (operation, fault.as_bytes()) {
        (_, b"code:20003") => Fate::Misconfigured,
        (Buy, b"code:20429" | b"latency:100ms") => Fate::Done,
        (Buy, _) => Fate::Unknown,
        _ => Fate::Done,
    }
}

const FAULTS: [&str; 7] =
    ["fail_before", "fail_after", "hang", "status:503", "code:20429", "code:20003", "latency:100ms"];

/// How long an operation waits for its answer: for ever as it were, so that a busy machine is no fault of the vendor's.
const fn patience(fault: &str) -> Duration {
    match fault.as_bytes() {
        b"hang" => Duration::from_secs(2),
        _ => Duration::from_secs(30),
    }
}

/// More than any call is attempted.
const EVERY_TIME: u32 = 50;

fn hooks() -> Hooks {
    let url = |name| format!("https://numbers.example/{name}");
    Hooks { voice_url: url("voice"), status_callback: url("status") }
}

async fn perform(carrier: &dyn Carrier, operation: Operation, owned: &CarrierNumber, next: &E164) -> Fate {
    let result = match operation {
        Search => carrier.search(&query(NumberType::Local)).await.map(drop),
        Countries => carrier.countries().await.map(drop),
        Prices => carrier.prices("US".parse().expect("a country")).await.map(drop),
        Regulation => carrier.regulation("DE".parse().expect("a country"), NumberType::Local).await.map(drop),
        Buy => carrier.buy(&NumberOrder { number: next.clone(), hooks: hooks() }).await.map(drop),
        Find => carrier.find(&owned.number).await.map(drop),
        Point => carrier.point(&owned.sid, &hooks()).await.map(drop),
        Release => carrier.release(&owned.sid).await,
        Owned => carrier.owned(None).await.map(drop),
        Check => carrier.check().await,
    };
    match result {
        Ok(()) => Fate::Done,
        Err(PortError::Busy { .. }) => Fate::Busy,
        Err(PortError::Unknown) => Fate::Unknown,
        Err(PortError::Misconfigured(_)) => Fate::Misconfigured,
        Err(error @ (PortError::Refused(_) | PortError::NotSent)) => panic!("{operation:?}: {error:?}"),
    }
}

/// One operation under every fault, at a twin of its own.
async fn under_every_fault(operation: Operation) {
    let (twin, control) = twilio_twin().await;
    let carrier = twilio(&twin, Duration::from_secs(30));
    for fault in FAULTS {
        for (times, expected) in [(1, once(fault, operation)), (EVERY_TIME, lasting(fault, operation))] {
            // A breaker of its own: what happened before does not count.
            let tried = twilio(&twin, patience(fault));
            let offers = carrier.search(&query(NumberType::Local)).await.expect("a search is answered");
            let [mine, next, ..] = offers.as_slice() else { panic!("there is no stock") };
            let order = NumberOrder { number: mine.number.clone(), hooks: hooks() };
            let owned = carrier.buy(&order).await.expect("bought");
            control.fault(operation.at_twilio(), fault, times).await;
            let found = perform(&tried, operation, &owned, &next.number).await;
            control.mend().await;
            assert_eq!(found, expected, "{operation:?} under {fault}, {times} times");
            at_most_once(&control, operation, &next.number).await;
            clear(&carrier).await;
        }
    }
}

async fn at_most_once(control: &Control, operation: Operation, number: &E164) {
    let held = control.held().await;
    let times = held.iter().filter(|held| held.as_str() == number.as_str()).count();
    assert!(times <= usize::from(operation == Buy), "{operation:?}: {held:?}");
    assert!(held.len() <= 2, "{operation:?}: {held:?}");
}

async fn clear(carrier: &dyn Carrier) {
    for number in carrier.owned(None).await.expect("a page is answered").numbers {
        carrier.release(&number.sid).await.expect("released");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_at_every_operation_has_its_fate() {
    join_all(ALL.map(under_every_fault)).await;
}
