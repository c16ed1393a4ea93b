//! Appends a fact.

use store::{Bound, DbErr, Tx};
use vocab::Ambient;

use super::{Fact, sql};

/// Writes the fact into the journal, as true as the transaction it stands in.
pub async fn append(tx: &Tx, ambient: &Ambient, fact: Fact) -> Result<(), DbErr> {
    appending(ambient, fact).exec(tx).await.map(drop)
}

/// The same as one of several statements.
pub fn appending(ambient: &Ambient, fact: Fact) -> Bound {
    sql::insertion(ambient.uuid(), ambient.business(), fact)
}
