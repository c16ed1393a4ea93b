//! The published schema of each input type, compiled once.

use std::{
    any::TypeId,
    collections::{BTreeMap, HashMap},
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::web::error::{ApiError, ApiResult};

/// A type's schema, ready to check with.
pub(crate) struct Compiled {
    pub(super) validator: Validator,
    document: Value,
    /// What each top-level field holds, for reading query strings.
    pub(crate) fields: BTreeMap<String, Shape>,
}

impl Compiled {
    /// The first example beside the keyword at this place of the schema.
    pub(super) fn example(&self, keyword: &str) -> Option<&str> {
        self.beside(keyword)?.pointer("/examples/0")?.as_str()
    }

    /// What to say where the pattern or format at this place does not fit: `x-message` beside it. A pattern tells a
    /// program what is admitted, and people very little.
    pub(super) fn message(&self, keyword: &str) -> Option<&str> {
        self.beside(keyword)?.get("x-message")?.as_str()
    }

    /// The example of a top-level field, in either spelling that OpenAPI 3.1 has.
    pub(super) fn stand_in(&self, field: &str) -> Option<&Value> {
        let schema = self.document.get("properties")?.get(field)?;
        schema.pointer("/examples/0").or_else(|| schema.get("example"))
    }

    fn beside(&self, keyword: &str) -> Option<&Value> {
        let (schema, _) = keyword.rsplit_once('/')?;
        self.document.pointer(schema)
    }
}

/// Marks the texts of a list that may hold commas, so that a parameter's commas do not divide it.
const UNDIVIDED: &str = "x-undivided";

/// How the text of a query parameter is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Repeated parameters and comma lists of these.
    List(Box<Shape>),
    /// Repeated parameters, each as it is: its texts may have commas of their own.
    Undivided,
    /// A number.
    Number,
    /// `true` or `false`.
    Flag,
    /// As it is.
    Text,
}

static REGISTRY: LazyLock<RwLock<HashMap<TypeId, Arc<Compiled>>>> = LazyLock::new(RwLock::default);

/// The schema of `T`, compiled at its first use.
pub(crate) fn compiled<T: ToSchema + 'static>() -> ApiResult<Arc<Compiled>> {
    let id = TypeId::of::<T>();
    if let Some(known) = REGISTRY.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
        return Ok(known.clone());
    }
    let document = document::<T>().map_err(ApiError::internal)?;
    // Formats are part of what we publish, so a client may be held to them.
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true);
    let validator = options.build(&document).map_err(|error| {
        ApiError::bug(format!("the schema of {} does not compile: {error}", std::any::type_name::<T>()))
    })?;
    let fields = fields(&document, &document).map(|(name, schema)| (name, shape(&schema, &document))).collect();
    let compiled = Arc::new(Compiled { validator, document, fields });
    REGISTRY.write().unwrap_or_else(PoisonError::into_inner).insert(id, compiled.clone());
    Ok(compiled)
}

/// The schema of `T` with everything it refers to under `components`, where its references point.
fn document<T: ToSchema>() -> serde_json::Result<Value> {
    let mut named = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut named);
    let mut components = Map::new();
    for (name, schema) in named {
        components.insert(name, serde_json::to_value(schema)?);
    }
    let mut root = serde_json::to_value(T::schema())?;
    if let Value::Object(root) = &mut root {
        root.insert("components".to_owned(), json!({ "schemas": components }));
    }
    Ok(root)
}

/// The fields of an object schema, through references and compositions.
fn fields<'a>(schema: &'a Value, root: &'a Value) -> Box<dyn Iterator<Item = (String, Value)> + 'a> {
    let schema = resolve(schema, root);
    let own = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    let own = own.map(|(name, schema)| (name.clone(), schema.clone()));
    Box::new(own.chain(parts.flat_map(move |part| fields(part, root))))
}

fn shape(schema: &Value, root: &Value) -> Shape {
    let schema = resolve(schema, root);
    let composed = ["oneOf", "anyOf", "allOf"].iter().find_map(|word| schema.get(word)?.as_array());
    if let Some(parts) = composed {
        let first = parts.iter().find(|part| part.get("type").is_none_or(|kind| kind != "null"));
        return first.map_or(Shape::Text, |part| shape(part, root));
    }
    match kind(schema) {
        Some("array") if is_undivided(schema) => Shape::Undivided,
        Some("array") => {
            let items = schema.get("items").map_or(Shape::Text, |items| shape(items, root));
            Shape::List(Box::new(items))
        }
        Some("integer" | "number") => Shape::Number,
        Some("boolean") => Shape::Flag,
        _ => Shape::Text,
    }
}

/// Whether the mark stands on the texts of a list.
fn is_undivided(list: &Value) -> bool {
    list.get("items").and_then(|items| items.get(UNDIVIDED)) == Some(&Value::Bool(true))
}

/// The schema's type, without `null`.
fn kind(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        kind => kind.as_str(),
    }
}

fn resolve<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
    target.and_then(|pointer| root.pointer(pointer)).unwrap_or(schema)
}
