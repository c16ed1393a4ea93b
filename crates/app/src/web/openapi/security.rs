//! Who may call an operation, from what its route declares.

use serde_json::json;
use utoipa::openapi::{
    Components, RefOr,
    extensions::Extensions,
    path::Operation,
    security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};

use crate::web::gate::{Needs, OPERATORS_ACT};

/// The name of the one security scheme.
const BEARER: &str = "bearer";

/// States the security of an operation, for programs and in its description. Where nobody has to log in the list is
/// there and empty: an absent one leaves open whether it was forgotten.
pub(super) fn state(operation: &mut Operation, needs: Needs) {
    let bearer = || SecurityRequirement::new(BEARER, [] as [&str; 0]);
    operation.security = Some(if needs.bearer() { vec![bearer()] } else { Vec::new() });
    let stated = match needs {
        Needs::Permission(name) => Some(("x-required-permission", json!(name))),
        Needs::Operator(role) => Some(("x-required-role", json!(role))),
        Needs::Nobody | Needs::Login | Needs::Loopback => None,
    };
    if let Some(stated) = stated {
        let extensions: Extensions = [stated].into_iter().collect();
        operation.extensions.get_or_insert_default().merge(extensions);
    }
    let Some(who) = who(needs) else { return };
    let description = operation.description.take().unwrap_or_default();
    operation.description = Some(format!("{}\n\n{who}", description.trim_end()).trim_start().to_owned());
}

fn who(needs: Needs) -> Option<String> {
    match needs {
        Needs::Nobody => None,
        Needs::Login => Some("For everybody who is logged in, or has an API key.".to_owned()),
        Needs::Permission(name) => Some(format!("Needs the permission `{name}`.")),
        Needs::Operator(role) => {
            let act = OPERATORS_ACT.0;
            Some(format!(
                "For the operator's staff: needs the role `{role}` or a higher one; an API key needs `{act}` too."
            ))
        }
        Needs::Loopback => Some("For callers on this machine; others are told that there is nothing.".to_owned()),
    }
}

/// How callers prove who they are.
pub(super) fn scheme(components: &mut Components) {
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT or API key")
        .description(Some("An access token from /auth/login, or an API key (nl_live_…, nl_test_…)."));
    components.security_schemes.insert(BEARER.to_owned(), RefOr::T(SecurityScheme::Http(scheme.build())));
}
