//! A refusal of the server (RFC 9457), as a failure that says what to do next.

use serde_json::Value;

use super::address::Address;
use crate::{
    failure::{Failure, Kind},
    texts::Text,
};

/// What a refusal means here.
pub fn failure(status: u16, body: &[u8], address: &Address) -> Failure {
    let problem: Value = serde_json::from_slice(body).unwrap_or_default();
    let word = |name: &str| problem.get(name).and_then(Value::as_str).unwrap_or_default();
    let code = word("code");
    if code.is_empty() {
        let mut failure = Failure::new(kind(status), Text::NoVault).with(address.text()).with(status);
        failure.is_unreachable = matches!(status, 502..=504);
        return failure;
    }
    let mut failure = match code {
        "unauthenticated" | "invalid_refresh_token" | "refresh_token_reused" => {
            Failure::new(Kind::Access, Text::SignInEnded).with(address.text())
        }
        "reauthentication_required" => Failure::new(Kind::Access, Text::FreshSignInNeeded),
        _ => Failure::new(kind(status), Text::Refused).with(word("title")).with(word("detail")),
    };
    failure.is_unreachable = matches!(status, 502..=504);
    for fault in problem.get("errors").and_then(Value::as_array).into_iter().flatten() {
        let part = |name: &str| fault.get(name).and_then(Value::as_str).unwrap_or_default();
        failure = failure.and(Text::Fault).with(part("field")).with(part("message"));
    }
    if let (Some(used), Some(limit)) = (problem.get("used"), problem.get("limit")) {
        failure = failure.and(Text::PlanUsed).with(used).with(limit);
    }
    if code == "insufficient_scope" {
        failure = failure.and(Text::ScopeHint);
    }
    failure.coded(code)
}

fn kind(status: u16) -> Kind {
    match status {
        401..=403 => Kind::Access,
        404 | 410 => Kind::NotFound,
        429 | 500.. => Kind::Away,
        _ => Kind::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_has_its_exit_code() {
        let address = Address::parse("https://vault.example.com", false).unwrap();
        for (status, code) in [
            (400, 5),
            (401, 3),
            (402, 3),
            (403, 3),
            (404, 4),
            (409, 5),
            (410, 4),
            (422, 5),
            (429, 6),
            (500, 6),
            (503, 6),
        ] {
            let body = br#"{"code":"x","title":"T","detail":"D"}"#;
            assert_eq!(failure(status, body, &address).kind.code(), code, "{status}");
            assert_eq!(failure(status, b"<html>", &address).kind.code(), code, "{status}");
        }
    }
}
