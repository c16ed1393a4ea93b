//! Time and chance, both passed in, so that a run can be repeated.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rand::{Rng as _, SeedableRng, rngs::StdRng};
use uuid::Uuid;

/// Where the wall time comes from.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// Where randomness comes from.
pub trait Rng: Send + Sync {
    /// Fills the buffer with bytes nobody can predict.
    fn fill(&self, buffer: &mut [u8]);
}

/// Both clocks and the randomness of a process. Cheap to clone; clones share the offset.
///
/// `wall` is for tokens, signatures, leases, limits and back-off and never moves by hand.
/// `business` is for expiry, renewal and cool-down: wall plus one offset, which an operator can
/// advance in the sandbox and which the twins share.
#[derive(Clone)]
pub struct Ambient {
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    offset_micros: Arc<AtomicI64>,
}

impl std::fmt::Debug for Ambient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ambient({})", self.wall())
    }
}

impl Ambient {
    /// The machine's clock and the operating system's randomness.
    pub fn system() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(SystemRng))
    }

    /// A clock and a source of randomness of the caller's.
    pub fn new(clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Self {
        Self { clock, rng, offset_micros: Arc::default() }
    }

    /// A clock that stands at 2026-01-01 and moves only by [`Ambient::advance`], and randomness from a seed.
    pub fn fixed(seed: u64) -> Self {
        let start = DateTime::from_timestamp(1_767_225_600, 0).expect("a date in range");
        Self::new(Arc::new(FixedClock(start)), Arc::new(SeededRng(Mutex::new(StdRng::seed_from_u64(seed)))))
    }

    /// The wall clock, truncated to microseconds as the databases store it.
    pub fn wall(&self) -> DateTime<Utc> {
        self.clock.now().trunc_subsecs(6)
    }

    /// The business clock.
    pub fn business(&self) -> DateTime<Utc> {
        self.wall() + self.offset()
    }

    /// How far business time is ahead of the wall.
    pub fn offset(&self) -> TimeDelta {
        TimeDelta::microseconds(self.offset_micros.load(Ordering::Relaxed))
    }

    /// Sets the offset that the database holds; never moves business time back.
    pub fn set_offset(&self, offset: TimeDelta) {
        let micros = offset.num_microseconds().unwrap_or(i64::MAX);
        self.offset_micros.fetch_max(micros, Ordering::Relaxed);
    }

    /// Moves business time ahead by this much, in this process only.
    pub fn advance(&self, by: TimeDelta) {
        self.set_offset(self.offset() + by);
    }

    /// A UUIDv7 whose time part is the business clock's, to the microsecond (RFC 9562, method 3), so
    /// that what one transaction writes sorts in the order in which it was written.
    pub fn uuid(&self) -> Uuid {
        let mut chance = [0; 10];
        self.fill(&mut chance);
        let now = self.business();
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        // The first twelve bits after the milliseconds; the rest is chance.
        let fraction = u16::try_from(now.timestamp_subsec_micros() % 1000 * 4096 / 1000).unwrap_or_default();
        chance[0] = fraction.to_be_bytes()[0];
        chance[1] = fraction.to_be_bytes()[1];
        uuid::Builder::from_unix_timestamp_millis(millis, &chance).into_uuid()
    }

    /// Fills the buffer with randomness.
    pub fn fill(&self, buffer: &mut [u8]) {
        self.rng.fill(buffer);
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A random whole number below `bound` (0 if `bound` is 0).
    pub fn below(&self, bound: u64) -> u64 {
        u64::from_le_bytes(self.bytes()).checked_rem(bound).unwrap_or(0)
    }
}

struct SystemClock;
impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)] // the one place where wall time comes from
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

struct SystemRng;
impl Rng for SystemRng {
    fn fill(&self, buffer: &mut [u8]) {
        rand::rng().fill_bytes(buffer);
    }
}

struct FixedClock(DateTime<Utc>);
impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

struct SeededRng(Mutex<StdRng>);
impl Rng for SeededRng {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(buffer);
    }
}
