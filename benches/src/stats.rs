//! Rounds: what was measured again and again, its median and its range.

use std::fmt;

/// One quantity, once a round.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Rounds(Vec<f64>);

impl FromIterator<f64> for Rounds {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl Rounds {
    /// The middle value; of an even number, the mean of the two in the middle.
    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        match sorted.len() {
            0 => f64::NAN,
            n if n % 2 == 1 => sorted[n / 2],
            n => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
        }
    }

    fn range(&self) -> (f64, f64) {
        let (least, most) = (f64::INFINITY, f64::NEG_INFINITY);
        self.0.iter().fold((least, most), |(least, most), value| (least.min(*value), most.max(*value)))
    }

    /// Round by round.
    pub(crate) fn iter(&self) -> impl Iterator<Item = f64> {
        self.0.iter().copied()
    }

    /// Round by round, this over that.
    pub(crate) fn over(&self, other: &Self) -> Self {
        self.0.iter().zip(&other.0).map(|(a, b)| a / b).collect()
    }
}

/// What so many in a hundred stay below; the values have to be in order.
pub(crate) fn share(sorted: &[f64], hundredths: usize) -> f64 {
    let at = (sorted.len() * hundredths).div_ceil(100).max(1) - 1;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// The median and, in parentheses, the range.
impl fmt::Display for Rounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, most) = self.range();
        let digits = if self.median() < 10.0 { 2 } else { usize::from(self.median() < 100.0) };
        write!(f, "{} ({}–{})", grouped(self.median(), digits), grouped(least, digits), grouped(most, digits))
    }
}

/// A number with its thousands apart.
fn grouped(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(w, f)| (w, Some(f)));
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    fraction.map_or(out.clone(), |fraction| format!("{out}.{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_and_range() {
        let rounds: Rounds = [3.0, 1.0, 2.0].into_iter().collect();
        assert_eq!(rounds.to_string(), "2.00 (1.00–3.00)");
        let even: Rounds = [4000.0, 1000.0].into_iter().collect();
        assert_eq!(even.to_string(), "2 500 (1 000–4 000)");
    }

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!((share(&values, 50), share(&values, 99), share(&values[..1], 99)), (50.0, 99.0, 1.0));
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        let (a, b): (Rounds, Rounds) = ([1.0, 4.0].into_iter().collect(), [2.0, 2.0].into_iter().collect());
        assert_eq!(a.over(&b), [0.5, 2.0].into_iter().collect());
    }
}
