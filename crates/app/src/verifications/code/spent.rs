//! Whether a text says of a number that it is not, or no more, the code.

use super::{
    around,
    candidates::Item,
    text::{Step, Text},
    words::Roles,
};

/// How many words after a number may tell what became of it: `the code 1234 we sent you before no longer works`.
const FAR: i32 = 8;

/// Which of a text's numbers are not to be used, or count no more.
pub(super) fn spent(text: &Text) -> Vec<bool> {
    let others = text.items.iter().enumerate().filter(|(index, _)| text.is_likely(*index)).count() > 1;
    let denied = |item: &Item| is_denied(text, item) || is_swapped(text, item) || is_over(text, item, others);
    text.items.iter().map(denied).collect()
}

/// Whether the nearest word before says so, or what stands before the word for a code: `Falscher Code: 4821`. Nothing
/// does where a comma or another number stands between.
fn is_denied(text: &Text, item: &Item) -> bool {
    let (faulty, mut named) = (Roles::VOID.or(Roles::WRONG), false);
    for step in text.back(item) {
        match step {
            Step::Word(_, roles) if roles.has(faulty) => return true,
            Step::Word(_, roles) if roles.is_link() => {}
            Step::Word(..) if named => return false,
            Step::Word(_, roles) if roles.announce() => named = true,
            Step::Word(_, roles) => return roles.has(Roles::AVOID.or(Roles::NOT)),
            Step::Tie | Step::Bracket => {}
            Step::Number(_) | Step::Pause | Step::Label => break,
        }
    }
    false
}

/// Whether it is the one that gave its place to another: `We replaced code 1234 with 5678`.
fn is_swapped(text: &Text, item: &Item) -> bool {
    let names = |step: &Step| matches!(step, Step::Word(_, roles) if roles.is_link() || roles.announce());
    let verb = text.back(item).find(|step| !names(step));
    matches!(verb, Some(Step::Word(_, roles)) if roles.has(Roles::SWAP))
}

/// Whether what follows says so: at once, or after more about it where the number is what the sentence is about.
fn is_over(text: &Text, item: &Item, others: bool) -> bool {
    let (mut distance, mut first, mut paused, mut counted) = (0, true, false, false);
    for step in text.ahead(item) {
        match step {
            Step::Word(_, roles) => {
                let direct = distance == 0;
                if roles.has(Roles::VOID) {
                    return direct || is_subject(text, item);
                }
                if direct && !paused && roles.has(Roles::DONE.or(Roles::TAIL).or(Roles::UNLIKE)) {
                    return !roles.has(Roles::UNLIKE) || others;
                }
                // Some languages put the noun right behind its number: `448120 kodunun`.
                let noun = roles.announce() && !first;
                let parted = paused && !roles.has(Roles::RELATIVE);
                if noun || parted || roles.has(Roles::TURN) {
                    return false;
                }
                // Not the tries that are counted: `4821, 5 wrong ones lock it`.
                if roles.has(Roles::WRONG) && !counted {
                    return direct || is_subject(text, item);
                }
                distance += i32::from(!roles.is_link() && !roles.announce());
                (first, paused) = (false, false);
            }
            Step::Number(true) => return false,
            Step::Number(false) => {
                distance += 1;
                counted = true;
            }
            Step::Pause | Step::Tie => paused = true,
            Step::Bracket | Step::Label => {}
        }
        if distance > FAR {
            return false;
        }
    }
    false
}

/// Whether the number is what its sentence speaks of, and not what it tells.
fn is_subject(text: &Text, item: &Item) -> bool {
    let back = around::before(text, item);
    !back.tied && !back.used && back.announced.is_none_or(|(distance, _)| distance <= 2)
}
