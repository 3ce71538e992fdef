//! What the console can do, the API can: every address of the console that a form is sent to names its twin, and the twin is
//! in the OpenAPI document. An act without one fails here.

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;
use vault_api::models::mail_link::LinkPurpose;

use crate::support::{Engine, TestApp};

/// What an address of the console does by the API.
#[derive(Clone, Copy, Debug)]
enum Twin {
    /// These operations do it.
    Api(&'static [&'static str]),
    /// None has to, and why.
    None(&'static str),
}

use Twin::Api;

/// Every address that a form is sent to.
const TWINS: &[(&str, Twin)] = &[
    ("/sign-in", Api(&["POST /api/auth/login"])),
    ("/sign-in/code", Api(&["POST /api/auth/login/mfa"])),
    ("/sign-up", Api(&["POST /api/auth/register"])),
    ("/sign-up/resend", Api(&["POST /api/auth/verify-email/resend"])),
    ("/sign-out", Api(&["POST /api/auth/logout"])),
    ("/forgot-password", Api(&["POST /api/auth/recover"])),
    ("/reset", Api(&["POST /api/auth/reset"])),
    ("/verify", Api(&["POST /api/auth/verify-email"])),
    ("/verify/disown", Api(&["POST /api/auth/verify-email/disown"])),
    ("/confirm-address", Api(&["POST /api/auth/email/confirm"])),
    ("/undo-address", Api(&["POST /api/auth/email/undo"])),
    ("/device", Api(&["POST /api/auth/device/approve", "POST /api/auth/device/refuse"])),
    ("/device/allow", Api(&["POST /api/auth/device/approve"])),
    ("/verify-address/resend", Api(&["POST /api/auth/verify-email/resend"])),
    ("/dashboard/steps", Twin::None("the browser hides the first steps: nothing of the vault changes")),
    ("/tokens", Api(&["POST /api/tokens"])),
    ("/tokens/{id}/revoke", Api(&["DELETE /api/tokens/{id}"])),
    ("/audit/verify", Api(&["GET /api/audit/verify"])),
    ("/audit/export", Api(&["GET /api/audit"])),
    ("/keys/new", Api(&["POST /api/keys"])),
    ("/keys/{id}/reveal", Api(&["POST /api/keys/{id}/reveal"])),
    ("/keys/{id}/edit", Api(&["PATCH /api/keys/{id}"])),
    ("/keys/{id}/rotate", Api(&["POST /api/keys/{id}/rotate"])),
    ("/keys/{id}/end-grace", Api(&["POST /api/keys/{id}/end-grace"])),
    ("/keys/{id}/versions/{n}/restore", Api(&["POST /api/keys/{id}/versions/{n}/restore"])),
    ("/keys/import", Api(&["POST /api/keys/import"])),
    // with ?dry_run=true
    ("/keys/import/preview", Api(&["POST /api/keys/import"])),
    ("/keys/export", Api(&["GET /api/keys/export"])),
    // one after the other
    ("/keys/tag", Api(&["PATCH /api/keys/{id}"])),
    ("/keys/revoke", Api(&["DELETE /api/keys/{id}"])),
    ("/keys/reinstate", Api(&["POST /api/keys/{id}/reinstate"])),
    ("/billing/checkout", Api(&["POST /api/billing/checkout"])),
    ("/billing/portal", Api(&["POST /api/billing/portal"])),
    ("/security/password", Api(&["POST /api/auth/password"])),
    ("/security/sessions/{id}/end", Api(&["DELETE /api/auth/sessions/{id}"])),
    ("/security/sessions/end-others", Api(&["DELETE /api/auth/sessions"])),
    ("/security/second-factor", Api(&["POST /api/auth/mfa/totp", "POST /api/auth/verify-email/resend"])),
    ("/security/second-factor/confirm", Api(&["POST /api/auth/mfa/totp/confirm"])),
    ("/security/second-factor/off", Api(&["DELETE /api/auth/mfa"])),
    ("/security/recovery-codes", Api(&["POST /api/auth/mfa/recovery-codes"])),
    ("/settings/name", Api(&["PATCH /api/auth/me"])),
    ("/settings/language", Api(&["PATCH /api/auth/me"])),
    ("/settings/email", Api(&["POST /api/auth/email"])),
    ("/settings/email/resend", Api(&["POST /api/auth/email/resend"])),
    ("/settings/email/cancel", Api(&["DELETE /api/auth/email"])),
    ("/settings/delete", Api(&["DELETE /api/auth/me"])),
    ("/admin/accounts/{id}", Api(&["PATCH /api/admin/users/{id}"])),
    ("/admin/accounts/{id}/access", Api(&["PATCH /api/admin/users/{id}"])),
    ("/admin/accounts/{id}/end-sessions", Api(&["DELETE /api/admin/users/{id}/sessions"])),
    ("/admin/accounts/{id}/recovery", Api(&["POST /api/admin/users/{id}/recovery"])),
];

/// The sources of the console.
fn sources(folder: &Path, into: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else {
            into.push((path.display().to_string(), std::fs::read_to_string(&path).expect("a source")));
        }
    }
}

/// The addresses in a source that a form may be sent to.
fn posted(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in source.split(".route(").skip(1) {
        let mut depth = 1;
        let end = part.find(|letter| {
            depth += match letter {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            depth == 0
        });
        let (place, methods) = part[..end.expect("a route ends")].split_once(',').expect("a route has a method");
        if !methods.contains("post(") {
            continue;
        }
        match place.trim() {
            "purpose.page()" => found.extend(LinkPurpose::ALL.iter().map(|purpose| purpose.page().to_owned())),
            literal => {
                let text = literal.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                found
                    .push(text.unwrap_or_else(|| panic!("{literal} is no address that this test can read")).to_owned());
            }
        }
    }
    found
}

#[tokio::test]
async fn every_act_of_the_console_has_its_twin_in_the_api() {
    let app = TestApp::start(Engine::Sqlite).await;
    let document: Value = app.call("GET", "/openapi.json", None).await.expect(200).json();
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/routes/console"), &mut files);
    let acts: BTreeSet<String> = files.iter().flat_map(|(_, source)| posted(source)).collect();
    assert!(acts.contains("/sign-in") && acts.contains("/undo-address"), "{acts:?}");

    let mut faults = Vec::new();
    for act in &acts {
        match TWINS.iter().find(|(known, _)| known == act).map(|(_, twin)| *twin) {
            None => faults.push(format!("{act} has no twin: name the operation of the API that does the same")),
            Some(Twin::None(reason)) => assert!(reason.len() > 20, "{act}: say why"),
            Some(Api(operations)) => {
                for operation in operations {
                    let (method, path) = operation.split_once(' ').expect("a method and a path");
                    if !document["paths"][path][method.to_lowercase()].is_object() {
                        faults.push(format!("{act}: {operation} is not in the OpenAPI document"));
                    }
                }
            }
        }
    }
    for (known, _) in TWINS {
        if !acts.contains(*known) {
            faults.push(format!("{known} is not an address of the console"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn addresses_are_found_in_sources() {
    let source = r#"Router::new().route("/a", get(show)).route("/b/{id}", get(show).post(submit)).route(purpose.page(), post(x))
        .route("/c", post(|a: (u8, u8)| act(a)))"#;

    assert_eq!(posted(source), ["/b/{id}", "/verify", "/confirm-address", "/undo-address", "/c"]);
}
