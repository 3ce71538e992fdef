//! Token × scope × route: what each token may ask, for every operation of the OpenAPI document.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use vault_api::models::{program_token::TokenScope, user::Role};

use super::{call, token};
use crate::{
    api::{
        admin::staff,
        openapi::{filled, operations},
    },
    support::Reply,
};

/// Which tokens an operation lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum With {
    /// It is for everybody: a token plays no part.
    Anybody,
    /// Any token.
    AnyToken,
    /// A token with this scope.
    Scope(TokenScope),
    /// None: it is for people.
    NoToken,
}

use TokenScope::{Read, Reveal, Verify, Write};
use With::{AnyToken, Anybody, NoToken, Scope};

/// Every operation. One that is missing here fails the test: say which tokens it lets in.
const TABLE: &[(&str, With)] = &[
    ("POST /api/auth/register", Anybody),
    ("POST /api/auth/login", Anybody),
    ("POST /api/auth/login/mfa", Anybody),
    ("POST /api/auth/refresh", Anybody),
    ("POST /api/auth/device", Anybody),
    ("POST /api/auth/device/token", Anybody),
    ("POST /api/auth/device/refuse", Anybody),
    ("POST /api/auth/device/approve", NoToken),
    ("POST /api/auth/verify-email", Anybody),
    ("POST /api/auth/verify-email/disown", Anybody),
    ("POST /api/auth/verify-email/resend", NoToken),
    ("GET /api/auth/email", NoToken),
    ("POST /api/auth/email", NoToken),
    ("POST /api/auth/email/resend", NoToken),
    ("DELETE /api/auth/email", NoToken),
    ("POST /api/auth/email/confirm", Anybody),
    ("POST /api/auth/email/undo", Anybody),
    ("POST /api/auth/recover", Anybody),
    ("POST /api/auth/reset", Anybody),
    ("POST /api/auth/logout", NoToken),
    ("GET /api/auth/me", AnyToken),
    ("PATCH /api/auth/me", NoToken),
    ("DELETE /api/auth/me", NoToken),
    ("POST /api/auth/password", NoToken),
    ("POST /api/auth/reauthenticate", NoToken),
    ("GET /api/auth/mfa", NoToken),
    ("DELETE /api/auth/mfa", NoToken),
    ("POST /api/auth/mfa/totp", NoToken),
    ("POST /api/auth/mfa/totp/confirm", NoToken),
    ("POST /api/auth/mfa/recovery-codes", NoToken),
    ("GET /api/auth/sessions", NoToken),
    ("DELETE /api/auth/sessions", NoToken),
    ("DELETE /api/auth/sessions/{id}", NoToken),
    ("GET /api/keys", Scope(Read)),
    ("POST /api/keys", Scope(Write)),
    ("GET /api/keys/{id}", Scope(Read)),
    ("PUT /api/keys/{id}", Scope(Write)),
    ("PATCH /api/keys/{id}", Scope(Write)),
    ("DELETE /api/keys/{id}", Scope(Write)),
    ("POST /api/keys/{id}/reinstate", Scope(Write)),
    ("GET /api/keys/facets", Scope(Read)),
    ("GET /api/keys/{id}/decrypt", Scope(Reveal)),
    ("POST /api/keys/{id}/reveal", Scope(Reveal)),
    ("POST /api/keys/import", Scope(Write)),
    ("POST /api/keys/{id}/rotate", Scope(Write)),
    ("POST /api/keys/{id}/end-grace", Scope(Write)),
    ("GET /api/keys/{id}/versions", Scope(Read)),
    ("POST /api/keys/{id}/versions/{n}/restore", Scope(Write)),
    ("GET /api/keys/{id}/usage", Scope(Read)),
    ("POST /api/keys/verify", Scope(Verify)),
    // a token counts there beside a key alone: the test below
    ("GET /api/keys/check", Anybody),
    ("GET /api/keys/export", Scope(Reveal)),
    ("GET /api/tokens", NoToken),
    ("POST /api/tokens", NoToken),
    ("DELETE /api/tokens/{id}", NoToken),
    ("POST /api/billing/checkout", NoToken),
    ("POST /api/billing/portal", NoToken),
    ("GET /api/billing/subscription", NoToken),
    ("GET /api/billing/invoices", NoToken),
    ("POST /api/billing/webhook", Anybody),
    ("GET /api/audit", NoToken),
    ("GET /api/audit/verify", NoToken),
    ("GET /api/usage", Scope(Read)),
    ("GET /api/providers", Anybody),
    ("GET /api/admin/users", NoToken),
    ("GET /api/admin/users/{id}", NoToken),
    ("PATCH /api/admin/users/{id}", NoToken),
    ("DELETE /api/admin/users/{id}/sessions", NoToken),
    ("POST /api/admin/users/{id}/recovery", NoToken),
    ("GET /api/admin/audit", NoToken),
    ("GET /api/admin/stats", NoToken),
];

