//! Customers' orders in an operator's hands: cancelled by the customer's own rule, or given money back for.

use serde_json::json;
use store::Tx;
use vocab::id::{AccountId, OrderId, VerificationId};

use super::{OperatorError, Operators};
use crate::{
    audit::{self, Action, Deed},
    orders::{AnyOrderDetails, Goodwill, ItemRow, ItemType},
    web::{
        Caller,
        idempotency::{self, IdempotencyError, Scope},
    },
};

const GIVEN_UP: &str = "an operator gives it up";

impl Operators {
    /// Anybody's order.
    pub(super) async fn order(&self, id: OrderId) -> Result<AnyOrderDetails, OperatorError> {
        self.orders.any(id).await?.ok_or(OperatorError::NotFound)
    }

    /// Cancels an order of which nothing is with a vendor; a rental that waits for its text is given up at its supplier.
    pub(super) async fn cancel_order(
        &self,
        caller: &Caller,
        id: OrderId,
        reason: Option<&str>,
    ) -> Result<AnyOrderDetails, OperatorError> {
        let begun = self
            .store
            .write(|tx| async move {
                let (account, status) = self.orders.standing(&tx, id).await?.ok_or(OperatorError::NotFound)?;
                let waiting = waiting(&self.orders.items_in(&tx, account, id).await?);
                let begun = self.cancel_in(&tx, account, id, waiting, reason).await?;
                let after = self.orders.standing(&tx, id).await?.map(|(_, status)| status);
                let deed = Deed {
                    action: Action::OrderCancelled,
                    subject: id.to_string(),
                    before: Some(json!({ "status": status })),
                    after: Some(json!({ "status": after, "givenUp": begun, "reason": reason })),
                };
                audit::record(&tx, &self.ambient, caller, deed).await?;
                Ok::<_, OperatorError>(begun)
            })
            .await?;
        for rental in begun {
            self.verifications.pursue(rental).await;
        }
        self.order(id).await
    }

    /// The rentals whose suppliers are to be told.
    async fn cancel_in(
        &self,
        tx: &Tx,
        account: AccountId,
        id: OrderId,
        waiting: Vec<VerificationId>,
        reason: Option<&str>,
    ) -> Result<Vec<VerificationId>, OperatorError> {
        if waiting.is_empty() {
            self.orders.cancel_in(tx, account, id, reason).await?;
            return Ok(Vec::new());
        }
        let why = reason.map_or_else(|| GIVEN_UP.to_owned(), |reason| format!("{GIVEN_UP}: {reason}"));
        let mut begun = Vec::new();
        for rental in waiting {
            if self.verifications.give_up_in(tx, account, rental, &why).await? {
                begun.push(rental);
            }
        }
        Ok(begun)
    }

    /// Gives money back for what was delivered. Says too whether the key had done so before.
    pub(super) async fn refund_order(
        &self,
        caller: &Caller,
        id: OrderId,
        goodwill: &Goodwill,
        scope: Option<&Scope>,
    ) -> Result<(AnyOrderDetails, bool), OperatorError> {
        let given: Result<(), OperatorError> = self
            .store
            .write(|tx| async move {
                if let Some(scope) = scope {
                    idempotency::begin(&tx, &self.ambient, scope, &id.to_string()).await?;
                }
                let (account, _) = self.orders.standing(&tx, id).await?.ok_or(OperatorError::NotFound)?;
                let refunds = self.orders.refund_in(&tx, account, id, goodwill).await?;
                let deed = Deed {
                    action: Action::OrderRefunded,
                    subject: id.to_string(),
                    before: None,
                    after: Some(json!({ "accountId": account, "refunds": refunds })),
                };
                Ok(audit::record(&tx, &self.ambient, caller, deed).await?)
            })
            .await;
        match given {
            Ok(()) => Ok((self.order(id).await?, false)),
            Err(OperatorError::Idempotency(IdempotencyError::Replay(resource))) => {
                let id = resource.parse().map_err(|_| OperatorError::NotFound)?;
                Ok((self.order(id).await?, true))
            }
            Err(error) => Err(error),
        }
    }
}

/// The rentals of an order that wait for their text.
fn waiting(items: &[ItemRow]) -> Vec<VerificationId> {
    let waits = |item: &&ItemRow| item.item_type == ItemType::Verification.as_str() && item.state == "PLACED";
    items.iter().filter(waits).filter_map(|item| item.detail["verification"].as_str()?.parse().ok()).collect()
}
