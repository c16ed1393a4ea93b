//! One more text to the same number: `reuse` shortly after the first one, `reactivate` later.

use super::{
    api::{Answer, Call},
    error::Failure,
    mock,
    state::Change,
    verification::{Phase, Verification},
    verifications::{NOT_FOUND, new, pay, service, unasked},
};

/// A new verification of the same number and service takes over. Costs nothing.
pub(super) fn reuse(call: &Call<'_>) -> Result<Answer, Failure> {
    let now = call.setting.ambient.business();
    if let Some(verification) = mock::verification(&call.id, now) {
        verification.reusable_until(now).ok_or_else(not_reusable)?;
        return Ok(Answer::created(call.links.verification(mock::REUSED)).mocked());
    }
    let id = call.journal.commit(|account| {
        let old = account.get(&call.id).ok_or(NOT_FOUND)?;
        old.reusable_until(now).ok_or_else(not_reusable)?;
        if !old.open && account.holds(&old.number) {
            return Err(not_reusable());
        }
        let next = new(account, call.setting, old.service.clone(), old.number.clone(), vocab::Amount::ZERO);
        let id = next.id.clone();
        let over = Verification { state: Phase::Reused, open: false, ..old.clone() };
        Ok((take_over(call, over, next), id))
    })?;
    Ok(Answer::created(call.links.verification(&id)))
}

/// The same when it can no longer be reused, for the price of a new one.
pub(super) fn reactivate(call: &Call<'_>) -> Result<Answer, Failure> {
    let now = call.setting.ambient.business();
    if let Some(verification) = mock::verification(&call.id, now) {
        return if verification.can_be_reactivated(now) {
            Ok(Answer::created(call.links.verification(mock::SUCCESS)).mocked())
        } else {
            Err(not_reactivatable())
        };
    }
    let id = call.journal.commit(|account| {
        let old = account.get(&call.id).ok_or(NOT_FOUND)?;
        let is_taken = !old.open && account.holds(&old.number);
        if !old.can_be_reactivated(now) || is_taken {
            return Err(not_reactivatable());
        }
        let cost = service(&old.service).map_or(old.cost, |service| account.stock(service).cost);
        let next = new(account, call.setting, old.service.clone(), old.number.clone(), cost);
        let id = next.id.clone();
        let over = Verification { state: Phase::Reactivated, open: false, ..old.clone() };
        let mut changes = take_over(call, over, next);
        changes.push(pay(account, cost)?);
        Ok((changes, id))
    })?;
    Ok(Answer::created(call.links.verification(&id)))
}

fn take_over(call: &Call<'_>, over: Verification, next: Verification) -> Vec<Change> {
    let text = service(&next.service).and_then(|service| unasked(call.setting, service, &next.id));
    // The old one lets go of the number before the new one takes it.
    [Change::Verification(over), Change::Verification(next)].into_iter().chain(text).collect()
}

fn not_reusable() -> Failure {
    Failure::forbidden_by_state("The verification cannot be reused.")
}

fn not_reactivatable() -> Failure {
    Failure::forbidden_by_state("The verification cannot be reactivated.")
}
