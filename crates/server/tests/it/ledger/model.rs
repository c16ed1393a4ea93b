//! What the wallets must come to, reckoned beside the ledger from what its commands said they did.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
};

use app::ledger::{HoldError, LedgerError, Once};
use uuid::Uuid;
use vocab::{
    Currency, Money,
    id::{AccountId, PaymentId},
};

use super::Books;

/// One command with its key. The same again must do nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Op {
    Deposit(AccountId, PaymentId, Money),
    Hold(AccountId, Uuid, Money),
    Capture(Uuid),
    Release(Uuid),
    Usage(AccountId, Uuid, Money),
    Adjust(AccountId, String, Money),
}

/// A wallet in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sums {
    pub(super) balance: i64,
    pub(super) held: i64,
}

#[derive(Default)]
struct Known {
    wallets: HashMap<(AccountId, Currency), Sums>,
    holds: HashMap<Uuid, (AccountId, Money)>,
    done: HashMap<Op, u32>,
    tried: Vec<Op>,
}

/// The model of one test. Tasks share it.
#[derive(Default)]
pub(super) struct Model(Mutex<Known>);

impl Model {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().expect("no test panics with the model in its hands")
    }

    /// Carries the command out and reckons what it must have done. Panics where its answer cannot be true.
    pub(super) async fn carry_out(&self, books: &Books, op: &Op) {
        self.known().tried.push(op.clone());
        match op {
            Op::Hold(account, subject, money) => {
                // Known before it is there, so that another task's capture finds it in the model.
                self.known().holds.insert(*subject, (*account, *money));
                match books.hold(*account, *subject, *money).await {
                    Ok(()) => self.did(op, *account, *money, 0, 1),
                    Err(HoldError::InsufficientBalance { .. }) => {}
                    Err(HoldError::Database(error)) => {
                        assert!(self.times_tried(op) > 1, "a subject is held for once, and this one is new: {error}");
                    }
                }
            }
            Op::Deposit(account, payment, money) => {
                self.once(op, books.deposit(*account, *payment, *money).await, (*account, *money), (1, 0));
            }
            Op::Usage(account, usage, money) => {
                self.once(op, books.usage(*account, *usage, *money).await, (*account, *money), (-1, 0));
            }
            Op::Adjust(account, key, money) => {
                self.once(op, books.adjust(*account, key, *money).await, (*account, *money), (1, 0));
            }
            Op::Capture(subject) => self.ended(op, *subject, books.capture(*subject).await, (-1, -1)),
            Op::Release(subject) => self.ended(op, *subject, books.release(*subject).await, (0, -1)),
        }
    }

    fn once(&self, op: &Op, answer: Result<Once, LedgerError>, of: (AccountId, Money), signs: (i64, i64)) {
        match answer.unwrap_or_else(|error| panic!("{op:?}: {error}")) {
            Once::Done => self.did(op, of.0, of.1, signs.0, signs.1),
            Once::AlreadyDone => assert!(self.times_tried(op) > 1, "{op:?} was never tried before"),
        }
    }

    fn ended(&self, op: &Op, subject: Uuid, answer: Result<Once, LedgerError>, signs: (i64, i64)) {
        let held = self.known().holds.get(&subject).copied();
        match (answer, held) {
            (Ok(Once::Done), Some((account, money))) => self.did(op, account, money, signs.0, signs.1),
            (Ok(Once::AlreadyDone), Some(_)) => assert!(self.times_tried(op) > 1, "{op:?} was never tried before"),
            (Err(LedgerError::HoldEnded { .. }), Some(_)) => {
                let other = if matches!(op, Op::Capture(_)) { Op::Release(subject) } else { Op::Capture(subject) };
                assert!(self.times_tried(&other) > 0, "{op:?}: nobody ended it the other way");
            }
            // Unknown, or its hold was refused or has not been committed yet.
            (Err(LedgerError::NoHold(_)), _) => {}
            (answer, held) => panic!("{op:?} of {held:?} answered {answer:?}"),
        }
    }

    fn did(&self, op: &Op, account: AccountId, money: Money, balance: i64, held: i64) {
        let mut known = self.known();
        let sums = known.wallets.entry((account, money.currency)).or_default();
        sums.balance += balance * money.amount.micros();
        sums.held += held * money.amount.micros();
        *known.done.entry(op.clone()).or_default() += 1;
    }

    fn times_tried(&self, op: &Op) -> usize {
        self.known().tried.iter().filter(|tried| *tried == op).count()
    }

    /// An earlier command, to be tried again.
    pub(super) fn earlier(&self, nth: u64) -> Option<Op> {
        let known = self.known();
        let at = nth.checked_rem(known.tried.len() as u64)?;
        known.tried.get(usize::try_from(at).ok()?).cloned()
    }

    /// The subject of an earlier hold.
    pub(super) fn held(&self, nth: u64) -> Option<Uuid> {
        match self.earlier(nth)? {
            Op::Hold(_, subject, _) | Op::Capture(subject) | Op::Release(subject) => Some(subject),
            _ => None,
        }
    }

    /// Panics unless every wallet is what was reckoned, each command happened once at most, and no hold ended twice.
    pub(super) async fn agrees_with(&self, books: &Books) {
        let wallets: Vec<_> = self.known().wallets.iter().map(|(key, sums)| (*key, *sums)).collect();
        for ((account, currency), expected) in wallets {
            let wallet = books.wallet(account, currency).await;
            let found = Sums { balance: wallet.balance.micros(), held: wallet.held.micros() };
            assert_eq!(found, expected, "{account} {currency}");
        }
        let known = self.known();
        assert!(known.done.values().all(|times| *times == 1), "a command happened twice");
        for subject in known.holds.keys() {
            let ends = [Op::Capture(*subject), Op::Release(*subject)];
            assert!(ends.iter().filter(|end| known.done.contains_key(end)).count() <= 1, "{subject} ended twice");
        }
    }

    /// How many commands changed something.
    pub(super) fn effects(&self) -> usize {
        self.known().done.len()
    }
}
