//! What the schema finds wrong, in the words of api.md: one entry a field, no secret echoed.

use jsonschema::{
    JsonType, ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
    paths::LocationSegment,
};
use serde_json::Value;

use super::schema::Compiled;
use crate::web::error::FieldError;

/// The longest part of a value that is echoed, in characters.
const MAX_ECHO: usize = 100;

/// A text to be replaced by the spelling that the schema has.
struct Respelling {
    pointer: String,
    text: String,
}

/// Everything in `value` that the schema refuses. Names of an enumeration in another case or with
/// other separators are not refused but respelt in place (`tollFree` becomes `TOLL_FREE`).
pub(super) fn against(compiled: &Compiled, value: &mut Value) -> Vec<FieldError> {
    let (faults, respellings) = collect(compiled, value);
    if respellings.is_empty() {
        return faults;
    }
    for Respelling { pointer, text } in respellings {
        if let Some(place) = value.pointer_mut(&pointer) {
            *place = Value::String(text);
        }
    }
    collect(compiled, value).0
}

fn collect(compiled: &Compiled, value: &Value) -> (Vec<FieldError>, Vec<Respelling>) {
    let (mut faults, mut respellings) = (Vec::new(), Vec::new());
    for error in compiled.validator.iter_errors(value) {
        explain(&error, &mut faults, &mut respellings);
    }
    (faults, respellings)
}

fn explain(error: &ValidationError<'_>, faults: &mut Vec<FieldError>, respellings: &mut Vec<Respelling>) {
    let field = path(error);
    let join = |name: &str| if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") };
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            faults.extend(unexpected.iter().map(|name| FieldError::new(join(name), "is not a field that we know")));
        }
        Kind::Required { property } => {
            faults.push(FieldError::new(join(property.as_str().unwrap_or_default()), "is required"));
        }
        Kind::Enum { options } => match respelt(error.instance(), options) {
            Some(text) => respellings.push(Respelling { pointer: error.instance_path().as_str().to_owned(), text }),
            None => faults.push(fault(field, error, format!("must be one of {}", listed(options)))),
        },
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => match meant(error, context) {
            Some(branch) => branch.iter().for_each(|inner| explain(inner, faults, respellings)),
            None => faults.push(fault(field, error, alternatives(context))),
        },
        kind => faults.push(fault(field, error, message(kind))),
    }
}

/// The alternative that the client meant: the one whose form fits (its faults lie deeper, or are
/// not about the type), with the fewest faults.
fn meant<'a>(
    error: &ValidationError<'_>,
    branches: &'a [Vec<ValidationError<'static>>],
) -> Option<&'a Vec<ValidationError<'static>>> {
    let here = error.instance_path().as_str();
    let other_form = |inner: &ValidationError<'_>| {
        inner.instance_path().as_str() == here && matches!(inner.kind(), Kind::Type { .. } | Kind::Constant { .. })
    };
    let fitting = branches.iter().filter(|branch| !branch.iter().any(other_form));
    fitting.min_by_key(|branch| branch.len())
}

