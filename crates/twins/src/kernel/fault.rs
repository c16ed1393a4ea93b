//! One way to do wrong, as its text says.

use std::{fmt, str::FromStr, time::Duration};

use axum::http::StatusCode;

/// What goes wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// `fail_before`: the connection closes without an answer, and nothing happened.
    FailBefore,
    /// `fail_after`: it happens, then the connection closes without an answer.
    FailAfter,
    /// `hang`: nothing happens and nothing is answered, until the client gives up (or two minutes have passed).
    Hang,
    /// `latency:250ms`: it happens at once and is answered so much later. Also `2s`, and a bare number of milliseconds.
    Latency(Duration),
    /// `status:503`: this HTTP status, and nothing happened.
    Status(StatusCode),
    /// `code:20429`: the vendor's own error of this code, and nothing happened.
    Code(String),
}

/// Text that is no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be fail_before, fail_after, hang, latency:250ms, status:503 or code:20429")]
pub struct UnknownFault;

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        match text.split_once(':') {
            None => match text {
                "fail_before" => Ok(Self::FailBefore),
                "fail_after" => Ok(Self::FailAfter),
                "hang" => Ok(Self::Hang),
                _ => Err(UnknownFault),
            },
            Some(("latency", time)) => duration(time).map(Self::Latency).ok_or(UnknownFault),
            Some(("status", status)) => status
                .parse()
                .ok()
                .filter(|status| (400..600).contains(status))
                .and_then(|status| StatusCode::from_u16(status).ok())
                .map(Self::Status)
                .ok_or(UnknownFault),
            Some(("code", code)) if !code.is_empty() => Ok(Self::Code(code.to_owned())),
            Some(_) => Err(UnknownFault),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FailBefore => f.write_str("fail_before"),
            Self::FailAfter => f.write_str("fail_after"),
            Self::Hang => f.write_str("hang"),
            Self::Latency(time) => write!(f, "latency:{}ms", time.as_millis()),
            Self::Status(status) => write!(f, "status:{}", status.as_u16()),
            Self::Code(code) => write!(f, "code:{code}"),
        }
    }
}

/// At most an hour: more is a slip of the pen.
fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => text.strip_suffix('s').map_or((text, 1), |number| (number, 1000)),
    };
    let millis = number.parse::<u64>().ok()?.checked_mul(unit)?;
    (millis <= 3_600_000).then(|| Duration::from_millis(millis))
}
