//! What words say about the numbers beside them, read once from the table beside this file.

use std::{collections::HashMap, sync::LazyLock};

/// The words of all languages together: a text often mixes two.
pub(super) static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::read(include_str!("words.tsv")));

/// What a word may say; several at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Roles(u64);

/// The roles by their names in the table.
const NAMES: [(&str, Roles); 37] = [
    ("code", Roles::CODE),
    ("otp", Roles::OTP),
    ("verify", Roles::VERIFY),
    ("secret", Roles::SECRET),
    ("use", Roles::USE),
    ("owner", Roles::OWNER),
    ("other", Roles::OTHER),
    ("promo", Roles::PROMO),
    ("call", Roles::CALL),
    ("send", Roles::SEND),
    ("to", Roles::TO),
    ("unit", Roles::UNIT),
    ("street", Roles::STREET),
    ("copula", Roles::COPULA),
    ("link", Roles::LINK),
    ("money", Roles::MONEY),
    ("when", Roles::WHEN),
    ("travel", Roles::TRAVEL),
    ("void", Roles::VOID),
    ("avoid", Roles::AVOID),
    ("not", Roles::NOT),
    ("unlike", Roles::UNLIKE),
    ("gone", Roles::GONE),
    ("done", Roles::DONE),
    ("fresh", Roles::FRESH),
    ("turn", Roles::TURN),
    ("relative", Roles::RELATIVE),
    ("aim", Roles::AIM),
    ("valid", Roles::VALID),
    ("brief", Roles::BRIEF),
    ("shelf", Roles::SHELF),
    ("post", Roles::POST),
    ("this", Roles::THIS),
    ("pin", Roles::PIN),
    ("wrong", Roles::WRONG),
    ("tail", Roles::TAIL),
    ("swap", Roles::SWAP),
];

impl Roles {
    pub(super) const NONE: Self = Self(0);
    /// A noun that announces a code, unless another word makes it one of another kind.
    pub(super) const CODE: Self = Self(1);
    /// A noun that announces nothing but a code.
    pub(super) const OTP: Self = Self(1 << 1);
    /// What a code is for: to verify, to log in.
    pub(super) const VERIFY: Self = Self(1 << 2);
    /// That it is to be kept from others.
    pub(super) const SECRET: Self = Self(1 << 3);
    /// A verb with a code as its object.
    pub(super) const USE: Self = Self(1 << 4);
    /// What numbers belong to: accounts, orders, cards.
    pub(super) const OWNER: Self = Self(1 << 5);
    /// What makes a code another kind of code: a postal one.
    pub(super) const OTHER: Self = Self(1 << 6);
    /// Selling.
    pub(super) const PROMO: Self = Self(1 << 7);
    /// Before a number that is called.
    pub(super) const CALL: Self = Self(1 << 8);
    /// Before a number that is written to.
    pub(super) const SEND: Self = Self(1 << 9);
    /// To, in the sense of a recipient.
    pub(super) const TO: Self = Self(1 << 10);
    /// What a number counts.
    pub(super) const UNIT: Self = Self(1 << 11);
    /// What a house number stands before.
    pub(super) const STREET: Self = Self(1 << 12);
    /// What ties a noun to its value.
    pub(super) const COPULA: Self = Self(1 << 13);
    /// Words that say nothing here.
    pub(super) const LINK: Self = Self(1 << 14);
    /// Money, by name.
    pub(super) const MONEY: Self = Self(1 << 15);
    /// Before a time, a year, or what a code is for.
    pub(super) const WHEN: Self = Self(1 << 16);
    /// Journeys and stays, which have codes of letters and digits of their own.
    pub(super) const TRAVEL: Self = Self(1 << 17);
    /// That a code counts no more.
    pub(super) const VOID: Self = Self(1 << 19);
    /// That what follows is not to be used.
    pub(super) const AVOID: Self = Self(1 << 20);
    /// That a code is another one than what follows.
    pub(super) const NOT: Self = Self(1 << 21);
    /// That a code is another one than what is before.
    pub(super) const UNLIKE: Self = Self(1 << 34);
    /// That a code is elsewhere: sent, or still to come.
    pub(super) const GONE: Self = Self(1 << 22);
    /// That what a code was for has happened.
    pub(super) const DONE: Self = Self(1 << 23);
    /// What takes the place of a code that counts no more.
    pub(super) const FRESH: Self = Self(1 << 24);
    /// Another thought begins, or one about the future.
    pub(super) const TURN: Self = Self(1 << 25);
    /// After a comma, more about the same thing.
    pub(super) const RELATIVE: Self = Self(1 << 26);
    /// What is done with the number before it.
    pub(super) const AIM: Self = Self(1 << 27);
    /// Before or after how long a code counts.
    pub(super) const VALID: Self = Self(1 << 28);
    /// Minutes, in which codes are measured and tickets seldom.
    pub(super) const BRIEF: Self = Self(1 << 29);
    /// A code by which a parcel is found on its shelf.
    pub(super) const SHELF: Self = Self(1 << 30);
    /// Parcels and addresses, near which a PIN may be a postal code.
    pub(super) const POST: Self = Self(1 << 31);
    /// That what it stands with is in this text.
    pub(super) const THIS: Self = Self(1 << 32);
    /// What is a code, or in India a postal one.
    pub(super) const PIN: Self = Self(1 << 33);
    /// That a code is not the right one.
    pub(super) const WRONG: Self = Self(1 << 35);
    /// After the last digits of a number that is not shown whole.
    pub(super) const TAIL: Self = Self(1 << 36);
    /// That what follows has given its place to another.
    pub(super) const SWAP: Self = Self(1 << 37);
    /// A known phrase begins so.
    const HEAD: Self = Self(1 << 18);

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether it announces a code.
    pub(super) fn announce(self) -> bool {
        self.has(Self(Self::CODE.0 | Self::OTP.0))
    }

