//! What addresses are, and what roles may do.

use super::{AccountRole, Email, PERMISSIONS};
use crate::web::Permission;

#[test]
fn an_address_is_kept_in_lower_case() {
    let email: Email = "Ada.Lovelace+numbers@Example.CO.UK".parse().unwrap();
    assert_eq!(email.as_str(), "ada.lovelace+numbers@example.co.uk");
}

#[test]
fn what_no_mail_reaches_is_no_address() {
    let long = format!("{}@example.com", "x".repeat(250));
    for bad in ["", "ada", "ada@", "@example.com", "ada@localhost", "a b@example.com", "ada@example..com", &long] {
        assert!(bad.parse::<Email>().is_err(), "{bad}");
    }
}

#[test]
fn roles_widen() {
    let held = |role: AccountRole| {
        let permissions = role.permissions();
        PERMISSIONS.iter().copied().filter(|name| permissions.allows(&Permission(name))).collect::<Vec<_>>()
    };
    assert_eq!(held(AccountRole::Owner), PERMISSIONS);
    assert_eq!(held(AccountRole::Admin), PERMISSIONS);
    assert_eq!(
        held(AccountRole::Viewer),
        ["numbers:read", "orders:read", "billing:read", "verifications:read", "sessions:read", "keys:read",]
    );
    let member = held(AccountRole::Member);
    assert!(member.contains(&"numbers:purchase") && member.contains(&"payments:create"));
    assert!(!member.contains(&"keys:write") && !member.contains(&"operators:act"));
}
