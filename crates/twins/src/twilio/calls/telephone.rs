//! One call: asks for a document, does what it says verb by verb, and writes down what was heard.

use std::collections::VecDeque;

use axum::http::Method;
use serde_json::{Value, json};
use url::Url;

use super::{
    form, grammar,
    order::{CALL_SECONDS, Outcomes},
    twiml::Element,
    webhook::{self, Failure, Form},
};
use crate::{
    kernel::Callback,
    twilio::{
        Twin,
        state::{Call, Number},
    },
};

/// A call that asks for more documents than this goes round in circles.
const DOCUMENTS: usize = 50;

/// A call under way.
pub(super) struct Telephone<'a> {
    pub(super) twin: &'a Twin,
    pub(super) call: Call,
    number: &'a Number,
    pub(super) outcomes: Outcomes,
    digits: VecDeque<String>,
    /// Whether somebody or something has picked up.
    answered: bool,
    /// Seconds that legs and pauses have taken.
    pub(super) seconds: u32,
    pub(super) transcript: Vec<Value>,
    /// What is reported once the call is over.
    pub(super) callbacks: Vec<Callback>,
}

/// A question what to do next.
pub(super) struct Ask {
    url: String,
    method: Method,
    extra: Form,
    is_fallback: bool,
}

/// What a verb leads to.
pub(super) enum Flow {
    /// The verb behind it.
    Next,
    /// Another document.
    Ask(Ask),
    /// The end of the call, with its status.
    End(&'static str),
}

impl<'a> Telephone<'a> {
    pub(super) fn new(
        twin: &'a Twin,
        call: Call,
        number: &'a Number,
        outcomes: Outcomes,
        digits: VecDeque<String>,
    ) -> Self {
        let (transcript, callbacks) = (Vec::new(), Vec::new());
        Self { twin, call, number, outcomes, digits, answered: false, seconds: 0, transcript, callbacks }
    }

    /// Rings, and follows the documents to the end: the final status, and seconds.
    pub(super) async fn ring(&mut self) -> (&'static str, u32) {
        let settings = &self.number.settings;
        if settings.voice_url.is_empty() {
            self.error(&Failure::new(11200, "the number has no VoiceUrl"));
            return ("failed", 0);
        }
        let mut ask = Ask::new(&settings.voice_url, &settings.voice_method);
        for _ in 0..DOCUMENTS {
            let (base, is_fallback) = (ask.url.clone(), ask.is_fallback);
            match self.fetch(ask).await {
                Ok(verbs) => match self.perform(&verbs, &base) {
                    Flow::Ask(next) => ask = next,
                    Flow::End(status) => return self.ended(status),
                    Flow::Next => return self.ended("completed"),
                },
                Err(failure) => {
                    self.error(&failure);
                    match self.fallback(&failure, &base).filter(|_| !is_fallback) {
                        Some(next) => ask = next,
                        // The caller hears that an application error has occurred.
                        None => return self.ended(if self.answered { "completed" } else { "failed" }),
                    }
                }
            }
        }
        self.error(&Failure::new(11215, format!("more than {DOCUMENTS} documents: the call goes round in circles")));
        self.ended("completed")
    }

    fn ended(&self, status: &'static str) -> (&'static str, u32) {
        (status, CALL_SECONDS.max(self.seconds + 5))
    }

    fn fallback(&self, failure: &Failure, url: &str) -> Option<Ask> {
        let settings = &self.number.settings;
        let there_is_one = !settings.voice_fallback_url.is_empty();
        there_is_one.then(|| Ask {
            extra: form::pairs(&[("ErrorCode", &failure.code.to_string()), ("ErrorUrl", url)]),
            is_fallback: true,
            ..Ask::new(&settings.voice_fallback_url, &settings.voice_fallback_method)
        })
    }

    async fn fetch(&mut self, ask: Ask) -> Result<Vec<Element>, Failure> {
        let status = if self.answered { "in-progress" } else { "ringing" };
        let mut form = form::of_call(self.twin, &self.call, status);
        // An action may report a status of its own under the same name.
        form.retain(|(name, _)| !ask.extra.iter().any(|(own, _)| own == name));
        form.extend(ask.extra);
        let reply = webhook::ask(self.twin, &ask.method, &ask.url, &form).await;
        self.note(json!({
            "verb": "request", "text": ask.url, "method": ask.method.as_str(), "status": reply.status,
        }));
        reply.document
    }

