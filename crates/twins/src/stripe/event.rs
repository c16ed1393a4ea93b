//! Events: what happened, with the object as it was then.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    VERSION,
    failure::Failure,
    list,
    shelf::Named,
    work::{Outcome, Work},
};
use crate::kernel::HasOutbox as _;

/// One event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) created: i64,
    /// The object, rendered.
    pub(super) object: Value,
    pub(super) request: Option<String>,
    pub(super) key: Option<String>,
    /// Whether there was a webhook endpoint to send it to.
    pub(super) sent: bool,
}

impl Named for Event {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Event {
    /// As JSON, with so many deliveries outstanding.
    pub(super) fn show(&self, pending: u32) -> Value {
        json!({
            "id": self.id,
            "object": "event",
            "api_version": VERSION,
            "created": self.created,
            "data": { "object": self.object },
            "livemode": false,
            "pending_webhooks": pending,
            "request": { "id": self.request, "idempotency_key": self.key },
            "type": self.kind,
        })
    }
}

/// `GET /v1/events/{id}`.
pub(super) fn retrieve(work: &mut Work<'_>, id: &str) -> Result<Outcome, Failure> {
    work.params.only(&["expand"], &[])?;
    match work.account.events.get(id) {
        Some(event) => Outcome::ok(shown(work, event)),
        None => Err(Failure::missing("event", id)),
    }
}

/// `GET /v1/events`: by `type` (with a `*` at the end) or `types`.
pub(super) fn list(work: &mut Work<'_>) -> Result<Outcome, Failure> {
    work.params.only(
        &["created", "ending_before", "expand", "limit", "starting_after", "type", "types"],
        &["delivery_success"],
    )?;
    let mut kinds = work.params.list("types")?.unwrap_or_default();
    kinds.extend(work.params.filled("type")?.map(str::to_owned));
    let wanted = |event: &Event| {
        kinds.is_empty()
            || kinds.iter().any(|kind| match kind.strip_suffix('*') {
                Some(start) => event.kind.starts_with(start),
                None => event.kind == *kind,
            })
    };
    let created = list::created(work.params)?;
    list::page(
        work,
        "/v1/events",
        "event",
        &work.account.events,
        |event| wanted(event) && created(event.created),
        shown,
    )
}

fn shown(work: &Work<'_>, event: &Event) -> Value {
    let pending = event.sent && work.account.outbox().holds(&event.id);
    event.show(u32::from(pending))
}
