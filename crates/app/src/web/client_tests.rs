use axum::http::HeaderValue;

use super::*;

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(*name, HeaderValue::from_static(value));
    }
    headers
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn blocks() {
    let trusted: TrustedProxies = "10.0.0.0/8, ::1,192.168.1.7, fd00::/8, ".parse().unwrap();
    for inside in ["10.255.0.1", "::1", "192.168.1.7", "fd12::9", "::ffff:10.1.2.3"] {
        assert!(trusted.contains(ip(inside)), "{inside}");
    }
    for outside in ["11.0.0.1", "::2", "192.168.1.8", "fe80::1"] {
        assert!(!trusted.contains(ip(outside)), "{outside}");
    }
    assert!("0.0.0.0/0".parse::<TrustedProxies>().unwrap().contains(ip("203.0.113.9")));
    for bad in ["10.0.0.0/33", "10.0.0/8", "::/129", "proxy.example", "10.0.0.0/x"] {
        assert!(bad.parse::<TrustedProxies>().is_err(), "{bad}");
    }
}

#[test]
fn the_client_is_the_last_hop_that_is_not_ours() {
    let trusted: TrustedProxies = "10.0.0.0/8".parse().unwrap();
    let forwarded = headers(&[("x-forwarded-for", "6.6.6.6, 203.0.113.9"), ("x-forwarded-for", "10.0.0.3")]);
    assert_eq!(trusted.client_ip(ip("10.0.0.2"), &forwarded), ip("203.0.113.9"));
    assert_eq!(
        trusted.client_ip(ip("198.51.100.1"), &forwarded),
        ip("198.51.100.1"),
        "an untrusted peer is the client"
    );
    let garbage = headers(&[("x-forwarded-for", "unknown")]);
    assert_eq!(trusted.client_ip(ip("10.0.0.2"), &garbage), ip("10.0.0.2"));
    let with_port = headers(&[("x-forwarded-for", "203.0.113.9:4711")]);
    assert_eq!(trusted.client_ip(ip("10.0.0.2"), &with_port), ip("203.0.113.9"));
}

#[test]
fn local_means_nobody_in_between() {
    let local = Client { peer: Some(ip("127.0.0.1")), ip: ip("127.0.0.1") };
    for host in ["localhost:3000", "127.0.0.1:3000", "[::1]:3000", "localhost"] {
        let mut map = HeaderMap::new();
        map.insert(HOST, HeaderValue::from_str(host).unwrap());
        assert!(local.is_local(&map), "{host}");
    }
    assert!(!local.is_local(&headers(&[("host", "evil.example:3000")])));
    assert!(!local.is_local(&headers(&[("x-forwarded-for", "127.0.0.1")])));
    let far = Client { peer: Some(ip("203.0.113.9")), ip: ip("127.0.0.1") };
    assert!(!far.is_local(&HeaderMap::new()));
    assert!(!Client { peer: None, ip: ip("127.0.0.1") }.is_local(&HeaderMap::new()));
}

#[test]
fn public_urls_in_order_of_likelihood() {
    let trusted: TrustedProxies = "10.0.0.0/8".parse().unwrap();
    let uri: Uri = "/webhooks/twilio/voice?a=%20b&c=+".parse().unwrap();
    let base: Url = "https://api.example.com/".parse().unwrap();
    let sent = headers(&[
        ("host", "app:3000"),
        ("x-forwarded-proto", "https, http"),
        ("x-forwarded-host", "edge.example.com"),
    ]);
    let path = "/webhooks/twilio/voice?a=%20b&c=+";
    assert_eq!(
        public_urls(Some(&base), &trusted, Some(ip("10.1.1.1")), &sent, &uri),
        [format!("https://api.example.com{path}"), format!("https://edge.example.com{path}"),]
    );
    assert_eq!(
        public_urls(Some(&base), &trusted, Some(ip("8.8.8.8")), &sent, &uri),
        [format!("https://api.example.com{path}")]
    );
    assert_eq!(public_urls(None, &trusted, Some(ip("8.8.8.8")), &sent, &uri), [format!("http://app:3000{path}")]);
    assert!(public_urls(None, &trusted, None, &HeaderMap::new(), &uri).is_empty());
}
