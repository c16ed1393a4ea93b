//! TwiML, written so that any text of a user's stays text (Twilio, "TwiML for Programmable Voice").

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

/// The longest text that Twilio speaks.
const LONGEST_SAY: usize = 4096;

/// One verb of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verb {
    /// Speaks.
    Say(String),
    /// Plays a sound file.
    Play(String),
    /// Connects the caller with somebody else.
    Dial {
        /// A number in E.164 form, or a `sip:` address.
        to: String,
        /// Seconds it may ring.
        timeout: u32,
        /// Asked when the leg is over.
        action: String,
    },
    /// Ends the call before it is answered.
    Reject {
        /// Whether the caller hears the busy tone instead of a sentence.
        busy: bool,
    },
    /// Ends the call.
    Hangup,
}

/// The document with these verbs.
pub(super) fn document(verbs: &[Verb]) -> String {
    let mut writer = Writer::new(Vec::with_capacity(256));
    let written = writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None))).and_then(|()| {
        writer
            .create_element("Response")
            .write_inner_content(|writer| verbs.iter().try_for_each(|verb| write(writer, verb)))
            .map(drop)
    });
    written.expect("a vector takes every write");
    String::from_utf8(writer.into_inner()).expect("only text was written")
}

fn write(writer: &mut Writer<Vec<u8>>, verb: &Verb) -> std::io::Result<()> {
    match verb {
        Verb::Say(text) => {
            let text = speakable(text);
            writer.create_element("Say").write_text_content(BytesText::new(&text)).map(drop)
        }
        Verb::Play(url) => writer.create_element("Play").write_text_content(BytesText::new(&legal(url))).map(drop),
        Verb::Dial { to, timeout, action } => writer
            .create_element("Dial")
            .with_attribute(("timeout", timeout.to_string().as_str()))
            .with_attribute(("answerOnBridge", "true"))
            .with_attribute(("action", legal(action).as_str()))
            .write_inner_content(|writer| {
                let noun = if to.starts_with('+') { "Number" } else { "Sip" };
                writer.create_element(noun).write_text_content(BytesText::new(&legal(to))).map(drop)
            })
            .map(drop),
        Verb::Reject { busy } => {
            let reason = if *busy { "busy" } else { "rejected" };
            writer.create_element("Reject").with_attribute(("reason", reason)).write_empty().map(drop)
        }
        Verb::Hangup => writer.create_element("Hangup").write_empty().map(drop),
    }
}

/// Without the characters that XML 1.0 cannot hold, escaped or not.
fn legal(text: &str) -> String {
    text.chars()
        .filter(|c| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..))
        .collect()
}

/// Legal, not empty, and not longer than the carrier speaks.
fn speakable(text: &str) -> String {
    let text: String = legal(text).chars().take(LONGEST_SAY).collect();
    if text.trim().is_empty() { "…".into() } else { text }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::{Reader, events::Event};

    use super::*;

    /// The text inside the one `Say` of a document, as a parser reads it.
    fn said(document: &str) -> String {
        let mut reader = Reader::from_str(document);
        let (mut text, mut inside) = (String::new(), false);
        loop {
            match reader.read_event().expect("well-formed") {
                Event::Start(tag) => inside = tag.name().as_ref() == "Say",
                Event::End(_) => inside = false,
                Event::Text(part) if inside => text += &part,
                Event::GeneralRef(name) if inside => {
                    text += &quick_xml::escape::unescape(&format!("&{};", &*name)).expect("a known entity");
                }
                Event::Eof => return text,
                _ => {}
            }
        }
    }

    #[test]
    fn a_forward() {
        let dial = Verb::Dial { to: "+14155550100".into(), timeout: 20, action: "https://x.test/a?b=1&c=2".into() };
        insta::assert_snapshot!(document(&[dial]));
    }

    proptest! {
        #[test]
        fn any_text_is_said_and_nothing_else(text in any::<String>()) {
            let document = document(&[Verb::Say(text.clone()), Verb::Hangup]);
            let expected = speakable(&text).replace("\r\n", "\n").replace('\r', "\n");
            prop_assert_eq!(said(&document).replace("\r\n", "\n").replace('\r', "\n"), expected);
        }
    }
}
