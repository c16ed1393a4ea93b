//! `Contains`: which digits a number must have, and every number that has them.
//!
//! A pattern is laid over a template (fixed digits, then free ones) at each place where it fits. What comes out are
//! narrower templates, so that a vanity number is found among millions without looking at each.

/// A digit, or `None` where any will do.
pub(crate) type Template = Vec<Option<u8>>;

/// So many ways to lay a pattern over a template are tried at most; patterns with several `%` have very many.
const WAYS: usize = 256;

/// Digits, letters as on a keypad, `*` for any digit, `%` for any run of digits, `+` in front for the start and `$`
/// behind for the end of the number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    segments: Vec<Template>,
    from_start: bool,
    to_end: bool,
}

/// Text that is no pattern, with what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct BadPattern(pub(crate) &'static str);

impl Pattern {
    /// Reads a pattern as Twilio's `Contains` has it: 2 to 16 characters between the anchors.
    pub(crate) fn parse(text: &str) -> Result<Self, BadPattern> {
        let (text, from_start) = text.strip_prefix('+').map_or((text, false), |rest| (rest, true));
        let (text, to_end) = text.strip_suffix('$').map_or((text, false), |rest| (rest, true));
        if !(2..=16).contains(&text.chars().count()) {
            return Err(BadPattern("must have 2 to 16 characters"));
        }
        let mut segments = vec![Template::new()];
        for character in text.chars() {
            match character {
                '%' => segments.push(Template::new()),
                '*' => last(&mut segments).push(None),
                _ => last(&mut segments).push(Some(
                    keypad(character)
                        .ok_or(BadPattern("may have digits, latin letters, * and %, with + in front and $ behind"))?,
                )),
            }
        }
        let literals = segments.iter().flatten().flatten().count();
        if literals < 2 && text.contains(['*', '%']) {
            return Err(BadPattern("must have at least 2 digits or letters beside its wildcards"));
        }
        Ok(Self { segments, from_start, to_end })
    }

    /// Whether these digits fit.
    pub(crate) fn fits(&self, digits: &str) -> bool {
        !self.over(&template(digits, 0)).is_empty()
    }

    /// The template narrowed to this pattern, once for each way to lay it.
    pub(crate) fn over(&self, template: &Template) -> Vec<Template> {
        let mut found = Vec::new();
        self.lay(0, 0, template, &mut found);
        found
    }

    fn lay(&self, segment: usize, from: usize, template: &Template, found: &mut Vec<Template>) {
        let Some(digits) = self.segments.get(segment) else {
            if !found.contains(template) {
                found.push(template.clone());
            }
            return;
        };
        let Some(last) = template.len().checked_sub(digits.len()) else { return };
        // Behind a `%` at the very end there is nothing to anchor.
        let is_last = segment + 1 == self.segments.len() && !digits.is_empty();
        let first = if self.to_end && is_last { last.max(from) } else { from };
        let last = if self.from_start && segment == 0 { 0 } else { last };
        for at in first..=last {
            if found.len() >= WAYS {
                return;
            }
            if let Some(narrowed) = narrow(template, digits, at) {
                self.lay(segment + 1, at + digits.len(), &narrowed, found);
            }
            if digits.is_empty() {
                return;
            }
        }
    }
}

/// These digits, then so many free ones.
pub(crate) fn template(prefix: &str, free: usize) -> Template {
    prefix.bytes().map(|digit| Some(digit - b'0')).chain(std::iter::repeat_n(None, free)).collect()
}

fn narrow(template: &Template, digits: &Template, at: usize) -> Option<Template> {
    let mut narrowed = template.clone();
    for (slot, wanted) in narrowed[at..].iter_mut().zip(digits) {
        match (*slot, *wanted) {
            (Some(have), Some(want)) if have != want => return None,
            (None, Some(want)) => *slot = Some(want),
            _ => {}
        }
    }
    Some(narrowed)
}

fn last(segments: &mut [Template]) -> &mut Template {
    segments.last_mut().expect("there is always a segment")
}

/// The digit under which a telephone's keypad has this character.
fn keypad(character: char) -> Option<u8> {
    match character.to_ascii_uppercase() {
        digit @ '0'..='9' => Some(digit as u8 - b'0'),
        'A'..='C' => Some(2),
        'D'..='F' => Some(3),
        'G'..='I' => Some(4),
        'J'..='L' => Some(5),
        'M'..='O' => Some(6),
        'P'..='S' => Some(7),
        'T'..='V' => Some(8),
        'W'..='Z' => Some(9),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, digits: &str) -> bool {
        Pattern::parse(pattern).expect("a pattern").fits(digits)
    }

    #[test]
    fn patterns_as_twilio_reads_them() {
        assert!(fits("510555****", "15105551234"));
        assert!(!fits("510555****", "15105561234"));
        assert!(fits("FLOWERS", "14153569377"));
        assert!(fits("+1415", "14155551234") && !fits("+415", "14155551234"));
        assert!(fits("1234$", "14155551234") && !fits("5551$", "14155551234"));
        assert!(fits("+14%34$", "14155551234") && !fits("+14%35$", "14155551234"));
        assert!(fits("415%99%1", "14159955211") && !fits("415%99%1", "14155551234"));
        assert!(fits("%1234", "14155551234") && fits("1234%", "14155551234") && fits("12**", "14155551234"));
        assert!(!fits("123456789012", "14155551234"));
    }

    #[test]
    fn what_is_no_pattern() {
        for bad in ["", "1", "1*", "**", "%1", "12345678901234567", "12-34", "12é4", "+", "$"] {
            assert!(Pattern::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_pattern_narrows_a_template() {
        let ways = Pattern::parse("555").expect("a pattern").over(&template("1415", 7));
        // Five alignments over the free digits, and one that shares the 5 of the area code.
        assert_eq!(ways.len(), 6);
        assert!(ways.iter().all(|way| way.len() == 11));
    }
}
