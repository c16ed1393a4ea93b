//! Makes a user, or puts one back as it should be: the demo and operator logins of development.

use super::{Auth, AuthError, Registration};
use crate::{
    accounts::{self, Ensured},
    web::Role,
};

impl Auth {
    /// Makes a user with this platform role, or gives an existing one this password and role and its good
    /// standing. No rule of registration applies.
    pub async fn ensure_user(&self, registration: Registration, role: Role) -> Result<Ensured, AuthError> {
        let hash = self.hasher.hash(&registration.password).await?;
        let wanted = registration.into_user(hash, role, None);
        let (ambient, wanted) = (&self.ambient, &wanted);
        let ensured = self.store.write(|tx| async move { accounts::ensure(&tx, ambient, wanted).await }).await?;
        self.seen.invalidate_all();
        Ok(ensured)
    }
}
