//! What accounts and users are, and what a role may do.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use vocab::id::{AccountId, UserId};

use crate::web::{Permissions, Role};

vocab::wire_enum! {
    /// What a user is in the account.
    pub enum AccountRole {
        /// Registered it, and may do everything.
        Owner = "OWNER",
        /// May do everything that the owner may.
        Admin = "ADMIN",
        /// May work with numbers, orders and payments, and not hand out access.
        Member = "MEMBER",
        /// May look.
        Viewer = "VIEWER",
    }
}

vocab::wire_enum! {
    /// Whether an account or a user may act.
    pub enum Status {
        /// Yes.
        Active = "ACTIVE",
        /// The operator has barred it.
        Suspended = "SUSPENDED",
    }
}

/// Every permission that a route may ask for and an API key may be given. Public: names are added, never
/// changed. `*` and `resource:*` stand for several.
pub const PERMISSIONS: &[&str] = &[
    "numbers:read",
    "numbers:write",
    "numbers:purchase",
    "orders:read",
    "orders:write",
    "billing:read",
    "payments:create",
    "verifications:read",
    "verifications:write",
    "sessions:read",
    "sessions:write",
    "keys:read",
    "keys:write",
    "operators:act",
];

impl AccountRole {
    /// What the role may do.
    pub fn permissions(self) -> Permissions {
        let names = |allowed: fn(&str) -> bool| {
            let names = PERMISSIONS.iter().copied().filter(|name| allowed(name));
            Permissions::parse(names).expect("the list above is well formed")
        };
        match self {
            Self::Owner | Self::Admin => Permissions::all(),
            Self::Member => names(|name| !matches!(name, "keys:write" | "operators:act")),
            Self::Viewer => names(|name| name.ends_with(":read")),
        }
    }
}

/// An e-mail address as we keep it: lower case, so that two spellings of one address are one user.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

/// Text that no mail could be sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address such as name@example.com")]
pub struct MalformedEmail;

impl Email {
    /// The longest address that SMTP carries (RFC 5321 §4.5.3.1.3, less the angle brackets).
    pub const MAX: usize = 254;

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = MalformedEmail;

    fn from_str(text: &str) -> Result<Self, MalformedEmail> {
        // A host without a dot has no mail server on the public internet.
        let dotted = text.rsplit_once('@').is_some_and(|(_, host)| host.contains('.'));
        let plain = text.is_ascii() && text.len() <= Self::MAX && garde::rules::email::parse_email(text).is_ok();
        if dotted && plain { Ok(Self(text.to_ascii_lowercase())) } else { Err(MalformedEmail) }
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A tenant.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The company, where one was named.
    pub company: Option<String>,
    /// Whether it may act.
    pub status: Status,
}

/// A person who belongs to an account.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Lower case, unique on the platform.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// E.164, where one was given.
    pub phone: Option<String>,
    /// An IANA name, where one was given.
    pub timezone: Option<String>,
    /// What they are on the platform.
    pub role: Role,
    /// What they are in the account.
    pub account_role: AccountRole,
    /// Whether they may act.
    pub status: Status,
    /// Whether they have proved that the address is theirs.
    pub email_verified: bool,
    /// Whether they want to be told of offers.
    pub marketing_consent: bool,
    /// When they last logged in.
    pub last_login_at: Option<DateTime<Utc>>,
    /// When they registered.
    pub created_at: DateTime<Utc>,
}

/// A user and the account they belong to.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The user.
    pub user: User,
    /// The account.
    pub account: Account,
}

impl Profile {
    /// Whether both may act.
    pub fn is_active(&self) -> bool {
        self.user.status == Status::Active && self.account.status == Status::Active
    }
}

/// What a registration brings.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Where mail reaches them, and how they log in.
    pub email: Email,
    /// The password's hash, a PHC string.
    pub password_hash: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// The company, for the account.
    pub company: Option<String>,
    /// E.164.
    pub phone: Option<String>,
    /// An IANA name.
    pub timezone: Option<String>,
    /// What they are on the platform.
    pub role: Role,
    /// Whether they want to be told of offers.
    pub marketing_consent: bool,
    /// Which terms they accepted.
    pub terms_version: Option<String>,
}

/// What decides whether a credential still holds: read again every few seconds (product.md, law 14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The tenant.
    pub account: AccountId,
    /// The user.
    pub user: UserId,
    /// What they are on the platform.
    pub role: Role,
    /// What they are in the account.
    pub account_role: AccountRole,
    /// Whether the user or the account is barred.
    pub suspended: bool,
}

/// An account that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Created {
    /// The account.
    pub account: AccountId,
    /// Its owner.
    pub user: UserId,
}
