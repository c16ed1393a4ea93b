//! `numberline sandbox`: plays with the sandbox of a running development server.

use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Lets a number ring and prints what the caller heard
    Call {
        /// The caller: a number, `anonymous`, or a `sip:` address
        #[arg(long, default_value = "+12125550100")]
        from: String,
        /// The number that rings
        #[arg(long)]
        to: String,
        /// How dialled legs end, in order: completed, busy, no-answer, failed
        #[arg(long, value_delimiter = ',')]
        outcomes: Vec<String>,
    },
    /// Texts a rented number
    Sms {
        /// The number, with or without + or country code
        #[arg(long)]
        to: String,
        /// What is written; a fresh code unless said
        #[arg(long)]
        text: Option<String>,
    },
    /// Makes a vendor misbehave
    Fault {
        /// Which vendor
        vendor: Vendor,
        /// Which operation, such as IncomingPhoneNumbers.create or *
        #[arg(required_unless_present = "clear")]
        operation: Option<String>,
        /// `fail_before`, `fail_after`, `hang`, `latency:250ms`, `status:503`, `code:20429`
        #[arg(required_unless_present = "clear")]
        fault: Option<String>,
        /// How often
        #[arg(long)]
        times: Option<u64>,
        /// Ends every fault of this vendor
        #[arg(long)]
        clear: bool,
    },
    /// Shows the business clock, or advances it
    Clock {
        /// How far, such as 90s, 15m, 12h or 30d
        #[arg(long)]
        advance: Option<String>,
    },
    /// Shows what a vendor holds
    State {
        /// Which vendor
        vendor: Vendor,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Vendor {
    Twilio,
    Stripe,
    SmsMan,
    TextVerified,
}

pub(super) async fn run(command: Command) -> anyhow::Result<()> {
    // A missing file is the usual case.
    let _ = dotenvy::dotenv();
    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".into());
    let base = format!("http://127.0.0.1:{port}/api/v1/sandbox");
    let client = reqwest::Client::builder().no_proxy().build()?;
    let answer = match command {
        Command::Call { from, to, outcomes } => {
            let mut body = json!({ "from": from, "to": to });
            if !outcomes.is_empty() {
                body["outcomes"] = json!(outcomes);
            }
            let control = control_url(&client, &base, Vendor::Twilio).await?;
            send(client.post(format!("{control}/calls")).json(&body)).await?
        }
        Command::Sms { to, text } => {
            let mut body = json!({ "to": to });
            if let Some(text) = text {
                body["text"] = json!(text);
            }
            send(client.post(format!("{base}/sms")).json(&body)).await?
        }
        Command::Fault { vendor, clear: true, .. } => {
            let control = control_url(&client, &base, vendor).await?;
            send(client.delete(format!("{control}/faults"))).await?
        }
        Command::Fault { vendor, operation, fault, times, clear: false } => {
            let mut body = json!({ "operation": operation, "fault": fault });
            if let Some(times) = times {
                body["times"] = json!(times);
            }
            let control = control_url(&client, &base, vendor).await?;
            send(client.post(format!("{control}/faults")).json(&body)).await?
        }
        Command::Clock { advance: None } => send(client.get(format!("{base}/clock"))).await?,
        Command::Clock { advance: Some(by) } => {
            let body = json!({ "advanceSeconds": seconds(&by)? });
            send(client.post(format!("{base}/clock")).json(&body)).await?
        }
        Command::State { vendor } => {
            let control = control_url(&client, &base, vendor).await?;
            send(client.get(format!("{control}/state"))).await?
        }
    };
    if answer.is_null() { Ok(()) } else { super::say(&serde_json::to_string_pretty(&answer)?) }
}

async fn control_url(client: &reqwest::Client, base: &str, vendor: Vendor) -> anyhow::Result<String> {
    let name = match vendor {
        Vendor::Twilio => "twilio",
        Vendor::Stripe => "stripe",
        Vendor::SmsMan => "smsMan",
        Vendor::TextVerified => "textVerified",
    };
    let sandbox = send(client.get(base)).await?;
    let url = sandbox["data"][name]["controlUrl"].as_str();
    url.map(str::to_owned).with_context(|| format!("this server has no {name} twin; it runs against {name} itself"))
}

async fn send(request: reqwest::RequestBuilder) -> anyhow::Result<Value> {
    let response = request
        .send()
        .await
        .context("no development server answers; start one with `numberline serve` (PORT tells which)")?;
    let status = response.status();
    let text = response.text().await?;
    if !status.is_success() {
        bail!("the answer was {status}: {text}");
    }
    Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// Reads `90s`, `15m`, `12h`, `30d`, or plain seconds.
fn seconds(text: &str) -> anyhow::Result<i64> {
    let (digits, unit) = match text.find(|c: char| !c.is_ascii_digit()) {
        Some(at) => text.split_at(at),
        None => (text, "s"),
    };
    let factor = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => bail!("{text:?} is no span of time; write 90s, 15m, 12h or 30d"),
    };
    let count: i64 = digits.parse().with_context(|| format!("{text:?} is no span of time; write 30d"))?;
    count.checked_mul(factor).with_context(|| format!("{text:?} is too long"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn spans_of_time() {
        assert_eq!(super::seconds("30d").expect("reads"), 2_592_000);
        assert_eq!(super::seconds("5").expect("reads"), 5);
        assert!(super::seconds("soon").is_err() && super::seconds("3w").is_err());
    }
}
