//! The payer's bank takes a paid charge back: told by events, as Stripe's `pm_card_createDispute` has it.

use serde_json::json;

use super::{charge::Charge, work::Work};

/// How long the merchant has to answer, in seconds.
const ANSWER_WITHIN: i64 = 9 * 24 * 3600;

/// What follows a capture, where the card is one whose payer disputes.
pub(super) fn follow(work: &mut Work<'_>, charge: &Charge) {
    if !charge.disputed {
        return;
    }
    let dispute = json!({
        "id": work.id("du"),
        "object": "dispute",
        "amount": charge.amount_captured,
        "balance_transactions": [],
        "charge": charge.id,
        "created": work.now(),
        "currency": charge.currency,
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": { "due_by": work.now() + ANSWER_WITHIN, "has_evidence": false, "past_due": false,
            "submission_count": 0 },
        "is_charge_refundable": false,
        "livemode": false,
        "metadata": {},
        "payment_intent": charge.payment_intent,
        "reason": "fraudulent",
        "status": "needs_response",
    });
    work.emit("charge.dispute.created", dispute.clone());
    work.emit("charge.dispute.funds_withdrawn", dispute);
}
