//! The words of a customer's texts, read by an operator with a reason.

use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use vocab::id::{AccountId, VerificationId};

use super::{OperatorError, Operators};
use crate::{
    audit::{self, Action, Deed},
    verifications::MessageView,
    web::Caller,
};

/// The texts of a rental, with their words.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "ver_019bc0fd89c07c3a9d52b8e6f1766572", "accountId": "acc_019bc0fd89c07c3a9d52b8e6f1616363",
    "messages": [{"code": "48213", "text": "Telegram code 48213", "receivedAt": "2026-01-15T09:30:14.937Z"}],
}))]
pub struct RevealedTexts {
    /// The rental.
    pub id: VerificationId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Every text, oldest first. What was erased after its time has no words.
    pub messages: Vec<MessageView>,
}

impl Operators {
    /// Reads the words of a rental's texts. That it was done, by whom and why, is committed before anybody sees them.
    pub(super) async fn reveal(
        &self,
        caller: &Caller,
        id: VerificationId,
        reason: &str,
    ) -> Result<RevealedTexts, OperatorError> {
        self.store
            .write(|tx| async move {
                let revealed = self.verifications.reveal_in(&tx, id).await?;
                let (account_id, messages) = revealed.ok_or(OperatorError::NotFound)?;
                let after = json!({ "accountId": account_id, "texts": messages.len(), "reason": reason });
                let (action, subject) = (Action::VerificationRevealed, id.to_string());
                let deed = Deed { action, subject, before: None, after: Some(after) };
                audit::record(&tx, &self.ambient, caller, deed).await?;
                Ok(RevealedTexts { id, account_id, messages })
            })
            .await
    }
}
