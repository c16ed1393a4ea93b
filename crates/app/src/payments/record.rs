//! What the rest of the product learns of a payment: the wallet's credit and the journal's fact.

use serde_json::json;
use store::{DbErr, Tx};
use tracing::error;
use vocab::Ambient;

use super::{Payment, SettleError};
use crate::{
    events::{self, EventKind, Fact},
    ledger::{self, Once},
};

/// Credits the wallet, once a payment, and says so.
pub(super) async fn credit(tx: &Tx, ambient: &Ambient, payment: &Payment) -> Result<(), SettleError> {
    let processor = payment.processor.as_str();
    let once = ledger::deposit(tx, ambient, payment.account, payment.id, processor, payment.money).await?;
    if once == Once::AlreadyDone {
        error!(payment = %payment.id, "was credited before it had succeeded");
    }
    tell(tx, ambient, payment, EventKind::PaymentSucceeded).await?;
    Ok(())
}

/// Says that the money did not come in.
pub(super) async fn failure(tx: &Tx, ambient: &Ambient, payment: &Payment) -> Result<(), DbErr> {
    tell(tx, ambient, payment, EventKind::PaymentFailed).await
}

async fn tell(tx: &Tx, ambient: &Ambient, payment: &Payment, kind: EventKind) -> Result<(), DbErr> {
    let mut data = json!({
        "paymentId": payment.id,
        "amount": payment.money.amount,
        "currency": payment.money.currency,
        "status": payment.status,
        "paymentMethod": payment.method_label,
    });
    if let Some(code) = &payment.failure_code {
        data["failureReason"] = json!(code);
    }
    events::append(tx, ambient, Fact { kind, account: payment.account, subject: payment.id.to_string(), data }).await
}