    /// Does what the document says until a verb leads elsewhere.
    fn perform(&mut self, verbs: &[Element], base: &str) -> Flow {
        for (index, verb) in verbs.iter().enumerate() {
            if !grammar::is_verb(&verb.name) {
                self.warn(&format!("12200: <{}> is no verb and is passed over", verb.name));
                continue;
            }
            for objection in grammar::objections(verb) {
                self.warn(&format!("12200: {objection}"));
            }
            if verb.name == "Reject" && index == 0 && !self.answered {
                let reason = verb.attribute("reason").unwrap_or("rejected");
                self.say("reject", reason);
                return Flow::End(if reason == "busy" { "busy" } else { "failed" });
            }
            self.answered = true;
            match self.verb(verb, base) {
                Flow::Next => {}
                elsewhere => return elsewhere,
            }
        }
        self.answered = true;
        Flow::Next
    }

    fn verb(&mut self, verb: &Element, base: &str) -> Flow {
        match verb.name.as_str() {
            "Say" | "Play" | "Pause" => self.utter(verb),
            "Dial" => return self.dial(verb, base),
            "Gather" => return self.gather(verb, base),
            "Redirect" => {
                self.say("redirect", verb.text());
                return Flow::Ask(Ask::to(base, verb.text(), verb.attribute("method")));
            }
            "Reject" => self.say("reject", verb.attribute("reason").unwrap_or("rejected")),
            "Hangup" => self.say("hangup", ""),
            other => {
                self.say("note", &format!("<{other}> is not simulated: the caller is silent, and the call goes on"));
            }
        }
        if matches!(verb.name.as_str(), "Hangup" | "Reject") { Flow::End("completed") } else { Flow::Next }
    }

    fn utter(&mut self, verb: &Element) {
        match verb.name.as_str() {
            "Say" => self.note(json!({
                "verb": "say", "text": verb.text(), "voice": verb.attribute("voice"),
                "language": verb.attribute("language"),
            })),
            "Play" => {
                let digits = verb.attribute("digits").map(|digits| format!("digits {digits}"));
                self.say("play", digits.as_deref().unwrap_or(verb.text()));
            }
            _ => {
                let seconds = verb.attribute("length").and_then(|length| length.parse().ok()).unwrap_or(1_u32);
                self.seconds = self.seconds.saturating_add(seconds);
                self.say("pause", &seconds.to_string());
            }
        }
    }

    fn gather(&mut self, verb: &Element, base: &str) -> Flow {
        for prompt in &verb.children {
            self.utter(prompt);
        }
        let typed = self.digits.pop_front().unwrap_or_default();
        self.say("gather", &typed);
        if typed.is_empty() && verb.attribute("actionOnEmptyResult") != Some("true") {
            return Flow::Next;
        }
        let mut ask = Ask::to(base, verb.attribute("action").unwrap_or_default(), verb.attribute("method"));
        ask.extra = form::pairs(&[("Digits", &typed)]);
        Flow::Ask(ask)
    }

    /// Whether the account may show this number to whom it calls.
    pub(super) fn may_show(&self, number: &str) -> bool {
        number == self.call.from
            || number == self.call.to
            || self.twin.journal.read(|holdings| holdings.owned(number).is_some())
    }

    pub(super) fn note(&mut self, entry: Value) {
        self.transcript.push(entry);
    }

    fn say(&mut self, verb: &str, text: &str) {
        self.note(json!({ "verb": verb, "text": text }));
    }

    pub(super) fn warn(&mut self, text: &str) {
        self.say("warning", text);
    }

    pub(super) fn error(&mut self, failure: &Failure) {
        self.note(json!({ "verb": "error", "text": failure.text, "code": failure.code }));
    }
}

impl Ask {
    fn new(url: &str, method: &str) -> Self {
        let method = if method.eq_ignore_ascii_case("GET") { Method::GET } else { Method::POST };
        Self { url: url.to_owned(), method, extra: Form::new(), is_fallback: false }
    }

    /// At a URL that a document names, which may be relative to the document's own; empty is the document again.
    pub(super) fn to(base: &str, target: &str, method: Option<&str>) -> Self {
        Self::new(&resolve(base, target), method.unwrap_or("POST"))
    }

    pub(super) fn with(self, extra: Form) -> Self {
        Self { extra, ..self }
    }
}

/// An absolute URL stays as it is written: Twilio signs it so.
pub(super) fn resolve(base: &str, target: &str) -> String {
    if target.is_empty() {
        return base.to_owned();
    }
    match Url::parse(target) {
        Ok(_) => target.to_owned(),
        Err(_) => Url::parse(base)
            .and_then(|base| base.join(target))
            .map_or_else(|_| target.to_owned(), |url| url.to_string()),
    }
}
