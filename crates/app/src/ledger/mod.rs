//! The ledger: double entry, append-only, and the wallets it explains.
//!
//! Each kind of money movement has a name ([`PostingKind`]), a file and a key that makes it happen once.
//! Only this slice writes entries. Commands say whether they did it or found it done.

mod adjust;
mod capture;
mod charge_usage;
mod deposit;
mod error;
mod hold;
mod model;
mod pool_cost;
mod post;
mod release;
mod sql;
mod verify;

pub use adjust::adjust;
pub use capture::{capture, capturing};
pub use charge_usage::charge_usage;
pub use deposit::deposit;
pub use error::{HoldError, LedgerError};
pub use hold::{hold, holding, lock_wallet};
pub use model::{LedgerAccount, Once, PostingKind, Revenue, Wallet};
pub use pool_cost::pool_cost;
pub use release::release;
pub use sql::{currencies, open_wallet, wallet};
pub use verify::{Fault, Sums, verify};
