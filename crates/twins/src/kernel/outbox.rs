//! Callbacks to the product: state like any other, kept until they are delivered.
//!
//! They are journalled in the commit that caused them, tried again with the vendor's back-off, and after a restart
//! all of them at once. They are signed when they are sent, because a signature may carry the time of the attempt.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::http::{HeaderName, HeaderValue, Method};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use vocab::Ambient;

use super::{Journal, JournalError, NotLoopback, State, loopback};

/// How many callbacks are under way at once.
const AT_ONCE: usize = 16;

/// A callback that has not been delivered yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// Names it among the pending ones; the vendor's own event id does well.
    pub id: String,
    /// Where to, if the vendor's state decides that; empty if its settings do.
    pub url: String,
    /// The body, byte for byte the same at each attempt.
    pub body: String,
    /// How often it has been tried.
    pub attempts: u32,
    /// When to try next, by the wall clock.
    pub due: DateTime<Utc>,
}

/// The pending callbacks, as part of a twin's state.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Outbox {
    pending: BTreeMap<String, Callback>,
}

/// What happens to an [`Outbox`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum OutboxChange {
    /// There is one more.
    Add(Callback),
    /// It was tried in vain and is due again.
    Later {
        /// Which one.
        id: String,
        /// When.
        due: DateTime<Utc>,
    },
    /// It was delivered, or given up.
    Done {
        /// Which one.
        id: String,
    },
}

impl Outbox {
    /// Makes the change true.
    pub fn apply(&mut self, change: OutboxChange) {
        match change {
            OutboxChange::Add(callback) => {
                self.pending.insert(callback.id.clone(), callback);
            }
            OutboxChange::Later { id, due } => {
                if let Some(callback) = self.pending.get_mut(&id) {
                    callback.attempts += 1;
                    callback.due = due;
                }
            }
            OutboxChange::Done { id } => {
                self.pending.remove(&id);
            }
        }
    }

    /// How many are pending.
    pub fn len(&self) -> usize {
        self.pending.len()
    }

    /// Whether none is pending.
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Whether this one is pending.
    pub fn holds(&self, id: &str) -> bool {
        self.pending.contains_key(id)
    }

    /// The pending ones.
    pub fn iter(&self) -> impl Iterator<Item = &Callback> {
        self.pending.values()
    }
}

/// A state with an outbox in it.
pub trait HasOutbox: State {
    /// The outbox.
    fn outbox(&self) -> &Outbox;

    /// The change of the state that is this change of its outbox.
    fn outbox_change(change: OutboxChange) -> Self::Change;
}

/// A request that a twin sends to the product.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Mostly POST.
    pub method: Method,
    /// Where to; refused unless it is on loopback.
    pub url: String,
    /// Content type and signature among them.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: String,
}

/// What a vendor has to say about its callbacks.
pub trait Postman: Send + Sync + 'static {
    /// The signed request for this attempt, at this time of the wall clock; `None` if there is nowhere to send it.
    fn request(&self, callback: &Callback, now: DateTime<Utc>) -> Option<Outgoing>;

    /// How long to wait after so many attempts (1 or more) in vain; `None` gives up.
    fn pause(&self, attempts: u32) -> Option<Duration>;
}

/// How a request reaches the product: over a socket, or in process in a simulation.
#[async_trait::async_trait]
pub trait Transport: Send + Sync + 'static {
    /// The HTTP status answered; `None` if there was no answer.
    async fn send(&self, request: Outgoing) -> Option<u16>;
}

/// Real HTTP to loopback.
#[derive(Debug, Clone)]
pub struct Loopback(reqwest::Client);

impl Loopback {
    /// With this limit on an attempt.
    pub fn new(timeout: Duration) -> io::Result<Self> {
        loopback::client(timeout).map(Self)
    }
}

#[async_trait::async_trait]
impl Transport for Loopback {
    async fn send(&self, request: Outgoing) -> Option<u16> {
        let url = loopback::url(&request.url)
            .inspect_err(|error: &NotLoopback| tracing::warn!(%error, "a callback is not sent"))
            .ok()?;
        let sent = self.0.request(request.method, url).headers(request.headers.into_iter().collect());
        Some(sent.body(request.body).send().await.ok()?.status().as_u16())
    }
}

