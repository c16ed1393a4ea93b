//! Stripe's requests: form-encoded, with nesting in brackets (`a[b][c]=`, `a[0]=`, `a[]=`).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::failure::Failure;

/// Brackets in one name: Stripe's own never nest deeper.
const DEPTH: usize = 8;
/// Stripe's limits on metadata: pairs, characters of a key, characters of a value.
const METADATA: (usize, usize, usize) = (50, 40, 500);

/// The parameters of a request, or of one nested part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Params {
    /// How the request names this part; empty at the top.
    path: String,
    fields: BTreeMap<String, Node>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Text(String),
    Nested(Params),
}

impl Params {
    /// Reads a form body or a query.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let mut params = Self::default();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            let steps = steps(&name).ok_or_else(|| Failure::invalid(format!("Invalid parameter name: {name}")))?;
            params.put(&steps, value.into_owned());
        }
        Ok(params)
    }

    fn put(&mut self, steps: &[String], value: String) {
        let Some((first, rest)) = steps.split_first() else { return };
        let name = if first.is_empty() { self.fields.len().to_string() } else { first.clone() };
        if rest.is_empty() {
            self.fields.insert(name, Node::Text(value));
            return;
        }
        let path = self.named(&name);
        let node = self.fields.entry(name).or_insert_with(|| Node::Nested(Self { path, ..Self::default() }));
        if let Node::Text(_) = node {
            *node = Node::Nested(Self::default());
        }
        if let Node::Nested(nested) = node {
            nested.put(rest, value);
        }
    }

    /// How the request names a field of this part.
    pub(super) fn named(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}[{name}]", self.path) }
    }

    /// Whether the request gives the field at all.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// Refuses what Stripe does not know, by name, and what it knows and the twin does not act on.
    pub(super) fn only(&self, known: &[&str], unmodelled: &[&str]) -> Result<(), Failure> {
        let strange = |name: &&String| !known.contains(&name.as_str()) && !unmodelled.contains(&name.as_str());
        let unknown: Vec<_> = self.fields.keys().filter(strange).map(|name| self.named(name)).collect();
        if let Some(first) = unknown.first() {
            let plural = if unknown.len() > 1 { "s" } else { "" };
            let message = format!("Received unknown parameter{plural}: {}", unknown.join(", "));
            return Err(Failure::param(first, "parameter_unknown", message));
        }
        match unmodelled.iter().find(|name| self.has(name)) {
            Some(name) => Err(Failure::unmodelled(&self.named(name))),
            None => Ok(()),
        }
    }

    /// A text; empty where the request unsets it.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, Failure> {
        match self.fields.get(name) {
            None => Ok(None),
            Some(Node::Text(text)) => Ok(Some(text)),
            Some(Node::Nested(_)) => Err(Failure::invalid("Invalid string: an object was given").of(&self.named(name))),
        }
    }

    /// A text that may not be empty.
    pub(super) fn filled(&self, name: &str) -> Result<Option<&str>, Failure> {
        let text = self.text(name)?;
        if text == Some("") {
            let param = self.named(name);
            let message = format!("You passed an empty string for '{param}'. Leave it out instead.");
            return Err(Failure::param(&param, "parameter_invalid_empty", message));
        }
        Ok(text)
    }

    /// A text that must be there.
    pub(super) fn required(&self, name: &str) -> Result<&str, Failure> {
        self.filled(name)?.ok_or_else(|| self.absent(name))
    }

    /// The failure of a field that must be there.
    pub(super) fn absent(&self, name: &str) -> Failure {
        let param = self.named(name);
        Failure::param(&param, "parameter_missing", format!("Missing required param: {param}."))
    }

    /// A whole number.
    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, Failure> {
        let read = |text: &str| {
            let message = format!("Invalid integer: {text}");
            text.parse().map_err(|_| Failure::param(&self.named(name), "parameter_invalid_integer", message))
        };
        self.filled(name)?.map(read).transpose()
    }

    /// `true` or `false`.
    pub(super) fn boolean(&self, name: &str) -> Result<Option<bool>, Failure> {
        match self.filled(name)? {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(text) => Err(Failure::invalid(format!("Invalid boolean: {text}")).of(&self.named(name))),
        }
    }

    /// One of these words.
    pub(super) fn choice(&self, name: &str, words: &[&str]) -> Result<Option<&str>, Failure> {
        let param = self.named(name);
        match self.filled(name)? {
            Some(text) if !words.contains(&text) => {
                let message = format!("Invalid {param}: must be one of {}", words.join(", "));
                Err(Failure::invalid(message).of(&param))
            }
            other => Ok(other),
        }
    }

    /// A nested part.
    pub(super) fn nested(&self, name: &str) -> Result<Option<&Self>, Failure> {
        match self.fields.get(name) {
            None => Ok(None),
            Some(Node::Nested(nested)) => Ok(Some(nested)),
            Some(Node::Text(_)) => Err(Failure::invalid("Invalid object").of(&self.named(name))),
        }
    }

    /// A list of texts, in the order of its indices.
    pub(super) fn list(&self, name: &str) -> Result<Option<Vec<String>>, Failure> {
        let wrong = || Failure::invalid("Invalid array").of(&self.named(name));
        let Some(Node::Nested(nested)) = self.fields.get(name) else {
            return if self.has(name) { Err(wrong()) } else { Ok(None) };
        };
        let mut entries = Vec::new();
        for (index, node) in &nested.fields {
            match (index.parse::<usize>(), node) {
                (Ok(index), Node::Text(text)) => entries.push((index, text.clone())),
                _ => return Err(wrong()),
            }
        }
        entries.sort();
        Ok(Some(entries.into_iter().map(|(_, text)| text).collect()))
    }

    /// The field as JSON, texts as they are, an empty text as null: for what is kept and shown, not acted on.
    pub(super) fn json(&self, name: &str) -> Option<Value> {
        self.fields.get(name).map(Node::json)
    }

    /// Merges `metadata` into what is there, as every Stripe object does: an empty value removes its key, an empty
    /// `metadata` removes all.
    pub(super) fn merge_metadata(&self, into: &mut Map<String, Value>) -> Result<(), Failure> {
        let pairs = match self.fields.get("metadata") {
            None => return Ok(()),
            Some(Node::Text(text)) if text.is_empty() => {
                into.clear();
                return Ok(());
            }
            Some(_) => self.nested("metadata")?.map(|nested| &nested.fields),
        };
        for (key, node) in pairs.into_iter().flatten() {
            let param = format!("metadata[{key}]");
            match node {
                Node::Text(value) if value.is_empty() => {
                    into.shift_remove(key);
                }
                Node::Text(value) if key.chars().count() <= METADATA.1 && value.chars().count() <= METADATA.2 => {
                    into.insert(key.clone(), Value::String(value.clone()));
                }
                Node::Text(_) => {
                    let message = "Metadata keys have at most 40 characters, values at most 500.";
                    return Err(Failure::invalid(message).of(&param));
                }
                Node::Nested(_) => return Err(Failure::invalid("Metadata values must be strings.").of(&param)),
            }
        }
        if into.len() > METADATA.0 {
            return Err(Failure::invalid("Metadata has at most 50 keys.").of("metadata"));
        }
        Ok(())
    }

    /// The same text for the same parameters in any order: what an idempotency key is compared by.
    pub(super) fn canonical(&self) -> String {
        format!("{:?}", self.fields)
    }
}

