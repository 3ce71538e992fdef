//! A program that asks to be let in by a person in a browser (RFC 8628), as `vk login` does.
//!
//! States: *waiting* → *approved* or *refused* → gone. `services::device_login::begin` makes one, `approve` and `refuse`
//! answer it, `collect` hands the session over and removes it; after ten minutes it is gone by itself. Invariants:
//! 1. Both codes are kept as keyed hashes; the device's own has 256 bits, the one that a person types works for minutes.
//! 2. It is answered once, and collected once.
//! 3. A new password of the account ends what was approved with the old one.

use chrono::{DateTime, Utc};

use super::ids::UserId;
use crate::core::{error::Result, random, secret::SecretText};

/// Letters that are not taken for others and make no words.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;

/// A program that waits, as a person sees it.
#[derive(Clone, Debug)]
pub struct DeviceLogin {
    /// Who let it in.
    pub account: Option<UserId>,
    /// The address that asked.
    pub ip: String,
    /// The program that asked.
    pub user_agent: String,
    /// When somebody refused it.
    pub refused_at: Option<DateTime<Utc>>,
    /// When it asked.
    pub created_at: DateTime<Utc>,
    /// From when on it is worth nothing.
    pub expires_at: DateTime<Utc>,
}

/// What a program gets to begin with.
pub struct Begun {
    /// What it collects the session with.
    pub device_code: SecretText,
    /// What the person types or finds in the link.
    pub user_code: String,
    /// The life of both, in seconds.
    pub expires_in: i64,
}

/// A new code for a person, as `WDJB-MJHT`.
///
/// # Errors
/// `Internal` where there is no randomness.
pub fn new_user_code() -> Result<String> {
    let mut code = String::with_capacity(LENGTH + 1);
    while code.len() < LENGTH {
        // 240 is the largest multiple of 20 in a byte: above it the first letters would come more often
        for byte in random::bytes::<16>()?.into_iter().filter(|byte| *byte < 240) {
            if code.len() < LENGTH {
                code.extend(LETTERS.get(usize::from(byte) % LETTERS.len()).map(|letter| char::from(*letter)));
            }
        }
    }
    code.insert(LENGTH / 2, '-');
    Ok(code)
}

/// A code as somebody typed it, in the form that is hashed; `None` where it can be none.
#[must_use]
pub fn read_user_code(text: &str) -> Option<String> {
    let code: String = text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    (code.len() == LENGTH && code.bytes().all(|letter| LETTERS.contains(&letter))).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = new_user_code().expect("a code");

        let read = read_user_code(&code).expect("read");
        assert_eq!(read.len(), 8);
        assert_eq!(read_user_code(&format!(" {} ", code.to_lowercase().replace('-', " "))), Some(read));
        for wrong in ["", "WDJB", "WDJB-MJHA", "WDJB-MJHT-B"] {
            assert_eq!(read_user_code(wrong), None, "{wrong}");
        }
    }
}
