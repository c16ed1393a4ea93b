//! A text as a whole: its tokens, its numbers, and what it says of codes anywhere.

use super::{
    belongs::{belongs, is_capital},
    candidates::{Form, Item, items},
    links::hash,
    tokens::{Kind, Token, Tokens},
    words::Roles,
};

/// Words that end with a full stop which ends no sentence.
const SHORTENED: [&str; 36] = [
    "no", "nr", "ref", "acc", "acct", "tel", "ext", "apt", "inv", "ord", "txn", "rs", "rp", "st", "dr", "mr", "mrs",
    "ms", "num", "approx", "max", "min", "dept", "тел", "ул", "д", "г", "р", "руб", "п", "nº", "rach", "dvs", "vs",
    "лв", "грн",
];

/// What the walk from a number passes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// A word, with where it stands.
    Word(usize, Roles),
    /// Another number, and whether it has the form of a code.
    Number(bool),
    /// A sign that ties what is before to what follows: a colon, an equals sign, a dash.
    Tie,
    /// A comma or the end of a line.
    Pause,
    /// A round bracket.
    Bracket,
    /// The end of a name in brackets: what stands in them owns no number after them.
    Label,
}

/// A text, read.
#[derive(Debug)]
pub(super) struct Text {
    pub tokens: Tokens,
    pub items: Vec<Item>,
    /// The item that each token is part of.
    item_at: Vec<Option<usize>>,
    /// What its words say, together.
    pub roles: Roles,
    /// How many words it has.
    pub words: usize,
    /// Whether each item is digits that may be a code, by itself and what touches it.
    likely: Vec<bool>,
    /// Whether digits of a code's usual length are among them.
    pub usual: bool,
    /// Whether the text says of each item that it is not, or no more, the code.
    spent: Vec<bool>,
    /// It speaks of *this code*: one that stands in it.
    pub shown: bool,
    /// It has the hash or the sign of Android's SMS Retriever.
    pub retriever: bool,
}

impl Text {
    pub(super) fn of(text: &str) -> Self {
        let tokens = Tokens::of(text);
        let items = items(&tokens);
        let mut item_at = vec![None; tokens.len()];
        for (index, item) in items.iter().enumerate() {
            item_at[item.first..=item.last].fill(Some(index));
        }
        let roles = tokens.all().iter().fold(Roles::NONE, |all, token| all.or(token.roles));
        let sign = ['<', '['].iter().any(|open| tokens.sign(0) == Some(*open)) && tokens.sign(1) == Some('#');
        let retriever = sign || hash(&tokens).is_some();
        let words = tokens.all().iter().filter(|token| token.kind == Kind::Word).count();
        let shown = is_shown(&tokens);
        let (likely, spent) = (Vec::new(), Vec::new());
        let usual = false;
        let mut text = Self { tokens, items, item_at, roles, words, likely, usual, spent, shown, retriever };
        let digits = |item: &Item| item.form.is_ok_and(|form| !matches!(form, Form::Lettered | Form::Long));
        text.likely = text.items.iter().map(|item| digits(item) && belongs(&text.tokens, item).is_none()).collect();
        text
    }

    /// With what it says itself of each item: which are not, or no more, the code, and so no candidates.
    pub(super) fn less(mut self, spent: Vec<bool>) -> Self {
        for (likely, spent) in self.likely.iter_mut().zip(&spent) {
            *likely &= !spent;
        }
        self.usual = self.likely.contains(&true);
        self.spent = spent;
        self
    }

    /// Whether an item is digits that may be a code.
    pub(super) fn is_likely(&self, index: usize) -> bool {
        self.likely.get(index).copied().unwrap_or_default()
    }

    /// Whether the text says that an item is not, or no more, the code.
    pub(super) fn is_spent(&self, item: &Item) -> bool {
        let index = self.item_at.get(item.first).copied().flatten();
        index.and_then(|index| self.spent.get(index)).copied().unwrap_or_default()
    }

    /// Whether a sentence ends with the sign at a place.
    pub(super) fn ends(&self, at: usize) -> bool {
        match self.tokens.sign(at) {
            Some('!' | '?' | '。' | '！' | '？' | '।' | '؟' | '۔' | '။' | '។' | '።' | '|') => true,
            Some('.') => {
                let shortened = self.tokens.before(at).is_some_and(|token| {
                    let word: String = self.tokens.chars(token).iter().flat_map(|c| c.to_lowercase()).collect();
                    // `f. eBay`, `Goethestr. 12`.
                    let letter = token.spaced && token.kind == Kind::Word && word.len() == 1;
                    letter || word.ends_with("str") || SHORTENED.contains(&word.as_str())
                });
                let inside = self.tokens.glued(at + 1) || self.tokens.sign(at + 1) == Some('.');
                let trailing = at > 0 && self.tokens.sign(at - 1) == Some('.');
                !shortened && !trailing && (!inside || self.word_follows(at))
            }
            _ => false,
        }
    }

