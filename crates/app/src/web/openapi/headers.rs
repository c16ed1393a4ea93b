//! The headers of answers, each described once.

use utoipa::openapi::{Components, Header, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response, schema::Type};

/// Each header that we describe: its name, its type, what it says, and one that we might send.
const HEADERS: [(&str, Type, &str, &str); 6] = [
    ("X-Request-Id", Type::String, "Names the request in our log.", "req_019bc0fd89c07c3a9d52b8e6f1726571"),
    ("RateLimit-Policy", Type::String, "The quota; absent where nothing is counted.", "\"search\";q=100;w=60"),
    ("RateLimit", Type::String, "What is left of the quota; absent where nothing is counted.", "\"search\";r=42;t=17"),
    ("Retry-After", Type::Integer, "Seconds to wait.", "17"),
    ("WWW-Authenticate", Type::String, "How to prove who you are.", "Bearer"),
    ("Allow", Type::String, "The methods that the path has.", "GET,HEAD,POST"),
];

/// Refers to the headers that an answer with this status has.
pub(super) fn refer(status: &str, response: &mut Response, is_counted: bool) {
    let own = match status {
        "401" => Some("WWW-Authenticate"),
        "405" => Some("Allow"),
        "429" => Some("Retry-After"),
        _ => None,
    };
    let counted = is_counted.then_some(["RateLimit-Policy", "RateLimit"]);
    for name in std::iter::once("X-Request-Id").chain(own).chain(counted.into_iter().flatten()) {
        let reference = Ref::new(format!("#/components/headers/{name}"));
        response.headers.insert(name.to_owned(), RefOr::Ref(reference));
    }
}

/// Describes them all.
pub(super) fn describe(components: &mut Components) {
    components.headers.extend(
        HEADERS
            .iter()
            .map(|(name, kind, says, example)| ((*name).to_owned(), RefOr::T(header(kind.clone(), says, example)))),
    );
}

fn header(kind: Type, says: &str, example: &str) -> Header {
    let example = match kind {
        Type::Integer => example.parse::<u64>().map_or_else(|_| example.into(), Into::into),
        _ => serde_json::Value::from(example),
    };
    let schema = ObjectBuilder::new().schema_type(kind).examples([example]);
    HeaderBuilder::new().schema(Some(schema)).description(Some(says)).build()
}
