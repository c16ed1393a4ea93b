//! What speaks for a candidate.

/// A reason to take a number for the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// The word for a code stands before it, in its sentence.
    AnnouncedBefore,
    /// The word for a code stands after it, in its sentence.
    AnnouncedAfter,
    /// A colon or *is* ties it to that word.
    Tied,
    /// It takes the place of a code that counts no more.
    Renewed,
    /// The text says for how many minutes it counts.
    Lasts,
    /// A verb such as *enter* has it as its object.
    Used,
    /// Its sentence says what codes are for.
    Purpose,
    /// The text speaks of a code elsewhere.
    Mentioned,
    /// The text asks to keep it.
    Secret,
    /// The text has the marks of Android's SMS Retriever.
    Retriever,
    /// It is the code of the origin-bound format: `@example.com #123456`.
    OriginBound,
    /// The text begins with it.
    Starts,
    /// It has a line or a sentence to itself.
    Apart,
    /// The text is nothing else.
    Whole,
    /// The text is its sender's name and this number.
    Labelled,
    /// Letters say who sent it: `G-123456`.
    Prefixed,
    /// It stands in brackets or quotes.
    Quoted,
    /// It is as long as codes mostly are.
    Length,
    /// The supplier takes it for the code.
    Supplier,
}

impl Evidence {
    /// It in words, for those who ask why.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::AnnouncedBefore => "announced before it",
            Self::AnnouncedAfter => "announced after it",
            Self::Tied => "tied to the announcement",
            Self::Renewed => "it replaces one that counts no more",
            Self::Lasts => "valid for minutes",
            Self::Used => "the object of a verb such as enter",
            Self::Purpose => "its purpose stands with it",
            Self::Mentioned => "a code is spoken of",
            Self::Secret => "it is to be kept",
            Self::Retriever => "made for a phone to read",
            Self::OriginBound => "bound to an origin",
            Self::Starts => "the text begins with it",
            Self::Apart => "it stands alone",
            Self::Whole => "the text is nothing else",
            Self::Labelled => "only its sender stands with it",
            Self::Prefixed => "marked with its sender's letters",
            Self::Quoted => "in brackets",
            Self::Length => "of a code's length",
            Self::Supplier => "the supplier says so",
        }
    }
}

/// What speaks for a candidate, each with its weight.
#[derive(Debug, Clone, Default)]
pub(super) struct Case {
    pub reasons: Vec<(Evidence, i32)>,
    /// What the doubts weigh.
    pub doubt: i32,
}

impl Case {
    /// Takes a reason in, if it is one.
    pub(super) fn say(&mut self, is_so: bool, evidence: Evidence, weight: i32) {
        if is_so && weight > 0 {
            self.reasons.push((evidence, weight));
        }
    }

    /// Everything together.
    pub(super) fn weight(&self) -> i32 {
        self.reasons.iter().map(|(_, weight)| weight).sum::<i32>() - self.doubt
    }
}
