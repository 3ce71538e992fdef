//! What a token of somebody else's says of itself. Nothing is verified: good for a warning, never for a decision.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::Deserialize;

const LONGEST: usize = 8192;

const EITHER_PADDING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The claims of a JWT that we look at.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Claims {
    /// Supabase's: `anon` or `service_role`.
    pub role: Option<String>,
    /// In seconds since 1970: from when on it is worth nothing.
    pub exp: Option<f64>,
}

/// The claims of a text that is a JWT; `None` of any other, and of one longer than 8 KiB.
#[must_use]
pub fn read(text: &str) -> Option<Claims> {
    if text.len() > LONGEST || !text.starts_with("ey") {
        return None;
    }
    let mut parts = text.split('.');
    let (Some(_), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    serde_json::from_slice(&EITHER_PADDING.decode(payload).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};

    use super::*;

    #[test]
    fn the_claims_of_a_jwt_are_read_and_those_of_anything_else_are_not() {
        let payload = r#"{"iss":"supabase","role":"service_role","exp":1800000000}"#;
        for encoded in [URL_SAFE.encode(payload), URL_SAFE_NO_PAD.encode(payload)] {
            let claims = read(&format!("eyJhbGciOiJIUzI1NiJ9.{encoded}.c2ln")).unwrap();
            assert_eq!(claims, Claims { role: Some("service_role".into()), exp: Some(1_800_000_000.0) });
        }
        assert_eq!(read(&format!("ey.{}.", URL_SAFE.encode("{}"))), Some(Claims::default()));

        let nested = URL_SAFE_NO_PAD.encode(format!("{{\"role\":{}1{}}}", "[".repeat(2000), "]".repeat(2000)));
        let long = format!("ey.{}.x", "A".repeat(9000));
        for text in
            ["", "ey", "ey..", "ey.a.b.c", "ey.!!!.c", "sb_secret_x", "ey.bnVsbA.x", &format!("ey.{nested}.x"), &long]
        {
            assert_eq!(read(text), None, "{}", text.get(..20).unwrap_or(text));
        }
    }
}