    /// Whether the word says nothing on the way to another.
    pub(super) fn is_link(self) -> bool {
        self.has(Self(Self::LINK.0 | Self::COPULA.0 | Self::TO.0))
    }

    pub(super) fn head(self) -> bool {
        self.has(Self::HEAD)
    }

    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Patterns that share their first or their last character.
type Bucket = HashMap<char, Vec<(String, Roles)>>;

/// Words and the ways in which they are recognised.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    whole: HashMap<String, Roles>,
    beginnings: Bucket,
    endings: Bucket,
    contained: HashMap<char, Vec<(Vec<char>, Roles)>>,
    phrases: HashMap<String, Vec<(Vec<String>, Roles)>>,
}

impl Vocabulary {
    fn read(table: &str) -> Self {
        let mut vocabulary = Self::default();
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split('\t');
            let role = fields.next().unwrap_or_default();
            let Some((_, roles)) = NAMES.iter().find(|(name, _)| *name == role) else { continue };
            for pattern in fields.nth(1).unwrap_or_default().split(' ').filter(|pattern| !pattern.is_empty()) {
                vocabulary.add(pattern, *roles);
            }
        }
        for patterns in vocabulary.contained.values_mut() {
            patterns.sort_by_key(|(pattern, _)| std::cmp::Reverse(pattern.len()));
        }
        for phrases in vocabulary.phrases.values_mut() {
            phrases.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
        }
        vocabulary
    }

    fn add(&mut self, pattern: &str, roles: Roles) {
        if let Some(part) = pattern.strip_prefix('~') {
            let chars: Vec<char> = part.chars().collect();
            let Some(first) = chars.first().copied() else { return };
            let bucket = self.contained.entry(first).or_default();
            match bucket.iter_mut().find(|(known, _)| *known == chars) {
                Some((_, known)) => *known = known.or(roles),
                None => bucket.push((chars, roles)),
            }
        } else if let Some((first, _)) = pattern.split_once('+') {
            let words: Vec<String> = pattern.split('+').map(str::to_owned).collect();
            let phrases = self.phrases.entry(first.to_owned()).or_default();
            match phrases.iter_mut().find(|(known, _)| *known == words) {
                Some((_, known)) => *known = known.or(roles),
                None => phrases.push((words, roles)),
            }
            self.mark(first, Roles::HEAD);
        } else if let Some(ending) = pattern.strip_prefix('*') {
            Self::file(&mut self.endings, ending, ending.chars().next_back(), roles);
        } else if let Some(beginning) = pattern.strip_suffix('*') {
            Self::file(&mut self.beginnings, beginning, beginning.chars().next(), roles);
        } else {
            self.mark(pattern, roles);
        }
    }

    fn mark(&mut self, word: &str, roles: Roles) {
        let known = self.whole.entry(word.to_owned()).or_default();
        *known = known.or(roles);
    }

    fn file(bucket: &mut Bucket, pattern: &str, key: Option<char>, roles: Roles) {
        let Some(key) = key else { return };
        bucket.entry(key).or_default().push((pattern.to_owned(), roles));
    }

    /// What a word in lower case says: as a whole if it is known so, else by how it begins and ends.
    pub(super) fn roles(&self, word: &str) -> Roles {
        let whole = self.whole.get(word).copied().unwrap_or_default();
        if whole != Roles::NONE && whole != Roles::HEAD {
            return whole;
        }
        let matching = |bucket: &Bucket, key: Option<char>, fits: &dyn Fn(&str) -> bool| {
            let patterns = key.and_then(|key| bucket.get(&key)).map(Vec::as_slice).unwrap_or_default();
            patterns.iter().filter(|(pattern, _)| fits(pattern)).fold(Roles::NONE, |all, (_, roles)| all.or(*roles))
        };
        let beginning = matching(&self.beginnings, word.chars().next(), &|pattern| word.starts_with(pattern));
        whole.or(beginning).or(matching(&self.endings, word.chars().next_back(), &|pattern| word.ends_with(pattern)))
    }

    /// The longest known word that a text without spaces begins with: its length in characters, and what it says.
    pub(super) fn contained(&self, text: &[char]) -> Option<(usize, Roles)> {
        let patterns = self.contained.get(text.first()?)?;
        patterns.iter().find(|(pattern, _)| text.starts_with(pattern)).map(|(pattern, roles)| (pattern.len(), *roles))
    }

    /// The longest known phrase that these words begin with: how many of them, and what it says.
    pub(super) fn phrase(&self, words: &[String]) -> Option<(usize, Roles)> {
        let phrases = self.phrases.get(words.first()?)?;
        phrases.iter().find(|(phrase, _)| words.starts_with(phrase)).map(|(phrase, roles)| (phrase.len(), *roles))
    }
}
