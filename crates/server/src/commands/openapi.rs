//! `numberline openapi`: prints the document that `/api/v1/openapi.json` serves.

use crate::router;

pub(super) fn run() -> anyhow::Result<()> {
    super::say(&router::document().to_pretty_json()?)
}