    /// Whether a capitalised word is glued to a full stop: `123456.Valid`, somebody forgot the space. `GOV.UK` is a name.
    fn word_follows(&self, at: usize) -> bool {
        let capitals = |token: &Token| self.tokens.chars(token).iter().all(char::is_ascii_uppercase);
        let next = self.tokens.get(at + 1).filter(|token| token.kind == Kind::Word);
        let is_name = next.is_some_and(capitals) && self.tokens.before(at).is_some_and(capitals);
        let capital =
            |token: &Token| self.tokens.chars(token).first().is_some_and(|c| !c.is_ascii() || c.is_uppercase());
        !is_name && next.is_some_and(capital)
    }

    /// Whether a line or a sentence begins at a place.
    pub(super) fn begins(&self, at: usize) -> bool {
        at == 0 || self.tokens.all()[at].line || self.ends(at - 1)
    }

    /// The way from a number to the beginning of its sentence.
    pub(super) fn back(&self, item: &Item) -> impl Iterator<Item = Step> {
        self.walk(item.first, |at| at.checked_sub(1), |at, _| at, |item| item.first)
    }

    /// The way from a number to the end of its sentence.
    pub(super) fn ahead(&self, item: &Item) -> impl Iterator<Item = Step> {
        self.walk(item.last, |at| at.checked_add(1), |_, at| at, |item| item.last)
    }

    /// The way to where a sentence ends. Told how to go on, which of two neighbours may begin a line, and which end of
    /// a number is the far one.
    fn walk(
        &self,
        from: usize,
        next: impl Fn(usize) -> Option<usize>,
        later: impl Fn(usize, usize) -> usize,
        far: impl Fn(&Item) -> usize,
    ) -> impl Iterator<Item = Step> {
        let (mut at, mut steps, mut pending) = (from, 0, None);
        std::iter::from_fn(move || {
            if let Some(step) = pending.take() {
                return Some(step);
            }
            loop {
                let to = next(at)?;
                steps += 1;
                if steps > REACH || to >= self.tokens.len() || self.ends(to) {
                    return None;
                }
                let line = self.tokens.get(later(at, to)).is_some_and(|token| token.line);
                let step = self.step(to);
                at = self.item_at[to].map_or(to, |index| far(&self.items[index]));
                if line {
                    pending = step;
                    return Some(Step::Pause);
                }
                if step.is_some() {
                    return step;
                }
            }
        })
    }

    fn step(&self, at: usize) -> Option<Step> {
        let token = self.tokens.get(at)?;
        if let Some(index) = self.item_at[at] {
            // A name with digits in it is a word as well.
            let word = token.kind == Kind::Mixed && token.roles != Roles::NONE;
            return Some(if word { Step::Word(at, token.roles) } else { Step::Number(self.likely[index]) });
        }
        match token.kind {
            // Hebrew glues its prepositions to numbers: `ב-8820`.
            Kind::Sign('-') if self.tokens.before(at).is_some_and(|word| self.is_letter(word)) => None,
            Kind::Sign(':' | '：' | '=' | '-' | '→' | '>') => Some(Step::Tie),
            Kind::Sign(',' | '，' | ';' | '；' | '、' | '،') => Some(Step::Pause),
            Kind::Sign('(' | '（' | ')' | '）') => Some(Step::Bracket),
            Kind::Sign(']' | '】') => Some(Step::Label),
            Kind::Sign(_) => None,
            _ => Some(Step::Word(at, token.roles)),
        }
    }

    fn is_letter(&self, token: &Token) -> bool {
        token.kind == Kind::Word && matches!(self.tokens.chars(token), [letter] if !letter.is_ascii())
    }

    /// Whether a word that announces a code announces one of another kind: `postal code`, `código de reserva`.
    pub(super) fn is_other_code(&self, at: usize) -> bool {
        let roles = |at: usize| self.tokens.get(at).map_or(Roles::NONE, |token| token.roles);
        if roles(at).has(Roles::OTP) {
            return false;
        }
        let joined = |at: usize| self.tokens.sign(at) == Some('-');
        let before = at.checked_sub(if at > 0 && joined(at - 1) { 2 } else { 1 });
        let after = at + 1 + usize::from(roles(at + 1).has(Roles::LINK) || joined(at + 1));
        let other = |at: usize| roles(at).has(Roles::OTHER) || roles(at).has(Roles::PROMO);
        // `4821 Code Street`.
        let street =
            roles(at + 1).has(Roles::STREET) && is_capital(&self.tokens, at) && is_capital(&self.tokens, at + 1);
        before.is_some_and(other) || other(at) || other(after) || street
    }
}

/// Whether *this* stands with a word for a code: before it, or right after it as some languages have it.
fn is_shown(tokens: &Tokens) -> bool {
    let announces = |at: usize| tokens.get(at).is_some_and(|token| token.roles.announce());
    let this = |at: &usize| tokens.all()[*at].roles.has(Roles::THIS);
    (0..tokens.len()).filter(this).any(|at| announces(at + 1) || announces(at + 2) || (at > 0 && announces(at - 1)))
}

/// How many tokens a walk goes at most.
const REACH: usize = 48;
