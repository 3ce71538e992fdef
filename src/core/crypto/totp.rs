//! Time-based one-time codes (RFC 6238): six digits of HMAC-SHA-1, steps of thirty seconds, as every authenticator
//! app knows them. A code of the step before and of the step after is taken too, for clocks that go wrong.

use chrono::{DateTime, Utc};
use qrcode::{QrCode, render::svg};
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use crate::core::{
    error::{Error, Result},
    random,
    secret::SecretText,
};

const ISSUER: &str = "Vault API";
const SECONDS_OF_A_STEP: i64 = 30;
/// 160 bits, as RFC 4226 advises.
const SECRET_BYTES: usize = 20;
const QR_PIXELS: u32 = 240;

/// The secret that an account and an app share.
pub struct TotpSecret(Zeroizing<Vec<u8>>);

impl TotpSecret {
    /// A new one.
    ///
    /// # Errors
    /// `Internal` where there is no randomness.
    pub fn make() -> Result<Self> {
        Ok(Self(Zeroizing::new(random::bytes::<SECRET_BYTES>()?.to_vec())))
    }

    /// The one made of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// Its bytes, to be sealed.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret as people type it into an app.
    #[must_use]
    pub fn base32(&self) -> SecretText {
        self.totp("").secret().to_base32().into()
    }

    /// The address that an app reads, for the account of this address.
    ///
    /// # Errors
    /// `Internal` where the address can not be written.
    pub fn url(&self, email: &str) -> Result<SecretText> {
        Ok(self.totp(email).to_url().map_err(Error::internal)?.into())
    }

    /// The time step that this code is of: the present one, or a neighbour; `None` where it is of none of them.
    #[must_use]
    pub fn step_of(&self, code: &str, now: DateTime<Utc>) -> Option<i64> {
        let seconds = u64::try_from(now.timestamp()).ok()?;
        self.totp("").check(code, seconds).and_then(|step| i64::try_from(step).ok())
    }

    /// The code of a moment, as an app shows it.
    #[must_use]
    pub fn code_at(&self, moment: DateTime<Utc>) -> String {
        self.totp("").generate(u64::try_from(moment.timestamp()).unwrap_or_default()).to_string()
    }

    fn totp(&self, email: &str) -> Totp {
        // our own rules are those of the RFC, whatever the address looks like
        Builder::new()
            .with_secret(self.0.to_vec())
            .with_step_duration(SECONDS_OF_A_STEP.unsigned_abs())
            .with_issuer(Some(ISSUER))
            .with_account_name(email)
            .build_noncompliant()
    }
}

/// A text as a picture that phones read.
///
/// # Errors
/// `Internal` where the text is too long.
pub fn qr_svg(text: &SecretText) -> Result<SecretText> {
    let code = QrCode::new(text.expose().as_bytes()).map_err(Error::internal)?;
    Ok(code.render::<svg::Color<'_>>().min_dimensions(QR_PIXELS, QR_PIXELS).build().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> TotpSecret {
        TotpSecret::from_bytes(Zeroizing::new(b"12345678901234567890".to_vec()))
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("a moment")
    }

    /// RFC 6238, appendix B, SHA-1: the last six of the eight digits.
    const VECTORS: &[(i64, &str)] = &[
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];

    #[test]
    fn the_vectors_of_the_rfc_hold() {
        for (seconds, code) in VECTORS {
            assert_eq!(secret().code_at(at(*seconds)), *code);
            assert_eq!(secret().step_of(code, at(*seconds)), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_taken_one_step_early_and_late_and_no_more() {
        let code = secret().code_at(at(1_111_111_111));
        let step = 1_111_111_111 / 30;
        let taken = |steps: i64| secret().step_of(&code, at((step + steps) * 30 + 15));

        assert_eq!([-2, -1, 0, 1, 2].map(taken), [None, Some(step), Some(step), Some(step), None]);
        for wrong in ["", "05047", "0504711", "+50471", "05047x", "050 471"] {
            assert_eq!(secret().step_of(wrong, at(1_111_111_111)), None, "{wrong}");
        }
    }

    #[test]
    fn the_address_and_its_picture_can_be_read_by_an_app() {
        let url = secret().url("alice@example.com").expect("an address");

        assert_eq!(secret().base32().expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(
            url.expose()
                .starts_with("otpauth://totp/Vault%20API:alice%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
            "{}",
            url.expose()
        );
        assert!(url.expose().contains("issuer=Vault%20API"), "{}", url.expose());
        let picture = qr_svg(&url).expect("a picture");
        assert!(picture.expose().contains("<svg") && !picture.expose().contains("<script"));
    }
}
