//! The limits of a generated key's use, read from a body: `allowed_ips` and `rate_limit`.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;

use super::{
    fields::{Fields, Given},
    rules::Text,
};
use crate::{core::texts::faults::FaultKind, models::api_key::KeyLimit};

const MOST_ADDRESSES: usize = 50;
const MOST_USES: i64 = 1_000_000;
const LONGEST_WINDOW: i64 = 86_400;

/// Addresses and networks in their one written form, without repetitions; `None` inside where it was left out.
pub(super) fn allowed_ips(fields: &mut Fields) -> Option<Option<Vec<String>>> {
    const NAME: &str = "allowed_ips";
    const FORM: FaultKind = FaultKind::InvalidFormat(
        "an address or a network, as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32",
        "une adresse ou un réseau, comme 203.0.113.7, 203.0.113.0/24 ou 2001:db8::/32",
    );
    let Some(given) = fields.texts(NAME, MOST_ADDRESSES, Text::line(1, 64))? else { return Some(None) };
    let mut all: Vec<String> = Vec::with_capacity(given.len());
    let mut is_sound = true;
    for (index, text) in given.iter().enumerate() {
        match written(text) {
            Some(text) if all.contains(&text) => {}
            Some(text) => all.push(text),
            None => {
                is_sound = false;
                let _: Option<()> = fields.fault(format!("{NAME}[{index}]"), FORM);
            }
        }
    }
    is_sound.then_some(Some(all))
}

/// The one form of an address or a network: host bits are cut off, a network of one address is an address.
fn written(text: &str) -> Option<String> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical().to_string());
    }
    let network = text.parse::<IpNet>().ok()?.trunc();
    let is_one = network.prefix_len() == network.max_prefix_len();
    Some(if is_one { network.addr().to_canonical().to_string() } else { network.to_string() })
}

/// `{"limit": 100, "window_seconds": 60}`, which may be left out or emptied.
pub(super) fn rate_limit(fields: &mut Fields) -> Given<KeyLimit> {
    const NAME: &str = "rate_limit";
    let mut given = match fields.take(NAME) {
        Given::Value(Value::Object(given)) => given,
        Given::Value(_) => {
            let _: Option<()> = fields.fault(NAME, FaultKind::WrongType("object"));
            return Given::Fault;
        }
        Given::Null => return Given::Null,
        Given::Absent | Given::Fault => return Given::Absent,
    };
    let limit = number(fields, given.remove("limit"), "rate_limit.limit", MOST_USES);
    let window_seconds = number(fields, given.remove("window_seconds"), "rate_limit.window_seconds", LONGEST_WINDOW);
    for name in given.keys() {
        let name: String = name.chars().take(64).collect();
        let _: Option<()> = fields.fault(format!("{NAME}.{name}"), FaultKind::Unknown);
    }
    match (limit, window_seconds) {
        (Some(limit), Some(window_seconds)) if given.is_empty() => Given::Value(KeyLimit { limit, window_seconds }),
        _ => Given::Fault,
    }
}

fn number(fields: &mut Fields, given: Option<Value>, name: &str, most: i64) -> Option<u32> {
    match given {
        None | Some(Value::Null) => fields.fault(name, FaultKind::Required),
        Some(Value::Number(number)) => match number.as_i64().filter(|number| (1..=most).contains(number)) {
            Some(number) => u32::try_from(number).ok(),
            None => fields.fault(name, FaultKind::OutOfRange(1, most)),
        },
        Some(_) => fields.fault(name, FaultKind::WrongType("number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_have_one_written_form() {
        for (given, kept) in [
            ("203.0.113.7", Some("203.0.113.7")),
            ("203.0.113.7/24", Some("203.0.113.0/24")),
            ("203.0.113.7/32", Some("203.0.113.7")),
            ("2001:DB8:0::1/32", Some("2001:db8::/32")),
            ("::ffff:192.0.2.1", Some("192.0.2.1")),
            ("0.0.0.0/0", Some("0.0.0.0/0")),
            ("203.0.113.0/33", None),
            ("203.0.113", None),
            ("localhost", None),
            ("203.0.113.7:80", None),
        ] {
            assert_eq!(written(given).as_deref(), kept, "{given}");
        }
    }
}
