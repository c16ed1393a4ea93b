//! The suppliers that the product can speak to, and how it is connected to each now: by the settings of this process,
//! until an operator stores credentials.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use ports::{Supplier, SupplierInbound};
use vocab::SecretString;

/// A supplier and how we read what it tells us by itself.
#[derive(Clone)]
pub struct Connected {
    /// What we ask of it.
    pub supplier: Arc<dyn Supplier>,
    /// How we read its webhooks, where it has any.
    pub inbound: Option<Arc<dyn SupplierInbound>>,
}

impl Connected {
    /// The supplier's name.
    pub fn name(&self) -> &'static str {
        self.supplier.card().name
    }
}

/// Credentials by the names of their fields.
pub type Credentials = BTreeMap<&'static str, SecretString>;

/// Connects a supplier with credentials, or says what is wrong with them.
pub type Connect = Arc<dyn Fn(&Credentials) -> Result<Connected, String> + Send + Sync>;

/// A supplier that the product has an adapter for.
#[derive(Clone)]
pub struct Known {
    /// Its name.
    pub name: &'static str,
    /// What its credentials are made of.
    pub fields: &'static [Field],
    /// As the settings connect it; none without credentials there.
    pub configured: Option<Configured>,
    /// Connects it with other credentials.
    pub connect: Connect,
}

/// A part of a supplier's credentials.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in the API.
    pub name: &'static str,
    /// Whether the supplier cannot be asked without it.
    pub is_required: bool,
    /// What it holds.
    pub kind: FieldKind,
}

/// What a part of a supplier's credentials holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// A secret, never shown again.
    Secret,
    /// The root of the supplier's API, shown whole.
    Address,
}

/// A supplier that the settings of this process connect.
#[derive(Clone)]
pub struct Configured {
    /// The connection.
    pub connected: Connected,
    /// Where its credentials come from.
    pub source: CredentialSource,
    /// Which fields are set there.
    pub set: Vec<&'static str>,
}

vocab::wire_enum! {
    /// Where a supplier's credentials come from.
    pub enum CredentialSource {
        /// There are none: it is not configured.
        None = "NONE",
        /// It is the sandbox's twin.
        Sandbox = "SANDBOX",
        /// The environment of the process.
        Env = "ENV",
        /// An operator has stored them.
        Stored = "STORED",
    }
}

/// How a supplier is connected in this process.
#[derive(Clone)]
struct Link {
    /// Of the stored credentials; 0 are none.
    version: i64,
    connected: Result<Option<Connected>, String>,
}

/// Every known supplier, and how it is connected now. Cheap to clone; clones see the same.
#[derive(Clone)]
pub(super) struct Links {
    known: Arc<[Known]>,
    now: Arc<RwLock<BTreeMap<&'static str, Link>>>,
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.known.iter().map(|known| known.name)).finish()
    }
}

impl Links {
    pub(super) fn new(known: Vec<Known>) -> Self {
        let link = |known: &Known| (known.name, Link { version: 0, connected: Ok(known.of_settings()) });
        let now = known.iter().map(link).collect();
        Self { known: known.into(), now: Arc::new(RwLock::new(now)) }
    }

    pub(super) fn known(&self) -> &[Known] {
        &self.known
    }

    pub(super) fn find(&self, name: &str) -> Option<&Known> {
        self.known.iter().find(|known| known.name == name)
    }

    /// The connection to a supplier, if it is configured.
    pub(super) fn connected(&self, name: &str) -> Option<Connected> {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        now.get(name)?.connected.clone().ok()?
    }

    /// Every supplier that is connected, by name.
    pub(super) fn all(&self) -> Vec<Connected> {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        now.values().filter_map(|link| link.connected.clone().ok()?).collect()
    }

    /// Why the stored credentials cannot be used, if they cannot.
    pub(super) fn fault(&self, name: &str) -> Option<String> {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        now.get(name)?.connected.as_ref().err().cloned()
    }

    /// Whether stored credentials of this version are news.
    pub(super) fn is_older(&self, name: &str, version: i64) -> bool {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        now.get(name).is_some_and(|link| link.version < version)
    }

    /// Connects a supplier anew, unless somebody was faster with something newer.
    pub(super) fn replace(&self, name: &str, version: i64, connected: Result<Option<Connected>, String>) {
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(link) = now.get_mut(name).filter(|link| link.version < version) {
            *link = Link { version, connected };
        }
    }
}

impl Known {
    /// As the settings connect it.
    pub(super) fn of_settings(&self) -> Option<Connected> {
        self.configured.as_ref().map(|configured| configured.connected.clone())
    }

    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

#[cfg(test)]
impl From<Connected> for Known {
    /// Connected by the settings, for good.
    fn from(connected: Connected) -> Self {
        let name = connected.name();
        let configured = Some(Configured { connected, source: CredentialSource::Env, set: Vec::new() });
        Self { name, fields: &[], configured, connect: Arc::new(|_| Err("it has no credentials".into())) }
    }
}
