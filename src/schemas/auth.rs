//! Accounts and sessions on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    fields::{Body, Fields, Given},
    rules::{self, Text},
};
use crate::{
    core::{language::Language, secret::SecretText, texts::faults::FaultKind},
    models::{
        email::{self, Email},
        mail_link::MailLink,
        session::{Opened, Session},
        user::{Plan, Role, User},
    },
};

/// An account.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserView {
    /// Its identifier.
    pub id: Uuid,
    /// Its address.
    #[schema(example = "alice@example.com")]
    pub email: String,
    /// The person's name; may be empty.
    #[schema(example = "Alice")]
    pub name: String,
    /// Its role.
    pub role: Role,
    /// Whether the address was proved.
    pub email_verified: bool,
    /// Its plan.
    pub plan: Plan,
    /// The language of its mails: `en` or `fr`.
    #[schema(example = "fr")]
    pub language: &'static str,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id.0,
            email: user.email.to_string(),
            name: user.name,
            role: user.role,
            email_verified: user.email_verified,
            plan: user.plan,
            language: user.language.tag(),
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// What a sign-in gives.
#[derive(Serialize, ToSchema)]
#[schema(as = Tokens)]
pub struct TokensView {
    /// To be sent as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `bearer`.
    #[schema(example = "bearer")]
    pub token_type: &'static str,
    /// The access token's life, in seconds.
    #[schema(example = 2_592_000)]
    pub expires_in: i64,
    /// For `POST /api/auth/refresh`, once.
    pub refresh_token: String,
    /// The account.
    pub user: UserView,
}

impl From<Opened> for TokensView {
    fn from(opened: Opened) -> Self {
        Self {
            access_token: opened.access_token.expose().clone(),
            token_type: "bearer",
            expires_in: opened.expires_in,
            refresh_token: opened.refresh_token.expose().clone(),
            user: opened.user.into(),
        }
    }
}

/// A session.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionView {
    /// Its identifier.
    pub id: Uuid,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_seen_at: DateTime<Utc>,
    /// The address that signed in.
    #[schema(example = "203.0.113.7")]
    pub ip: Option<String>,
    /// The program that signed in.
    #[schema(example = "curl/8.5.0")]
    pub user_agent: Option<String>,
    /// Whether it is the session of this request.
    pub current: bool,
}

impl SessionView {
    /// The view of a session for a request of session `current`.
    #[must_use]
    pub fn of(session: Session, current: Uuid) -> Self {
        let filled = |text: String| (!text.is_empty()).then_some(text);
        Self {
            id: session.id.0,
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            ip: filled(session.ip),
            user_agent: filled(session.user_agent),
            current: session.id.0 == current,
        }
    }
}

/// A sentence for people.
#[derive(Serialize, ToSchema)]
pub struct Message {
    /// The sentence.
    pub message: &'static str,
}

/// A new account.
#[derive(ToSchema)]
pub struct Register {
    /// The address; compared without case.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9_+-]+(\\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,20}$", max_length = 254, example = "alice@example.com")]
    pub email: Email,
    /// 12 to 128 characters of any kind; common passwords and ones close to the address or name are refused.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128, example = "une girafe en pyjama vert")]
    pub password: SecretText,
    /// The person's name.
    #[schema(value_type = Option<String>, max_length = 100, example = "Alice")]
    pub name: String,
}

impl Body for Register {
    fn read(fields: &mut Fields) -> Option<Self> {
        let email = email(fields);
        let password = fields.new_password("password");
        let name = fields.optional_text("name", rules::PERSON_NAME);
        Some(Self { email: email?, password: password?, name: name?.unwrap_or_default() })
    }
}

fn email(fields: &mut Fields) -> Option<Email> {
    let text = fields.required_text("email", Text::line(1, email::MOST_CHARACTERS))?;
    parse_email(fields, &text)
}

fn parse_email(fields: &mut Fields, text: &str) -> Option<Email> {
    match Email::parse(text) {
        Some(email) => Some(email),
        None => fields.fault(
            "email",
            FaultKind::InvalidFormat(
                "an address, as alice@example.com, in plain ASCII letters",
                "une adresse, comme alice@example.com, en lettres ASCII simples",
            ),
        ),
    }
}

/// A sign-in.
#[derive(ToSchema)]
pub struct LogIn {
    /// The address.
    #[schema(value_type = String, max_length = 254, example = "alice@example.com")]
    pub email: Option<Email>,
    /// The password.
    #[schema(value_type = String, format = Password, min_length = 1, max_length = 1024, example = "une girafe en pyjama vert")]
    pub password: SecretText,
}

impl Body for LogIn {
    fn read(fields: &mut Fields) -> Option<Self> {
        // an address that can not exist is answered like one that does not
        let email = fields.required_text("email", Text::line(0, email::MOST_CHARACTERS));
        let password = fields.required_secret("password", rules::PASSWORD);
        Some(Self { email: Email::parse(&email?), password: password? })
    }
}

/// A refresh token.
#[derive(ToSchema)]
pub struct Refresh {
    /// The newest refresh token of a session.
    #[schema(value_type = String, min_length = 1, max_length = 2048, example = "vrt_AZq8…")]
    pub refresh_token: SecretText,
}

impl Body for Refresh {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { refresh_token: fields.required_secret("refresh_token", Text::line(1, 2048))? })
    }
}

/// A request for a recovery mail.
#[derive(ToSchema)]
pub struct Recover {
    /// The address.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9_+-]+(\\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,20}$", max_length = 254, example = "alice@example.com")]
    pub email: Email,
}

impl Body for Recover {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { email: email(fields)? })
    }
}

