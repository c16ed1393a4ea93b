//! The words of TwiML for voice: which attributes and children each element may have.
//!
//! What is not in here Twilio reports as a warning (12200) and passes over. Source: the builders of the official SDKs,
//! and `callReason`, which only the documentation has.

use super::twiml::Element;

/// Element, attributes, children. An element without a row may be found inside of others and is not looked into.
const WORDS: &[(&str, &str, &str)] = &[
    (
        "Response",
        "",
        "Connect Dial Echo Enqueue Gather Hangup Leave Pause Pay Play Prompt Queue Record Redirect Refer Reject Say \
         Sms Start Stop",
    ),
    ("Say", "language loop voice", "break emphasis lang p phoneme prosody s say-as sub w"),
    ("Play", "digits loop", ""),
    ("Pause", "length", ""),
    (
        "Gather",
        "action actionOnEmptyResult bargeIn debug enhanced finishOnKey hints input language maxSpeechTime method \
         numDigits partialResultCallback partialResultCallbackMethod profanityFilter speechModel speechTimeout timeout",
        "Say Play Pause",
    ),
    (
        "Dial",
        "action answerOnBridge callReason callerId events hangupOnStar method passports record \
         recordingConfigurationId recordingStatusCallback recordingStatusCallbackEvent recordingStatusCallbackMethod \
         recordingTrack referMethod referUrl ringTone sequential timeLimit timeout trim",
        "Application Client Conference Number Queue Sim Sip WhatsApp",
    ),
    (
        "Number",
        "amdStatusCallback amdStatusCallbackMethod byoc machineDetection machineDetectionSilenceTimeout \
         machineDetectionSpeechEndThreshold machineDetectionSpeechThreshold machineDetectionTimeout method sendDigits \
         statusCallback statusCallbackEvent statusCallbackMethod url",
        "",
    ),
    (
        "Sip",
        "amdStatusCallback amdStatusCallbackMethod machineDetection machineDetectionSilenceTimeout \
         machineDetectionSpeechEndThreshold machineDetectionSpeechThreshold machineDetectionTimeout method password \
         statusCallback statusCallbackEvent statusCallbackMethod url username",
        "Headers SipUri",
    ),
    (
        "Record",
        "action finishOnKey maxLength method playBeep recordingConfigurationId recordingStatusCallback \
         recordingStatusCallbackEvent recordingStatusCallbackMethod timeout transcribe transcribeCallback trim",
        "",
    ),
    ("Enqueue", "action maxQueueSize method waitUrl waitUrlMethod workflowSid", "Task"),
    ("Redirect", "method", ""),
    ("Reject", "reason", "Parameter"),
    ("Hangup", "", "Parameter"),
    ("Leave", "", ""),
];

fn row(name: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    WORDS.iter().find(|(known, ..)| *known == name)
}

/// Whether it may stand directly under `Response`.
pub(crate) fn is_verb(name: &str) -> bool {
    row("Response").is_some_and(|(_, _, verbs)| verbs.split_whitespace().any(|verb| verb == name))
}

/// What the grammar does not know about a verb and what is in it.
pub(crate) fn objections(verb: &Element) -> Vec<String> {
    let Some((name, attributes, children)) = row(&verb.name) else { return Vec::new() };
    let strange = |known: &str, word: &str| !known.split_whitespace().any(|known| known == word);
    let attributes = verb.attributes().filter(|word| strange(attributes, word) && !word.starts_with("xml"));
    let mut found: Vec<_> = attributes.map(|word| format!("the attribute {word} is not allowed in <{name}>")).collect();
    for child in &verb.children {
        if strange(children, &child.name) {
            found.push(format!("<{}> is not allowed in <{name}>", child.name));
        } else {
            found.extend(objections(child));
        }
    }
    found
}
