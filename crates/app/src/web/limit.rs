//! Rate limits: how many requests one caller (else one address) may make in a window.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use vocab::Ambient;

vocab::wire_enum! {
    /// Which limit a route counts against. Each is counted on its own.
    pub enum Limit {
        /// None: health, metrics, carriers' webhooks.
        Unlimited = "UNLIMITED",
        /// Everything that has no limit of its own.
        Default = "DEFAULT",
        /// Whatever proves who somebody is. Only failures count.
        Auth = "AUTH",
        /// Searches, which cost us calls to the carrier.
        Search = "SEARCH",
        /// Purchases and orders. What was refused before anything was spent does not count here, but against the default.
        Purchase = "PURCHASE",
        /// Number sessions.
        Sessions = "SESSIONS",
    }
}

impl Limit {
    /// Whether it is decided by a request's end whether it counts.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Auth | Self::Purchase)
    }
}

/// So many requests in so long a window, which starts with the first of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// How many.
    pub limit: u32,
    /// In how long.
    pub window: Duration,
}

impl Quota {
    const fn new(limit: u32, seconds: u64) -> Self {
        Self { limit, window: Duration::from_secs(seconds) }
    }
}

/// The quotas in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimits {
    /// Off in development with `RATE_LIMIT_ENABLED=false`.
    pub enabled: bool,
    /// [`Limit::Default`].
    pub default: Quota,
    /// [`Limit::Auth`].
    pub auth: Quota,
    /// [`Limit::Search`].
    pub search: Quota,
    /// [`Limit::Purchase`].
    pub purchase: Quota,
    /// [`Limit::Sessions`].
    pub sessions: Quota,
}

impl Default for RateLimits {
    /// The quotas of api-design.md.
    fn default() -> Self {
        Self {
            enabled: true,
            default: Quota::new(1000, 900),
            auth: Quota::new(5, 900),
            search: Quota::new(100, 60),
            purchase: Quota::new(10, 60),
            sessions: Quota::new(100, 60),
        }
    }
}

impl RateLimits {
    /// The quota of this limit; None if it is not limited.
    pub const fn quota(&self, limit: Limit) -> Option<Quota> {
        if !self.enabled {
            return None;
        }
        match limit {
            Limit::Unlimited => None,
            Limit::Default => Some(self.default),
            Limit::Auth => Some(self.auth),
            Limit::Search => Some(self.search),
            Limit::Purchase => Some(self.purchase),
            Limit::Sessions => Some(self.sessions),
        }
    }
}

/// Whether a request may go on, and what the caller has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may.
    pub allowed: bool,
    /// What the window admits.
    pub quota: Quota,
    /// How many more requests the window admits after this one.
    pub remaining: u32,
    /// When the window ends.
    pub reset: DateTime<Utc>,
    /// How long that is from now.
    pub reset_in: Duration,
}

/// Counts requests. In process here; a shared counter for several replicas implements it too.
#[async_trait]
pub trait RateLimiter: Send + Sync {
    /// Counts one request of `key` against `limit`; None if it is not limited.
    async fn check(&self, limit: Limit, key: &str) -> Option<Decision>;

    /// Says whether an admitted request counts, where that depends on how it ended: see [`Limit::is_settled`].
    /// `decision` is what [`RateLimiter::check`] said of it.
    fn settle(&self, limit: Limit, key: &str, decision: &Decision, counts: bool);
}

/// How many requests of one key may be under way at once where only failures count: until they
/// end they are neither, and a burst must not buy more guesses than that.
const PENDING: u32 = 32;
/// How many windows are kept at most, so that an attacker with many addresses fills no memory.
const MAX_WINDOWS: usize = 65_536;

/// Fixed windows in this process's memory, timed by the wall clock. A window that starts with a
/// caller's first request admits exactly what the quota promises and knows when it ends, which a
/// leaky bucket (it trickles requests back) cannot say in `remaining` and `resetTime`.
pub struct InProcessLimiter {
    limits: RateLimits,
    ambient: Ambient,
    windows: Mutex<HashMap<(Limit, Box<str>), Window>>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    used: u32,
    pending: u32,
    reset: DateTime<Utc>,
}

impl InProcessLimiter {
    /// No request counted yet.
    pub fn new(limits: RateLimits, ambient: Ambient) -> Self {
        Self { limits, ambient, windows: Mutex::default() }
    }
}

#[async_trait]
impl RateLimiter for InProcessLimiter {
    async fn check(&self, limit: Limit, key: &str) -> Option<Decision> {
        let quota = self.limits.quota(limit)?;
        let now = self.ambient.wall();
        let length = TimeDelta::from_std(quota.window).unwrap_or(TimeDelta::MAX);
        let fresh = Window { used: 0, pending: 0, reset: now.checked_add_signed(length).unwrap_or(now) };
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut windows, now);
        let window = windows.entry((limit, key.into())).or_insert(fresh);
        if window.reset <= now {
            *window = Window { pending: window.pending, ..fresh };
        }
        let allowed = window.used < quota.limit && window.pending < PENDING;
        if allowed && limit == Limit::Auth {
            window.pending += 1;
        } else if allowed {
            window.used += 1;
        }
        let reset_in = (window.reset - now).to_std().unwrap_or_default();
        Some(Decision {
            allowed,
            quota,
            remaining: quota.limit.saturating_sub(window.used),
            reset: window.reset,
            reset_in,
        })
    }

    fn settle(&self, limit: Limit, key: &str, decision: &Decision, counts: bool) {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(window) = windows.get_mut(&(limit, Box::from(key))) else { return };
        match limit {
            Limit::Auth => {
                window.pending = window.pending.saturating_sub(1);
                window.used = window.used.saturating_add(u32::from(counts));
            }
            // It was counted when it came; a place in a window that is over is no use to anybody.
            _ if !counts && window.reset == decision.reset => window.used = window.used.saturating_sub(1),
            _ => {}
        }
    }
}

