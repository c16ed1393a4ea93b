//! A twin talks to this machine only: it must never call a stranger in a vendor's name.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use url::{Host, Url};

/// A URL that a twin does not call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an http(s) URL on loopback (127.0.0.0/8, [::1] or localhost); a twin calls nothing else")]
pub struct NotLoopback(pub String);

/// The URL, if it is one on this machine.
pub fn url(text: &str) -> Result<Url, NotLoopback> {
    let url = Url::parse(text).map_err(|_| NotLoopback(text.to_owned()))?;
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if here && matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(NotLoopback(text.to_owned())) }
}

/// Refuses to listen where others could reach it: a twin has well-known credentials.
pub fn address(address: SocketAddr) -> io::Result<SocketAddr> {
    if address.ip().is_loopback() {
        return Ok(address);
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("a twin listens on loopback only, and {address} is not; use 127.0.0.1 or [::1]"),
    ))
}

/// An HTTP client for URLs checked by [`url`]: no redirects, no proxy, `localhost` without asking a resolver.
pub fn client(timeout: Duration) -> io::Result<reqwest::Client> {
    let here = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].map(|ip| SocketAddr::new(ip, 0));
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .resolve_to_addrs("localhost", &here)
        .timeout(timeout)
        .build()
        .map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_this_machine() {
        for good in ["http://127.0.0.1:3000/x", "http://localhost/", "https://[::1]:1/", "http://127.9.9.9"] {
            assert!(super::url(good).is_ok(), "{good}");
        }
        for bad in ["http://10.0.0.1/", "https://example.com", "http://localhost.example.com", "ftp://localhost", "x"] {
            assert!(super::url(bad).is_err(), "{bad}");
        }
    }
}
