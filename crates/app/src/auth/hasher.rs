//! Argon2id, off the async threads and never more of it at once than there are cores.

use std::{sync::Arc, thread::available_parallelism, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash,
    password_hash::phc::PasswordHash,
};
use tokio::{sync::Semaphore, time::timeout};
use vocab::{Ambient, ExposeSecret, SecretString};

/// How long a request waits for its turn. A hash costs some 30 ms of a core, so a longer queue is an attack
/// or an overload, and piling up would only make it worse.
const PATIENCE: Duration = Duration::from_secs(2);

/// The hash of no password, with our parameters: an unknown user costs what a known one does.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bnVtYmVybGluZS1kZWNveQ$\
                     QzFk1d5Yl3oM0sXh7nq2Rb9wT4uV6aEiJpKcLfGtHxA";

/// Hashes and checks passwords. Cheap to clone; clones share the cores.
#[derive(Debug, Clone)]
pub struct Hasher {
    turns: Arc<Semaphore>,
    patience: Duration,
    ambient: Ambient,
}

/// Why a password was neither hashed nor checked.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// Too many others are waiting.
    #[error("too many passwords are being checked at once")]
    Busy,
    /// The stored hash is none, or the work was lost.
    #[error("cannot hash a password: {0}")]
    Broken(String),
}

impl From<password_hash::Error> for HashError {
    fn from(error: password_hash::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

impl Hasher {
    /// As many at once as there are cores.
    pub fn new(ambient: Ambient) -> Self {
        let cores = available_parallelism().map_or(2, usize::from);
        Self { turns: Arc::new(Semaphore::new(cores)), patience: PATIENCE, ambient }
    }

    /// The password's hash, a PHC string.
    pub async fn hash(&self, password: &SecretString) -> Result<String, HashError> {
        let (salt, password) = (self.ambient.bytes::<16>(), password.clone());
        self.in_turn(move || {
            Ok(argon2().hash_password_with_salt(password.expose_secret().as_bytes(), &salt)?.to_string())
        })
        .await
    }

    /// Whether this is the password. Takes as long, and says no, where there is no hash.
    pub async fn verify(&self, password: &SecretString, hash: Option<&str>) -> Result<bool, HashError> {
        let known = hash.is_some();
        let (hash, password) = (hash.unwrap_or(DECOY).to_owned(), password.clone());
        self.in_turn(move || {
            let hash = PasswordHash::new(&hash).map_err(|error| HashError::Broken(error.to_string()))?;
            match argon2().verify_password(password.expose_secret().as_bytes(), &hash) {
                Ok(()) => Ok(known),
                Err(password_hash::Error::PasswordInvalid) => Ok(false),
                Err(error) => Err(error.into()),
            }
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashError> {
        let turn = match timeout(self.patience, self.turns.clone().acquire_owned()).await {
            Ok(turn) => turn.expect("the semaphore is never closed"),
            Err(_) => return Err(HashError::Busy),
        };
        let done = tokio::task::spawn_blocking(move || {
            // Held until the work ends, even if whoever asked has gone.
            let _turn = turn;
            work()
        });
        done.await.map_err(|error| HashError::Broken(error.to_string()))?
    }
}

/// The parameters that OWASP's Password Storage Cheat Sheet recommends: 19 MiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, Some(32)).expect("the parameters are within Argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_knows_its_password_and_no_other() {
        let hasher = Hasher::new(Ambient::fixed(1));
        let hash = hasher.hash(&"Test123!".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, hasher.hash(&"Test123!".into()).await.unwrap(), "salted");
        assert!(hasher.verify(&"Test123!".into(), Some(&hash)).await.unwrap());
        assert!(!hasher.verify(&"test123!".into(), Some(&hash)).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let hasher = Hasher::new(Ambient::fixed(1));
        assert!(!hasher.verify(&"Test123!".into(), None).await.unwrap());
        let decoy = PasswordHash::new(DECOY).unwrap();
        assert_eq!(Params::try_from(&decoy).unwrap(), *argon2().params(), "a decoy must cost what a hash costs");
    }

    #[tokio::test]
    async fn a_queue_that_does_not_move_is_left() {
        let turns = Arc::new(Semaphore::new(0));
        let hasher = Hasher { turns, patience: Duration::from_millis(1), ambient: Ambient::fixed(1) };
        assert!(matches!(hasher.hash(&"Test123!".into()).await, Err(HashError::Busy)));
    }
}
