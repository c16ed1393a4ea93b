//! For how long what is over stays where it is seen.

use chrono::TimeDelta;

use super::{Env, Faults};

/// For how long what is over stays where it is seen.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// Logs: numbered events, and how suppliers were asked. The audit is kept for good.
    pub logs: TimeDelta,
    /// Orders in lists, from when they ended and last changed. They are never deleted.
    pub orders: TimeDelta,
}

impl Retention {
    pub(super) fn read(env: &Env, faults: &mut Faults) -> Self {
        let mut days = |name: &str, default: u64| {
            let days = env.number(name, default, faults);
            let days = i64::try_from(days).ok().and_then(TimeDelta::try_days).filter(|days| *days > TimeDelta::zero());
            days.filter(|days| *days <= TimeDelta::days(36_500)).unwrap_or_else(|| {
                faults.add(name, "must be between 1 and 36500");
                TimeDelta::MAX
            })
        };
        Self { logs: days("LOG_RETENTION_DAYS", 90), orders: days("ORDER_ARCHIVE_DAYS", 365) }
    }
}
