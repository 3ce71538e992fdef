//! `vk verify`: is this key good? The exit code says it to scripts: 0 or 5.

use serde_json::{Map, json};

use super::set::described;
use crate::{
    arguments::VerifyOptions,
    client::Client,
    failure::{Failure, Kind},
    json::{number, text, truth},
    output::{Screen, Style, escape, prompt},
    texts::Text,
};

/// Checks a key.
pub fn run(screen: &Screen, options: &VerifyOptions) -> Result<u8, Failure> {
    let client = Client::open(screen)?;
    let key = prompt::secret(screen, Text::AskKey)?;
    let mut body = Map::new();
    body.insert("api_key".into(), json!(key.as_str()));
    if let Some(scope) = &options.scope {
        body.insert("scope".into(), json!(scope));
    }
    if let Some(ip) = &options.ip {
        body.insert("ip".into(), json!(ip));
    }
    let answer = client.send_json("POST", "/api/keys/verify", &body.into())?;
    let is_valid = truth(&answer, "valid");
    let code = if is_valid { 0 } else { Kind::Invalid.code() };
    if screen.json {
        return screen.value(&answer).map(|()| code);
    }
    let word = screen
        .paint(if is_valid { Style::Green } else { Style::Red }, &screen.say(verdict(text(&answer, "code")), &[]));
    let named =
        answer.get("key").filter(|key| key.is_object()).map(|key| format!(": {}", escape::line(&described(key))));
    screen.line(&format!("{word}{}", named.unwrap_or_default()))?;
    if truth(&answer, "is_former") {
        screen.warn(Text::IsFormer, &[&number(&answer, "version").to_string()]);
    }
    if number(&answer, "retry_after") > 0 {
        screen.note(Text::TryAgainIn, &[&number(&answer, "retry_after").to_string()]);
    }
    Ok(code)
}

fn verdict(code: &str) -> Text {
    match code {
        "valid" => Text::Valid,
        "malformed" => Text::VerdictMalformed,
        "not_found" => Text::VerdictUnknown,
        "disabled" => Text::VerdictDisabled,
        "revoked" => Text::VerdictRevoked,
        "expired" => Text::VerdictExpired,
        "insufficient_scope" => Text::VerdictScope,
        "rate_limited" => Text::VerdictLimited,
        "forbidden_ip" => Text::VerdictIp,
        _ => Text::NotValid,
    }
}
