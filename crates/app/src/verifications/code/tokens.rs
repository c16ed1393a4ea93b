//! A text as tokens with their neighbourhood.

use super::{
    normal::normal,
    words::{Roles, VOCABULARY},
};

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Digits and nothing else.
    Digits,
    /// ASCII letters and digits.
    Mixed,
    /// Letters.
    Word,
    /// One sign.
    Sign(char),
}

/// A token, and how it stands to the one before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub kind: Kind,
    /// Where it begins in the normalised text, in characters.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What the word says about numbers near it.
    pub roles: Roles,
    /// White space stands before it, or nothing.
    pub spaced: bool,
    /// A line begins with it.
    pub line: bool,
}

/// The tokens of a text.
#[derive(Debug)]
pub(super) struct Tokens {
    chars: Vec<char>,
    all: Vec<Token>,
}

impl Tokens {
    pub(super) fn of(text: &str) -> Self {
        let chars = normal(text);
        let mut tokens = Tokens { all: Vec::with_capacity(chars.len() / 3), chars };
        tokens.cut();
        tokens.mark_phrases();
        tokens
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn all(&self) -> &[Token] {
        &self.all
    }

    pub(super) fn get(&self, at: usize) -> Option<&Token> {
        self.all.get(at)
    }

    /// The token before.
    pub(super) fn before(&self, at: usize) -> Option<&Token> {
        at.checked_sub(1).and_then(|at| self.all.get(at))
    }

    /// The sign that a token is, if it is one.
    pub(super) fn sign(&self, at: usize) -> Option<char> {
        match self.all.get(at)?.kind {
            Kind::Sign(sign) => Some(sign),
            _ => None,
        }
    }

    pub(super) fn chars(&self, token: &Token) -> &[char] {
        &self.chars[token.start..token.end]
    }

    /// The characters from one token to another, both included.
    pub(super) fn span(&self, first: usize, last: usize) -> String {
        self.chars[self.all[first].start..self.all[last].end].iter().collect()
    }

    pub(super) fn size(&self, at: usize) -> usize {
        self.all.get(at).map_or(0, |token| token.end - token.start)
    }

    pub(super) fn is_digits(&self, at: usize) -> bool {
        self.all.get(at).is_some_and(|token| token.kind == Kind::Digits)
    }

    /// Whether nothing, not even a space, separates a token from the one before it.
    pub(super) fn glued(&self, at: usize) -> bool {
        self.all.get(at).is_some_and(|token| !token.spaced)
    }

    fn cut(&mut self) {
        let (mut at, mut spaced, mut line) = (0, true, true);
        while let Some(&c) = self.chars.get(at) {
            if c.is_whitespace() {
                (spaced, line, at) = (true, line || c == '\n', at + 1);
                continue;
            }
            let first = self.all.len();
            if is_letter(c) || c.is_ascii_digit() {
                let end = end_of(&self.chars, at, |c| is_letter(c) || c.is_ascii_digit());
                self.cut_run(at, end);
                at = end;
            } else {
                self.push(Kind::Sign(c), at, at + 1, Roles::NONE);
                at += 1;
            }
            self.all[first].spaced = spaced;
            self.all[first].line = line;
            (spaced, line) = (false, false);
        }
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize, roles: Roles) {
        self.all.push(Token { kind, start, end, roles, spaced: false, line: false });
    }

    /// A run of letters and digits: ASCII with digits in it is one token, the letters of other scripts around it are
    /// words, and of a script without spaces each known word is one.
    fn cut_run(&mut self, start: usize, end: usize) {
        let mut at = start;
        while at < end {
            let unspaced = is_unspaced(self.chars[at]);
            let mut stop = end_of(&self.chars[..end], at, |c| is_unspaced(c) == unspaced);
            if unspaced {
                self.cut_unspaced(at, stop);
            } else if self.chars[at].is_ascii() {
                let ascii = end_of(&self.chars[..end], at, |c| c.is_ascii());
                if self.chars[at..ascii].iter().any(char::is_ascii_digit) {
                    self.cut_ascii(at, ascii);
                    stop = ascii;
                } else {
                    stop = self.word_end(at, stop);
                    self.cut_word(at, stop);
                }
            } else {
                stop = self.word_end(at, stop);
                self.cut_word(at, stop);
            }
            at = stop;
        }
    }

    /// Where letters end: at the first digit.
    fn word_end(&self, at: usize, stop: usize) -> usize {
        end_of(&self.chars[..stop], at, |c| !c.is_ascii_digit())
    }

    fn cut_word(&mut self, start: usize, end: usize) {
        let roles = VOCABULARY.roles(&lower(&self.chars[start..end]));
        self.push(Kind::Word, start, end, roles);
    }

    /// `code1234` is a word and its number; `AB12CD` is one token.
    fn cut_ascii(&mut self, start: usize, end: usize) {
        let letters = end_of(&self.chars[..end], start, |c| c.is_ascii_alphabetic());
        let digits = end_of(&self.chars[..end], letters, |c| c.is_ascii_digit());
        if letters == start && digits == end {
            self.push(Kind::Digits, start, end, Roles::NONE);
            return;
        }
        if letters >= start + 3 && digits == end {
            let roles = VOCABULARY.roles(&lower(&self.chars[start..letters]));
            if roles.announce() {
                self.push(Kind::Word, start, letters, roles);
                self.push(Kind::Digits, letters, end, Roles::NONE);
                return;
            }
        }
        let roles = if end - start <= 4 { VOCABULARY.roles(&lower(&self.chars[start..end])) } else { Roles::NONE };
        self.push(Kind::Mixed, start, end, roles);
    }

    fn cut_unspaced(&mut self, start: usize, end: usize) {
        let (mut at, mut unknown) = (start, start);
        while at < end {
            let Some((length, roles)) = VOCABULARY.contained(&self.chars[at..end]) else {
                at += 1;
                continue;
            };
            if unknown < at {
                self.push(Kind::Word, unknown, at, Roles::NONE);
            }
            self.push(Kind::Word, at, at + length, roles);
            at += length;
            unknown = at;
        }
        if unknown < end {
            self.push(Kind::Word, unknown, end, Roles::NONE);
        }
    }

    /// Gives each word of a known phrase (`mot de passe`) the phrase's roles.
    fn mark_phrases(&mut self) {
        for at in 0..self.all.len() {
            if self.is_unaccented_is(at) {
                self.all[at].roles = Roles::COPULA;
            }
            if self.all[at].roles.head() {
                self.mark_phrase(at);
            }
        }
    }

    /// Italian banks write *è* as `e'`, which the alphabet of text messages has.
    fn is_unaccented_is(&self, at: usize) -> bool {
        let letter = matches!(self.chars(&self.all[at]), ['e' | 'E']);
        letter && self.sign(at + 1) == Some('\'') && self.glued(at + 1) && !self.glued(at + 2)
    }

    fn mark_phrase(&mut self, head: usize) {
        let mut places = vec![head];
        let mut at = head + 1;
        while places.len() < 4 {
            match self.all.get(at).map(|token| token.kind) {
                Some(Kind::Word | Kind::Mixed | Kind::Digits) => places.push(at),
                Some(Kind::Sign('-' | '\'' | '/')) => {}
                _ => break,
            }
            at += 1;
        }
        let words: Vec<String> = places.iter().map(|at| lower(self.chars(&self.all[*at]))).collect();
        let Some((length, roles)) = VOCABULARY.phrase(&words) else { return };
        for place in &places[..length] {
            self.all[*place].roles = roles;
        }
    }
}

/// Where a run that begins at `at` ends.
fn end_of(chars: &[char], at: usize, belongs: impl Fn(char) -> bool) -> usize {
    chars[at..].iter().position(|c| !belongs(*c)).map_or(chars.len(), |length| at + length)
}

/// Lower case, without accents that are written as marks of their own.
fn lower(chars: &[char]) -> String {
    chars.iter().flat_map(|c| c.to_lowercase()).filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).collect()
}

/// Letters, and the marks without which some scripts' words fall apart.
fn is_letter(c: char) -> bool {
    let mark = matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}' | '\u{eb1}'..='\u{ecd}'
        | '\u{f71}'..='\u{f84}' | '\u{102b}'..='\u{103e}' | '\u{17b4}'..='\u{17d3}');
    c.is_alphabetic() || (mark && !matches!(c, '\u{964}' | '\u{965}' | '\u{9f2}' | '\u{9f3}' | '\u{bf9}' | '\u{e3f}'))
}

/// Scripts that write no spaces between words, or glue particles to them.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{f00}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ffdc}' | '\u{20000}'..='\u{3ffff}')
}
