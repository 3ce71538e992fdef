//! Which servers are close by: those to which a connection without TLS leaves no trusted ground.

use std::net::IpAddr;

/// Whether this address is of this machine or of a private network.
#[must_use]
pub fn is_local_address(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

/// Whether this host is close by: a local address; `localhost`; a name without a dot, as of a container; a name
/// under `.localhost`, `.local` or `.internal`, which the public DNS does not give away.
#[must_use]
pub fn is_local_host(host: &str) -> bool {
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        return is_local_address(address);
    }
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    !host.is_empty()
        && (!host.contains('.') || [".localhost", ".local", ".internal"].iter().any(|ending| host.ends_with(ending)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_networks_are_close_and_public_names_are_not() {
        for host in
            ["127.0.0.1", "10.2.3.4", "192.168.1.1", "::1", "[fd00::1]", "localhost", "mailpit", "mail.internal"]
        {
            assert!(is_local_host(host), "{host}");
        }
        for host in
            ["", "8.8.8.8", "172.32.0.1", "2001:db8::1", "smtp.example.com", "localhost.example.com", "local.evil.org"]
        {
            assert!(!is_local_host(host), "{host}");
        }
    }
}
