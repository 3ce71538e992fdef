//! Email addresses in their one stored form: trimmed, lower case, plain ASCII.
//!
//! Letters that merely look alike, quoted local parts and full-width signs are refused rather than folded,
//! so two accounts never share a mailbox and no mail header can be slipped in.

use std::fmt;

/// The most characters of an address (RFC 5321, section 4.5.3.1.3).
pub const MOST_CHARACTERS: usize = 254;

/// The form that is accepted, as an ECMA-262 pattern for the OpenAPI document.
pub const PATTERN: &str = r"^\s*[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\s*$";

/// An address that was checked and normalised.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// The address that this text is, if it is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches(|letter: char| letter.is_ascii_whitespace());
        if text.len() > MOST_CHARACTERS || !text.is_ascii() {
            return None;
        }
        let (local, domain) = text.split_once('@')?;
        (is_local(local) && is_domain(domain)).then(|| Self(text.to_ascii_lowercase()))
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }
}

fn is_local(local: &str) -> bool {
    local.len() <= 64
        && local.split('.').all(|atom| {
            !atom.is_empty()
                && atom.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte))
        })
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // a last label that begins with a digit would be an IP address
    domain.len() <= 253
        && domain.contains('.')
        && domain.split('.').all(is_label)
        && domain.rsplit('.').next().is_some_and(|last| last.starts_with(|first: char| first.is_ascii_alphabetic()))
}

impl fmt::Display for Email {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for Email {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a stored address has no valid form")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_stored_form() {
        for text in ["alice@example.com", " Alice@Example.COM ", "ALICE@EXAMPLE.COM\n"] {
            assert_eq!(Email::parse(text).expect(text).as_str(), "alice@example.com");
        }
        assert!(Email::parse("a.b+tag@xn--bcher-kva.example").is_some());
    }

    #[test]
    fn what_could_collide_or_break_out_is_refused() {
        for text in [
            "",
            "@",
            "a@",
            "@b.c",
            "a@b",
            "a@b.c.",
            "a@.b.c",
            "a@b..c",
            ".a@b.cd",
            "a.@b.cd",
            "a..b@c.de",
            "a b@c.de",
            "a@b.cd, x@y.zz",
            "\"a b\"@c.de",
            "a＠b.cd",
            "аlice@example.com",
            "a@b.cd\0",
            "a@b.cd\r\nBcc: x@y.zz",
            "a@-b.cd",
            "a@b-.cd",
            "a@1.2.3.4",
            "a@[1.2.3.4]",
            "a@b@c.de",
            "é@b.cd",
        ] {
            assert!(Email::parse(text).is_none(), "{text:?}");
        }
        assert!(Email::parse(&format!("{}@b.cd", "a".repeat(65))).is_none());
        assert!(Email::parse(&format!("a@{}.cd", "b".repeat(1_000_000))).is_none());
    }
}
