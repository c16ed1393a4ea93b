//! Typed ids: a prefix that names the noun, then a UUIDv7. Opaque to clients, stored natively.

use std::{fmt, marker::PhantomData, str::FromStr};

use uuid::Uuid;

use crate::Ambient;

/// A noun that has ids.
pub trait Noun: 'static {
    /// The prefix without its underscore, as in `num`.
    const PREFIX: &'static str;
}

/// The id of one `N`. Two nouns' ids are two types, so they cannot be mixed up.
pub struct Id<N>(Uuid, PhantomData<fn() -> N>);

/// Text that is not an id of this noun. The API answers it like an id that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind")]
pub struct MalformedId;

impl<N> Id<N> {
    /// A new id; ids made later sort later.
    pub fn new(ambient: &Ambient) -> Self {
        Self(ambient.uuid(), PhantomData)
    }

    /// The id stored as this UUID.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The UUID that is stored.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl<N: Noun> fmt::Display for Id<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", N::PREFIX, self.0.simple())
    }
}

impl<N: Noun> fmt::Debug for Id<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<N: Noun> FromStr for Id<N> {
    type Err = MalformedId;

    fn from_str(text: &str) -> Result<Self, MalformedId> {
        let hex = text
            .strip_prefix(N::PREFIX)
            .and_then(|rest| rest.strip_prefix('_'))
            .filter(|hex| hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
            .ok_or(MalformedId)?;
        Uuid::try_parse(hex).map(Self::from_uuid).map_err(|_| MalformedId)
    }
}

impl<N> Clone for Id<N> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<N> Copy for Id<N> {}
impl<N> PartialEq for Id<N> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<N> Eq for Id<N> {}
impl<N> std::hash::Hash for Id<N> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<N> PartialOrd for Id<N> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<N> Ord for Id<N> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

/// The digits of a UUID without hyphens.
const DIGITS: usize = 32;

impl<N: Noun> serde::Serialize for Id<N> {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        // On the stack: a list's page has dozens.
        let mut text = [b'_'; 64];
        let digits = N::PREFIX.len() + 1;
        text[..digits - 1].copy_from_slice(N::PREFIX.as_bytes());
        self.0.simple().encode_lower(&mut text[digits..digits + DIGITS]);
        s.serialize_str(std::str::from_utf8(&text[..digits + DIGITS]).expect("a prefix, a line and hexadecimal digits"))
    }
}

impl<'de, N: Noun> serde::Deserialize<'de> for Id<N> {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        crate::text::read(d, str::parse)
    }
}

/// One that could have been made on 15 January 2026 and ends in its prefix, so that examples tell nouns apart.
fn example<N: Noun>() -> String {
    let made = "019bc0fd89c07c3a9d52b8e6f1a40000";
    let noun: String = N::PREFIX.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("{}_{}{noun}", N::PREFIX, &made[..32 - noun.len()])
}

impl<N: Noun> utoipa::PartialSchema for Id<N> {
    #[expect(deprecated, reason = "what stands under `examples` is shown to whoever sends a malformed one, too")]
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some(format!("^{}_[0-9a-f]{{32}}$", N::PREFIX)))
            .example(Some(example::<N>().into()))
            .into()
    }
}

impl<N: Noun> utoipa::ToSchema for Id<N> {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Owned(format!("Id_{}", N::PREFIX))
    }
}

macro_rules! nouns {
    ($($(#[$meta:meta])* $noun:ident $alias:ident $prefix:literal;)+) => {$(
        $(#[$meta])*
        #[derive(Debug)]
        pub enum $noun {}
        impl Noun for $noun { const PREFIX: &'static str = $prefix; }
        #[doc = concat!("The id of ", stringify!($noun), ", `", $prefix, "_…`.")]
        pub type $alias = Id<$noun>;
    )+};
}

nouns! {
    /// A tenant.
    Account AccountId "acc";
    /// A person who belongs to an account.
    User UserId "usr";
    /// A login session (auth), not a number session.
    LoginSession LoginSessionId "lgn";
    /// An API key.
    ApiKey ApiKeyId "key";
    /// A number that a customer owns.
    Number NumberId "num";
    /// A number's configuration.
    Configuration ConfigurationId "cfg";
    /// An order.
    Order OrderId "ord";
    /// One line of an order.
    OrderItem ItemId "itm";
    /// A call.
    Call CallId "call";
    /// A payment.
    Payment PaymentId "pay";
    /// A saved payment method of ours; Stripe's own is `pm_…`.
    PaymentMethod PaymentMethodId "pmt";
    /// An event of the journal.
    Event EventId "evt";
    /// A pricing rule.
    PricingRule PricingRuleId "rul";
    /// A balanced ledger transaction.
    Posting PostingId "pst";
    /// Wallet money set aside.
    Hold HoldId "hld";
    /// A number session (borrow), not a login session.
    NumberSession NumberSessionId "ses";
    /// A number of the operator's pool.
    PoolNumber PoolNumberId "pln";
    /// A number rented for one code.
    Verification VerificationId "ver";
    /// What an operator did.
    AuditEntry AuditEntryId "aud";
    /// What a vendor holds for us and nothing explains.
    Orphan OrphanId "orp";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_and_refusals() {
        let id = NumberId::new(&Ambient::fixed(7));
        assert_eq!(id.to_string().parse::<NumberId>(), Ok(id));
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{id}\""));
        assert!(id.to_string().parse::<OrderId>().is_err());
        for bad in
            ["", "num_", "num_zz", "NUM_00000000000000000000000000000000", "num_0-0000000000000000000000000000000"]
        {
            assert!(bad.parse::<NumberId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn later_ids_sort_later() {
        let ambient = Ambient::fixed(7);
        let first = NumberId::new(&ambient);
        ambient.advance(chrono::TimeDelta::microseconds(1));
        assert!(first < NumberId::new(&ambient));
    }
}
