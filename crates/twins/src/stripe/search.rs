//! `GET /v1/payment_intents/search`: Stripe's query language over amount, created, currency, customer, status and
//! metadata. Stripe's own index may lag a minute behind; the twin's does not.

use serde_json::{Value, json};

use super::{
    failure::Failure,
    intent::Intent,
    list,
    shelf::Named as _,
    work::{Outcome, Work},
};

/// `[-]field op value`.
#[derive(Debug, PartialEq, Eq)]
struct Clause {
    negated: bool,
    field: Field,
    operator: Operator,
    value: String,
}

#[derive(Debug, PartialEq, Eq)]
enum Field {
    Plain(String),
    Metadata(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Is,
    Contains,
    Above,
    Below,
    AtLeast,
    AtMost,
}

/// Clauses joined by AND, or by OR; Stripe mixes them no more than we do.
#[derive(Debug, PartialEq, Eq)]
struct Query {
    any: bool,
    clauses: Vec<Clause>,
}

/// Answers the search.
pub(super) fn intents(work: &mut Work<'_>) -> Result<Outcome, Failure> {
    let params = work.params;
    params.only(&["expand", "limit", "page", "query"], &[])?;
    let text = params.required("query")?;
    let query = parse(text).ok_or_else(|| {
        let message = "We were unable to parse your search query. Try using the format `metadata[\"key\"]:\"value\"` or `status:\"succeeded\"`, joined by AND or OR.";
        Failure::invalid(message).of("query")
    })?;
    let limit = list::limit(params)?;
    let lost = || Failure::invalid("Invalid page token").of("page");
    let found: Vec<&Intent> = match params.filled("page")? {
        None => work.account.intents.newest_first().filter(|intent| query.holds(intent)).take(limit + 1).collect(),
        Some(page) => {
            let after = work.account.intents.before(page).ok_or_else(lost)?;
            after.filter(|intent| query.holds(intent)).take(limit + 1).collect()
        }
    };
    let has_more = found.len() > limit;
    let next_page = if has_more { found.get(limit - 1).map(|intent| intent.id().to_owned()) } else { None };
    let data: Vec<Value> = found.into_iter().take(limit).map(Intent::show).collect();
    Outcome::ok(json!({
        "object": "search_result", "data": data, "has_more": has_more, "next_page": next_page,
        "url": "/v1/payment_intents/search",
    }))
}

impl Query {
    fn holds(&self, intent: &Intent) -> bool {
        if self.any {
            self.clauses.iter().any(|clause| clause.holds(intent))
        } else {
            self.clauses.iter().all(|clause| clause.holds(intent))
        }
    }
}

impl Clause {
    fn holds(&self, intent: &Intent) -> bool {
        let actual = match &self.field {
            Field::Metadata(key) => intent.metadata.get(key).and_then(Value::as_str).map(str::to_owned),
            Field::Plain(name) => match name.as_str() {
                "amount" => Some(intent.amount.to_string()),
                "created" => Some(intent.created.to_string()),
                "currency" => Some(intent.currency.clone()),
                "customer" => intent.customer.clone(),
                _ => Some(intent.status.as_str().to_owned()),
            },
        };
        self.matches(actual.as_deref()) != self.negated
    }

    fn matches(&self, actual: Option<&str>) -> bool {
        // Stripe's null: `metadata["key"]:null` is true where the key is absent.
        let Some(actual) = actual else { return self.value == "null" && self.operator == Operator::Is };
        let order = || Some(actual.parse::<i64>().ok()?.cmp(&self.value.parse().ok()?));
        match self.operator {
            Operator::Is => actual.eq_ignore_ascii_case(&self.value),
            Operator::Contains => actual.to_lowercase().contains(&self.value.to_lowercase()),
            Operator::Above => order().is_some_and(std::cmp::Ordering::is_gt),
            Operator::Below => order().is_some_and(std::cmp::Ordering::is_lt),
            Operator::AtLeast => order().is_some_and(std::cmp::Ordering::is_ge),
            Operator::AtMost => order().is_some_and(std::cmp::Ordering::is_le),
        }
    }
}

fn parse(text: &str) -> Option<Query> {
    let (mut any, mut clauses, mut rest) = (None, Vec::new(), text.trim());
    loop {
        let (clause, after) = clause(rest)?;
        clauses.push(clause);
        rest = after.trim_start();
        if rest.is_empty() {
            return Some(Query { any: any.unwrap_or(false), clauses });
        }
        let (word, after) = rest.split_once(char::is_whitespace)?;
        let or = match word {
            "AND" | "and" => false,
            "OR" | "or" => true,
            _ => return None,
        };
        if *any.get_or_insert(or) != or {
            return None;
        }
        rest = after.trim_start();
    }
}

fn clause(text: &str) -> Option<(Clause, &str)> {
    let (negated, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (field, rest) = if let Some(rest) = text.strip_prefix("metadata[") {
        let (key, rest) = quoted(rest)?;
        (Field::Metadata(key), rest.strip_prefix(']')?)
    } else {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
        let name = &text[..end];
        ["amount", "created", "currency", "customer", "status"].contains(&name).then_some(())?;
        (Field::Plain(name.to_owned()), &text[end..])
    };
    let operators = [
        (">=", Operator::AtLeast),
        ("<=", Operator::AtMost),
        (">", Operator::Above),
        ("<", Operator::Below),
        (":", Operator::Is),
        ("~", Operator::Contains),
    ];
    let rest = rest.trim_start();
    let (operator, rest) = operators.iter().find_map(|(sign, operator)| Some((*operator, rest.strip_prefix(sign)?)))?;
    let rest = rest.trim_start();
    let (value, rest) = if rest.starts_with(['"', '\'']) {
        quoted(rest)?
    } else {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        (rest[..end].to_owned(), &rest[end..])
    };
    (!value.is_empty()).then_some((Clause { negated, field, operator, value }, rest))
}

/// A text in quotes of either kind, with backslash escapes, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| ['"', '\''].contains(c))?;
    let (mut value, mut escaped) = (String::new(), false);
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => {
                value.push(character);
                escaped = false;
            }
            '\\' => escaped = true,
            _ if character == quote => return Some((value, &text[at + 1..])),
            _ => value.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_stripes_examples() {
        let query = parse(r#"status:'succeeded' AND metadata["order_id"]:"67\"35""#).expect("reads");
        assert!(!query.any);
        assert_eq!(query.clauses[1].field, Field::Metadata("order_id".into()));
        assert_eq!(query.clauses[1].value, "67\"35");
        assert!(parse("amount>1000 OR -currency:'usd'").expect("reads").any);
        for bad in [
            "",
            "status",
            "status:",
            "status:'x",
            "colour:'red'",
            "amount>1 AND amount<2 OR amount>3",
            "a b",
            "metadata[x]:'y'",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
