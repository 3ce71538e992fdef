//! Who sent a request. `X-Forwarded-For` is believed as far as trusted proxies wrote it, and no further.

use std::{borrow::Cow, net::IpAddr, sync::Arc};

use axum::http::{HeaderMap, header};
use ipnet::IpNet;

use crate::core::{client::Client, language::Language};

const MOST_USER_AGENT: usize = 256;

/// The sender of a request that came from `peer`.
pub(super) fn client(headers: &HeaderMap, peer: Option<IpAddr>, trusted: &[IpNet], request_id: Arc<str>) -> Client {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let told = text(header::USER_AGENT);
    // most are kept as they are
    let user_agent: Arc<str> =
        if told.len() <= MOST_USER_AGENT && told.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            told.into()
        } else {
            told.chars().filter(|letter| !letter.is_control()).take(MOST_USER_AGENT).collect::<String>().into()
        };
    Client {
        request_id,
        ip: peer.map(|peer| address(headers, peer.to_canonical(), trusted)),
        user_agent,
        language: Language::negotiate(text(header::ACCEPT_LANGUAGE)),
    }
}

/// The client's own identifier of the request, if it is a sane one.
pub(super) fn own_request_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get("x-request-id")?.to_str().ok()?;
    let is_sane = (1..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    is_sane.then_some(id)
}

/// Walks the chain of proxies from the nearest one: the first that we do not trust is the client.
fn address(headers: &HeaderMap, peer: IpAddr, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|network| network.contains(ip));
    let mut client = peer;
    // a hop that makes no sense is one that we do not understand, never one that we do not see
    let hops: Vec<Cow<'_, str>> = headers
        .get_all("x-forwarded-for")
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(String::from_utf8_lossy)
        .collect();
    for hop in hops.into_iter().rev() {
        if !is_trusted(&client) {
            break;
        }
        match parse(hop.trim()) {
            Some(ip) => client = ip.to_canonical(),
            None => break,
        }
    }
    client
}

/// An address, with or without a port.
fn parse(hop: &str) -> Option<IpAddr> {
    hop.parse().ok().or_else(|| hop.parse::<std::net::SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn found(peer: &str, forwarded: &[&'static str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().expect("network")).collect();
        address(&headers, peer.parse().expect("peer"), &trusted).to_string()
    }

    #[test]
    fn a_forwarded_address_counts_only_behind_a_trusted_proxy() {
        assert_eq!(found("203.0.113.9", &["1.2.3.4"], &[]), "203.0.113.9");
        assert_eq!(found("203.0.113.9", &["1.2.3.4"], &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(found("10.0.0.1", &["1.2.3.4"], &["10.0.0.0/8"]), "1.2.3.4");
        assert_eq!(found("10.0.0.1", &["6.6.6.6, 1.2.3.4, 10.0.0.2"], &["10.0.0.0/8"]), "1.2.3.4");
        assert_eq!(found("10.0.0.1", &["6.6.6.6", "1.2.3.4:5555"], &["10.0.0.0/8"]), "1.2.3.4");
        assert_eq!(found("10.0.0.1", &["nonsense"], &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(found("10.0.0.1", &["\u{ff}, 1.2.3.4"], &["10.0.0.0/8"]), "1.2.3.4");
    }
}
