//! Reads TwiML as strictly as Twilio does: well-formed XML with a `Response` at its root.

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

/// An element with what is in it. Mixed content is only found in `Say`; its markup is dropped and its text kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
    text: String,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn attributes(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| name.as_str())
    }

    /// Its own text and that of what is in it, without the white space around.
    pub(crate) fn text(&self) -> &str {
        self.text.trim()
    }

    /// What a bare text is to a caller: spoken.
    pub(crate) fn saying(text: &str) -> Self {
        Self { name: "Say".to_owned(), text: text.to_owned(), ..Self::default() }
    }
}

/// Text that is not well-formed TwiML, with what is wrong (Twilio's error 12100).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Malformed(String);

/// The verbs of a document.
pub(crate) fn parse(text: &str) -> Result<Vec<Element>, Malformed> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(bad) = text.chars().find(|character| !is_xml(*character)) {
        return Err(Malformed(format!("the character {bad:?} is not allowed in XML")));
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut tree = Tree::default();
    loop {
        let before = reader.buffer_position();
        let event = reader.read_event().map_err(|error| Malformed(error.to_string()))?;
        if matches!(event, Event::Eof) {
            break;
        }
        tree.take(event, before == 0)?;
    }
    let root = tree.finish()?;
    if root.name == "Response" { Ok(root.children) } else { Err(Malformed(format!("the root is <{}>", root.name))) }
}

/// The elements that are open, the innermost last, and the root once it is closed.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, is_first: bool) -> Result<(), Malformed> {
        match event {
            Event::Start(start) => {
                let element = self.begin(&start)?;
                self.open.push(element);
            }
            Event::Empty(start) => {
                let element = self.begin(&start)?;
                self.close(element);
            }
            Event::End(_) => {
                let element = self.open.pop().ok_or_else(|| Malformed("an end without a start".to_owned()))?;
                self.close(element);
            }
            Event::Text(text) => self.write(&text.xml10_content())?,
            Event::CData(text) => self.write(&text.xml10_content())?,
            Event::GeneralRef(name) => {
                let character = match name.resolve_char_ref().map_err(|error| Malformed(error.to_string()))? {
                    Some(character) => character,
                    None => entity(&name).ok_or_else(|| Malformed(format!("the entity &{};", &*name)))?,
                };
                if !is_xml(character) {
                    return Err(Malformed(format!("the character {character:?} is not allowed in XML")));
                }
                self.write(character.encode_utf8(&mut [0; 4]))?;
            }
            Event::Decl(_) if !is_first => return Err(Malformed("the XML declaration is not first".to_owned())),
            Event::DocType(_) => return Err(Malformed("a document type is not accepted".to_owned())),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::Eof => {}
        }
        Ok(())
    }

    fn begin(&mut self, start: &BytesStart<'_>) -> Result<Element, Malformed> {
        if self.open.is_empty() && self.root.is_some() {
            return Err(Malformed("more than one root".to_owned()));
        }
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| Malformed(error.to_string()))?;
            let value = attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0);
            let value = value.map_err(|error| Malformed(error.to_string()))?.into_owned();
            attributes.push((attribute.key.as_ref().to_owned(), value));
        }
        Ok(Element { name: start.name().as_ref().to_owned(), attributes, ..Element::default() })
    }

    fn close(&mut self, element: Element) {
        match self.open.last_mut() {
            Some(parent) => {
                // The words inside of speech markup are spoken with those around them.
                if parent.name == "Say" || element.name.chars().all(char::is_lowercase) {
                    parent.text.push_str(&element.text);
                }
                parent.children.push(element);
            }
            None => self.root = Some(element),
        }
    }

    fn write(&mut self, text: &str) -> Result<(), Malformed> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(Malformed("text outside of the root".to_owned())),
        }
        Ok(())
    }

    fn finish(self) -> Result<Element, Malformed> {
        match self.open.last() {
            Some(open) => Err(Malformed(format!("<{}> is not closed", open.name))),
            None => self.root.ok_or_else(|| Malformed("there is no root".to_owned())),
        }
    }
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// The characters that XML 1.0 allows.
fn is_xml(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_attributes_and_text() {
        let verbs = parse(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>\n <!-- hello -->\n <Say voice=\"a&amp;b\">Grüß \
             &lt;Gott&gt; &#x1F44B; <![CDATA[& co]]> <emphasis>now</emphasis></Say><Dial timeout='5'><Number>+1415\
             </Number></Dial></Response>",
        )
        .expect("well-formed");
        assert_eq!(verbs[0].text(), "Grüß <Gott> 👋 & co now");
        assert_eq!(verbs[0].attribute("voice"), Some("a&b"));
        assert_eq!((verbs[1].attribute("timeout"), verbs[1].children[0].text()), (Some("5"), "+1415"));
        assert_eq!(parse("<Response/>"), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_twiml() {
        for bad in [
            "",
            "hello",
            "<Response>",
            "<Response></response>",
            "<response/>",
            "<Response><Say>a & b</Say></Response>",
            "<Response><Say>&nbsp;</Say></Response>",
            "<Response><Say>\u{1}</Say></Response>",
            "<Response><Say>&#1;</Say></Response>",
            "<Response><Say a='1' a='2'/></Response>",
            "<Response/><Response/>",
            "<Response/>x",
            " <?xml version=\"1.0\"?><Response/>",
            "<!DOCTYPE Response [<!ENTITY a \"b\">]><Response/>",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
