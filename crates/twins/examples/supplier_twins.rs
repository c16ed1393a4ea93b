//! Runs the twins of both suppliers by themselves: `cargo run -p twins --example supplier_twins -- [folder of journals]`.

use std::path::PathBuf;

use twins::sms_man::SmsManTwin;
use vocab::{Ambient, Amount, Currency};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let here = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let folder = std::env::args().nth(1).map(PathBuf::from);
    let sms_man = SmsManTwin {
        listen: here,
        control_listen: here,
        journal: folder.as_ref().map(|folder| folder.join("sms_man.jsonl")),
        token: "sandbox-key".to_owned().into(),
        balance: Amount::from_micros(10_000_000_000),
        currency: Currency::USD,
        text_delay: Some(SmsManTwin::TEXT_DELAY),
        window: SmsManTwin::WINDOW,
        cancel_lock: std::time::Duration::ZERO,
        ambient: Ambient::system(),
    };
    let sms_man = sms_man.start().await?;
    println!("SMS-Man {} control {}", sms_man.url, sms_man.control_url);
    tokio::signal::ctrl_c().await?;
    sms_man.stop().await;
    Ok(())
}
