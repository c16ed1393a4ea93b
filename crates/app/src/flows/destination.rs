//! Where calls may be sent and what callers may be told: the destinations of actions. Pure.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};
use vocab::E164;

/// The most characters that are spoken (Twilio: `Say` takes 4096).
const MAX_SPOKEN: usize = 4096;
/// The longest SIP address and URL we hand to a carrier (Twilio: a SIP URI has less than 255 characters).
const MAX_SIP: usize = 254;
const MAX_URL: usize = 2048;

type Checked = Result<(), &'static str>;

/// A number that can exist, or a SIP address.
pub(crate) fn forward(to: Option<&str>) -> Checked {
    let fault = Err("must be a phone number in E.164 form, such as +14155552671, or a sip: address");
    let Some(to) = to else { return fault };
    if let Some(address) = to.strip_prefix("sip:").or_else(|| to.strip_prefix("sips:")) {
        let tidy = to.len() <= MAX_SIP && !to.contains(|c: char| c.is_whitespace() || c.is_control());
        let whole = address.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
        return if tidy && whole { Ok(()) } else { fault };
    }
    if to.parse::<E164>().is_ok_and(|number| number.is_valid()) { Ok(()) } else { fault }
}

/// A text that can be spoken. Control characters other than breaks have no place in XML.
pub(crate) fn spoken(text: Option<&str>) -> Checked {
    let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    match text.map(str::trim) {
        None | Some("") => Err("must be the text that is spoken"),
        Some(text) if text.chars().count() > MAX_SPOKEN => Err("must have at most 4096 characters"),
        Some(text) if text.contains(|c| is_control(c) || matches!(c, '\u{fffe}' | '\u{ffff}')) => {
            Err("must not have control characters")
        }
        Some(_) => Ok(()),
    }
}

/// A text that can be spoken, or the URL of a recording.
pub(crate) fn greeting(text: &str, development: bool) -> Checked {
    let is_url = text.starts_with("https://") || text.starts_with("http://");
    if is_url { recording(Some(text), development) } else { spoken(Some(text)) }
}

/// The URL of a recording that the carrier fetches: https on a public host. In development http and our own machine too.
///
/// The literal form is judged; names are not resolved, because it is the carrier that fetches.
pub(crate) fn recording(url: Option<&str>, development: bool) -> Checked {
    playable(url, development, development)
}

/// The URL of a recording on a public host, over https, or http too where that is allowed; never our own machine.
pub(crate) fn public_recording(url: &str, http: bool) -> Checked {
    playable(Some(url), http, false)
}

fn playable(url: Option<&str>, http: bool, loopback: bool) -> Checked {
    let fault = Err("must be the https URL of a recording on a public host");
    // The carrier gets the text as it stands, and not every one mends what a parser forgives.
    let tidy = |url: &&str| url.len() <= MAX_URL && !url.contains(|c: char| c.is_whitespace() || c.is_control());
    let Some(url) = url.filter(tidy).and_then(|url| Url::parse(url).ok()) else { return fault };
    let scheme = url.scheme() == "https" || (http && url.scheme() == "http");
    let host = match url.host() {
        None => false,
        Some(Host::Domain(name)) => is_public_name(name) || (loopback && name == "localhost"),
        Some(Host::Ipv4(ip)) => is_public_v4(ip) || (loopback && ip.is_loopback()),
        Some(Host::Ipv6(ip)) => is_public_v6(ip) || (loopback && ip.is_loopback()),
    };
    let anonymous = url.username().is_empty() && url.password().is_none();
    if scheme && host && anonymous { Ok(()) } else { fault }
}

/// A name with a dot, under none of the names that mean this machine or this network (RFC 6761, RFC 6762, RFC 8375).
fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let private = ["localhost", "local", "internal", "lan", "home.arpa"];
    name.contains('.')
        && !private.iter().any(|end| name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let reserved = a == 0 || a >= 224 || (a == 192 && b == 0 && c == 0) || (a == 198 && (18..20).contains(&b));
    !(ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_documentation() || shared || reserved)
}

/// Global unicast (2000::/3) without documentation and without the ranges that carry a v4 address inside.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(v4) = ip.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    let [a, b, ..] = ip.segments();
    (0x2000..0x4000).contains(&a) && !(a == 0x2001 && b < 0x0200) && (a, b) != (0x2001, 0x0db8) && a != 0x2002
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwards_go_to_numbers_and_sip_addresses() {
        for good in ["+14155552671", "sip:desk@pbx.example.com", "sips:a@b"] {
            assert!(forward(Some(good)).is_ok(), "{good}");
        }
        for bad in ["", "4155552671", "+10005550000", "tel:+14155552671", "sip:", "sip:@x", "sip:a b@c", "client:bob"] {
            assert!(forward(Some(bad)).is_err(), "{bad}");
        }
        assert!(forward(None).is_err());
    }

    #[test]
    fn recordings_are_on_public_hosts() {
        for good in ["https://media.example.com/hello.mp3", "https://8.8.8.8/a.wav", "https://[2606:4700::1]/a"] {
            assert!(recording(Some(good), false).is_ok(), "{good}");
        }
        for bad in [
            "http://media.example.com/a.mp3",
            "ftp://example.com/a",
            "https://media.example.com/good day.mp3",
            "https://media.example.com/a\tb",
            "https://localhost/a",
            "https://127.0.0.1/a",
            "https://10.1.2.3/a",
            "https://169.254.169.254/latest",
            "https://100.64.0.1/a",
            "https://[::1]/a",
            "https://[::ffff:10.0.0.1]/a",
            "https://2130706433/a",
            "https://0x7f.1/a",
            "https://user:pw@example.com/a",
            "https://printer.local/a",
            "https://intranet/a",
            "hello",
            "",
        ] {
            assert!(recording(Some(bad), false).is_err(), "{bad}");
        }
        assert!(recording(Some("http://127.0.0.1:8080/a.mp3"), true).is_ok());
        assert!(recording(Some("http://10.0.0.1/a.mp3"), true).is_err());
        assert!(public_recording("http://media.example.com/a.mp3", true).is_ok());
        assert!(public_recording("http://127.0.0.1:8080/a.mp3", true).is_err());
    }

    #[test]
    fn only_speakable_text_is_spoken() {
        assert!(spoken(Some("Hello <you> & \"me\"\n")).is_ok());
        for bad in ["", "  ", "bell\u{7}", "\u{ffff}"] {
            assert!(spoken(Some(bad)).is_err());
        }
        assert!(spoken(Some(&"a".repeat(4097))).is_err());
    }
}
