//! What the stand-in refuses, in the shape of Stripe's errors.

use serde_json::{Value, json};

use super::shapes::put;
use crate::core::error::Error;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Stripe's `type`.
    pub kind: &'static str,
    /// Stripe's `code`, where it has one.
    pub code: Option<&'static str>,
    /// A sentence for developers.
    pub message: String,
    /// The parameter at fault.
    pub param: Option<String>,
}

impl Refusal {
    /// The request is at fault.
    pub(super) fn invalid(status: u16, code: Option<&'static str>, message: impl Into<String>) -> Self {
        Self { status, kind: "invalid_request_error", code, message: message.into(), param: None }
    }

    /// A parameter is at fault.
    pub(super) fn param(name: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self { param: Some(name.to_owned()), ..Self::invalid(400, Some(code), message) }
    }

    /// What the address names is not there.
    pub(super) fn missing(what: &str, id: &str) -> Self {
        Self {
            param: Some("id".to_owned()),
            ..Self::invalid(404, Some("resource_missing"), format!("No such {what}: '{id}'"))
        }
    }

    /// What a parameter names is not there: 400, as Stripe has it.
    pub(super) fn missing_param(name: &str, what: &str, id: &str) -> Self {
        Self::param(name, "resource_missing", format!("No such {what}: '{id}'"))
    }

    /// Stripe's JSON.
    pub(super) fn body(&self) -> Value {
        let mut error = json!({ "type": self.kind, "message": self.message });
        if let Some(code) = self.code {
            put(&mut error, "code", code);
        }
        if let Some(param) = &self.param {
            put(&mut error, "param", param.as_str());
        }
        json!({ "error": error })
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { kind: "api_error", ..Self::invalid(500, None, error.to_string()) }
    }
}
