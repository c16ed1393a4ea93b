//! Makes one form of what JSON lets clients write in several, and refuses what no column can hold.

use serde_json::{Number, Value};

use crate::web::error::FieldError;

/// Whole numbers longer than this stay as written and are refused by whoever reads them.
const MAX_DIGITS: usize = 40;

/// Writes `149.0` and `1e3` as `149` and `1000`: to JSON Schema they are integers, to serde not.
pub(super) fn integers(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(whole) = whole(&number.to_string()).and_then(|text| text.parse::<Number>().ok()) {
                *number = whole;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(integers),
        Value::Object(fields) => fields.values_mut().for_each(integers),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// The number without fraction and exponent, if that is what it is; None if it is so already.
fn whole(text: &str) -> Option<String> {
    if !text.contains(['.', 'e', 'E']) {
        return None;
    }
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i64 = exponent.parse().ok()?;
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{before}{after}");
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Some("0".to_owned());
    }
    let trailing = digits.len() - digits.trim_end_matches('0').len();
    let zeros = exponent.checked_sub(i64::try_from(after.len()).ok()?)?.checked_add(i64::try_from(trailing).ok()?)?;
    let zeros = usize::try_from(zeros).ok().filter(|zeros| significant.len() + zeros <= MAX_DIGITS)?;
    Some(format!("{sign}{significant}{}", "0".repeat(zeros)))
}

/// Names every text that holds U+0000, which PostgreSQL cannot store.
pub(super) fn nul_characters(value: &Value) -> Vec<FieldError> {
    let mut faults = Vec::new();
    walk(value, &mut String::new(), &mut faults);
    faults
}

fn walk(value: &Value, path: &mut String, faults: &mut Vec<FieldError>) {
    let refused = |path: &str| FieldError::new(path, "must not contain the character U+0000");
    let parent = path.len();
    match value {
        Value::String(text) if text.contains('\0') => faults.push(refused(path)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push_str(&format!("[{index}]"));
                walk(item, path, faults);
                path.truncate(parent);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                if name.contains('\0') {
                    faults.push(refused(path));
                    continue;
                }
                path.push_str(if parent == 0 { "" } else { "." });
                path.push_str(name);
                walk(field, path, faults);
                path.truncate(parent);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn whole_numbers_in_any_notation() {
        for (given, meant) in [
            ("149.0", "149"),
            ("1e3", "1000"),
            ("1.50E+1", "15"),
            ("1500e-2", "15"),
            ("-2.0", "-2"),
            ("-0.0", "0"),
            ("0e9999999", "0"),
            ("100.00", "100"),
        ] {
            assert_eq!(whole(given).as_deref(), Some(meant), "{given}");
        }
        for left in ["149", "1.5", "1e-1", "1e400", "1e99999999999999999999", "12.340"] {
            assert_eq!(whole(left), None, "{left}");
        }
    }

    proptest! {
        #[test]
        fn a_whole_number_stays_itself(n in any::<i32>(), zeros in 1_usize..4) {
            let fraction = "0".repeat(zeros);
            prop_assert_eq!(whole(&format!("{n}.{fraction}")), Some(n.to_string()));
        }
    }

    #[test]
    fn nul_is_named_wherever_it_is() {
        let value = serde_json::json!({"a": ["x", "y\0"], "b": {"c": "\0"}, "d\0": 1, "e": "fine"});
        let fields: Vec<String> = nul_characters(&value).into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["a[1]", "b.c", ""]);
    }
}
