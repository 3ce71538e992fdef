//! JSON Web Tokens, HS256 (RFC 7519, 8725, 9068): access tokens, reset tokens and the console's cookies, never one for
//! the other.
//!
//! The header of a token is one fixed text for each kind. A token with any other header, whatever algorithm or
//! key it speaks of, is refused before anything of it is read.

use std::{
    borrow::Cow,
    sync::{Mutex, PoisonError},
};

use aws_lc_rs::{constant_time, hmac};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::core::{
    error::{Error, Result},
    secret::SecretText,
};

/// In its hyphenated form.
const UUID_LENGTH: usize = 36;
const ISSUER: &str = "vault-api";
/// Of a whole token, and so more than any part of it decoded.
const MOST_BYTES: usize = 2048;

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Opens the API for a session.
    Access,
    /// Lets the owner of a mailbox set a new password, once.
    Reset,
    /// Opens the console for a session, as a cookie.
    Console,
}

impl Purpose {
    /// In the order in which `Jwt` keeps their headers.
    const ALL: [Self; 3] = [Self::Access, Self::Reset, Self::Console];

    fn typ(self) -> &'static str {
        match self {
            Self::Access => "at+jwt",
            Self::Reset => "reset+jwt",
            Self::Console => "console+jwt",
        }
    }

    fn audience(self) -> &'static str {
        match self {
            Self::Access => "vault-api",
            Self::Reset => "vault-api/reset",
            Self::Console => "vault-api/console",
        }
    }
}

/// What a good token says. Times are seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// The account.
    pub sub: Uuid,
    /// The session; for a reset token the same as `jti`.
    pub sid: Uuid,
    /// This token's own identifier.
    pub jti: Uuid,
    /// When it was made.
    pub iat: i64,
    /// From when on it is worth nothing.
    pub exp: i64,
}

impl Said {
    fn counts_at(&self, now: DateTime<Utc>) -> bool {
        let now = now.timestamp();
        self.exp > now && self.iat <= now + 5
    }
}

/// The last good access token of one connection, wiped with it, and what it says: programs send the same one with every
/// request. Whether its session is open is asked each time.
#[derive(Default)]
pub struct LastToken(Mutex<Option<(SecretText, Said)>>);

/// The same as it is written.
#[derive(Serialize, Deserialize)]
struct Claims<'a> {
    sub: Uuid,
    sid: Uuid,
    jti: Uuid,
    iat: i64,
    exp: i64,
    /// Who made it.
    #[serde(borrow)]
    iss: Cow<'a, str>,
    /// For whom.
    #[serde(borrow)]
    aud: Cow<'a, str>,
}

/// Signs and checks tokens.
#[derive(Clone)]
pub struct Jwt {
    encoding: EncodingKey,
    checking: hmac::Key,
    /// The written headers of the tokens of each purpose.
    headers: [String; 3],
}

impl Jwt {
    /// With the secret of `JWT_SECRET`.
    #[must_use]
    pub fn new(secret: &SecretText) -> Self {
        let bytes = secret.expose().as_bytes();
        Self {
            encoding: EncodingKey::from_secret(bytes),
            checking: hmac::Key::new(hmac::HMAC_SHA256, bytes),
            headers: Purpose::ALL.map(|purpose| encoded_header(purpose).unwrap_or_default()),
        }
    }

