//! Who sent a request: the address, the program, the language, and the identifier of the request.

use std::{net::IpAddr, sync::Arc};

use super::language::Language;

/// The sender of a request, as far as the request tells.
#[derive(Clone, Debug)]
pub struct Client {
    /// The identifier in `X-Request-Id`.
    pub request_id: Arc<str>,
    /// The address, a trusted proxy's word included; `None` for the command line.
    pub ip: Option<IpAddr>,
    /// The `User-Agent`, at most 256 characters, without control characters.
    pub user_agent: Arc<str>,
    /// The language of the answer.
    pub language: Language,
}

impl Client {
    /// The operator at the command line.
    #[must_use]
    pub fn command_line(request_id: String) -> Self {
        Self {
            request_id: request_id.into(),
            ip: None,
            user_agent: "vault-api command line".into(),
            language: Language::English,
        }
    }

    /// The address as it is counted: an IPv6 one by its /64, of which one client has all; zeros where there is none.
    #[must_use]
    pub fn network(&self) -> [u8; 16] {
        match self.ip.map(|ip| ip.to_canonical()) {
            Some(IpAddr::V4(ip)) => ip.to_ipv6_mapped().octets(),
            Some(IpAddr::V6(ip)) => (u128::from(ip) & !u128::from(u64::MAX)).to_be_bytes(),
            None => [0; 16],
        }
    }

    /// The address as text; empty where there is none.
    #[must_use]
    pub fn ip_text(&self) -> String {
        self.ip.map(|ip| ip.to_canonical().to_string()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(ip: &str) -> [u8; 16] {
        let ip = Some(ip.parse().expect("an address"));
        Client { ip, ..Client::command_line(String::new()) }.network()
    }

    #[test]
    fn an_ipv6_client_is_its_64_and_a_mapped_address_is_the_ipv4_one() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.7"), network("192.0.2.7"));
        assert_ne!(network("192.0.2.7"), network("192.0.2.8"));
    }
}
