//! `expand[]=latest_charge`: an id in the answer is replaced by its object.

use serde_json::Value;

use super::{failure::Failure, work::Work};

/// Stripe follows a path four steps deep.
const DEPTH: usize = 4;

/// Does what the request's `expand` asks for.
pub(super) fn expand(work: &Work<'_>, body: &mut Value) -> Result<(), Failure> {
    for path in work.params.list("expand")?.unwrap_or_default() {
        let steps: Vec<_> = path.split('.').collect();
        if steps.len() > DEPTH || !follow(work, body, &steps) {
            return Err(Failure::invalid(format!("This property cannot be expanded ({path}).")).of("expand"));
        }
    }
    Ok(())
}

/// Whether the path leads to ids (or to where one would be).
fn follow(work: &Work<'_>, at: &mut Value, steps: &[&str]) -> bool {
    let Some((step, rest)) = steps.split_first() else { return true };
    if let Value::Array(entries) = at {
        return entries.iter_mut().all(|entry| follow(work, entry, steps));
    }
    let Some(value) = at.get_mut(step) else { return false };
    if let Value::String(id) = value {
        match object(work, id) {
            Some(object) => *value = object,
            None => return false,
        }
    } else if rest.is_empty() && !value.is_null() {
        return value.get("object").is_some();
    }
    value.is_null() || follow(work, value, rest)
}

fn object(work: &Work<'_>, id: &str) -> Option<Value> {
    match id.split_once('_')?.0 {
        "cus" => work.customer(id).map(|customer| customer.show()),
        "pm" => work.method(id).map(|method| method.show()),
        "pi" => work.intent(id).map(|intent| intent.show()),
        "ch" => work.charge(id).map(|charge| charge.show()),
        _ => None,
    }
}