/// A body that the operation takes: a token without the scope is refused before a body is at fault or after.
fn body_of(operation: &str) -> Value {
    match operation {
        "POST /api/keys" => json!({ "name": "a", "value": format!("value {}", uuid::Uuid::from_u128(1)) }),
        "POST /api/keys/verify" => json!({ "api_key": "x" }),
        _ => json!({}),
    }
}

/// Whether an answer refuses a token; `None` for what no token may get.
fn is_refused(answer: &Reply) -> Option<bool> {
    let code = if answer.status >= 400 {
        answer.json()["code"].as_str().unwrap_or_default().to_owned()
    } else {
        String::new()
    };
    match (answer.status, code.as_str()) {
        (403, "insufficient_scope") => Some(true),
        (401 | 403 | 500.., _) => None,
        _ => Some(false),
    }
}

on_both! {
    async fn every_operation_lets_in_exactly_the_tokens_that_the_table_says(app: TestApp) {
        let table: BTreeMap<_, _> = TABLE.iter().copied().collect();
        // the account may do all that an account may: what is refused, the token lacks
        let owner = staff(&app, "owner", Role::Admin).await;
        let all: Vec<_> = TokenScope::ALL.to_vec();
        let mut sets: Vec<Vec<TokenScope>> = all.iter().map(|scope| vec![*scope]).collect();
        sets.extend(all.iter().map(|without| all.iter().copied().filter(|scope| scope != without).collect()));
        sets.push(all);
        let mut tokens = Vec::new();
        for scopes in sets {
            let words: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
            tokens.push((token(&owner, &words).await.1, scopes));
        }

        let document = app.call("GET", "/openapi.json", None).await.expect(200).json();
        let (mut faults, mut asked) = (Vec::new(), 0);
        for (method, path, operation) in operations(&document) {
            let name = format!("{method} {path}");
            let Some(with) = table.get(name.as_str()) else {
                faults.push(format!("{name} is not in the table: say which tokens it lets in"));
                continue;
            };
            asked += 1;
            for (token, scopes) in tokens.iter().filter(|_| *with != Anybody) {
                let body = operation.contains_key("requestBody").then(|| body_of(&name));
                let answer = call(&app, token, &method, &filled(&path), body).await;
                let expected = match with {
                    Anybody | AnyToken => false,
                    Scope(scope) => !scopes.contains(scope),
                    NoToken => true,
                };
                if is_refused(&answer) != Some(expected) {
                    faults.push(format!("{name} is for {with:?}, but {scopes:?} got {}: {}", answer.status, answer.text()));
                }
            }
        }

        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert_eq!(asked, TABLE.len(), "the table has an operation that is not there");
        owner.get("/api/auth/me").await.expect(200);
    }

    async fn a_check_for_a_proxy_needs_the_scope_to_verify(app: TestApp) {
        let owner = app.member("owner").await;
        for (scopes, status, code) in [
            (vec!["keys:verify"], 401, "malformed"),
            (vec!["keys:read", "keys:reveal", "keys:write"], 403, "insufficient_scope"),
        ] {
            let bearer = format!("Bearer {}", token(&owner, &scopes).await.1);
            let headers = [("authorization", bearer.as_str()), ("x-api-key", "vk_live_x")];
            let answer = app.call_with("GET", "/api/keys/check", None, &headers).await.expect(status);
            assert_eq!((answer.header("x-vault-code"), answer.text().as_str()), (code, ""), "{scopes:?}");
        }
    }

    async fn no_other_spelling_of_an_address_opens_more(app: TestApp) {
        let owner = staff(&app, "owner", Role::Admin).await;
        let (_, all) = token(&owner, &["keys:read", "keys:reveal", "keys:write", "keys:verify"]).await;

        for target in [
            "/api/keys/../tokens", "/api/keys/..;/tokens", "/api/keys/%2e%2e/tokens", "/api/keys//../tokens", "//api/tokens", "/api/tokens/", "/API/tokens",
            "/api/keys/../admin/users", "/api/%61dmin/users", "/api/auth/me/", "/api/auth/me/../sessions", "/api/auth//sessions", "/api/audit?x=/api/keys",
        ] {
            let answer = call(&app, &all, "GET", target, None).await;
            assert!(matches!(answer.status, 400 | 403 | 404), "{target}: {} {}", answer.status, answer.text());
        }
        for header in ["x-http-method-override", "x-http-method", "x-method-override"] {
            let bearer = format!("Bearer {all}");
            let answer = app.call_with("GET", "/api/auth/me", None, &[("authorization", &bearer), (header, "DELETE")]).await;
            assert_eq!(answer.status, 200);
        }
        call(&app, &all, "HEAD", "/api/auth/me", None).await.expect(200);
        owner.get("/api/auth/me").await.expect(200);
    }
}