    /// A token for `account`, good from `now` until `expires_at`.
    ///
    /// # Errors
    /// `Internal` where the claims can not be written.
    pub fn sign(
        &self,
        purpose: Purpose,
        ids: TokenIds,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<String> {
        let claims = Claims {
            sub: ids.account,
            sid: ids.session,
            jti: ids.token,
            iat: now.timestamp(),
            exp: expires_at.timestamp(),
            iss: ISSUER.into(),
            aud: purpose.audience().into(),
        };
        jsonwebtoken::encode(&header(purpose), &claims, &self.encoding).map_err(Error::internal)
    }

    /// What the token says, if it is one of ours, for this purpose, and not expired.
    #[must_use]
    pub fn verify(&self, purpose: Purpose, token: &str, now: DateTime<Utc>) -> Option<Said> {
        if token.len() > MOST_BYTES {
            return None;
        }
        let (message, signature) = token.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        let [access, reset, console] = &self.headers;
        let wanted = match purpose {
            Purpose::Access => access,
            Purpose::Reset => reset,
            Purpose::Console => console,
        };
        if header.is_empty() || header != wanted {
            return None;
        }
        // in constant time, and before anything of the content is read
        let mut decoded = [0; MOST_BYTES];
        let length = URL_SAFE_NO_PAD.decode_slice(signature, &mut decoded).ok()?;
        hmac::verify(&self.checking, message.as_bytes(), decoded.get(..length)?).ok()?;
        let length = URL_SAFE_NO_PAD.decode_slice(payload, &mut decoded).ok()?;
        let payload = decoded.get(..length)?;
        let said = read_as_written(payload, purpose).or_else(|| read_any(payload, purpose))?;
        said.counts_at(now).then_some(said)
    }

    /// The same for an access token that came over a connection: where it is the last good one of that connection, it
    /// is not computed again that it is one of ours.
    #[must_use]
    pub fn verify_on(&self, connection: &LastToken, token: &str, now: DateTime<Utc>) -> Option<Said> {
        let mut last = connection.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, said)) = &*last
            && constant_time::verify_slices_are_equal(known.expose().as_bytes(), token.as_bytes()).is_ok()
        {
            return said.counts_at(now).then_some(*said);
        }
        let said = self.verify(Purpose::Access, token, now)?;
        *last = Some((SecretText::from(token), said));
        Some(said)
    }
}

