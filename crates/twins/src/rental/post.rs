//! Texts on their way: state like any other, delivered when they are due by the wall clock.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use vocab::Ambient;

use crate::kernel::{Journal, JournalError, State};

/// A text on its way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Scheduled {
    /// Sorts by when it is due; made by [`Scheduled::new`].
    pub(crate) key: String,
    /// The supplier's id of the allocation that gets it.
    pub(crate) to: String,
    /// Its words.
    pub(crate) text: String,
    /// When it arrives, by the wall clock.
    pub(crate) due: DateTime<Utc>,
    /// Whether the twin sends it unasked. Such a text gives way to one that was asked for.
    pub(crate) unasked: bool,
}

impl Scheduled {
    pub(crate) fn new(ambient: &Ambient, to: &str, text: String, delay: Duration, unasked: bool) -> Self {
        let due = ambient.wall() + delay;
        let chance = u64::from_le_bytes(ambient.bytes());
        let key = format!("{:020}-{chance:016x}", due.timestamp_micros().max(0));
        Self { key, to: to.to_owned(), text, due, unasked }
    }
}

/// The texts on their way, as part of a twin's state.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Post {
    on_the_way: BTreeMap<String, Scheduled>,
}

/// What happens to a [`Post`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum PostChange {
    /// One more is on its way.
    Sent(Scheduled),
    /// It has arrived, or nobody wants it any more.
    Gone(String),
}

impl Post {
    pub(crate) fn apply(&mut self, change: PostChange) {
        match change {
            PostChange::Sent(scheduled) => drop(self.on_the_way.insert(scheduled.key.clone(), scheduled)),
            PostChange::Gone(key) => drop(self.on_the_way.remove(&key)),
        }
    }

    /// How many are on their way.
    pub(crate) fn len(&self) -> usize {
        self.on_the_way.len()
    }

    /// Calls back what the twin would have sent this allocation unasked.
    pub(crate) fn call_back(&self, to: &str) -> Vec<PostChange> {
        let unasked = self.on_the_way.values().filter(|scheduled| scheduled.unasked && scheduled.to == to);
        unasked.map(|scheduled| PostChange::Gone(scheduled.key.clone())).collect()
    }

    fn first(&self) -> Option<&Scheduled> {
        self.on_the_way.values().next()
    }
}

/// A state with texts on their way.
pub(crate) trait HasPost: State {
    fn post(&self) -> &Post;

    fn post_change(change: PostChange) -> Self::Change;
}

/// How texts come about that nobody asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Texting {
    /// How long after the purchase; never, if none is given.
    pub(crate) delay: Option<Duration>,
}

impl Texting {
    /// The text that this allocation will get unasked.
    pub(crate) fn unasked(&self, ambient: &Ambient, to: &str, text: impl FnOnce() -> String) -> Option<PostChange> {
        self.delay.map(|delay| PostChange::Sent(Scheduled::new(ambient, to, text(), delay, true)))
    }
}

/// What an arriving text changes. It may find that nobody waits for it any more.
pub(super) type Deliver<S> = Arc<dyn Fn(&S, &Scheduled) -> Vec<<S as State>::Change> + Send + Sync>;

/// Delivers what is due.
pub(crate) struct Postbox<S: HasPost> {
    journal: Journal<S>,
    ambient: Ambient,
    deliver: Deliver<S>,
}

impl<S: HasPost> Postbox<S> {
    pub(crate) fn new(journal: Journal<S>, ambient: Ambient, deliver: Deliver<S>) -> Self {
        Self { journal, ambient, deliver }
    }

    /// Delivers for ever.
    pub(crate) async fn run(self) {
        let mut watch = self.journal.watch();
        loop {
            watch.mark_unchanged();
            let pause = match self.step() {
                Ok(next) => next.unwrap_or(Duration::from_secs(60)),
                Err(error) => {
                    tracing::error!(%error, "a text cannot be journalled");
                    Duration::from_secs(1)
                }
            };
            tokio::select! {
                _ = watch.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Delivers what is due, the earliest first, each in a commit of its own; says in how long something more is.
    pub(crate) fn step(&self) -> Result<Option<Duration>, JournalError> {
        loop {
            let now = self.ambient.wall();
            let wait = self.journal.commit(|state| {
                let Some(first) = state.post().first() else { return Ok::<_, JournalError>((Vec::new(), Some(None))) };
                if let Ok(wait) = (first.due - now).to_std()
                    && !wait.is_zero()
                {
                    return Ok((Vec::new(), Some(Some(wait))));
                }
                let mut changes = (self.deliver)(state, first);
                changes.push(S::post_change(PostChange::Gone(first.key.clone())));
                Ok((changes, None))
            })?;
            if let Some(wait) = wait {
                return Ok(wait);
            }
        }
    }
}
