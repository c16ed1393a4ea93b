//! Just enough of Rust's lexis to tell code from comments and strings.

/// A word or a sign of the code, with the line it stands on, counted from 1.
#[derive(Debug, PartialEq, Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) line: usize,
    pub(super) text: &'a str,
}

/// The code of a file as tokens: identifiers, `::`, and single signs. Comments, strings and characters are left out.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let (mut at, mut line, mut found) = (0, 1, Vec::new());
    while at < bytes.len() {
        let rest = &text[at..];
        let length = match bytes[at] {
            b'/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with("/*") => block_comment(rest),
            b'"' => string(rest),
            b'\'' => character(rest),
            b'r' | b'b' | b'c' if literal_prefix(rest).is_some() => literal_prefix(rest).unwrap_or(1),
            byte if byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii() => {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len()).max(1);
                found.push(Token { line, text: &rest[..end] });
                end
            }
            b':' if rest.starts_with("::") => {
                found.push(Token { line, text: "::" });
                2
            }
            byte if byte.is_ascii_whitespace() => 1,
            _ => {
                found.push(Token { line, text: &rest[..1] });
                1
            }
        };
        // A sign outside ASCII that is no letter has more than one byte.
        let length = (length..=rest.len()).find(|end| rest.is_char_boundary(*end)).unwrap_or(rest.len());
        line += rest[..length].matches('\n').count();
        at += length;
    }
    found
}

/// The length of a `/* … */`, which may nest.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let tail = &rest.as_bytes()[at..];
        if tail.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if tail.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// The length of a `"…"` with its escapes.
fn string(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// The length of a character literal, or of the quote alone where it starts a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => rest[2..].char_indices().skip(1).find(|(_, c)| *c == '\'').map_or(1, |(i, _)| i + 3),
        Some((_, _)) => match chars.next() {
            Some((i, '\'')) => i + 1,
            _ => 1,
        },
        None => 1,
    }
}

/// The length of `r"…"`, `r#"…"#`, `b"…"`, `br"…"`, `c"…"` and `b'…'`, if one starts here.
fn literal_prefix(rest: &str) -> Option<usize> {
    let letters = rest.bytes().take_while(|b| matches!(b, b'r' | b'b' | b'c')).count();
    if letters > 2 {
        return None;
    }
    let (prefix, tail) = rest.split_at(letters);
    if prefix.ends_with('r') {
        let hashes = tail.bytes().take_while(|b| *b == b'#').count();
        let body = tail[hashes..].strip_prefix('"')?;
        let close = format!("\"{}", "#".repeat(hashes));
        return Some(letters + hashes + 1 + body.find(&close).map_or(body.len(), |i| i + close.len()));
    }
    match tail.bytes().next()? {
        b'"' => Some(letters + string(tail)),
        b'\'' if prefix == "b" => Some(letters + character(tail)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::tokens;

    fn words(text: &str) -> Vec<&str> {
        tokens(text).into_iter().map(|t| t.text).collect()
    }

    #[test]
    fn comments_and_strings_are_not_code() {
        assert_eq!(words("a // b\n/* c /* d */ e */ f"), ["a", "f"]);
        assert_eq!(words(r##"a("x \" y", r#"b " c"#, b"d", br"e", 'f', '\'', b'g', '→') h"##), {
            let mut all = vec!["a", "("];
            all.extend([","; 7]);
            all.extend([")", "h"]);
            all
        });
    }

    #[test]
    fn lifetimes_and_raw_names_are_code() {
        assert_eq!(words("fn a<'b>(c: &'b str)"), ["fn", "a", "<", "b", ">", "(", "c", ":", "&", "b", "str", ")"]);
        assert_eq!(words("r#type br c"), ["r", "#", "type", "br", "c"]);
    }

    #[test]
    fn lines_are_counted_through_everything() {
        let found = tokens("a\n\"x\ny\"\n/* z\n */ b::c");
        assert_eq!(found.last().map(|t| (t.line, t.text)), Some((5, "c")));
        assert_eq!(found[0].line, 1);
    }
}
