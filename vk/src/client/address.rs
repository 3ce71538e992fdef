//! The server's address: HTTPS, or plain HTTP to this machine; anywhere else only where it was allowed by name.

use url::{Host, Url};

use crate::{
    failure::{Failure, Kind},
    texts::Text,
};

/// An address that a credential may be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(String);

impl Address {
    /// Reads an address as a person writes it.
    pub fn parse(text: &str, allows_plain: bool) -> Result<Self, Failure> {
        let wrong = || Failure::new(Kind::Usage, Text::NoAddress).with(text);
        let url = Url::parse(text.trim()).map_err(|_| wrong())?;
        let is_bare =
            url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
        if !is_bare || !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            // what was written may hold a password: it is not repeated
            return Err(Failure::new(Kind::Usage, Text::NoBareAddress));
        }
        if url.scheme() == "http" && !is_this_machine(&url) && !allows_plain {
            return Err(Failure::new(Kind::Usage, Text::PlainHttp).with(text));
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }

    /// It as text, without a slash at its end.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether the connection is encrypted.
    pub fn is_tls(&self) -> bool {
        self.0.starts_with("https://")
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A piece of a path or of a query, safe wherever it stands.
pub fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    text.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_this_machine() {
        for (text, expected) in [
            ("http://127.0.0.1:8000/", Some("http://127.0.0.1:8000")),
            ("http://localhost:8000", Some("http://localhost:8000")),
            ("http://[::1]:8000", Some("http://[::1]:8000")),
            ("https://vault.example.com/vault/", Some("https://vault.example.com/vault")),
            ("http://vault.example.com", None),
            ("http://localhost.example.com", None),
            ("https://user:pass@vault.example.com", None),
            ("https://vault.example.com/?a=b", None),
            ("ftp://127.0.0.1", None),
            ("vault.example.com", None),
            ("", None),
        ] {
            assert_eq!(Address::parse(text, false).ok().as_ref().map(Address::text), expected, "{text}");
        }
        assert!(Address::parse("http://vault.example.com", true).is_ok());
    }

    #[test]
    fn a_name_can_not_leave_its_place_in_the_path() {
        assert_eq!(encoded("../a?b=c&d#é"), "..%2Fa%3Fb%3Dc%26d%23%C3%A9");
    }
}