/// Delivers what is in the outbox.
pub struct Courier<S: HasOutbox> {
    journal: Journal<S>,
    ambient: Ambient,
    postman: Arc<dyn Postman>,
    transport: Arc<dyn Transport>,
    under_way: Arc<Mutex<BTreeSet<String>>>,
}

impl<S: HasOutbox> Clone for Courier<S> {
    fn clone(&self) -> Self {
        Self {
            journal: self.journal.clone(),
            ambient: self.ambient.clone(),
            postman: Arc::clone(&self.postman),
            transport: Arc::clone(&self.transport),
            under_way: Arc::clone(&self.under_way),
        }
    }
}

impl<S: HasOutbox> Courier<S> {
    /// A courier for this outbox. Makes everything that is pending due now: it may have been waiting for this start.
    pub fn new(
        journal: Journal<S>,
        ambient: Ambient,
        postman: Arc<dyn Postman>,
        transport: Arc<dyn Transport>,
    ) -> Result<Self, JournalError> {
        let now = ambient.wall();
        journal.commit(|state| {
            let late = state.outbox().iter().filter(|callback| callback.due > now);
            let again = late.map(|callback| OutboxChange::Add(Callback { due: now, ..callback.clone() }));
            Ok::<_, JournalError>((again.map(S::outbox_change).collect(), ()))
        })?;
        Ok(Self { journal, ambient, postman, transport, under_way: Arc::default() })
    }

    /// Delivers for ever.
    pub async fn run(self) {
        let mut watch = self.journal.watch();
        let mut sending = tokio::task::JoinSet::new();
        loop {
            watch.mark_unchanged();
            for callback in self.due(AT_ONCE.saturating_sub(sending.len())) {
                let courier = self.clone();
                sending.spawn(async move { courier.attempt(callback).await });
            }
            let until_next = if sending.len() < AT_ONCE { self.until_next() } else { None };
            tokio::select! {
                _ = watch.changed() => {}
                Some(_) = sending.join_next() => {}
                () = tokio::time::sleep(until_next.unwrap_or(Duration::from_secs(60))) => {}
            }
        }
    }

    /// Delivers what is due, one after another, and says in how long something more is. For simulations, which have
    /// no background.
    pub async fn step(&self) -> Option<Duration> {
        for callback in self.due(usize::MAX) {
            self.attempt(callback).await;
        }
        self.until_next()
    }

    /// Takes up to so many due callbacks, the oldest first, and marks them as under way.
    fn due(&self, limit: usize) -> Vec<Callback> {
        let now = self.ambient.wall();
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let due: Vec<_> = self.journal.read(|state| {
            let free =
                state.outbox().iter().filter(|callback| callback.due <= now && !under_way.contains(&callback.id));
            let mut free: Vec<_> = free.collect();
            free.sort_by(|a, b| (a.due, &a.id).cmp(&(b.due, &b.id)));
            free.into_iter().take(limit).cloned().collect()
        });
        under_way.extend(due.iter().map(|callback| callback.id.clone()));
        due
    }

    fn until_next(&self) -> Option<Duration> {
        let under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let free = |callback: &&Callback| !under_way.contains(&callback.id);
        let next = self.journal.read(|state| state.outbox().iter().filter(free).map(|callback| callback.due).min())?;
        Some((next - self.ambient.wall()).to_std().unwrap_or_default())
    }

    async fn attempt(&self, callback: Callback) {
        let now = self.ambient.wall();
        let status = match self.postman.request(&callback, now) {
            Some(request) => self.transport.send(request).await,
            None => None,
        };
        let delivered = status.is_some_and(|status| (200..300).contains(&status));
        let pause = if delivered { None } else { self.postman.pause(callback.attempts + 1) };
        tracing::debug!(id = callback.id, ?status, ?pause, "callback tried");
        let id = callback.id.clone();
        let change = match pause.and_then(|pause| TimeDelta::from_std(pause).ok()) {
            Some(pause) => OutboxChange::Later { id, due: self.ambient.wall() + pause },
            None => OutboxChange::Done { id },
        };
        let written = self.journal.commit(|_| Ok::<_, JournalError>((vec![S::outbox_change(change)], ())));
        if let Err(error) = written {
            tracing::error!(%error, "what became of a callback is not journalled");
        }
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&callback.id);
    }
}
