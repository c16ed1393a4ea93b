//! Finishes the API document: what every operation shares is stated here once, not in each.

use serde_json::json;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, ContentBuilder, HeaderBuilder, Info, ObjectBuilder, OpenApi, Paths, Ref, RefOr, Response,
        ResponseBuilder, Server,
        extensions::Extensions,
        path::{Operation, ParameterIn, PathItem},
        schema::Type,
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use super::{envelope::ErrorEnvelope, extract::IDEMPOTENCY_KEY, gate::Needs, limit::Limit};

/// The name of the one security scheme.
const BEARER: &str = "bearer";

/// Adds to each operation its security, the failures that follow from how it is declared, and the
/// headers that every answer has.
pub(super) fn complete(paths: &mut Paths, needs: Needs, limit: Limit) {
    for (path, item) in &mut paths.paths {
        for operation in operations(item) {
            secure(operation, needs);
            let common = failures(path, operation, needs, limit);
            for (status, meaning) in common {
                let responses = &mut operation.responses.responses;
                responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(failure(status, meaning)));
            }
            describe_headers(operation, limit);
        }
    }
}

/// Copies each PUT to PATCH, under an id of its own.
pub(super) fn alias_patch(paths: &mut Paths) {
    for item in paths.paths.values_mut() {
        if item.patch.is_none() {
            item.patch.clone_from(&item.put);
            let id = item.patch.as_mut().and_then(|patch| patch.operation_id.as_mut());
            if let Some(id) = id {
                id.push_str("_patch");
            }
        }
    }
}

/// States what the whole document shares: what it is, where it is served, how callers prove who
/// they are, and the shape of failures.
pub fn finish(mut document: OpenApi, version: &str, base_url: Option<&str>) -> OpenApi {
    let mut info = Info::new("Numberline", version);
    info.description = Some(
        "Search, buy and use phone numbers. Every answer is an envelope with `success`, `data` or `error`, and `meta`."
            .to_owned(),
    );
    document.info = info;
    document.servers = Some(vec![Server::new(base_url.unwrap_or("/"))]);
    let components = document.components.get_or_insert_with(Components::new);
    let mut schemas = vec![(ErrorEnvelope::name().into_owned(), ErrorEnvelope::schema())];
    ErrorEnvelope::schemas(&mut schemas);
    components.schemas.extend(schemas);
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT or API key")
        .description(Some("An access token from /auth/login, or an API key (nl_live_…, nl_test_…)."));
    components.security_schemes.insert(BEARER.to_owned(), RefOr::T(SecurityScheme::Http(scheme.build())));
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

fn secure(operation: &mut Operation, needs: Needs) {
    if !needs.bearer() {
        return;
    }
    operation.security = Some(vec![SecurityRequirement::new(BEARER, [] as [&str; 0])]);
    let stated = match needs {
        Needs::Permission(name) => Some(("x-required-permission", json!(name))),
        Needs::Operator(role) => Some(("x-required-role", json!(role))),
        Needs::Nobody | Needs::Login | Needs::Loopback => None,
    };
    if let Some(stated) = stated {
        let extensions: Extensions = [stated].into_iter().collect();
        operation.extensions.get_or_insert_default().merge(extensions);
    }
}

/// The failures that can reach any operation declared like this one.
fn failures(path: &str, operation: &Operation, needs: Needs, limit: Limit) -> Vec<(&'static str, &'static str)> {
    let mut list = vec![
        ("405", "The path has other methods; see Allow"),
        ("500", "A fault of ours"),
        ("503", "Not available just now; try again shortly"),
    ];
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let checked = parameters
        .iter()
        .any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.parameter_in != ParameterIn::Path));
    let named = |name: &str| {
        parameters.iter().any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.name == name))
    };
    if named(IDEMPOTENCY_KEY) {
        list.push(("409", "The first request with this Idempotency-Key is still running"));
        list.push(("422", "The Idempotency-Key was used with another body"));
    }
    let body = operation.request_body.is_some();
    if body || checked {
        list.push(("400", "Not a valid request; details name every bad field"));
    }
    if body {
        list.push(("413", "The body is too large"));
        list.push(("415", "The body is not JSON"));
    }
    if needs.bearer() {
        list.push(("401", "No valid access token or API key"));
        list.push(("403", "The caller may not do this"));
    }
    if path.contains('{') || needs == Needs::Loopback {
        list.push(("404", "There is no such thing here"));
    }
    if limit != Limit::Unlimited {
        list.push(("429", "Too many requests; Retry-After says when to come back"));
    }
    list
}

fn failure(status: &str, meaning: &str) -> Response {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name(ErrorEnvelope::name()))).build();
    let response = ResponseBuilder::new().description(meaning).content("application/json", body);
    let header = |kind, text: &str| {
        let schema = ObjectBuilder::new().schema_type(kind);
        HeaderBuilder::new().schema(Some(schema)).description(Some(text)).build()
    };
    match status {
        "401" => response.header("WWW-Authenticate", header(Type::String, "Bearer")),
        "405" => response.header("Allow", header(Type::String, "The methods that the path has")),
        "429" => response.header("Retry-After", header(Type::Integer, "Seconds to wait")),
        _ => response,
    }
    .build()
}

/// The headers of every answer, `X-Request-Id` and the state of the rate limit.
fn describe_headers(operation: &mut Operation, limit: Limit) {
    let header = |text: &str| {
        let schema = ObjectBuilder::new().schema_type(Type::String);
        RefOr::T(HeaderBuilder::new().schema(Some(schema)).description(Some(text)).build())
    };
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        response.headers.insert("X-Request-Id".to_owned(), header("Names the request in our log"));
        if limit != Limit::Unlimited {
            response.headers.insert("RateLimit-Policy".to_owned(), header("The quota: \"search\";q=100;w=60"));
            response.headers.insert("RateLimit".to_owned(), header("What is left of it: \"search\";r=42;t=17"));
        }
    }
}
