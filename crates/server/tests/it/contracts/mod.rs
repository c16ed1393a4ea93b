//! What the ports promise, kept by each adapter through its vendor's twin.

mod carrier;
mod faults;
mod processor;
mod sms_man;
mod text_verified;

use std::{net::SocketAddr, time::Duration};

use adapters::{
    http::Limits,
    twilio::{Twilio, TwilioConfig},
};
use ports::contract::Wrong;
use twins::{Running, twilio::TwilioTwin};
use url::Url;
use vocab::Ambient;

use crate::support::control::Control;

const ANY_PORT: ([u8; 4], u16) = ([127, 0, 0, 1], 0);
const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// As in production, but for somebody in a hurry.
fn limits(request: Duration) -> Limits {
    Limits {
        connect: request,
        request,
        budget: request.saturating_mul(3),
        backoff: Duration::from_millis(20),
        ..Limits::default()
    }
}

async fn twilio_twin() -> (Running, Control) {
    let twin = TwilioTwin {
        listen: SocketAddr::from(ANY_PORT),
        control_listen: SocketAddr::from(ANY_PORT),
        journal: None,
        account_sid: ACCOUNT.to_owned(),
        auth_token: TOKEN.to_owned().into(),
        ambient: Ambient::system(),
    };
    let running = twin.start().await.expect("the twin starts");
    let control = Control::at(&running.control_url);
    (running, control)
}

fn twilio(twin: &Running, request: Duration) -> Twilio {
    let url: Url = twin.url.parse().expect("a URL");
    let config = TwilioConfig {
        account_sid: ACCOUNT.to_owned(),
        auth_token: TOKEN.to_owned().into(),
        second_secret: None,
        api_url: url.clone(),
        pricing_url: url.clone(),
        numbers_url: url,
        limits: limits(request),
        ambient: Ambient::system(),
    };
    Twilio::new(config).expect("the adapter is made")
}

/// How a twin's fault is ordered.
const fn fault(wrong: Wrong, turned_away: &'static str) -> &'static str {
    match wrong {
        Wrong::NotDone => "fail_before",
        Wrong::DoneUnanswered => "fail_after",
        Wrong::Silent => "hang",
        Wrong::Faulty => "status:503",
        Wrong::TurnedAway => turned_away,
    }
}
