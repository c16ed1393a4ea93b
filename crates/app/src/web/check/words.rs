//! The words for what is wrong, and what of a value may be shown.

use jsonschema::{
    JsonType, ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;

/// The longest part of a value that is echoed, in characters.
const MAX_ECHO: usize = 100;

/// What is wrong, by the schema's keyword; `example` is the schema's own.
pub(super) fn message(kind: &Kind, example: Option<&str>) -> String {
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
        Kind::Pattern { pattern } => match example {
            Some(example) => format!("must match {pattern}, as in {example}"),
            None => format!("must match {pattern}"),
        },
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

/// What would have been accepted.
pub(super) fn one_of(options: &Value) -> String {
    let text = |name: &Value| name.as_str().map_or_else(|| name.to_string(), str::to_owned);
    let names: Vec<String> = options.as_array().into_iter().flatten().map(text).collect();
    format!("must be one of {}", names.join(", "))
}

/// What the forms have in common to say when none of them was meant.
pub(super) fn alternatives(branches: &[Vec<ValidationError<'static>>]) -> String {
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

/// What may be shown of a value: scalars, cut to a bearable length.
pub(super) fn echo(value: &Value) -> Option<Value> {
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

/// A reader's complaint without its position and without what was given, which may be a secret.
pub(super) fn plain(message: &str) -> String {
    let message = message.split(" at line ").next().unwrap_or_default();
    match message.split_once(", expected ") {
        // serde says which Rust type a number does not fit into.
        Some((_, "u8" | "u16" | "u32" | "u64" | "i8" | "i16" | "i32" | "i64" | "usize")) => {
            "is out of range".to_owned()
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_name() {
        for secret in ["password", "user.newPassword", "refreshToken", "apiKey", "items[0].clientSecret", "mfa.code"] {
            assert!(holds_secret(secret), "{secret}");
        }
        for open in ["email", "countryCode", "areaCode", "phoneNumber", "pinned"] {
            assert!(!holds_secret(open), "{open}");
        }
    }

    #[test]
    fn long_values_are_cut_and_composite_ones_are_not_shown() {
        let shown = echo(&Value::from("é".repeat(200))).unwrap();
        assert_eq!(shown.as_str().unwrap().chars().count(), MAX_ECHO + 1);
        assert_eq!(echo(&serde_json::json!({"a": 1})), None);
    }

    #[test]
    fn what_was_given_stays_out_of_a_readers_complaint() {
        let message = plain("invalid type: string \"hush\", expected a date at line 1 column 9");
        assert_eq!(message, "must be a date");
        assert_eq!(plain("invalid value: integer `99999999999`, expected u32"), "is out of range");
        assert_eq!(camel("phone_numbers[0].area_code"), "phoneNumbers[0].areaCode");
    }
}
