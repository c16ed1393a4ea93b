//! What a caller may do, as `resource:action`.

/// One thing that a route asks for, as in `numbers:read`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Permission(pub &'static str);

/// What somebody may do: exact permissions, `resource:*`, or `*` for everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Permissions(Vec<String>);

/// Text that is not `resource:action`, `resource:*` or `*`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a permission: write resource:action, resource:* or *")]
pub struct MalformedPermission(pub String);

impl Permissions {
    /// Everything.
    pub fn all() -> Self {
        Self(vec!["*".to_owned()])
    }

    /// Nothing.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// These, checked for their form and without repeats.
    pub fn parse<S: AsRef<str>>(patterns: impl IntoIterator<Item = S>) -> Result<Self, MalformedPermission> {
        let mut kept = Vec::new();
        for pattern in patterns {
            let pattern = pattern.as_ref();
            if !well_formed(pattern) {
                return Err(MalformedPermission(pattern.to_owned()));
            }
            if !kept.iter().any(|other| other == pattern) {
                kept.push(pattern.to_owned());
            }
        }
        Ok(Self(kept))
    }

    /// Whether this is among them.
    pub fn allows(&self, wanted: &Permission) -> bool {
        self.0.iter().any(|pattern| covers(pattern, wanted.0))
    }

    /// What both allow: an API key may never do more than its owner.
    #[must_use]
    pub fn narrowed_to(&self, other: &Self) -> Self {
        let mut both = Vec::new();
        for (mine, theirs) in self.0.iter().flat_map(|mine| other.0.iter().map(move |theirs| (mine, theirs))) {
            let narrower = if covers(mine, theirs) {
                theirs
            } else if covers(theirs, mine) {
                mine
            } else {
                continue;
            };
            if !both.contains(narrower) {
                both.push(narrower.clone());
            }
        }
        Self(both)
    }

    /// As they are shown and stored.
    pub fn patterns(&self) -> &[String] {
        &self.0
    }
}

fn well_formed(pattern: &str) -> bool {
    let word = |text: &str| {
        (1..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
    };
    pattern == "*"
        || pattern.split_once(':').is_some_and(|(resource, action)| word(resource) && (action == "*" || word(action)))
}

/// Whether whoever holds `pattern` holds `wanted`, which may be a pattern too.
fn covers(pattern: &str, wanted: &str) -> bool {
    pattern == "*"
        || pattern == wanted
        || pattern.strip_suffix('*').is_some_and(|resource| resource.ends_with(':') && wanted.starts_with(resource))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permissions(patterns: &[&str]) -> Permissions {
        Permissions::parse(patterns).unwrap()
    }

    #[test]
    fn patterns_cover_what_they_say() {
        let read = Permission("numbers:read");
        assert!(Permissions::all().allows(&read));
        assert!(permissions(&["numbers:*"]).allows(&read));
        assert!(permissions(&["numbers:read"]).allows(&read));
        assert!(!permissions(&["numbers:write", "number:*", "orders:*"]).allows(&read));
        assert!(!Permissions::none().allows(&read));
    }

    #[test]
    fn a_key_never_widens_its_owner() {
        let owner = permissions(&["numbers:*", "orders:read"]);
        assert_eq!(owner.narrowed_to(&Permissions::all()), owner);
        let key = permissions(&["numbers:read", "orders:*", "billing:read"]);
        assert_eq!(owner.narrowed_to(&key).patterns(), ["numbers:read", "orders:read"]);
    }

    #[test]
    fn malformed_patterns_are_refused() {
        for bad in ["", "numbers", "numbers:", ":read", "*:*", "numbers:re ad", "a:b:c"] {
            assert!(Permissions::parse([bad]).is_err(), "{bad}");
        }
    }
}
