//! An export: many keys with their values.

use super::{api_key::ApiKey, user::words};
use crate::core::secret::SecretText;

words! {
    /// The form of an export.
    ExportFormat {
        /// Lines of `NAME=value`.
        Env = "env",
        /// JSON, with all that is to be known of each key.
        Json = "json",
    }
}

/// What is exported.
#[derive(Clone, Debug)]
pub struct ExportFilter {
    /// In which form.
    pub format: ExportFormat,
    /// One environment; `None` for all keys.
    pub environment: Option<String>,
}

/// A key with its value; `provider_config` is in clear too.
pub struct Exported {
    /// The key.
    pub key: ApiKey,
    /// Its value.
    pub value: SecretText,
}