/// Drops windows that ended when the table is full, and if none did, a quarter of them.
fn make_room(windows: &mut HashMap<(Limit, Box<str>), Window>, now: DateTime<Utc>) {
    if windows.len() < MAX_WINDOWS {
        return;
    }
    windows.retain(|_, window| window.reset > now);
    let mut dropped = 0;
    if windows.len() >= MAX_WINDOWS {
        windows.retain(|_, _| {
            dropped += 1;
            dropped > MAX_WINDOWS / 4
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone)]
    struct Hand(Arc<Mutex<DateTime<Utc>>>);
    impl vocab::Clock for Hand {
        fn now(&self) -> DateTime<Utc> {
            *self.0.lock().unwrap()
        }
    }
    struct Zeros;
    impl vocab::Rng for Zeros {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0);
        }
    }

    fn limiter() -> (InProcessLimiter, Hand) {
        let hand = Hand(Arc::new(Mutex::new(DateTime::UNIX_EPOCH)));
        let ambient = Ambient::new(Arc::new(hand.clone()), Arc::new(Zeros));
        (InProcessLimiter::new(RateLimits::default(), ambient), hand)
    }

    #[tokio::test]
    async fn a_window_admits_its_quota_and_starts_again() {
        let (limiter, clock) = limiter();
        for left in (0..10).rev() {
            let decision = limiter.check(Limit::Purchase, "a").await.unwrap();
            assert_eq!((decision.allowed, decision.remaining), (true, left));
        }
        *clock.0.lock().unwrap() += TimeDelta::seconds(20);
        let refused = limiter.check(Limit::Purchase, "a").await.unwrap();
        assert_eq!((refused.allowed, refused.remaining, refused.reset_in.as_secs()), (false, 0, 40));
        assert!(limiter.check(Limit::Purchase, "b").await.unwrap().allowed, "another key");
        assert!(limiter.check(Limit::Search, "a").await.unwrap().allowed, "another limit");
        *clock.0.lock().unwrap() += TimeDelta::seconds(40);
        assert!(limiter.check(Limit::Purchase, "a").await.unwrap().allowed);
    }

    #[tokio::test]
    async fn only_failed_logins_count() {
        let (limiter, _) = limiter();
        for counts in [false; 50].into_iter().chain([true; 5]) {
            let decision = limiter.check(Limit::Auth, "a").await.unwrap();
            assert!(decision.allowed);
            limiter.settle(Limit::Auth, "a", &decision, counts);
        }
        assert!(!limiter.check(Limit::Auth, "a").await.unwrap().allowed);
    }

    #[tokio::test]
    async fn a_refused_purchase_gives_its_place_back() {
        let (limiter, clock) = limiter();
        for counts in [false; 50].into_iter().chain([true; 10]) {
            let decision = limiter.check(Limit::Purchase, "a").await.unwrap();
            assert!(decision.allowed);
            limiter.settle(Limit::Purchase, "a", &decision, counts);
        }
        let late = limiter.check(Limit::Purchase, "a").await.unwrap();
        assert!(!late.allowed);
        // What was asked in a window that is over gives nothing back to the next.
        *clock.0.lock().unwrap() += TimeDelta::seconds(60);
        let now = limiter.check(Limit::Purchase, "a").await.unwrap();
        limiter.settle(Limit::Purchase, "a", &late, false);
        assert_eq!(limiter.check(Limit::Purchase, "a").await.unwrap().remaining, now.remaining - 1);
    }

    #[tokio::test]
    async fn a_burst_of_logins_is_bounded_before_any_has_failed() {
        let (limiter, _) = limiter();
        for _ in 0..PENDING {
            assert!(limiter.check(Limit::Auth, "a").await.unwrap().allowed);
        }
        assert!(!limiter.check(Limit::Auth, "a").await.unwrap().allowed);
    }

    #[tokio::test]
    async fn memory_is_bounded_and_limits_can_be_off() {
        let (limiter, _) = limiter();
        for n in 0..MAX_WINDOWS + 10 {
            limiter.check(Limit::Default, &n.to_string()).await;
        }
        assert!(limiter.windows.lock().unwrap().len() <= MAX_WINDOWS);
        let off = RateLimits { enabled: false, ..RateLimits::default() };
        assert_eq!(InProcessLimiter::new(off, Ambient::fixed(1)).check(Limit::Auth, "a").await, None);
        assert_eq!(limiter.check(Limit::Unlimited, "a").await, None);
    }
}
