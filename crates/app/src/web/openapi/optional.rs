//! A body that may be left out is one that is not required, and not one that may be null: generators make of the latter
//! a parameter that has to be given.

use utoipa::openapi::{
    OpenApi, RefOr, Schema, Type,
    content::Content,
    request_body::RequestBody,
    schema::{OneOf, SchemaType},
};

use super::operations;

/// Says of each optional body what it is when it is there.
pub(super) fn tell(document: &mut OpenApi) {
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        let Some(RefOr::T(RequestBody { content, .. })) = &mut operation.request_body else { continue };
        for content in content.values_mut() {
            if let RefOr::T(Content { schema: Some(schema), .. }) = content {
                without_null(schema);
            }
        }
    }
}

fn without_null(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::OneOf(OneOf { items, .. })) => {
            items.retain(|choice| !is_null(choice));
            if let [_] = items.as_slice() {
                *schema = items.remove(0);
            }
        }
        RefOr::T(Schema::Object(object)) => {
            if let SchemaType::Array(types) = &mut object.schema_type {
                types.retain(|kind| *kind != Type::Null);
                if let [only] = types.as_slice() {
                    object.schema_type = SchemaType::Type(only.clone());
                }
            }
        }
        _ => {}
    }
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}
