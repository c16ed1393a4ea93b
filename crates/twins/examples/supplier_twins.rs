//! The twins of both suppliers alone, to point their clients at: prints the roots and runs until it is stopped.
//!
//! `cargo run -p twins --example supplier_twins -- [FOLDER OF JOURNALS] [WEBHOOK URL]`

use std::{io, net::SocketAddr, path::PathBuf, time::Duration};

use twins::{sms_man::SmsManTwin, text_verified::TextVerifiedTwin};
use vocab::{Ambient, Amount, Currency};

#[tokio::main]
async fn main() -> io::Result<()> {
    let here = SocketAddr::from(([127, 0, 0, 1], 0));
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let journal = |name: &str| folder.as_ref().map(|folder| folder.join(name));
    let (ambient, balance) = (Ambient::system(), Amount::from_micros(10_000_000_000));
    let sms_man = SmsManTwin {
        listen: here,
        control_listen: here,
        journal: journal("sms_man.jsonl"),
        token: "sandbox-key".to_owned().into(),
        balance,
        currency: Currency::USD,
        text_delay: Some(SmsManTwin::TEXT_DELAY),
        window: SmsManTwin::WINDOW,
        cancel_lock: Duration::ZERO,
        ambient: ambient.clone(),
    };
    let text_verified = TextVerifiedTwin {
        listen: here,
        control_listen: here,
        journal: journal("text_verified.jsonl"),
        api_key: "sandbox-key".to_owned().into(),
        username: "dev@example.test".to_owned(),
        webhook_secret: "whsec_sandbox".to_owned().into(),
        webhook_url: std::env::args().nth(2),
        balance,
        text_delay: Some(TextVerifiedTwin::TEXT_DELAY),
        window: TextVerifiedTwin::WINDOW,
        cancel_lock: Duration::ZERO,
        ambient,
    };
    let (sms_man, text_verified) = (sms_man.start().await?, text_verified.start().await?);
    println!("sms_man {} {}", sms_man.url, sms_man.control_url);
    println!("text_verified {} {}", text_verified.url, text_verified.control_url);
    std::future::pending::<()>().await;
    Ok(())
}
