//! How well each supplier works, by what becomes of real calls and of probes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use ports::{PortError, RefusalReason, Supplier};
use store::DbErr;
use tracing::{error, info, warn};
use vocab::Money;

use super::{Suppliers, model::Health, sql};

/// Failures in a row by supplier, as this process has seen them. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Failures(Arc<Mutex<HashMap<&'static str, u32>>>);

/// From this many failures on a supplier is down ([`Health::after`]).
const DOWN: u32 = 5;

impl Failures {
    /// Starts anew with a supplier whose credentials changed.
    pub(super) fn forget(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    /// Goes on from what another process has seen.
    fn learn(&self, name: &'static str, failures: i64) {
        let failures = u32::try_from(failures).unwrap_or(DOWN);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name, failures);
    }

    /// Counts an outcome; says the new count where it changed.
    fn count(&self, name: &'static str, next: impl FnOnce(u32) -> u32) -> Option<u32> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(name).copied();
        let counted = next(known.unwrap_or(0));
        all.insert(name, counted);
        (known != Some(counted)).then_some(counted)
    }
}

/// What an outcome says of the supplier itself.
fn verdict(error: Option<&PortError>) -> fn(u32) -> u32 {
    match error {
        // It refuses us altogether, or our money there is used up.
        Some(PortError::Misconfigured(_)) => |_| DOWN,
        Some(PortError::Refused(refusal)) if refusal.reason == RefusalReason::NoFunds => |_| DOWN,
        // A no about the thing asked for is an answer.
        None | Some(PortError::Refused(_)) => |_| 0,
        // Busy is how a supplier asks for patience; only a long row of it counts.
        Some(PortError::Busy { .. } | PortError::NotSent | PortError::Unknown) => |failures| (failures + 1).min(1000),
    }
}

impl Suppliers {
    /// Takes note of what became of a call. Writes only where something changed.
    pub async fn observe(&self, supplier: &dyn Supplier, error: Option<&PortError>) {
        let name = supplier.card().name;
        let Some(failures) = self.failures.count(name, verdict(error)) else { return };
        let health = Health::after(failures);
        let text = error.map(ToString::to_string);
        match (health, &text) {
            (Health::Down, Some(text)) => error!(supplier = name, error = text, "the supplier is down"),
            (_, Some(text)) => warn!(supplier = name, error = text, failures, "the supplier failed"),
            (_, None) => info!(supplier = name, "the supplier works"),
        }
        metrics::gauge!("supplier_failures", "supplier" => name).set(failures);
        let (text, now) = (text.as_deref(), self.ambient.business());
        let written: Result<(), DbErr> = self
            .store
            .write(|tx| async move { sql::suppliers::set_health(&tx, name, failures, health, text, now).await })
            .await;
        if let Err(error) = written {
            warn!(supplier = name, %error, "cannot put down how a supplier works");
        }
    }

    /// Asks each supplier that does not work whether it does again, and those where our money does not suffice for all
    /// they offer how much it is now.
    pub async fn probe(&self) -> Result<(), DbErr> {
        let short = sql::suppliers::short_of_money(self.store.reader()).await?;
        for row in sql::suppliers::list(self.store.reader()).await? {
            if row.health()? == Health::Healthy && !short.contains(&row.name) {
                continue;
            }
            let Some(supplier) = self.supplier(&row.name) else { continue };
            self.failures.learn(supplier.card().name, row.failures);
            if row.synced_at.is_some() {
                self.read_float(supplier.as_ref()).await?;
            } else if let Err(error) = self.read_late(supplier.as_ref()).await {
                warn!(%error, "a catalogue cannot be read yet");
            }
        }
        Ok(())
    }

    /// Reads our money at a supplier, which is also the probe of its health.
    pub(super) async fn read_float(&self, supplier: &dyn Supplier) -> Result<(), DbErr> {
        self.ask_float(supplier).await.map(drop)
    }

    /// The same, and what the supplier said.
    pub(super) async fn ask_float(&self, supplier: &dyn Supplier) -> Result<Result<Money, PortError>, DbErr> {
        let name = supplier.card().name;
        let told = supplier.balance().await;
        // The float before the health: a supplier that works again is asked for what our money there pays.
        if let Ok(float) = told {
            self.put_float(name, float).await?;
        }
        self.observe(supplier, told.as_ref().err()).await;
        Ok(told)
    }

    async fn put_float(&self, name: &str, float: Money) -> Result<(), DbErr> {
        if self.settings.float_alert.is_some_and(|least| float.amount < least) {
            error!(supplier = name, %float, "our money at the supplier runs out; top it up");
        }
        let now = self.ambient.business();
        self.store.write(|tx| async move { sql::suppliers::set_float(&tx, name, float, now).await }).await
    }
}
