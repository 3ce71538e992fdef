//! No secret lies in the database as it is: not in a table, not in the embedded database's files.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::json;
use vault_api::core::database::Location;

use crate::support::TestApp;

const VALUE: &str = "sk-proj-PlantedValueOfTheOwner7391";
const LATER: &str = "sk-proj-PlantedLaterValueOfTheOwner2047";
const IMPORTED: &str = "planted value of an imported line 6613";
const REPEATED: &str = "sk-proj-PlantedValueOfARepeatedRequest";
const SETTING: &str = "PlantedServiceRoleKeyOfSupabase5528";
const PASSWORD: &str = "planted girafe en pyjama 8846";
const NEWER: &str = "planted tulipes sous la pluie 2215";

/// The forms in which a secret could lie there.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned(), secret.to_lowercase(), hex::encode(secret), hex::encode_upper(secret)];
    // base64 of a text that begins at any of three places of a longer one, without the letters that its neighbours touch
    for shift in 0..3 {
        let padded = [&b"xx"[..shift], secret.as_bytes()].concat();
        let whole = padded.len() / 3 * 3;
        let begin = if shift == 0 { 0 } else { 4 };
        forms.push(STANDARD.encode(&padded[..whole])[begin..].to_owned());
        forms.push(URL_SAFE_NO_PAD.encode(&padded[..whole])[begin..].to_owned());
    }
    let of_forms: Vec<_> = forms.iter().map(hex::encode).collect();
    forms.extend(of_forms);
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// All that the database holds, as text.
async fn everything(app: &TestApp) -> String {
    let mut all = app.sql_dump().await;
    if let Location::Sqlite { path } = &app.app.config.database {
        for ending in ["", "-wal"] {
            let file = format!("{}{ending}", path.display());
            all += &String::from_utf8_lossy(&std::fs::read(file).unwrap_or_default());
        }
    }
    all
}

/// A secret that the server made for itself beside the database.
fn generated_secret(app: &TestApp, file: &str) -> String {
    let path = std::path::Path::new(&app.settings["DATA_DIR"]).join(file);
    std::fs::read_to_string(path).expect("a generated secret").trim().to_owned()
}

fn find(all: &str, what: &str, secret: &str) -> Vec<String> {
    let lower = all.to_lowercase();
    forms(secret)
        .into_iter()
        .filter(|form| all.contains(form) || lower.contains(&form.to_lowercase()))
        .map(|form| format!("{what} as {form}"))
        .collect()
}

