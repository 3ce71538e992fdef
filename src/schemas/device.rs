//! Letting programs in from a browser, on the wire (RFC 8628).

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    fields::{Body, Fields},
    rules::Text,
};
use crate::{core::secret::SecretText, models::device_login::Begun};

/// How often a program asks, in seconds.
const INTERVAL: u32 = 2;

/// What a program needs to be let in.
#[derive(Serialize, ToSchema)]
#[schema(as = DeviceCode)]
pub struct DeviceCodeView {
    /// What the program asks with, at `POST /api/auth/device/token`.
    pub device_code: String,
    /// What it shows to the person.
    #[schema(example = "WDJB-MJHT")]
    pub user_code: String,
    /// Where the person types the code.
    #[schema(example = "https://vault.example.com/device")]
    pub verification_uri: String,
    /// The same with the code in it.
    #[schema(example = "https://vault.example.com/device?code=WDJB-MJHT")]
    pub verification_uri_complete: String,
    /// The life of both codes, in seconds.
    #[schema(example = 600)]
    pub expires_in: i64,
    /// How many seconds to wait between two questions.
    #[schema(example = 2)]
    pub interval: u32,
}

impl DeviceCodeView {
    /// The view, with links under `base_url`.
    #[must_use]
    pub fn of(begun: &Begun, base_url: &str) -> Self {
        Self {
            device_code: begun.device_code.expose().clone(),
            user_code: begun.user_code.clone(),
            verification_uri: format!("{base_url}/device"),
            verification_uri_complete: format!("{base_url}/device?code={}", begun.user_code),
            expires_in: begun.expires_in,
            interval: INTERVAL,
        }
    }
}

/// A program's question whether it was let in.
#[derive(ToSchema)]
pub struct DeviceToken {
    /// The program's own code.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    pub device_code: SecretText,
}

impl Body for DeviceToken {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { device_code: fields.required_secret("device_code", Text::line(1, 200))? })
    }
}

/// The code that a program shows.
#[derive(ToSchema)]
pub struct UserCode {
    /// With or without its hyphen, in any case.
    #[schema(min_length = 1, max_length = 64, example = "WDJB-MJHT")]
    pub user_code: String,
}

impl Body for UserCode {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { user_code: fields.required_text("user_code", Text::line(1, 64))? })
    }
}