fn alternatives(branches: &[Vec<ValidationError<'static>>]) -> String {
    let types = branches.iter().flatten().filter_map(|inner| match inner.kind() {
        Kind::Type { kind } => Some(type_names(kind)),
        _ => None,
    });
    let mut names: Vec<String> = types.filter(|name| name != "null").collect();
    names.dedup();
    if names.is_empty() {
        "has none of the forms that fit here".to_owned()
    } else {
        format!("must be {}", names.join(" or "))
    }
}

fn message(kind: &Kind) -> String {
    match kind {
        Kind::Type { kind } => format!("must be {}", type_names(kind)),
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("must be more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::MinLength { limit: 1 } => "must not be empty".to_owned(),
        Kind::MinLength { limit } => format!("must have at least {limit} characters"),
        Kind::MaxLength { limit } => format!("must have at most {limit} characters"),
        Kind::MinItems { limit } => format!("must have at least {limit} entries"),
        Kind::MaxItems { limit } => format!("must have at most {limit} entries"),
        Kind::MinProperties { limit } => format!("must have at least {limit} fields"),
        Kind::MaxProperties { limit } => format!("must have at most {limit} fields"),
        Kind::UniqueItems => "must not repeat an entry".to_owned(),
        Kind::Pattern { pattern } => format!("must match {pattern}"),
        Kind::Format { format } => format!("must be a valid {format}"),
        Kind::MultipleOf { .. } => "has too many decimal places".to_owned(),
        Kind::Constant { expected_value } => format!("must be {expected_value}"),
        Kind::PropertyNames { .. } => "has a field whose name is not allowed".to_owned(),
        Kind::OneOfMultipleValid { .. } => "fits more than one form".to_owned(),
        _ => "is not valid".to_owned(),
    }
}

fn type_names(kind: &TypeKind) -> String {
    let article = |kind: JsonType| match kind {
        JsonType::Array => "a list",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Null => "null",
        JsonType::Number => "a number",
        JsonType::Object => "an object",
        JsonType::String => "text",
    };
    match kind {
        TypeKind::Single(only) => article(*only).to_owned(),
        TypeKind::Multiple(several) => {
            let names: Vec<&str> = several.iter().filter(|kind| !matches!(kind, JsonType::Null)).map(article).collect();
            names.join(" or ")
        }
    }
}

fn listed(options: &Value) -> String {
    let names = options
        .as_array()
        .into_iter()
        .flatten()
        .map(|name| name.as_str().map_or_else(|| name.to_string(), str::to_owned));
    names.collect::<Vec<_>>().join(", ")
}

/// The option that this text is another spelling of.
fn respelt(given: &Value, options: &Value) -> Option<String> {
    let fold = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
    };
    let given = given.as_str().map(fold).filter(|text| !text.is_empty())?;
    let mut names = options.as_array()?.iter().filter_map(Value::as_str);
    names.find(|name| fold(name) == given).map(str::to_owned)
}

fn fault(field: String, error: &ValidationError<'_>, message: String) -> FieldError {
    let given = error.instance();
    let message = if given.is_null() { format!("{message}, not null") } else { message };
    let value = if holds_secret(&field) { None } else { echo(given) };
    FieldError { field, message, value }
}

/// What may be shown of a value: scalars, cut to a bearable length.
fn echo(value: &Value) -> Option<Value> {
    let cut = |text: &str| match text.char_indices().nth(MAX_ECHO) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    };
    match value {
        Value::String(text) => Some(Value::String(cut(text))),
        Value::Number(number) if number.to_string().len() <= MAX_ECHO => Some(value.clone()),
        Value::Number(number) => Some(Value::String(cut(&number.to_string()))),
        Value::Bool(_) => Some(value.clone()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether a field's name says that its value is nobody's business.
pub(super) fn holds_secret(field: &str) -> bool {
    const PARTS: [&str; 7] = ["password", "token", "key", "secret", "credential", "authorization", "cardnumber"];
    const WHOLE: [&str; 7] = ["code", "pin", "otp", "cvc", "cvv", "totp", "iban"];
    let lower = field.to_ascii_lowercase();
    PARTS.iter().any(|part| lower.contains(part)) || lower.split(['.', '[', ']']).any(|name| WHOLE.contains(&name))
}

/// The place as api.md writes it: `numbers[0].phoneNumber`.
fn path(error: &ValidationError<'_>) -> String {
    let mut path = String::new();
    for segment in error.instance_path().segments() {
        match segment {
            LocationSegment::Property(name) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&name.replace("~1", "/").replace("~0", "~"));
            }
            LocationSegment::Index(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

/// A reader's complaint without its position and without what was given, which may be a secret.
pub(super) fn plain(message: &str) -> String {
    let message = message.split(" at line ").next().unwrap_or_default();
    match message.split_once(", expected ") {
        Some((_, expected)) => format!("must be {expected}"),
        None => message.to_owned(),
    }
}

/// A Rust path as the API spells it: `phone_numbers[0].area_code` becomes `phoneNumbers[0].areaCode`.
pub(super) fn camel(path: &str) -> String {
    let mut camel = String::with_capacity(path.len());
    let mut raise = false;
    for c in path.chars() {
        match c {
            '_' => raise = true,
            c if raise => {
                camel.push(c.to_ascii_uppercase());
                raise = false;
            }
            c => camel.push(c),
        }
    }
    camel
}
