//! Numbers to hand out: a rule, not a list, and the same ones in the same order each time.

use vocab::E164;

/// So many candidates in a row are tried at most; a range whose numbers are all taken has none left.
const PATIENCE: u64 = 20_000;

/// Numbers that begin with one of some digits and have so many more.
#[derive(Debug)]
pub(crate) struct Range {
    prefixes: Vec<String>,
    /// How many numbers each prefix has, valid or not.
    size: u64,
    free: usize,
}

impl Range {
    /// Country code and first digits, without `+`, and how many digits follow.
    pub(crate) fn new(prefixes: impl IntoIterator<Item = String>, free: u32) -> Self {
        let prefixes = prefixes.into_iter().collect();
        Self { prefixes, size: 10_u64.pow(free), free: free as usize }
    }

    /// The first number at this place or behind it that is valid and free, as digits without `+`, and the place to go
    /// on from.
    pub(crate) fn next(&self, from: u64, is_free: impl Fn(&str) -> bool) -> Option<(String, u64)> {
        (from..from + PATIENCE).find_map(|place| {
            let digits = self.at(place)?;
            let valid = format!("+{digits}").parse::<E164>().is_ok_and(|number| number.is_valid());
            (valid && is_free(&digits)).then_some((digits, place + 1))
        })
    }

    /// Prefixes take turns; behind them the digits are spread, so that neighbours in order are not alike.
    fn at(&self, place: u64) -> Option<String> {
        let count = self.prefixes.len() as u64;
        let prefix = self.prefixes.get(usize::try_from(place.checked_rem(count)?).ok()?)?;
        // 6180339 has no factor in common with a power of ten, so the numbers of a prefix do not soon come up again.
        let digits = (2_718_281 + place * 6_180_339) % self.size;
        Some(format!("{prefix}{digits:0width$}", width = self.free))
    }
}
