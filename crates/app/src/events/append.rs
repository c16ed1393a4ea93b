//! Appends a fact.

use store::{DbErr, Tx};
use vocab::Ambient;

use super::{Fact, sql};

/// Writes the fact into the journal, as true as the transaction it stands in.
pub async fn append(tx: &Tx, ambient: &Ambient, fact: Fact) -> Result<(), DbErr> {
    sql::insert(tx, ambient.uuid(), ambient.business(), fact).await
}
