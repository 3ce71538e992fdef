//! From which addresses something may be used: single addresses or networks.

use std::net::IpAddr;

use ipnet::IpNet;

/// The addresses from which something may be used; none means from everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressRanges(Vec<IpNet>);

/// One address or one network (CIDR), in its one form: without the bits beyond the mask.
#[must_use]
pub fn parse(text: &str) -> Option<IpNet> {
    let network = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address.to_canonical()),
        Err(_) => text.parse::<IpNet>().ok()?,
    };
    Some(network.trunc())
}

/// A network as people write it: a single address without a mask.
#[must_use]
pub fn write(network: &IpNet) -> String {
    if network.prefix_len() == network.max_prefix_len() { network.addr().to_string() } else { network.to_string() }
}

impl AddressRanges {
    /// These networks, each once.
    #[must_use]
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> Self {
        let mut kept = Vec::new();
        for network in networks {
            if !kept.contains(&network) {
                kept.push(network);
            }
        }
        Self(kept)
    }

    /// Whether an address is among them. A client whose address is not known is in no network.
    #[must_use]
    pub fn allow(&self, address: Option<IpAddr>) -> bool {
        self.0.is_empty()
            || address.is_some_and(|address| self.0.iter().any(|network| network.contains(&address.to_canonical())))
    }

    /// As people write them.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(write).collect()
    }
}

impl TryFrom<Vec<String>> for AddressRanges {
    type Error = String;

    fn try_from(texts: Vec<String>) -> Result<Self, String> {
        let read: Option<Vec<_>> = texts.iter().map(|text| parse(text)).collect();
        read.map(Self::new).ok_or_else(|| "no list of addresses".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(texts: &[&str]) -> AddressRanges {
        AddressRanges::new(texts.iter().filter_map(|text| parse(text)))
    }

    #[test]
    fn an_address_is_allowed_by_itself_or_by_its_network_and_without_any_everywhere() {
        let some = ranges(&["203.0.113.7", "198.51.100.9/24", "2001:db8::/32"]);
        let allows = |text: &str| some.allow(text.parse().ok());

        assert!(allows("203.0.113.7") && allows("198.51.100.200") && allows("2001:db8:1::1"));
        assert!(allows("::ffff:203.0.113.7"));
        assert!(!allows("203.0.113.8") && !allows("2001:db9::1") && !some.allow(None));
        assert!(AddressRanges::default().allow(None));
        assert_eq!(some.texts(), ["203.0.113.7", "198.51.100.0/24", "2001:db8::/32"]);
    }

    #[test]
    fn what_is_no_address_is_not_read() {
        for text in ["", "x", "203.0.113", "203.0.113.0/33", "203.0.113.0/", "example.com", "203.0.113.1-9"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