on_both! {
    async fn no_planted_secret_is_found_in_any_table_or_file(app: TestApp) {
        let body = json!({ "email": "alice@example.com", "password": PASSWORD, "name": "Alice" });
        app.call("POST", "/api/auth/register", Some(body.clone())).await.expect(201);
        let login = json!({ "email": "alice@example.com", "password": PASSWORD });
        let token = app.call("POST", "/api/auth/login", Some(login)).await.expect(200).json()["access_token"].as_str().unwrap().to_owned();
        let bearer = format!("Bearer {token}");
        let signed_in = [("authorization", bearer.as_str())];
        let config = json!({ "url": "https://x.supabase.co", "anon_key": "anon", "service_role_key": SETTING });
        let new = json!({ "name": "one", "value": VALUE, "provider": "supabase", "provider_config": config });
        let made = app.call_with("POST", "/api/keys", Some(new), &signed_in).await.expect(201).json();
        let path = format!("/api/keys/{}", made["id"].as_str().unwrap());
        let repeatable = [("authorization", bearer.as_str()), ("idempotency-key", "once")];
        app.call_with("POST", "/api/keys", Some(json!({ "name": "two", "value": REPEATED })), &repeatable).await.expect(201);
        let generated = app.call_with("POST", "/api/keys", Some(json!({ "name": "three" })), &signed_in).await.expect(201).json();
        app.call_with("GET", &format!("{path}/decrypt"), None, &signed_in).await.expect(200);
        // a later value of each kind, what an import brings, a program's token, and the codes of a program that waits
        let customers = format!("/api/keys/{}/rotate", generated["id"].as_str().unwrap());
        let rotated = app.call_with("POST", &customers, None, &signed_in).await.expect(200).json();
        app.call_with("POST", &format!("{path}/rotate"), Some(json!({ "value": LATER })), &signed_in).await.expect(200);
        let imported = app.call_with("POST", "/api/keys/import", Some(json!({ "IMPORTED": IMPORTED })), &signed_in).await.expect(200).json();
        assert_eq!(imported["new"], 1);
        app.call_with("POST", "/api/keys/verify", Some(json!({ "api_key": rotated["api_key"] })), &signed_in).await.expect(200);
        app.call_with("GET", "/api/keys/export", None, &signed_in).await.expect(200);
        let new = json!({ "name": "a program", "scopes": ["keys:reveal"] });
        let program = app.call_with("POST", "/api/tokens", Some(new), &signed_in).await.expect(201).json();
        let device = app.call("POST", "/api/auth/device", None).await.expect(200).json();
        app.call_with("PATCH", &path, Some(json!({ "note": "changed" })), &signed_in).await.expect(200);
        app.call("POST", "/api/auth/recover", Some(json!({ "email": "alice@example.com" }))).await.expect(202);
        let mail = app.wait_for_mails("alice@example.com", 1).await.remove(0);
        let reset = mail.body.split("token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        let claims: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(reset.split('.').nth(1).unwrap()).unwrap()).unwrap();
        let before = everything(&app).await;
        app.call("POST", "/api/auth/reset", Some(json!({ "token": reset, "password": NEWER }))).await.expect(204);
        app.call_with("DELETE", &path, None, &signed_in).await.expect(401);

        let all = before + &everything(&app).await;

        let mut found = Vec::new();
        for (what, secret) in [
            ("a value", VALUE),
            ("a repeated request's value", REPEATED),
            ("a generated value", generated["api_key"].as_str().unwrap()),
            ("a generated key's later value", rotated["api_key"].as_str().unwrap()),
            ("a later value", LATER),
            ("an imported value", IMPORTED),
            ("a program's token", program["token"].as_str().unwrap()),
            ("a program's device code", device["device_code"].as_str().unwrap()),
            ("a program's user code", device["user_code"].as_str().unwrap()),
            ("a provider's secret setting", SETTING),
            ("a password", PASSWORD),
            ("a newer password", NEWER),
            ("an access token", &token),
            ("a reset token", &reset),
            ("a reset token's signature", reset.rsplit('.').next().unwrap()),
            ("the master key", &generated_secret(&app, "crypto_master_key")),
            ("the signing secret", &generated_secret(&app, "jwt_secret")),
        ] {
            found.extend(find(&all, what, secret));
        }
        // whoever knows the signing secret could make the token again from its identifier
        let token_id = claims["jti"].as_str().unwrap();
        for form in [token_id.to_owned(), token_id.replace('-', "")] {
            assert!(!all.to_lowercase().contains(&form), "the identifier of a reset token lies in the database");
        }
        let master = hex::encode(STANDARD.decode(generated_secret(&app, "crypto_master_key")).unwrap());
        assert!(!all.to_lowercase().contains(&master), "the master key lies in the database");
        assert_eq!(found, Vec::<String>::new());
    }

    async fn the_search_finds_what_lies_there_in_clear(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("one", VALUE).await;
        let id = app.sql_id(made["id"].as_str().unwrap());

        for (column, forged) in [
            ("note", format!("'{VALUE}'")),
            ("note", format!("'{}'", STANDARD.encode(format!("{{\"value\":\"{VALUE}\"}}")))),
            ("sealed", app.sql_bytes(&hex::encode(VALUE))),
        ] {
            app.sql(&format!("update auth.api_keys set {column} = {forged} where id = {id}")).await;
            assert!(!find(&app.sql_dump().await, "a value", VALUE).is_empty(), "{column} = {forged}");
            app.sql(&format!("update auth.api_keys set note = null where id = {id}")).await;
        }
    }
}
