//! Makes a user, or puts an existing one back as it should be: the demo and operator logins, which work after each
//! development start whatever became of them before.

use store::Tx;
use vocab::Ambient;

use super::{CreateError, Created, NewUser, create, sql};

/// What was found or made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ensured {
    /// The account and its user.
    pub ids: Created,
    /// Whether they are new.
    pub new: bool,
}

/// Makes the user and an account, or gives the user with this address the password, the platform role and
/// the good standing that `wanted` says. Names and money of an existing one stay.
pub async fn ensure(tx: &Tx, ambient: &Ambient, wanted: &NewUser) -> Result<Ensured, CreateError> {
    let Some(found) = sql::credentials(tx, &wanted.email).await? else {
        return Ok(Ensured { ids: create(tx, ambient, wanted).await?, new: true });
    };
    let ids = Created { account: found.profile.account.id, user: found.profile.user.id };
    sql::reset(tx, ids, wanted, ambient.wall()).await?;
    Ok(Ensured { ids, new: false })
}
