//! `Dial`: rings others, together or one after another, and reports how it went.

use serde_json::json;

use super::{
    callbacks, form,
    order::Outcome,
    telephone::{Ask, Flow, Telephone, resolve},
    twiml::Element,
    webhook::Failure,
};
use crate::twilio::sid;

/// Somebody or something to ring.
struct Target<'a> {
    noun: &'a str,
    to: &'a str,
    element: &'a Element,
}

impl<'a> Target<'a> {
    /// The nouns of a `Dial`, or the number that is its text.
    fn all(dial: &'a Element) -> Vec<Self> {
        if dial.children.is_empty() {
            return vec![Self { noun: "Number", to: dial.text(), element: dial }];
        }
        let noun = |element: &'a Element| Self { noun: &element.name, to: element.text(), element };
        dial.children.iter().map(noun).collect()
    }

    /// Whether a telephone network would take it.
    fn can_be_rung(&self) -> bool {
        match self.noun {
            "Number" => {
                let digits = self.to.bytes().filter(u8::is_ascii_digit).count();
                let rest = self.to.bytes().all(|byte| byte.is_ascii_digit() || b"+-(). ".contains(&byte));
                rest && (3..=15).contains(&digits)
            }
            "Sip" => self.to.starts_with("sip:") || self.to.starts_with("sips:"),
            _ => !self.to.is_empty() || !self.element.children.is_empty(),
        }
    }
}

/// A leg that has been rung.
struct Leg {
    sid: String,
    outcome: Outcome,
}

impl Telephone<'_> {
    pub(super) fn dial(&mut self, dial: &Element, base: &str) -> Flow {
        if let Some(shown) = dial.attribute("callerId").filter(|shown| !self.may_show(shown)) {
            self.error(&Failure::new(
                13214,
                format!("the callerId {shown} is neither the caller's nor this account's"),
            ));
            return self.after(dial, base, &Leg { sid: String::new(), outcome: Outcome::FAILED });
        }
        let mut last = Leg { sid: sid::new("CA", &self.twin.ambient), outcome: Outcome::FAILED };
        for target in Target::all(dial) {
            last = self.leg(&target, base);
            // Whether rung together or in sequence: the first who answers has the call, nobody else gets it.
            if last.outcome.is_answered() {
                break;
            }
        }
        self.after(dial, base, &last)
    }

    fn leg(&mut self, target: &Target<'_>, base: &str) -> Leg {
        let outcome = if target.can_be_rung() {
            self.outcomes.next(target.to)
        } else {
            self.error(&Failure::new(13224, format!("{:?} cannot be dialled", target.to)));
            Outcome::FAILED
        };
        let leg = Leg { sid: sid::new("CA", &self.twin.ambient), outcome };
        self.seconds = self.seconds.saturating_add(outcome.seconds);
        self.note(json!({
            "verb": "dial", "text": target.to, "noun": target.noun, "status": outcome.status,
            "duration": outcome.seconds, "callSid": leg.sid,
        }));
        self.reports(target, base, &leg);
        leg
    }

    /// What the noun has asked to be told of its leg.
    fn reports(&mut self, target: &Target<'_>, base: &str, leg: &Leg) {
        let noun = target.element;
        let Some(url) = noun.attribute("statusCallback").filter(|url| !url.is_empty()) else { return };
        let wanted = noun.attribute("statusCallbackEvent").unwrap_or("completed");
        let answered = leg.outcome.is_answered();
        let progress = [("initiated", "initiated"), ("ringing", "ringing"), ("answered", "in-progress")];
        let progress = progress.into_iter().filter(|(event, _)| *event != "answered" || answered);
        let all = progress.chain([("completed", leg.outcome.status)]);
        for (sequence, (event, status)) in (0..).zip(all) {
            if !wanted.split_whitespace().any(|wanted| wanted == event) {
                continue;
            }
            let call =
                crate::twilio::state::Call { sid: leg.sid.clone(), to: target.to.to_owned(), ..self.call.clone() };
            let mut form = form::of_call(self.twin, &call, status);
            form.retain(|(name, _)| name != "Direction");
            form.extend(form::pairs(&[("Direction", "outbound-dial"), ("ParentCallSid", &self.call.sid)]));
            form.extend(form::of_progress(self.twin, sequence));
            if event == "completed" {
                form.extend(form::of_end(leg.outcome.seconds));
            }
            let method = noun.attribute("statusCallbackMethod").unwrap_or("POST");
            let (id, url) = (format!("{}-{event}", leg.sid), resolve(base, url));
            self.callbacks.push(callbacks::callback(self.twin, id, method, &url, &form));
        }
    }

    /// With an action, its answer replaces the document; without one, the next verb follows.
    fn after(&self, dial: &Element, base: &str, leg: &Leg) -> Flow {
        let Some(action) = dial.attribute("action") else { return Flow::Next };
        let answered = leg.outcome.is_answered();
        let mut extra = form::pairs(&[
            ("DialCallStatus", leg.outcome.status),
            ("DialBridged", if answered { "true" } else { "false" }),
        ]);
        if !leg.sid.is_empty() {
            extra.extend(form::pairs(&[("DialCallSid", &leg.sid)]));
        }
        if answered {
            extra.extend(form::pairs(&[("DialCallDuration", &leg.outcome.seconds.to_string())]));
        }
        Flow::Ask(Ask::to(base, action, dial.attribute("method")).with(extra))
    }
}
