//! The `Idempotency-Key` header.

use axum::{extract::FromRequestParts, http::request::Parts};
use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Required,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::Type,
    },
};

use crate::web::error::ApiError;

/// The header's name.
pub const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// What makes a repeated POST the same request: 1–255 printable ASCII characters, bare as most
/// clients send it or quoted as draft-ietf-httpapi-idempotency-key-header-07 writes it.
/// Documented by `params(IdempotencyKey)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut values = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(value) = values.next() else { return Ok(Self(None)) };
        if values.next().is_some() {
            return Err(ApiError::bad_field(IDEMPOTENCY_KEY, "is given more than once"));
        }
        let key = std::str::from_utf8(value.as_bytes()).ok().and_then(parse);
        key.map(|key| Self(Some(key)))
            .ok_or_else(|| ApiError::bad_field(IDEMPOTENCY_KEY, "must be 1 to 255 printable ASCII characters"))
    }
}

/// The key itself, out of its quotes if it has them.
fn parse(text: &str) -> Option<String> {
    let text = text.trim_matches([' ', '\t']);
    let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let inner = quoted.map_or_else(|| text.to_owned(), |inner| inner.replace("\\\"", "\"").replace("\\\\", "\\"));
    let printable = inner.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    ((1..=255).contains(&inner.len()) && printable).then_some(inner)
}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^[ -~]{1,255}$"))
            .examples(["6f0a3c1e-0b1c-4c55-9f0e-3f5b8e1f7a10"]);
        let parameter = ParameterBuilder::new()
            .name(IDEMPOTENCY_KEY)
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("Makes a repeat of this request the same request, for 24 hours at least."))
            .schema(Some(schema));
        vec![parameter.build()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_and_quoted_are_the_same_key() {
        assert_eq!(parse("abc-1").as_deref(), Some("abc-1"));
        assert_eq!(parse(r#""abc-1""#).as_deref(), Some("abc-1"));
        assert_eq!(parse(r#""a\"b\\c""#).as_deref(), Some(r#"a"b\c"#));
        assert_eq!(parse(&"x".repeat(255)).map(|key| key.len()), Some(255));
        for bad in ["", r#""""#, "  ", "schlüssel", "a\tb", &"x".repeat(256)] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
    }
}
