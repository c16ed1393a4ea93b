//! What a key is, and who may give one which permissions.

use chrono::{DateTime, Utc};
use vocab::id::{ApiKeyId, UserId};

use crate::web::Permissions;

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose it is.
    pub user: UserId,
    /// What its owner calls it.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The first 16 characters of the key.
    pub prefix: String,
    /// What it may do, as far as its owner may.
    pub permissions: Permissions,
    /// When it ends, if it does; wall time.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Which of the wanted permissions the creator does not have, and so cannot give away.
pub(super) fn beyond<'a>(wanted: &'a Permissions, creator: &Permissions) -> Vec<&'a str> {
    let shared = creator.narrowed_to(wanted);
    wanted.patterns().iter().filter(|pattern| !shared.patterns().contains(pattern)).map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gives_away_what_they_lack() {
        let parse = |patterns: &[&str]| Permissions::parse(patterns).unwrap();
        let creator = parse(&["numbers:*", "numbers:read", "orders:read"]);
        assert!(beyond(&parse(&["numbers:read", "numbers:*", "orders:read"]), &creator).is_empty());
        assert_eq!(beyond(&parse(&["*", "orders:*", "numbers:write"]), &creator), ["*", "orders:*"]);
        assert!(beyond(&parse(&["*", "orders:read"]), &Permissions::all()).is_empty());
    }
}
