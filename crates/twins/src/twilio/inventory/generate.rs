//! The numbers of a block, without a list of them: each index of a template is one number, in a fixed shuffled order.

use super::{
    pattern::{Pattern, Template, template},
    tables::{Block, Kind, Place},
};

/// After so many candidates in a row that the numbering plan does not know, a template is given up.
const PATIENCE: u32 = 400;

/// Candidates of one block, one template after another.
pub(crate) struct Candidates {
    templates: std::vec::IntoIter<Template>,
    current: Option<Shuffled>,
    misses: u32,
}

impl Candidates {
    pub(crate) fn new(block: &Block, pattern: Option<&Pattern>) -> Self {
        let whole = template(block.prefix, block.free);
        let templates = pattern.map_or_else(|| vec![whole.clone()], |pattern| pattern.over(&whole));
        Self { templates: templates.into_iter(), current: None, misses: 0 }
    }

    /// The next digits to try.
    pub(crate) fn next(&mut self) -> Option<String> {
        loop {
            if self.misses < PATIENCE
                && let Some(digits) = self.current.as_mut().and_then(Shuffled::next)
            {
                return Some(digits);
            }
            self.misses = 0;
            self.current = Some(Shuffled::new(self.templates.next()?));
        }
    }

    /// Tells what became of the last candidate.
    pub(crate) fn judge(&mut self, is_number: bool) {
        self.misses = if is_number { 0 } else { self.misses + 1 };
    }
}

/// Every way to fill a template, each once, in an order that looks like none.
struct Shuffled {
    template: Template,
    count: u64,
    index: u64,
    start: u64,
    step: u64,
}

impl Shuffled {
    fn new(template: Template) -> Self {
        let free = template.iter().filter(|digit| digit.is_none()).count();
        let count = 10_u64.pow(u32::try_from(free).expect("at most 15 digits"));
        let seed = hash(&template.iter().map(|digit| digit.unwrap_or(10)).collect::<Vec<_>>());
        // A step without a factor in common with a power of ten visits every index; near the golden ratio of the
        // count, neighbours in order are far apart as numbers.
        let golden = u128::from(count) * 618_033_989 / 1_000_000_000;
        let mut step = u64::try_from(golden).expect("less than the count") + 1;
        while step.is_multiple_of(2) || step.is_multiple_of(5) {
            step += 1;
        }
        Self { template, count, index: 0, start: seed % count, step: step % count.max(2) }
    }

    fn next(&mut self) -> Option<String> {
        if self.index == self.count {
            return None;
        }
        let mut value = (self.start + self.index * self.step) % self.count;
        self.index += 1;
        let mut digits: Vec<u8> = Vec::with_capacity(self.template.len());
        for digit in self.template.iter().rev() {
            digits.push(b'0' + digit.unwrap_or((value % 10) as u8));
            if digit.is_none() {
                value /= 10;
            }
        }
        digits.reverse();
        Some(digits.into_iter().map(char::from).collect())
    }
}

/// Whether the digits cannot be a number, told without asking the numbering plan: in North America neither an area
/// code nor an exchange begins with 0 or 1.
pub(crate) fn is_hopeless(digits: &str) -> bool {
    digits.starts_with('1') && digits.as_bytes().get(4).is_some_and(|digit| *digit < b'2')
}

/// The place of a number of this block. Several share an area code by exchange, the three digits behind it.
pub(crate) fn place<'a>(block: &'a Block, digits: &str) -> &'a Place {
    let exchange: Vec<u8> = digits.bytes().skip(block.prefix.len()).take(3).collect();
    let index = hash(&exchange) % block.places.len() as u64;
    &block.places[index as usize]
}

/// Whether the digits are in the block's range.
pub(crate) fn covers(block: &Block, digits: &str) -> bool {
    digits.len() == block.prefix.len() + block.free && digits.starts_with(block.prefix)
}

/// A few land lines among North America's local numbers carry no texts, or no pictures.
pub(crate) fn lacks(country: &str, kind: Kind, digits: &str) -> (bool, bool) {
    if kind != Kind::Local || !matches!(country, "US" | "CA") {
        return (false, false);
    }
    match hash(digits.as_bytes()) % 8 {
        0 => (true, true),
        1 => (false, true),
        _ => (false, false),
    }
}

/// FNV-1a with a final stir: the same everywhere and for ever, which the standard library's hasher does not promise.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mut hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^ (hash >> 29)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_number_once() {
        for free in [0, 1, 2, 4] {
            let mut shuffled = Shuffled::new(template("1415", free));
            let all: HashSet<String> = std::iter::from_fn(|| shuffled.next()).collect();
            assert_eq!(all.len(), 10_usize.pow(free as u32));
            assert!(all.iter().all(|digits| digits.len() == 4 + free && digits.starts_with("1415")));
        }
    }
}
