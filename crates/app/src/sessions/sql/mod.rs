//! The tables `pool_numbers`, `number_sessions` and `session_calls`.

pub(super) mod assign;
pub(super) mod calls;
pub(super) mod end;
pub(super) mod pool;
pub(super) mod sessions;

use store::DbErr;

/// A word as it stands in a row.
fn stored<T: std::str::FromStr>(text: &str) -> Result<T, DbErr> {
    text.parse().map_err(|_| DbErr::Type(format!("a number session's or a pool number's row holds {text:?}")))
}
