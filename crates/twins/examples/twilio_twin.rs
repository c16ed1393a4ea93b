//! The Twilio twin alone, to point a client of Twilio's at: prints its two roots and runs until it is stopped.
//!
//! `cargo run -p twins --example twilio_twin -- [JOURNAL]`

use std::{io, net::SocketAddr};

use twins::twilio::TwilioTwin;
use vocab::Ambient;

#[tokio::main]
async fn main() -> io::Result<()> {
    let twin = TwilioTwin {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        control_listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        journal: std::env::args_os().nth(1).map(Into::into),
        account_sid: "AC00000000000000000000000000000001".to_owned(),
        auth_token: "test_token".to_owned().into(),
        ambient: Ambient::system(),
    };
    let running = twin.start().await?;
    println!("{} {}", running.url, running.control_url);
    std::future::pending::<()>().await;
    Ok(())
}