/// Claims in the very form in which `sign` writes them, which costs a quarter of reading JSON.
fn read_as_written(payload: &[u8], purpose: Purpose) -> Option<Said> {
    let text = str::from_utf8(payload).ok()?.strip_prefix(r#"{"sub":""#)?;
    let (sub, text) = text.split_at_checked(UUID_LENGTH)?;
    let (sid, text) = text.strip_prefix(r#"","sid":""#)?.split_at_checked(UUID_LENGTH)?;
    let (jti, text) = text.strip_prefix(r#"","jti":""#)?.split_at_checked(UUID_LENGTH)?;
    let (iat, text) = text.strip_prefix(r#"","iat":"#)?.split_once(',')?;
    let (exp, text) = text.strip_prefix(r#""exp":"#)?.split_once(',')?;
    let aud = text.strip_prefix(r#""iss":""#)?.strip_prefix(ISSUER)?.strip_prefix(r#"","aud":""#)?;
    if aud.strip_suffix(r#""}"#)? != purpose.audience() {
        return None;
    }
    let id = |text| Uuid::try_parse(text).ok();
    Some(Said { sub: id(sub)?, sid: id(sid)?, jti: id(jti)?, iat: iat.parse().ok()?, exp: exp.parse().ok()? })
}

fn read_any(payload: &[u8], purpose: Purpose) -> Option<Said> {
    let claims: Claims<'_> = serde_json::from_slice(payload).ok()?;
    let Claims { sub, sid, jti, iat, exp, .. } = claims;
    (claims.iss == ISSUER && claims.aud == purpose.audience()).then_some(Said { sub, sid, jti, iat, exp })
}

/// The three identifiers in a token.
#[derive(Clone, Copy, Debug)]
pub struct TokenIds {
    /// The account.
    pub account: Uuid,
    /// The session.
    pub session: Uuid,
    /// The token itself.
    pub token: Uuid,
}

fn header(purpose: Purpose) -> Header {
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some(purpose.typ().into());
    header
}

fn encoded_header(purpose: Purpose) -> Option<String> {
    Some(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header(purpose)).ok()?))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::core::clock::{Clock as _, SystemClock};

    fn jwt(secret: &str) -> Jwt {
        Jwt::new(&SecretText::from(secret))
    }

    fn ids() -> TokenIds {
        TokenIds { account: Uuid::from_u128(1), session: Uuid::from_u128(2), token: Uuid::from_u128(3) }
    }

    #[test]
    fn a_token_is_good_for_its_purpose_and_time_alone() {
        let (jwt, now) = (jwt("0123456789abcdef0123456789abcdef"), SystemClock.now());
        let token = jwt.sign(Purpose::Access, ids(), now, now + TimeDelta::minutes(1)).expect("signed");

        assert_eq!(jwt.verify(Purpose::Access, &token, now).expect("good").sid, Uuid::from_u128(2));
        assert!(jwt.verify(Purpose::Reset, &token, now).is_none());
        assert!(jwt.verify(Purpose::Console, &token, now).is_none());
        assert!(jwt.verify(Purpose::Access, &token, now + TimeDelta::seconds(59)).is_some());
        assert!(jwt.verify(Purpose::Access, &token, now + TimeDelta::seconds(60)).is_none());
        assert!(jwt.verify(Purpose::Access, &token, now - TimeDelta::seconds(10)).is_none());
        assert!(super::tests::jwt("another secret of thirty-two byte").verify(Purpose::Access, &token, now).is_none());
    }

    #[test]
    fn the_last_token_of_a_connection_ends_in_time_and_lets_no_other_pass() {
        let (jwt, now) = (jwt("0123456789abcdef0123456789abcdef"), SystemClock.now());
        let connection = LastToken::default();
        let good = jwt.sign(Purpose::Access, ids(), now, now + TimeDelta::minutes(1)).expect("signed");
        let reset = jwt.sign(Purpose::Reset, ids(), now, now + TimeDelta::minutes(1)).expect("signed");

        assert_eq!(jwt.verify_on(&connection, &good, now), jwt.verify(Purpose::Access, &good, now));
        assert!(jwt.verify_on(&connection, &good, now).is_some());
        for other in [&reset, &good[..good.len() - 1], &format!("{good}A"), "", &good.replace('.', "x")] {
            assert!(jwt.verify_on(&connection, other, now).is_none(), "{other}");
        }
        assert!(jwt.verify_on(&connection, &good, now + TimeDelta::seconds(60)).is_none());
        assert!(jwt.verify_on(&connection, &good, now - TimeDelta::seconds(10)).is_none());
    }

    #[test]
    fn claims_are_read_alike_as_we_write_them_and_in_any_other_form() {
        let (jwt, now) = (jwt("0123456789abcdef0123456789abcdef"), SystemClock.now());
        for purpose in Purpose::ALL {
            let token = jwt.sign(purpose, ids(), now, now + TimeDelta::minutes(1)).expect("signed");
            let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("a payload")).expect("decoded");
            let written = read_as_written(&payload, purpose).expect("our own form");
            assert_eq!(read_any(&payload, purpose), Some(written));
            let spaced = String::from_utf8(payload).expect("text").replace(',', ", ");
            assert_eq!(read_as_written(spaced.as_bytes(), purpose), None);
            assert_eq!(read_any(spaced.as_bytes(), purpose), Some(written));
            for spoilt in [spaced.replace("vault-api", "vault"), spaced.replace("\"exp\":", "\"exp\":\"")] {
                assert_eq!(read_any(spoilt.as_bytes(), purpose).or(read_as_written(spoilt.as_bytes(), purpose)), None);
            }
        }
    }

    #[test]
    fn every_other_header_is_refused() {
        let (jwt, now) = (jwt("0123456789abcdef0123456789abcdef"), SystemClock.now());
        let token = jwt.sign(Purpose::Access, ids(), now, now + TimeDelta::minutes(1)).expect("signed");
        let (_, rest) = token.split_once('.').expect("three parts");

        for header in [
            r#"{"typ":"at+jwt","alg":"none"}"#,
            r#"{"typ":"at+jwt","alg":"HS384"}"#,
            r#"{"typ":"JWT","alg":"HS256"}"#,
            r#"{"typ":"at+jwt","alg":"HS256","kid":"../../dev/null"}"#,
            r#"{"typ":"at+jwt","alg":"HS256","crit":["x"]}"#,
        ] {
            let forged = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header));
            assert!(jwt.verify(Purpose::Access, &forged, now).is_none(), "{header}");
        }
        for forged in
            ["", ".", "..", "a.b.c.d.e", &token[..token.len() - 1], &format!("{token}A"), &"x".repeat(1_000_000)]
        {
            assert!(jwt.verify(Purpose::Access, forged, now).is_none());
        }
    }
}
