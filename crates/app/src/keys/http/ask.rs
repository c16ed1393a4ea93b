//! What clients send.

use std::borrow::Cow;

use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, extensions::ExtensionsBuilder, schema::Schema, schema::Type},
};

use crate::{
    accounts::PERMISSIONS,
    keys::NewKey,
    web::{ApiError, Permissions, Timestamp},
};

/// A key as asked for.
#[derive(Debug, Deserialize, Serialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateApiKeyRequest {
    /// What to call it.
    #[garde(skip)]
    #[schema(max_length = 100, example = "Nightly export")]
    #[schema(
        pattern = r"^[^\x00-\x1F\x7F]*[^\s\x00-\x1F\x7F][^\x00-\x1F\x7F]*$",
        extensions(("x-message" = json!("must be one line of text, and not blank"))),
    )]
    pub name: String,
    /// What it may do: `resource:action`, `resource:*`, or `*` for everything its owner may.
    #[garde(skip)]
    #[schema(min_items = 1, max_items = 50, example = json!(["numbers:read", "orders:*"]))]
    pub permissions: Vec<Pattern>,
    /// When it ends. Without it, it does not.
    #[garde(skip)]
    pub expires_at: Option<Timestamp>,
    /// What it is for.
    #[garde(skip)]
    #[schema(max_length = 500, example = "Reads the numbers every night")]
    #[schema(
        pattern = r"^[^\x00-\x1F\x7F]*[^\s\x00-\x1F\x7F][^\x00-\x1F\x7F]*$",
        extensions(("x-message" = json!("must be one line of text, and not blank"))),
    )]
    pub description: Option<String>,
}

/// A list of keys has no filters of its own.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListApiKeysRequest {}

impl TryFrom<CreateApiKeyRequest> for NewKey {
    type Error = ApiError;

    fn try_from(request: CreateApiKeyRequest) -> Result<Self, ApiError> {
        let permissions = Permissions::parse(request.permissions.iter().map(|Pattern(text)| text))
            .map_err(|error| ApiError::bad_field("permissions", error.to_string()))?;
        Ok(Self {
            name: request.name.trim().to_owned(),
            description: request.description.map(|text| text.trim().to_owned()),
            permissions,
            expires_at: request.expires_at.map(|Timestamp(at)| at),
        })
    }
}

/// A permission as a client writes it. Its schema admits those that exist and no other. A pattern and not an
/// enumeration, whose other spellings would be admitted too: `numbers` must never come to mean `numbers:*`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Pattern(String);

impl PartialSchema for Pattern {
    fn schema() -> RefOr<Schema> {
        let mut resources: Vec<(&str, Vec<&str>)> = Vec::new();
        for (resource, action) in PERMISSIONS.iter().filter_map(|name| name.split_once(':')) {
            match resources.iter_mut().find(|(known, _)| *known == resource) {
                Some((_, actions)) => actions.push(action),
                None => resources.push((resource, vec![r"\*", action])),
            }
        }
        let each = resources.iter().map(|(resource, actions)| format!("{resource}:({})", actions.join("|")));
        let each = each.collect::<Vec<_>>().join("|");
        let pattern = format!(r"^(\*|{each})$");
        let message = format!("must be *, resource:*, or one of {}", PERMISSIONS.join(", "));
        let message = ExtensionsBuilder::new().add("x-message", message).build();
        let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern));
        schema.examples(["numbers:read"]).extensions(Some(message)).into()
    }
}

impl ToSchema for Pattern {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("PermissionPattern")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_names_what_exists() {
        let schema = serde_json::to_value(Pattern::schema()).unwrap();
        let pattern = schema["pattern"].as_str().unwrap();
        assert!(pattern.starts_with(r"^(\*|numbers:(\*|read|write|purchase)|orders:(\*|read|write)|"), "{pattern}");
    }
}