/// A request for the verification mail.
#[derive(ToSchema)]
pub struct Resend {
    /// The address; may be left out with an access token, for one's own.
    #[schema(value_type = Option<String>, max_length = 254, example = "alice@example.com")]
    pub email: Option<Email>,
}

impl Body for Resend {
    fn read(fields: &mut Fields) -> Option<Self> {
        let email = match fields.optional_text("email", Text::line(1, email::MOST_CHARACTERS))? {
            Some(text) => Some(parse_email(fields, &text)?),
            None => None,
        };
        Some(Self { email })
    }
}

/// The token in a mail's link.
#[derive(ToSchema)]
pub struct TokenBody {
    /// The token.
    #[schema(value_type = String, min_length = 1, max_length = 2048)]
    pub token: SecretText,
}

impl Body for TokenBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { token: fields.required_secret("token", Text::line(1, 2048))? })
    }
}

/// The address of an account, and the one that is to take its place.
#[derive(Serialize, ToSchema)]
pub struct AddressView {
    /// The address that counts.
    #[schema(example = "alice@example.com")]
    pub email: String,
    /// Whether it was proved.
    pub email_verified: bool,
    /// The change that waits for the link in its mail.
    #[schema(required)]
    pub waiting: Option<WaitingAddress>,
}

/// An address that is not confirmed yet.
#[derive(Serialize, ToSchema)]
pub struct WaitingAddress {
    /// The address that a mail went to.
    #[schema(example = "alice@example.org")]
    pub email: String,
    /// Until when its link works.
    pub expires_at: DateTime<Utc>,
}

impl AddressView {
    /// What is told of an account's address.
    #[must_use]
    pub fn of(user: &User, waiting: Option<MailLink>) -> Self {
        let waiting =
            waiting.map(|link| WaitingAddress { email: link.address.to_string(), expires_at: link.expires_at });
        Self { email: user.email.to_string(), email_verified: user.email_verified, waiting }
    }
}

/// Another address.
#[derive(ToSchema)]
pub struct ChangeAddress {
    /// The new address.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9_+-]+(\\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,20}$", max_length = 254, example = "alice@example.org")]
    pub email: Email,
    /// The current password.
    #[schema(value_type = String, format = Password, min_length = 1, max_length = 1024)]
    pub password: SecretText,
}

impl Body for ChangeAddress {
    fn read(fields: &mut Fields) -> Option<Self> {
        let email = email(fields);
        let password = fields.required_secret("password", rules::PASSWORD);
        Some(Self { email: email?, password: password? })
    }
}

/// A new password, with the token of a recovery mail.
#[derive(ToSchema)]
pub struct Reset {
    /// The token of the newest recovery mail.
    #[schema(value_type = String, min_length = 1, max_length = 2048)]
    pub token: SecretText,
    /// The new password, 12 to 128 characters.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
    pub password: SecretText,
    /// Whether tokens for programs stay as they are; else they are revoked.
    #[schema(required = false, default = false)]
    pub keep_tokens: bool,
}

impl Body for Reset {
    fn read(fields: &mut Fields) -> Option<Self> {
        let token = fields.required_secret("token", Text::line(1, 2048));
        let password = fields.new_password("password");
        let keep_tokens = fields.boolean("keep_tokens");
        Some(Self { token: token?, password: password?, keep_tokens: keep_tokens?.unwrap_or(false) })
    }
}

/// Changes to one's own account; what is left out stays, and one of them must be there.
#[derive(ToSchema)]
pub struct UpdateMe {
    /// The person's name; may be empty.
    #[schema(max_length = 100, nullable = false, example = "Alice")]
    pub name: Option<String>,
    /// The language of the mails: `en` or `fr`.
    #[schema(value_type = Option<String>, pattern = "^(en|fr)$", nullable = false, example = "fr")]
    pub language: Option<Language>,
}

impl Body for UpdateMe {
    fn read(fields: &mut Fields) -> Option<Self> {
        let name = match fields.text("name", rules::PERSON_NAME) {
            Given::Value(name) => Some(Some(name)),
            Given::Absent => Some(None),
            Given::Null => fields.fault("name", FaultKind::Required),
            Given::Fault => None,
        };
        let language = match fields.text("language", Text::line(0, 64)) {
            Given::Value(tag) if matches!(tag.as_str(), "en" | "fr") => Some(Language::from_tag(&tag)),
            Given::Value(_) => fields.fault("language", FaultKind::InvalidChoice("en, fr".into())),
            Given::Absent => Some(None),
            Given::Null => fields.fault("language", FaultKind::Required),
            Given::Fault => None,
        };
        match (name?, language?) {
            (None, None) => fields.fault("name", FaultKind::Required),
            (name, language) => Some(Self { name, language }),
        }
    }
}

/// The password, to confirm an act.
#[derive(ToSchema)]
pub struct Confirm {
    /// The current password.
    #[schema(value_type = String, format = Password, min_length = 1, max_length = 1024)]
    pub password: SecretText,
}

impl Body for Confirm {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { password: fields.required_secret("password", rules::PASSWORD)? })
    }
}

/// A changed password.
#[derive(ToSchema)]
pub struct ChangePassword {
    /// The current password.
    #[schema(value_type = String, format = Password, min_length = 1, max_length = 1024)]
    pub current_password: SecretText,
    /// The new one, 12 to 128 characters.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
    pub new_password: SecretText,
}

impl Body for ChangePassword {
    fn read(fields: &mut Fields) -> Option<Self> {
        let current = fields.required_secret("current_password", rules::PASSWORD);
        let new = fields.new_password("new_password");
        Some(Self { current_password: current?, new_password: new? })
    }
}
