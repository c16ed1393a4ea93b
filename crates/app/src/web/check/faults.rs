//! What the schema finds wrong, in the words of api-design.md: one entry a field, no secret echoed.

use jsonschema::{ValidationError, error::ValidationErrorKind as Kind, paths::LocationSegment};
use serde_json::Value;

use super::{schema::Compiled, words};
use crate::web::error::FieldError;

/// A text to be replaced by the spelling that the schema has.
struct Respelling {
    pointer: String,
    text: String,
}

/// Everything in `value` that the schema refuses. Names of an enumeration in another case or with
/// other separators are not refused but respelt in place (`tollFree` becomes `TOLL_FREE`).
pub(super) fn against(compiled: &Compiled, value: &mut Value) -> Vec<FieldError> {
    if compiled.validator.is_valid(value) {
        // Nearly every request. To look for what is wrong takes several times as long.
        return Vec::new();
    }
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
    let mut findings = Findings { compiled, faults: Vec::new(), respellings: Vec::new() };
    for error in compiled.validator.iter_errors(value) {
        findings.explain(&error);
    }
    (findings.faults, findings.respellings)
}

/// What the checks of one value find.
struct Findings<'a> {
    compiled: &'a Compiled,
    faults: Vec<FieldError>,
    respellings: Vec<Respelling>,
}

impl Findings<'_> {
    fn explain(&mut self, error: &ValidationError<'_>) {
        let field = path(error);
        let inside = |name: &str| if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") };
        match error.kind() {
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
                let unknown = |name: &String| FieldError::new(inside(name), "is not a field that we know");
                self.faults.extend(unexpected.iter().map(unknown));
            }
            Kind::Required { property } => {
                self.faults.push(FieldError::new(inside(property.as_str().unwrap_or_default()), "is required"));
            }
            Kind::Enum { options } => match respelt(error.instance(), options) {
                Some(text) => {
                    let pointer = error.instance_path().as_str().to_owned();
                    self.respellings.push(Respelling { pointer, text });
                }
                None => self.faults.push(fault(field, error, words::one_of(options))),
            },
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => match meant(error, context) {
                Some(branch) => branch.iter().for_each(|inner| self.explain(inner)),
                None => self.faults.push(fault(field, error, words::alternatives(context))),
            },
            kind => {
                let place = error.schema_path().as_str();
                let own =
                    self.compiled.message(place).filter(|_| matches!(kind, Kind::Pattern { .. } | Kind::Format { .. }));
                let message = own.map_or_else(|| words::message(kind, self.compiled.example(place)), str::to_owned);
                self.faults.push(fault(field, error, message));
            }
        }
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
    let value = if words::holds_secret(&field) { None } else { words::echo(given) };
    FieldError { field, message, value }
}

/// The place as api-design.md writes it: `numbers[0].phoneNumber`.
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
