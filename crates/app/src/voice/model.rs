//! A call, and the rules of its life.

use vocab::{
    id::{AccountId, CallId, NumberId},
    telephony::{CallDirection, CallStatus},
};

/// A call as the log has it.
pub(super) struct KnownCall {
    pub id: CallId,
    pub account: AccountId,
    pub number: NumberId,
    pub direction: CallDirection,
    pub status: CallStatus,
    pub to: String,
}

/// What a report does to what is known: the later stage wins, and nothing follows an end. Reports come in
/// any order and more than once.
pub(super) fn later(known: CallStatus, reported: CallStatus) -> CallStatus {
    if reported.rank() > known.rank() { reported } else { known }
}

/// Whether a dialled leg that ended like this was never answered, so that the caller may leave a message.
pub(super) fn is_unanswered(status: Option<CallStatus>) -> bool {
    matches!(status, Some(CallStatus::Busy | CallStatus::NoAnswer | CallStatus::Failed | CallStatus::Cancelled))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_order_of_reports_does_not_matter_until_two_ends(
            mut reports in prop::collection::vec(prop::sample::select(&[
                CallStatus::Initiated, CallStatus::Ringing, CallStatus::Answered, CallStatus::Completed,
            ][..]), 1..8),
        ) {
            let fold = |reports: &[CallStatus]| reports.iter().fold(CallStatus::Initiated, |known, next| later(known, *next));
            let forwards = fold(&reports);
            reports.reverse();
            prop_assert_eq!(forwards, fold(&reports));
        }

        #[test]
        fn an_end_is_an_end(end in prop::sample::select(CallStatus::ALL), next in prop::sample::select(CallStatus::ALL)) {
            if end.is_final() {
                prop_assert_eq!(later(end, next), end);
            }
        }
    }
}
