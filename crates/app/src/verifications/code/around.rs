//! What a sentence says of a number in it: how near it is announced, and whose it is.

use super::{
    candidates::Item,
    text::{Step, Text},
    words::Roles,
};

/// How far a subject that is tied to another number reaches.
const SUBJECT: i32 = 3;
/// How far away, in words, an owner is one.
pub(super) const OWNED: i32 = 1;

/// What one side of a number says.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Side {
    /// How many words away the nearest word for a code is, and whether it means nothing but one.
    pub announced: Option<(i32, bool)>,
    /// Where that word stands.
    pub name: Option<usize>,
    /// Something ties the number to what is there: a colon, *is*.
    pub tied: bool,
    /// Other candidates stand between the number and its announcement.
    pub passed: i32,
    /// How far what owns numbers is, where it is nearer than the announcement.
    pub owner: Option<i32>,
    /// How far a word for calling is, likewise.
    pub call: Option<i32>,
    /// How far the word for what codes are for is, likewise.
    pub verify: Option<i32>,
    /// A verb that has a code as its object stands right there.
    pub used: bool,
    /// Right there stands *to*.
    pub to: bool,
    /// Right there stands what comes before times and years.
    pub when: bool,
    /// Texts are sent, or stopped, in this sentence.
    pub send: Option<i32>,
    /// The nearest word for a code means one of another kind.
    pub other: bool,
    /// Something is sold in this sentence.
    pub promo: bool,
    /// How far *is* ties another candidate to what both are about.
    pub subject: Option<i32>,
    /// Between the announcement and the number stands that the code is elsewhere, or right there.
    pub gone: Option<i32>,
    /// Right there stands that it takes another's place.
    pub fresh: bool,
    /// Right there stands what is done with it.
    pub aim: bool,
    /// A comma, a bracket or a new line stands right there.
    pub paused: bool,
}

/// What stands before a number.
pub(super) fn before(text: &Text, item: &Item) -> Side {
    Side::read(text, text.back(item))
}

/// What stands after a number.
pub(super) fn after(text: &Text, item: &Item) -> Side {
    Side::read(text, text.ahead(item))
}

impl Side {
    /// Whether a code is announced within so many words.
    pub(super) fn near(&self, words: i32) -> bool {
        self.announced.is_some_and(|(distance, _)| distance <= words)
    }

    /// Whether a code is announced within so many words, and the number tied to that.
    pub(super) fn tied_within(&self, words: i32) -> bool {
        self.tied && self.near(words)
    }

    /// Whether the announcement means nothing but a code.
    pub(super) fn certain(&self) -> bool {
        self.announced.is_some_and(|(_, certain)| certain)
    }

    fn read(text: &Text, steps: impl Iterator<Item = Step>) -> Self {
        let (mut side, mut distance, mut nearest, mut taken) = (Self::default(), 0, true, false);
        let (mut passed_at, mut subject, mut parted): (Option<i32>, bool, bool) = (None, false, false);
        for step in steps {
            match step {
                Step::Word(at, roles) => {
                    let theirs = roles.has(Roles::OWNER.or(Roles::CALL).or(Roles::WHEN));
                    if theirs && side.announced.is_none() && passed_at.is_some_and(|at| distance - at <= OWNED) {
                        // The number that was passed has an owner: it is no other candidate.
                        side.passed -= 1;
                        passed_at = None;
                    }
                    side.word(text, at, roles, distance, nearest, taken);
                    nearest = false;
                    // What a code is for is part of its name: `código de verificación 2024`.
                    distance += i32::from(!roles.is_link() && !roles.has(Roles::VERIFY));
                    let free = side.owner.is_none() && side.call.is_none() && side.announced.is_none();
                    subject = roles.has(Roles::COPULA) && free && !parted && distance <= SUBJECT;
                }
                Step::Number(likely) => {
                    side.subject = side.subject.or((likely && subject).then_some(distance));
                    (taken, subject) = (true, false);
                    passed_at = likely.then_some(distance + 1);
                    side.passed += i32::from(likely && side.announced.is_none());
                    distance += 1;
                }
                Step::Tie => side.tied |= distance == 0 && side.announced.is_none(),
                Step::Label => taken = true,
                Step::Bracket => {
                    side.paused |= nearest;
                    distance += i32::from(!nearest);
                }
                Step::Pause => {
                    side.paused |= nearest;
                    parted = true;
                    distance += 1;
                }
            }
        }
        side
    }

    fn word(&mut self, text: &Text, at: usize, roles: Roles, distance: i32, nearest: bool, taken: bool) {
        self.promo |= roles.has(Roles::PROMO);
        if roles.has(Roles::SEND) && self.send.is_none() {
            self.send = Some(distance);
        }
        if self.announced.is_some() || self.other {
            return;
        }
        self.to |= nearest && roles.has(Roles::TO) && !self.tied;
        // In `(expires 27.11. 10:30): 1234` it is the time before the colon that has one.
        self.when |= nearest && !(taken && self.tied) && roles.has(Roles::WHEN);
        self.used |= distance == 0 && roles.has(Roles::USE);
        self.fresh |= distance == 0 && roles.has(Roles::FRESH);
        self.aim |= distance == 0 && roles.has(Roles::AIM);
        self.tied |= distance == 0 && roles.has(Roles::COPULA);
        let first = |known: &mut Option<i32>| *known = known.or(Some(distance));
        if roles.announce() {
            if text.is_other_code(at) {
                self.other = true;
            } else {
                self.announced = Some((distance, roles.has(Roles::OTP)));
                self.name = Some(at);
            }
            return;
        }
        // What owns numbers owns the nearest one, and none outside its brackets.
        let free = !self.used && !taken;
        if roles.has(Roles::OWNER) && free {
            first(&mut self.owner);
        }
        if roles.has(Roles::CALL) && free {
            first(&mut self.call);
        }
        if roles.has(Roles::VERIFY) {
            first(&mut self.verify);
        }
        if roles.has(Roles::GONE) && !self.paused && !taken {
            first(&mut self.gone);
        }
    }
}
