//! Rows that tests need and that no command under test makes.

use store::{Store, exec};
use vocab::{
    Ambient,
    id::{AccountId, UserId},
};

/// An account that nobody registered.
pub(crate) async fn account(store: &Store, ambient: &Ambient) -> AccountId {
    let (id, now) = (AccountId::new(ambient), ambient.business());
    let sql = "INSERT INTO accounts (id, status, created_at, updated_at) VALUES ($1, 'ACTIVE', $2, $2)";
    let insert = |tx| async move { exec(&tx, sql, [id.uuid().into(), now.into()]).await };
    store.write(insert).await.expect("an account is inserted");
    id
}

/// The account's owner, who cannot log in.
pub(crate) async fn user(store: &Store, ambient: &Ambient, account: AccountId) -> UserId {
    let (id, now) = (UserId::new(ambient), ambient.business());
    let sql = "INSERT INTO users (id, account_id, email, password_hash, first_name, last_name, platform_role, \
               account_role, status, email_verified, marketing_consent, created_at, updated_at) \
               VALUES ($1, $2, $3, '', 'Ada', 'Byron', 'USER', 'OWNER', 'ACTIVE', $4, $4, $5, $5)";
    let email = format!("{}@customers.example", id.uuid().simple());
    let values = [id.uuid().into(), account.uuid().into(), email.into(), false.into(), now.into()];
    let values = &values;
    let insert = |tx| async move { exec(&tx, sql, values.clone()).await };
    store.write(insert).await.expect("a user is inserted");
    id
}
