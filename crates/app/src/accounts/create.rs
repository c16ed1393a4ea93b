//! Makes an account: its owner, and a wallet in US dollars.

use store::Tx;
use vocab::{
    Ambient, Currency,
    id::{AccountId, UserId},
};

use super::{AccountRole, CreateError, Created, NewUser, sql};
use crate::ledger;

/// Makes an account with this user as its owner.
pub async fn create(tx: &Tx, ambient: &Ambient, new: &NewUser) -> Result<Created, CreateError> {
    let created = Created { account: AccountId::new(ambient), user: UserId::new(ambient) };
    let now = ambient.wall();
    sql::insert_account(tx, created.account, new.company.as_deref(), now).await?;
    sql::insert_user(tx, created, new, AccountRole::Owner, now).await?;
    ledger::open_wallet(tx, ambient, created.account, Currency::USD).await?;
    Ok(created)
}