impl Node {
    fn json(&self) -> Value {
        match self {
            Self::Text(text) if text.is_empty() => Value::Null,
            Self::Text(text) => Value::String(text.clone()),
            Self::Nested(nested) => nested.fields.iter().map(|(name, node)| (name.clone(), node.json())).collect(),
        }
    }
}

/// `a[b][]` as `a`, `b` and an empty step.
fn steps(name: &str) -> Option<Vec<String>> {
    let Some((first, rest)) = name.split_once('[') else { return Some(vec![name.to_owned()]) };
    let inner = rest.strip_suffix(']')?;
    let mut steps = vec![first.to_owned()];
    steps.extend(inner.split("][").map(str::to_owned));
    (steps.len() <= DEPTH && !first.is_empty() && !steps.iter().any(|step| step.contains(['[', ']']))).then_some(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nests_lists_and_merges() {
        let params = Params::parse("a=1&b[c][d]=x+y&l[]=p&l[]=q&n[1]=z&n[0]=y&metadata[k]=v&metadata[gone]=")
            .expect("well formed");
        assert_eq!(params.integer("a"), Ok(Some(1)));
        let inner = params.nested("b").expect("nested").expect("there").nested("c").expect("nested").expect("there");
        assert_eq!((inner.text("d"), inner.named("d").as_str()), (Ok(Some("x y")), "b[c][d]"));
        assert_eq!(params.list("l"), Ok(Some(vec!["p".into(), "q".into()])));
        assert_eq!(params.list("n"), Ok(Some(vec!["y".into(), "z".into()])));
        let mut metadata = Map::from_iter([("gone".to_owned(), Value::from("x"))]);
        params.merge_metadata(&mut metadata).expect("within limits");
        assert_eq!(Value::Object(metadata), serde_json::json!({"k": "v"}));
    }

    #[test]
    fn refuses_by_name() {
        let params = Params::parse("x[y]=1&z=").expect("well formed");
        let failure = params.only(&["z"], &[]).expect_err("unknown");
        assert_eq!((&failure.error["code"], &failure.error["param"]), (&"parameter_unknown".into(), &"x".into()));
        assert!(params.required("z").is_err() && params.text("x").is_err() && params.integer("q") == Ok(None));
        for bad in ["a[b=1", "[a]=1", "a]b[=1", "a[b]c=1", "a[b][c][d][e][f][g][h][i]=1"] {
            assert!(Params::parse(bad).is_err(), "{bad}");
        }
    }
}
