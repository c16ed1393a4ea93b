//! What a development server says on the terminal when it is ready: where it is, who may log in, what to try first.

use std::path::Path;

use crate::logins::Logins;

/// Where the server is if nobody says anything else; `numberline sandbox` looks there.
const USUAL_PORT: u16 = 3000;

/// The server that welcomes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// Its public root, without a slash at the end.
    pub base: &'a str,
    /// Where it listens.
    pub port: u16,
    /// The program itself.
    pub binary: &'a Path,
}

/// The welcome, with commands that work as they are pasted into bash or zsh.
pub(crate) fn text(place: Place<'_>, logins: &Logins) -> String {
    let Logins { admin, demo } = logins;
    let (base, version, tries) = (place.base, env!("CARGO_PKG_VERSION"), tries(place, &demo.api_key).join("\n\n"));
    format!(
        "\n  Numberline {version} is at {base}, and every endpoint is described at {base}/docs\n\n  \
         customer  {} / {}   API key {}\n  \
         operator  {} / {}   API key {}\n\n  \
         Paste these into another terminal. The first finds a number, the second puts test money into the wallet and\n  \
         buys that number, the third lets it ring:\n\n{tries}\n\n  \
         With LOG_LEVEL=info every request is logged here. Ctrl-C stops the server.\n",
        demo.email, demo.password, demo.api_key, admin.email, admin.password, admin.api_key,
    )
}

/// A number is found, bought, rung.
fn tries(place: Place<'_>, key: &str) -> [String; 3] {
    let Place { base, port, binary } = place;
    let post = "curl -s -H \"Authorization: Bearer $KEY\" -H 'Content-Type: application/json'";
    let port = if port == USUAL_PORT { String::new() } else { format!("PORT={port} ") };
    [
        format!(
            "KEY={key} URL={base}/api/v1; \
             NUMBER=$(curl -s -H \"Authorization: Bearer $KEY\" \
             \"$URL/numbers/search?countryCode=US&areaCode=415&limit=1\" \
             | sed -E 's/.*\"phoneNumber\":\"([^\"]+)\".*/\\1/'); echo \"$NUMBER\""
        ),
        format!(
            "{post} \"$URL/payments/deposit\" -d '{{\"amount\":50,\"paymentMethodId\":\"pm_card_visa\"}}'; echo; \
             {post} \"$URL/numbers/purchase\" -d \"{{\\\"numbers\\\":[{{\\\"phoneNumber\\\":\\\"$NUMBER\\\"}}]}}\"; echo"
        ),
        format!("{port}{} sandbox call --to \"$NUMBER\"", quoted(&binary.to_string_lossy())),
    ]
}

/// As one word of a shell.
fn quoted(word: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-+".contains(character);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word() {
        assert_eq!(quoted("/opt/numberline"), "/opt/numberline");
        assert_eq!(quoted("/my folder/it's"), r"'/my folder/it'\''s'");
    }
}
