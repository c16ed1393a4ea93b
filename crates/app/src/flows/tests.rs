//! Which configurations are accepted: those that calls will follow.

use serde_json::{Value, json};

use super::{NumberConfiguration, faults};

/// The fields that keep a configuration from being accepted.
fn refused(configuration: Value) -> Vec<String> {
    let configuration: NumberConfiguration = serde_json::from_value(configuration).expect("well formed");
    faults(&configuration, "", false).into_iter().map(|fault| fault.field).collect()
}

fn with(action: Value) -> Value {
    json!({"name": "main", "routingRules": {"defaultAction": action}})
}

#[test]
fn what_calls_can_follow() {
    for action in [
        json!("voicemail"),
        json!("reject"),
        json!({"type": "voicemail", "destination": "Please call later"}),
        json!({"type": "voicemail", "destination": "https://media.example.com/greeting.mp3"}),
        json!({"type": "reject", "destination": "busy"}),
        json!({"type": "say", "destination": "We are closed <today> & tomorrow"}),
        json!({"type": "play", "destination": "https://media.example.com/closed.mp3"}),
        json!({"type": "FORWARD", "destination": "+14155550188"}),
        json!({"type": "forward", "destination": "sip:desk@pbx.example.com", "options": {"timeout": 600, "record": false}}),
    ] {
        assert_eq!(refused(with(action.clone())), Vec::<String>::new(), "{action}");
    }
    let forward = json!({"type": "forward", "destination": "+14155550188"});
    let features = json!({"recordCalls": false, "transcribeCalls": false, "callScreening": false, "callQueue": false, "voicemail": true});
    let whole = json!({
        "name": "main", "features": features,
        "routingRules": {"defaultAction": forward, "timeBasedRules": [], "geographicRules": [], "callerIdRules": [], "failoverRules": []},
    });
    assert!(refused(whole).is_empty());
}

#[test]
fn what_they_cannot_is_refused_by_name() {
    let action = "routingRules.defaultAction";
    for (given, fields) in [
        (json!("forward"), vec![format!("{action}.destination")]),
        (json!("say"), vec![format!("{action}.destination")]),
        (json!("ivr"), vec![format!("{action}.type")]),
        (json!({"type": "queue", "destination": "sales"}), vec![format!("{action}.type")]),
        (json!({"type": "conference"}), vec![format!("{action}.type")]),
        (
            json!({"type": "play", "destination": "http://media.example.com/a.mp3"}),
            vec![format!("{action}.destination")],
        ),
        (json!({"type": "voicemail", "destination": "https://10.0.0.1/a.mp3"}), vec![format!("{action}.destination")]),
        (json!({"type": "reject", "destination": "+14155550188"}), vec![format!("{action}.destination")]),
        (
            json!({"type": "say", "destination": "x", "options": {"timeout": 20}}),
            vec![format!("{action}.options.timeout")],
        ),
        (
            json!({"type": "forward", "destination": "+14155550188", "options": {"timeout": 4, "record": true, "transcribe": true, "music": "jazz"}}),
            ["timeout", "record", "transcribe", "music"].map(|name| format!("{action}.options.{name}")).to_vec(),
        ),
    ] {
        assert_eq!(refused(with(given.clone())), fields, "{given}");
    }
}

#[test]
fn rules_hours_and_features_are_refused_all_at_once() {
    let action = json!({"type": "say", "destination": "x"});
    let hours = json!([{"dayOfWeek": [1], "timeFrom": "09:00", "timeTo": "17:00"}]);
    let configuration = json!({
        "name": " ",
        "routingRules": {
            "defaultAction": action,
            "timeBasedRules": [{"name": "day", "schedule": {"timezone": "UTC", "rules": hours}, "action": action, "priority": 1}],
            "geographicRules": [{"name": "us", "countries": ["US"], "action": action, "priority": 1}],
            "callerIdRules": [{"name": "vip", "patterns": ["+1*"], "action": action, "priority": 1}],
            "failoverRules": [{"attempts": 1, "delay": 5, "destinations": ["+14155550188"]}],
        },
        "schedule": {"timezone": "UTC", "businessHours": hours},
        "features": {"recordCalls": true, "transcribeCalls": true, "callScreening": true, "callQueue": true, "voicemail": true},
    });
    assert_eq!(
        refused(configuration),
        [
            "name",
            "routingRules.timeBasedRules",
            "routingRules.geographicRules",
            "routingRules.callerIdRules",
            "routingRules.failoverRules",
            "schedule",
            "features.recordCalls",
            "features.transcribeCalls",
            "features.callScreening",
            "features.callQueue",
            "features.voicemail",
        ]
    );
}
