//! What vendors hold for us and nothing explains, for an operator to deal with at the vendor.

use serde_json::json;
use store::DbErr;
use vocab::{PageRequest, id::OrphanId};

use super::{OperatorError, Operators};
use crate::{
    audit::{self, Action, Deed},
    orphans::{self, OrphanFilter, OrphanView},
    web::{Caller, List},
};

impl Operators {
    /// A page of the orphans, the newest first.
    pub(super) async fn orphans(&self, filter: &OrphanFilter, page: &PageRequest) -> Result<List<OrphanView>, DbErr> {
        orphans::page(self.store.fresh(), filter, page).await
    }

    /// The operator has dealt with it at the vendor. One that is resolved already stays as it is.
    pub(super) async fn resolve_orphan(
        &self,
        caller: &Caller,
        id: OrphanId,
        note: &str,
    ) -> Result<OrphanView, OperatorError> {
        self.store
            .write(|tx| async move {
                let resolved = orphans::resolve(&tx, id, self.ambient.business()).await?;
                let (before, after) = resolved.ok_or(OperatorError::NotFound)?;
                if before.resolved_at.is_none() {
                    let told = json!({ "vendor": after.vendor, "reference": after.reference, "note": note });
                    let (action, subject) = (Action::OrphanResolved, id.to_string());
                    let deed = Deed { action, subject, before: None, after: Some(told) };
                    audit::record(&tx, &self.ambient, caller, deed).await?;
                }
                Ok(after)
            })
            .await
    }
}
