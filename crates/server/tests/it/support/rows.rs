//! Rows that tests need and that no command under test makes.

use store::{Store, exec};
use vocab::{Ambient, id::AccountId};

/// An account that nobody registered.
pub(crate) async fn account(store: &Store, ambient: &Ambient) -> AccountId {
    let (id, now) = (AccountId::new(ambient), ambient.business());
    let sql = "INSERT INTO accounts (id, status, created_at, updated_at) VALUES ($1, 'ACTIVE', $2, $2)";
    let insert = |tx| async move { exec(&tx, sql, [id.uuid().into(), now.into()]).await };
    store.write(insert).await.expect("an account is inserted");
    id
}
