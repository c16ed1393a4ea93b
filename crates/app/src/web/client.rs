//! Where a request comes from and which address it was sent to, behind proxies too.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    str::FromStr,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{Extensions, HeaderMap, Uri, header::HOST, request::Parts},
};
use url::Url;

use super::error::ApiError;

/// The proxies whose `X-Forwarded-*` headers are believed, from `TRUSTED_PROXIES`: addresses and
/// CIDR blocks with commas between them. Empty believes nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Block>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Block {
    network: IpAddr,
    bits: u8,
}

/// Text that is neither an address nor a CIDR block.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address and no CIDR block: write 10.0.0.0/8 or ::1")]
pub struct MalformedBlock(String);

impl FromStr for TrustedProxies {
    type Err = MalformedBlock;

    fn from_str(list: &str) -> Result<Self, MalformedBlock> {
        list.split(',')
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(Block::parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl TrustedProxies {
    /// Whether headers from this address are believed.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.0.iter().any(|block| block.contains(ip))
    }

    /// The client's address: the peer's, or, from a trusted peer, the last hop of `X-Forwarded-For`
    /// that no trusted proxy of ours is. What stands further left, a client can write itself.
    pub fn client_ip(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let hops = headers.get_all("x-forwarded-for").iter().flat_map(|value| value.to_str().unwrap_or("").split(','));
        for hop in hops.collect::<Vec<_>>().into_iter().rev() {
            if !self.contains(client) {
                break;
            }
            let Some(ip) = parse_hop(hop.trim()) else { break };
            client = ip.to_canonical();
        }
        client
    }
}

/// A hop is an address, with a port where the proxy adds one.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let bare = hop.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

impl Block {
    fn parse(text: &str) -> Result<Self, MalformedBlock> {
        let malformed = || MalformedBlock(text.to_owned());
        let (network, bits) = text.split_once('/').map_or((text, None), |(network, bits)| (network, Some(bits)));
        let network: IpAddr = network.parse().map_err(|_| malformed())?;
        let width = if network.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(width), str::parse).map_err(|_| malformed())?;
        if bits > width { Err(malformed()) } else { Ok(Self { network, bits }) }
    }

    fn contains(&self, ip: IpAddr) -> bool {
        let same = |width: u32, a: u128, b: u128| (a ^ b).checked_shr(width - u32::from(self.bits)).unwrap_or(0) == 0;
        match (self.network, ip) {
            (IpAddr::V4(a), IpAddr::V4(b)) => same(32, u32::from(a).into(), u32::from(b).into()),
            (IpAddr::V6(a), IpAddr::V6(b)) => same(128, a.into(), b.into()),
            _ => false,
        }
    }
}

/// Where a request comes from; put beside it by the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// Who opened the connection; None where there is no socket, as in tests.
    pub peer: Option<IpAddr>,
    /// The client, as far as trusted proxies tell; unspecified without a socket.
    pub ip: IpAddr,
}

impl Client {
    /// Who sent these headers over this connection.
    pub fn of(extensions: &Extensions, headers: &HeaderMap, trusted: &TrustedProxies) -> Self {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
        let ip = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| trusted.client_ip(peer, headers));
        Self { peer, ip }
    }

    /// Whether the request was made on this machine, by nobody on behalf of somebody else: a proxy
    /// is loopback too, and a web page that rebinds its name comes from a local browser, so
    /// forwarding headers and foreign host names are refused.
    pub fn is_local(&self, headers: &HeaderMap) -> bool {
        let forwarded = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];
        let local_host = |host: &str| {
            let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
            let name = name.map_or(host, |(name, _)| name).trim_matches(['[', ']']);
            name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        };
        self.peer.is_some_and(|peer| peer.to_canonical().is_loopback())
            && !forwarded.iter().any(|name| headers.contains_key(*name))
            && headers.get(HOST).is_none_or(|host| host.to_str().is_ok_and(local_host))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let known = parts.extensions.get::<Self>().copied();
        Ok(known.unwrap_or_else(|| Self::of(&parts.extensions, &parts.headers, &TrustedProxies::default())))
    }
}

/// The addresses under which a vendor may have signed this request, the likeliest first:
/// `API_BASE_URL`; what a trusted proxy says it was called; without a base URL, the Host header.
/// Path and query are kept byte for byte, because a signature covers them as they were sent.
pub fn public_urls(
    base: Option<&Url>,
    trusted: &TrustedProxies,
    peer: Option<IpAddr>,
    headers: &HeaderMap,
    original_uri: &Uri,
) -> Vec<String> {
    let path = original_uri.path_and_query().map_or("/", |path| path.as_str());
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let first = |name: &str| text(name).and_then(|list| list.split(',').next()).map(str::trim);
    let mut urls = Vec::new();
    if let Some(base) = base {
        urls.push(format!("{}{path}", base.as_str().trim_end_matches('/')));
    }
    let forwarded = peer.is_some_and(|peer| trusted.contains(peer));
    if forwarded && let Some(host) = first("x-forwarded-host").or_else(|| text("host")) {
        urls.push(format!("{}://{host}{path}", first("x-forwarded-proto").unwrap_or("https")));
    }
    if let (None, Some(host)) = (base, text("host")) {
        urls.push(format!("http://{host}{path}"));
    }
    let mut seen = Vec::with_capacity(urls.len());
    urls.retain(|url| {
        let new = !seen.contains(url);
        seen.push(url.clone());
        new
    });
    urls
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
