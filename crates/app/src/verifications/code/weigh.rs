//! The case for each candidate: what speaks for it, less what is doubtful about it.

use super::{
    against::{is_key, needs, owned},
    around::{Side, after, before},
    belongs::belongs,
    candidates::{Form, Item, Not},
    evidence::{Case, Evidence},
    place::{is_origin_bound, lasts, place, sender},
    text::Text,
    words::Roles,
};

/// The case for a candidate, or what it is instead.
pub(super) fn case(text: &Text, item: &Item) -> Result<Case, Not> {
    let form = item.form?;
    let origin = is_origin_bound(text, item);
    if let Some(not) = belongs(&text.tokens, item).filter(|_| !origin) {
        return Err(not);
    }
    let (back, ahead) = (before(text, item), after(text, item));
    let mut case = Case::default();
    if !origin {
        case.doubt += owned(text, item, &back, &ahead)?;
        needs(text, item, &back, &ahead)?;
    }
    announcements(&mut case, &back, &ahead);
    case.say(back.used, Evidence::Used, 24);
    case.say(back.used && back.tied && back.announced.is_none(), Evidence::Tied, 8);
    case.say(origin, Evidence::OriginBound, 60);
    if back.announced.is_none() && ahead.announced.is_none() {
        unannounced(&mut case, text, item, &back, &ahead);
    }
    let renews = back.fresh || ahead.fresh;
    case.say(renews && text.roles.announce() && text.roles.has(Roles::VOID), Evidence::Renewed, 24);
    case.say(text.roles.has(Roles::SECRET), Evidence::Secret, 10);
    case.say(text.retriever, Evidence::Retriever, 18);
    place(&mut case, text, item);
    case.say(form == Form::Prefixed, Evidence::Prefixed, if is_google(text, item) { 24 } else { 12 });
    let length = match (form, item.code.len()) {
        (Form::Lettered, _) => 0,
        (_, 6) => 10,
        (_, 5) => 6,
        (_, 4) => 5,
        _ => 4,
    };
    case.say(true, Evidence::Length, length);
    let key = is_key(text, item, &back, &ahead);
    case.doubt += if form == Form::Lettered && !key { 12 } else { 0 };
    case.doubt += if ahead.subject.is_some_and(|distance| distance == 0 || !back.tied) { 30 } else { 0 };
    Ok(case)
}

/// What speaks for a number whose sentence has no word for a code.
fn unannounced(case: &mut Case, text: &Text, item: &Item, back: &Side, ahead: &Side) {
    let mentioned = text.roles.announce() || text.roles.has(Roles::VOID.or(Roles::AVOID));
    // Where verbs end a sentence: `Bitte 990213 eingeben.`
    case.say(ahead.used && !back.used, Evidence::Used, 16);
    case.say(back.tied && back.verify == Some(0), Evidence::Tied, 10);
    let verified = back.verify.into_iter().chain(ahead.verify).min().map_or(0, |distance| (24 - 3 * distance).max(8));
    let aimed = if mentioned && ahead.aim && text.begins(item.first) { 16 } else { 0 };
    case.say(true, Evidence::Purpose, verified.max(aimed));
    case.say(mentioned, Evidence::Mentioned, if text.shown { 24 } else { 14 });
    case.say(text.shown && sender(text, item), Evidence::Labelled, 12);
    case.say(lasts(text, item), Evidence::Lasts, 36);
}

fn announcements(case: &mut Case, back: &Side, ahead: &Side) {
    let passed = |side: &Side| 25 * side.passed;
    if let Some((distance, certain)) = back.announced {
        let near = (60 - 4 * distance).max(24) + if certain { 4 } else { 0 } - passed(back);
        case.say(true, Evidence::AnnouncedBefore, near);
        case.say(back.tied, Evidence::Tied, 10);
    }
    if let Some((distance, certain)) = ahead.announced {
        let near = (54 - 4 * distance).max(20) + if certain { 4 } else { 0 } - passed(ahead);
        if back.announced.is_none() {
            case.say(true, Evidence::AnnouncedAfter, near);
            case.say(ahead.tied, Evidence::Tied, 8);
        } else {
            case.say(true, Evidence::AnnouncedAfter, near.min(3));
        }
    }
}

/// Google's texts are known by their letter alone.
fn is_google(text: &Text, item: &Item) -> bool {
    matches!(text.tokens.chars(&text.tokens.all()[item.first]), ['G'])
}
