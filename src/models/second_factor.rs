//! The second factor: time-based codes (RFC 6238), and recovery codes for the day when the phone is gone.
//!
//! States: *none* → *pending* → *on* → *none*. `services::mfa::begin` makes a pending one (again and again, each with a
//! new secret), `confirm` turns it on with a code of it, `turn_off` ends it. Invariants:
//! 1. A time step is used once: `lastStep` only grows, in one statement.
//! 2. A recovery code is used once: using it deletes its row, in one statement.
//! 3. After five wrong codes in a row there is a pause that doubles, for codes alone: a recovery code always goes.
//! 4. The secret is sealed with the account's data key; of recovery codes and challenges there are keyed hashes alone.
//! 5. One that was turned on before the address was proved ends with a recovery by mail: it may be a stranger's.
//! 6. Recovery codes whose form is sent again are not replaced: `renew_codes_of` replaces those that the form was opened with.
//! 7. Only a session opened or renewed a short while ago begins, confirms, ends it or makes new recovery codes.

use chrono::{DateTime, TimeDelta, Utc};

use crate::core::secret::SecretText;

/// How many recovery codes there are.
pub const RECOVERY_CODES: usize = 10;
/// How many wrong codes in a row go without a pause.
pub const FREE_TRIES: i64 = 5;
const LONGEST_PAUSE_MINUTES: i64 = 60;
/// Crockford's alphabet: no letter is taken for a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The second factor of an account, as it is kept.
#[derive(Clone, Debug)]
pub struct SecondFactor {
    /// The sealed secret.
    pub sealed: Vec<u8>,
    /// When it was turned on; `None` while it is pending.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// How many codes in a row were wrong.
    pub failures: i64,
    /// Until when codes are not even looked at.
    pub paused_until: Option<DateTime<Utc>>,
    /// Whether nobody had proved the account's address when it was turned on.
    pub is_unproved: bool,
}

impl SecondFactor {
    /// How many seconds of a pause are left.
    #[must_use]
    pub fn pause_left(&self, now: DateTime<Utc>) -> Option<u32> {
        let left = self.paused_until.filter(|until| *until > now)? - now;
        Some(u32::try_from(left.num_seconds()).unwrap_or(u32::MAX).max(1))
    }

    /// Until when one more wrong code pauses.
    #[must_use]
    pub fn next_pause(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let doublings = u32::try_from(self.failures + 1 - FREE_TRIES).ok()?;
        Some(now + TimeDelta::minutes((1_i64 << doublings.min(6)).min(LONGEST_PAUSE_MINUTES)))
    }
}

/// What a member sees of the second factor.
#[derive(Clone, Copy, Debug)]
pub struct FactorState {
    /// Since when it is on.
    pub enabled_at: Option<DateTime<Utc>>,
    /// How many recovery codes are left.
    pub recovery_codes_left: i64,
    /// When those were made.
    pub recovery_codes_made_at: Option<DateTime<Utc>>,
    /// Whether the account needs one.
    pub is_required: bool,
}

/// What is shown while the second factor is set up, and never afterwards.
pub struct Enrolment {
    /// The secret, for typing.
    pub secret: SecretText,
    /// The same as an address that authenticator apps understand.
    pub url: SecretText,
    /// The address as a picture.
    pub qr_svg: SecretText,
    /// Whether it took the place of another that was pending, whose picture somebody may have scanned.
    pub is_anew: bool,
}

/// A code that somebody typed.
pub enum GivenCode {
    /// Six digits of an authenticator app.
    Totp(SecretText),
    /// Anything else: a recovery code, in the form that is hashed.
    Recovery(SecretText),
}

impl GivenCode {
    /// Reads what was typed: groups and case do not matter, nor do letters that look like digits.
    #[must_use]
    pub fn read(typed: &str) -> Self {
        let plain: String = typed.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').collect();
        if plain.len() == 6 && plain.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::Totp(plain.into());
        }
        let lower = plain.to_lowercase();
        let normal = lower.chars().map(|letter| match letter {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        });
        Self::Recovery(normal.collect::<String>().into())
    }
}

/// The recovery code made of 80 random bits, in groups of four.
#[must_use]
pub fn recovery_code(random: [u8; 10]) -> SecretText {
    let bits = random.iter().fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
    let mut code = String::with_capacity(19);
    for place in 0..16_u32 {
        if place > 0 && place % 4 == 0 {
            code.push('-');
        }
        let index = usize::try_from((bits >> (75 - 5 * place)) & 31).unwrap_or_default();
        code.push(ALPHABET.get(index).map_or('0', |byte| char::from(*byte)));
    }
    code.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::clock::{Clock as _, SystemClock};

    fn recovery(typed: &str) -> String {
        match GivenCode::read(typed) {
            GivenCode::Recovery(code) => code.expose().clone(),
            GivenCode::Totp(_) => panic!("{typed} was taken for a code of an app"),
        }
    }

    #[test]
    fn a_recovery_code_keeps_all_eighty_bits_and_reads_back() {
        assert_eq!(recovery_code([0; 10]).expose(), "0000-0000-0000-0000");
        assert_eq!(recovery_code([255; 10]).expose(), "zzzz-zzzz-zzzz-zzzz");
        assert_eq!(recovery_code([0, 0, 0, 0, 0, 0, 0, 0, 0, 33]).expose(), "0000-0000-0000-0011");
        assert_eq!(recovery("ZZZZ zzzz-o0il0000"), "zzzzzzzz00110000");
    }

    #[test]
    fn six_digits_are_a_code_of_an_app_however_they_are_grouped() {
        for typed in ["123456", " 123 456 ", "123-456"] {
            assert!(matches!(GivenCode::read(typed), GivenCode::Totp(code) if code.expose() == "123456"), "{typed}");
        }
        for typed in ["12345", "1234567", "１２３４５６", "12345a", ""] {
            assert!(matches!(GivenCode::read(typed), GivenCode::Recovery(_)), "{typed}");
        }
    }

    #[test]
    fn the_fifth_wrong_code_pauses_and_the_pause_doubles_up_to_an_hour() {
        let now = SystemClock.now();
        let pause = |failures: i64| {
            let factor = SecondFactor {
                sealed: Vec::new(),
                confirmed_at: None,
                failures,
                paused_until: None,
                is_unproved: false,
            };
            factor.next_pause(now).map(|until| (until - now).num_minutes())
        };

        assert_eq!(
            [0, 3, 4, 5, 6, 9, 10, 400].map(pause),
            [None, None, Some(1), Some(2), Some(4), Some(32), Some(60), Some(60)]
        );
    }
}
