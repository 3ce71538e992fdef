//! The signature of Stripe's events: the header `Stripe-Signature`, scheme `v1` (HMAC-SHA-256 over the time, a dot and
//! the body as it came). What is signed is bytes: a body that was parsed and written again does not verify.

use std::fmt;

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};
use chrono::{DateTime, Utc};

use crate::core::secret::SecretText;

/// How far the signature's time may be from ours, in seconds, both ways.
pub const TOLERANCE: i64 = 300;
/// A header that is longer is not Stripe's.
const MOST_HEADER_BYTES: usize = 4096;
/// More signatures than Stripe ever sends: one for each secret of an endpoint.
const MOST_SIGNATURES: usize = 20;

/// Why an event is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgery {
    /// The header is not of Stripe's form, or names no time.
    Malformed,
    /// It holds no signature of the scheme `v1`.
    Unsigned,
    /// No signature was made with one of our secrets over this body.
    Unknown,
    /// It was made more than 300 seconds ago, or in the future: it may be a recording.
    Late,
}

impl Forgery {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Malformed, Self::Unsigned, Self::Unknown, Self::Late];

    /// The word that is kept of it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unsigned => "unsigned",
            Self::Unknown => "wrong_signature",
            Self::Late => "too_old",
        }
    }
}

impl fmt::Display for Forgery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Malformed => "the header Stripe-Signature is missing or not of its form",
            Self::Unsigned => "the header Stripe-Signature holds no v1 signature",
            Self::Unknown => "no signature fits the body and STRIPE_WEBHOOK_SECRET",
            Self::Late => "the signature's time is more than 5 minutes from ours",
        })
    }
}

/// Whether `header` signs `body` with one of `secrets`, at a time near `now`. Empty secrets never match.
///
/// # Errors
/// Why not; the time is judged last, so that `Late` is said of true signatures alone.
pub fn verify(secrets: &[SecretText], header: &str, body: &[u8], now: DateTime<Utc>) -> Result<(), Forgery> {
    if header.len() > MOST_HEADER_BYTES {
        return Err(Forgery::Malformed);
    }
    let (mut time, mut signatures) = (None, Vec::new());
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", text)) if time.is_none() => time = Some(text),
            // of two times, nobody knows which one is signed
            Some(("t", _)) => return Err(Forgery::Malformed),
            Some(("v1", text)) => signatures.push(text),
            _ => {}
        }
    }
    let time = time.filter(|text| text.len() <= 12 && text.bytes().all(|byte| byte.is_ascii_digit()));
    let time = time.ok_or(Forgery::Malformed)?;
    let seconds: i64 = time.parse().map_err(|_| Forgery::Malformed)?;
    if signatures.is_empty() {
        return Err(Forgery::Unsigned);
    }
    if signatures.len() > MOST_SIGNATURES {
        return Err(Forgery::Malformed);
    }
    let signatures: Vec<Vec<u8>> = signatures.into_iter().filter_map(|text| hex::decode(text).ok()).collect();
    let usable = secrets.iter().filter(|secret| !secret.expose().is_empty());
    let mut is_ours = false;
    for secret in usable {
        let code = code(secret, time, body);
        for signature in &signatures {
            is_ours |= verify_slices_are_equal(code.as_ref(), signature).is_ok();
        }
    }
    if !is_ours {
        return Err(Forgery::Unknown);
    }
    if (now.timestamp() - seconds).abs() > TOLERANCE { Err(Forgery::Late) } else { Ok(()) }
}

/// The header with which Stripe would send this body: for the simulation and for tests.
#[must_use]
pub fn sign(secret: &SecretText, body: &[u8], now: DateTime<Utc>) -> String {
    let time = now.timestamp().to_string();
    format!("t={time},v1={}", hex::encode(code(secret, &time, body)))
}

