//! The ledger's words, and the rules of a wallet.

use vocab::{Amount, Currency, Money, id::AccountId};

vocab::wire_enum! {
    /// The kinds of money movement. Each is unique by (kind, subject, period).
    pub enum PostingKind {
        /// A processor brought money in; the subject is the payment.
        Deposit = "DEPOSIT",
        /// Held money paid for what was delivered; the subject is the hold's.
        Capture = "CAPTURE",
        /// A number was bought for the operator's pool; the subject is the order's item.
        PoolCost = "POOL_COST",
        /// Usage was charged after the fact; the subject is the usage record's.
        Usage = "USAGE",
        /// An operator corrected a balance; the subject is the operator's own key.
        Adjustment = "ADJUSTMENT",
    }
}

vocab::wire_enum! {
    /// What money was earned with.
    pub enum Revenue {
        /// Numbers sold.
        Number = "NUMBER",
        /// Codes received.
        Verification = "VERIFICATION",
        /// Calls carried.
        Usage = "USAGE",
        /// Numbers lent.
        Session = "SESSION",
    }
}

/// Where money is, in the ledger's eyes. A credit to a wallet is money we owe its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerAccount {
    /// A customer's wallet.
    Wallet(AccountId),
    /// Money that a processor holds for us.
    Processor(&'static str),
    /// Money we earned.
    Revenue(Revenue),
    /// The operator's own account for corrections.
    Adjustments,
    /// What the operator's pool of numbers costs.
    PoolCost,
    /// What we owe a carrier.
    Carrier(&'static str),
}

impl LedgerAccount {
    /// The text in the entries.
    pub fn code(&self) -> String {
        match self {
            Self::Wallet(account) => wallet_code(*account),
            Self::Processor(name) => format!("processor:{name}"),
            Self::Revenue(revenue) => format!("revenue:{revenue}"),
            Self::Adjustments => "adjustments".into(),
            Self::PoolCost => "cost:POOL".into(),
            Self::Carrier(name) => format!("carrier:{name}"),
        }
    }
}

pub(super) fn wallet_code(account: AccountId) -> String {
    format!("wallet:{}", account.uuid().simple())
}

/// Money that goes from one ledger account to another: balanced by being one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Transfer {
    pub debit: LedgerAccount,
    pub credit: LedgerAccount,
    /// Above zero.
    pub money: Money,
}

/// A money movement that is to be written, once.
pub(super) struct Posting<'a> {
    pub kind: PostingKind,
    pub subject: String,
    /// Empty where the kind happens once a subject.
    pub period: &'a str,
    pub account: Option<AccountId>,
    pub note: Option<&'a str>,
    pub transfer: Transfer,
}

/// Whether a command did its work now or had done it before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Once {
    /// It happened in this transaction.
    Done,
    /// It had happened already; nothing changed.
    AlreadyDone,
}

/// A customer's money in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wallet {
    /// What the entries sum to.
    pub balance: Amount,
    /// What is set aside by open holds.
    pub held: Amount,
    /// How far below zero spending may go.
    pub credit_limit: Amount,
    /// In which currency.
    pub currency: Currency,
}

impl Wallet {
    /// What can be spent without credit: balance − holds.
    pub fn available(&self) -> Amount {
        self.balance.checked_sub(self.held).expect("both fit, and held is never negative")
    }
}
