//! Who sent a request: the address, the program, the language, and the identifier of the request.

use std::{net::IpAddr, sync::Arc};

use super::language::Language;

/// The sender of a request, as far as the request tells.
#[derive(Clone, Debug)]
pub struct Client {
    /// The identifier in `X-Request-Id`.
    pub request_id: Arc<str>,
    /// The address, a trusted proxy's word included; `None` for the command line.
    pub ip: Option<IpAddr>,
    /// The `User-Agent`, at most 256 characters, without control characters.
    pub user_agent: Arc<str>,
    /// The language of the answer.
    pub language: Language,
}

impl Client {
    /// The operator at the command line.
    #[must_use]
    pub fn command_line(request_id: String) -> Self {
        Self {
            request_id: request_id.into(),
            ip: None,
            user_agent: "vault-api command line".into(),
            language: Language::English,
        }
    }

    /// The address as text; empty where there is none.
    #[must_use]
    pub fn ip_text(&self) -> String {
        self.ip.map(|ip| ip.to_canonical().to_string()).unwrap_or_default()
    }
}