fn code(secret: &SecretText, time: &str, body: &[u8]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes()));
    context.update(time.as_bytes());
    context.update(b".");
    context.update(body);
    context.sign()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const BODY: &[u8] = b"{\n  \"id\": \"evt_1\",\n  \"amount\": 900\n}";

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_760_000_000, 0).expect("a time")
    }

    fn secrets(all: &[&str]) -> Vec<SecretText> {
        all.iter().map(|text| SecretText::from(*text)).collect()
    }

    fn signed(secret: &str, body: &[u8], seconds: i64) -> String {
        sign(&secret.into(), body, now() + TimeDelta::seconds(seconds))
    }

    /// Made with Python: `hmac.new(b"whsec_test", b"1760000000.{}", "sha256").hexdigest()`.
    const KNOWN_CODE: &str = "36bd79465b49ac7ce6ef02dc49dc372557425a18a75801997a2c67271410b927";
    /// The case, our secrets, the header, the body, what is to come out.
    type Case = (&'static str, &'static [&'static str], String, &'static [u8], Result<(), Forgery>);

    #[test]
    fn the_code_is_that_of_stripes_documentation() {
        assert_eq!(sign(&"whsec_test".into(), b"{}", now()), format!("t=1760000000,v1={KNOWN_CODE}"));
    }

    #[test]
    fn what_is_not_signed_with_one_of_our_secrets_is_a_forgery() {
        let good = signed("whsec_a", BODY, 0);
        let v1 = good.split_once("v1=").expect("a signature").1.to_owned();
        let other = signed("whsec_b", BODY, 0).split_once("v1=").expect("a signature").1.to_owned();
        let many = format!("t=1760000000{}", ",v1=00".repeat(100));
        let cases: &[Case] = &[
            ("valid", &["whsec_a"], good.clone(), BODY, Ok(())),
            ("blanks after the commas", &["whsec_a"], format!("t=1760000000, v1={v1}"), BODY, Ok(())),
            ("the second of two secrets", &["whsec_b", "whsec_a"], good.clone(), BODY, Ok(())),
            ("two v1, the second fits", &["whsec_a"], format!("t=1760000000,v1={other},v1={v1}"), BODY, Ok(())),
            ("two v1, the first fits", &["whsec_a"], format!("t=1760000000,v1={v1},v1={other}"), BODY, Ok(())),
            ("a v0 beside it", &["whsec_a"], format!("{good},v0=abcd"), BODY, Ok(())),
            ("an unknown scheme beside it", &["whsec_a"], format!("{good},v9=abcd,x"), BODY, Ok(())),
            ("written again", &["whsec_a"], good.clone(), b"{\"id\":\"evt_1\",\"amount\":900}", Err(Forgery::Unknown)),
            ("one byte more", &["whsec_a"], good.clone(), b"{}\n", Err(Forgery::Unknown)),
            ("another secret", &["whsec_b"], good.clone(), BODY, Err(Forgery::Unknown)),
            ("another time", &["whsec_a"], format!("t=1760000001,v1={v1}"), BODY, Err(Forgery::Unknown)),
            ("v0 alone", &["whsec_a"], format!("t=1760000000,v0={v1}"), BODY, Err(Forgery::Unsigned)),
            ("no signature", &["whsec_a"], "t=1760000000".into(), BODY, Err(Forgery::Unsigned)),
            ("an empty signature", &["whsec_a"], "t=1760000000,v1=".into(), BODY, Err(Forgery::Unknown)),
            ("no hex", &["whsec_a"], "t=1760000000,v1=zz".into(), BODY, Err(Forgery::Unknown)),
            ("half a signature", &["whsec_a"], format!("t=1760000000,v1={}", &v1[..32]), BODY, Err(Forgery::Unknown)),
            ("no time", &["whsec_a"], format!("v1={v1}"), BODY, Err(Forgery::Malformed)),
            ("two times", &["whsec_a"], format!("t=1760000000,{good}"), BODY, Err(Forgery::Malformed)),
            ("a time with a sign", &["whsec_a"], format!("t=+1760000000,v1={v1}"), BODY, Err(Forgery::Malformed)),
            ("an empty time", &["whsec_a"], format!("t=,v1={v1}"), BODY, Err(Forgery::Malformed)),
            ("an endless time", &["whsec_a"], format!("t=99999999999999999999,v1={v1}"), BODY, Err(Forgery::Malformed)),
            ("an empty header", &["whsec_a"], String::new(), BODY, Err(Forgery::Malformed)),
            ("an endless header", &["whsec_a"], format!("{good},{}", "x".repeat(5000)), BODY, Err(Forgery::Malformed)),
            ("a hundred signatures", &["whsec_a"], many, BODY, Err(Forgery::Malformed)),
            ("no secret", &[], good.clone(), BODY, Err(Forgery::Unknown)),
            ("an empty secret", &[""], signed("", BODY, 0), BODY, Err(Forgery::Unknown)),
            ("300 seconds old", &["whsec_a"], signed("whsec_a", BODY, -300), BODY, Ok(())),
            ("301 seconds old", &["whsec_a"], signed("whsec_a", BODY, -301), BODY, Err(Forgery::Late)),
            ("300 seconds ahead", &["whsec_a"], signed("whsec_a", BODY, 300), BODY, Ok(())),
            ("301 seconds ahead", &["whsec_a"], signed("whsec_a", BODY, 301), BODY, Err(Forgery::Late)),
            ("old and forged", &["whsec_b"], signed("whsec_a", BODY, -9999), BODY, Err(Forgery::Unknown)),
        ];

        for (case, ours, header, body, expected) in cases {
            assert_eq!(verify(&secrets(ours), header, body, now()), *expected, "{case}");
        }
    }
}
