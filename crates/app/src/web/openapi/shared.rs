//! Failures of one operation or a few, each described once among the components beside those that any operation may have.

use utoipa::openapi::{OpenApi, Ref, RefOr, Response, path::Operation};

use super::operations;

/// A failure as operations describe it in place.
struct Found {
    response: Response,
    /// The code in its example, as in `InsufficientBalance`.
    code: String,
    /// The operation that it was found at first, as in `CreateOrder`.
    operation: String,
    /// How many operations have it.
    count: usize,
}

/// Puts failures that are described in place among the components. A failure is named by its code where that mostly
/// means this one, else by the first operation that has it too.
pub(super) fn share(document: &mut OpenApi) {
    let mut all: Vec<Found> = Vec::new();
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        let first = operation.operation_id.as_deref().map(capitalised).unwrap_or_default();
        for response in failures(operation).filter_map(|failure| in_place(failure)) {
            match all.iter_mut().find(|found| found.response == *response) {
                Some(found) => found.count += 1,
                None => {
                    let code = code(response).unwrap_or_default();
                    all.push(Found { response: response.clone(), code, operation: first.clone(), count: 1 });
                }
            }
        }
    }
    let Some(components) = &mut document.components else { return };
    let named: Vec<(String, Response)> = all
        .iter()
        .map(|found| {
            let same = all.iter().filter(|other| other.code == found.code).map(|other| other.count).sum::<usize>();
            let name = if found.count * 2 > same && !components.responses.contains_key(&found.code) {
                found.code.clone()
            } else {
                format!("{}{}", found.operation, found.code)
            };
            (name, found.response.clone())
        })
        .collect();
    for failure in document.paths.paths.values_mut().flat_map(operations).flat_map(failures) {
        let known = in_place(failure).and_then(|response| named.iter().find(|(_, known)| known == response));
        if let Some((name, _)) = known {
            *failure = RefOr::Ref(Ref::from_response_name(name));
        }
    }
    components.responses.extend(named.into_iter().map(|(name, response)| (name, RefOr::T(response))));
}

fn failures(operation: &mut Operation) -> impl Iterator<Item = &mut RefOr<Response>> {
    let responses = operation.responses.responses.iter_mut();
    responses.filter(|(status, _)| status.starts_with(['4', '5'])).map(|(_, response)| response)
}

fn in_place(failure: &RefOr<Response>) -> Option<&Response> {
    match failure {
        RefOr::T(response) => Some(response),
        RefOr::Ref(_) => None,
    }
}

/// `INSUFFICIENT_BALANCE` is `InsufficientBalance`.
fn code(response: &Response) -> Option<String> {
    let RefOr::T(body) = response.content.get("application/json")? else { return None };
    let example = body.example.as_ref()?;
    let code = example.pointer("/error/code")?.as_str()?.to_ascii_lowercase();
    Some(code.split('_').map(capitalised).collect())
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_ascii_uppercase() + rest
}
