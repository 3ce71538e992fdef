//! The second factor and fresh sign-ins on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    auth::TokensView,
    fields::{Body, Fields, Given},
    rules::{self, Text},
};
use crate::{
    core::secret::SecretText,
    models::{
        second_factor::{Enrolment, FactorState, GivenCode},
        session::{Challenge, SignIn},
    },
};

/// A code as it is typed: six digits, or a recovery code.
const CODE: Text = Text::line(1, 64);

/// What the right password gives: the tokens, or the question for the second factor.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = SignIn)]
pub enum SignInView {
    /// The tokens.
    Tokens(TokensView),
    /// The question for the second factor.
    Challenge(ChallengeView),
}

impl From<SignIn> for SignInView {
    fn from(sign_in: SignIn) -> Self {
        match sign_in {
            SignIn::Opened(opened) => Self::Tokens(opened.into()),
            SignIn::Challenge(challenge) => Self::Challenge(challenge.into()),
        }
    }
}

/// The question for the second factor.
#[derive(Serialize, ToSchema)]
#[schema(as = Challenge)]
pub struct ChallengeView {
    /// Always `true`.
    #[schema(example = true)]
    pub mfa_required: bool,
    /// To be sent to `POST /api/auth/login/mfa` together with a code.
    pub challenge: String,
    /// Its life, in seconds.
    #[schema(example = 300)]
    pub expires_in: i64,
    /// What may answer it: `totp`, `recovery_code`.
    #[schema(value_type = Vec<String>, example = json!(["totp", "recovery_code"]))]
    pub methods: [&'static str; 2],
}

impl From<Challenge> for ChallengeView {
    fn from(challenge: Challenge) -> Self {
        Self {
            mfa_required: true,
            challenge: challenge.token.expose().clone(),
            expires_in: challenge.expires_in,
            methods: ["totp", "recovery_code"],
        }
    }
}

/// The second step of a sign-in.
#[derive(ToSchema)]
#[schema(as = LogInWithCode)]
pub struct AnswerChallenge {
    /// What the first step gave.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    pub challenge: SecretText,
    /// Six digits of the app, or a recovery code.
    #[schema(value_type = String, min_length = 1, max_length = 64, example = "287082")]
    pub code: GivenCode,
}

impl Body for AnswerChallenge {
    fn read(fields: &mut Fields) -> Option<Self> {
        let challenge = fields.required_secret("challenge", Text::line(1, 200));
        let code = code(fields);
        Some(Self { challenge: challenge?, code: code? })
    }
}

fn code(fields: &mut Fields) -> Option<GivenCode> {
    fields.required_secret("code", CODE).map(|typed| GivenCode::read(typed.expose()))
}

/// A code of the app.
#[derive(ToSchema)]
pub struct ConfirmCode {
    /// Six digits of the app.
    #[schema(value_type = String, min_length = 1, max_length = 64, example = "287082")]
    pub code: GivenCode,
}

impl Body for ConfirmCode {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { code: code(fields)? })
    }
}

/// The password again, and a code where there is a second factor.
#[derive(ToSchema)]
pub struct Reauthenticate {
    /// The current password.
    #[schema(value_type = String, format = Password, min_length = 1, max_length = 1024)]
    pub password: SecretText,
    /// Six digits of the app, or a recovery code; needed where the second factor is on.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64, example = "287082")]
    pub code: Option<GivenCode>,
}

impl Body for Reauthenticate {
    fn read(fields: &mut Fields) -> Option<Self> {
        let password = fields.required_secret("password", rules::PASSWORD);
        let code = match fields.text("code", CODE) {
            Given::Value(typed) => Some(Some(GivenCode::read(&typed))),
            Given::Absent | Given::Null => Some(None),
            Given::Fault => None,
        };
        Some(Self { password: password?, code: code? })
    }
}

/// Whether there is a second factor.
#[derive(Serialize, ToSchema)]
#[schema(as = SecondFactor)]
pub struct FactorView {
    /// Whether signing in asks for a code.
    pub enabled: bool,
    /// Since when.
    pub enabled_at: Option<DateTime<Utc>>,
    /// Whether the account must have one.
    pub required: bool,
    /// How many recovery codes are left.
    pub recovery_codes_left: i64,
}

impl From<FactorState> for FactorView {
    fn from(state: FactorState) -> Self {
        Self {
            enabled: state.enabled_at.is_some(),
            enabled_at: state.enabled_at,
            required: state.is_required,
            recovery_codes_left: state.recovery_codes_left,
        }
    }
}

/// A second factor that is being set up; shown once.
#[derive(Serialize, ToSchema)]
#[schema(as = Enrolment)]
pub struct EnrolmentView {
    /// The secret, in base 32, for typing it into the app.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    pub secret: String,
    /// The same, as an address that the app reads.
    pub otpauth_url: String,
    /// The address as a QR code, an SVG picture.
    pub qr_svg: String,
}

impl From<Enrolment> for EnrolmentView {
    fn from(enrolment: Enrolment) -> Self {
        Self {
            secret: enrolment.secret.expose().clone(),
            otpauth_url: enrolment.url.expose().clone(),
            qr_svg: enrolment.qr_svg.expose().clone(),
        }
    }
}

/// Recovery codes, shown once.
#[derive(Serialize, ToSchema)]
#[schema(as = RecoveryCodes)]
pub struct RecoveryCodesView {
    /// Ten codes, each of which works once in the place of a code of the app.
    pub recovery_codes: Vec<String>,
}

impl From<Vec<SecretText>> for RecoveryCodesView {
    fn from(codes: Vec<SecretText>) -> Self {
        Self { recovery_codes: codes.iter().map(|code| code.expose().clone()).collect() }
    }
}
