//! One spelling for what scripts and keyboards write in several ways.

/// The zero of each row of decimal digits (general category Nd, Unicode 14 and later): nine more follow each.
const ZEROS: [u32; 66] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0,
    0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60,
    0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
];

/// The text with ASCII digits, plain spaces and dashes, full-width letters as ASCII, and without marks that nobody sees.
pub(super) fn normal(text: &str) -> Vec<char> {
    text.chars().filter(|c| !is_unseen(*c)).map(|c| if c.is_ascii() { c } else { spelling(c) }).collect()
}

fn spelling(c: char) -> char {
    if let Some(digit) = digit(c) {
        return digit;
    }
    match c {
        '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => {
            char::from_u32(u32::from(c) - 0xff21 + u32::from('A')).unwrap_or(c)
        }
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => '-',
        '\u{66a}' | '\u{ff05}' => '%',
        '\u{66b}' => '.',
        '\u{66c}' => ',',
        '\u{ff04}' => '$',
        '\u{ffe5}' => '¥',
        '\u{ff0b}' => '+',
        '\u{ff03}' => '#',
        '\u{ff1a}' | '\u{fe55}' | '\u{589}' => '：',
        '\u{2018}' | '\u{2019}' | '\u{2bb}' | '\u{2bc}' => '\'',
        c if c.is_whitespace() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{85}') => ' ',
        c if c.is_whitespace() => '\n',
        c => c,
    }
}

/// The ASCII digit that a decimal digit of another script stands for.
fn digit(c: char) -> Option<char> {
    let point = u32::from(c);
    let row = ZEROS.partition_point(|zero| *zero <= point).checked_sub(1)?;
    char::from_digit(point - ZEROS[row], 10)
}

/// Joiners, directions, soft hyphens, vowel points and stretchers: no part of a word's spelling.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{307}'
            | '\u{591}'..='\u{5bd}'
            | '\u{61c}'
            | '\u{640}'
            | '\u{64b}'..='\u{65f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{fe0e}'
            | '\u{fe0f}'
            | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::normal;

    fn spelt(text: &str) -> String {
        normal(text).into_iter().collect()
    }

    #[test]
    fn every_scripts_digits_are_read() {
        for digits in [
            "٠١٢٣٤٥٦٧٨٩",
            "۰۱۲۳۴۵۶۷۸۹",
            "०१२३४५६७८९",
            "০১২৩৪৫৬৭৮৯",
            "๐๑๒๓๔๕๖๗๘๙",
            "０１２３４５６７８９",
            "௦௧௨௩௪௫௬௭௮௯",
            "၀၁၂၃၄၅၆၇၈၉",
            "០១២៣៤៥៦៧៨៩",
            "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
        ] {
            assert_eq!(spelt(digits), "0123456789");
        }
        assert_eq!(spelt("②½Ⅷ٪"), "②½Ⅷ%", "numbers that are no decimal digits stay");
    }

    #[test]
    fn what_nobody_sees_is_gone() {
        assert_eq!(spelt("\u{2067}1\u{200b}2\u{a0}3–4\u{2069} ＡＢz"), "12 3-4 ABz");
    }
}
