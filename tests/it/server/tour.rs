//! The first five minutes: an empty folder, no configuration, and what the introduction promises.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::support::{Engine, Vault, register, run_to_the_end};

/// Looks real: the shape of OpenAI's, made of nothing.
const OPENAI_KEY: &str = "sk-proj-Zt4kQ9wLx2VbN7mCr5TyHg8Jf1DsAe3UiKo6PlWqMnBvXzRc0GhYtEuS";

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o777
}

on_each_database! {
    fn an_empty_folder_and_no_configuration_are_enough_for_the_whole_tour(vault: Vault) {
        let began = Instant::now();
        let server = vault.start();
        let ready_after = began.elapsed();
        let health = server.call("GET", "/health", None, None).expect(200);

        let alice = register(&server, "alice");
        let made = alice.call(&server, "POST", "/api/keys", Some(&json!({ "name": "OpenAI", "value": OPENAI_KEY }))).expect(201).json();
        let id = made["id"].as_str().unwrap();
        let list = alice.call(&server, "GET", "/api/keys", None).expect(200);
        let revealed = alice.reveal(&server, id);
        alice.call(&server, "DELETE", &format!("/api/keys/{id}"), None).expect(204);
        alice.call(&server, "GET", &format!("/api/keys/{id}/decrypt"), None).expect_problem(410, "key_revoked");

        println!("ready after {ready_after:?}");
        assert!(ready_after < Duration::from_secs(8), "ready after {ready_after:?}");
        assert_eq!(health.text(), r#"{"status":"ok"}"#);
        assert_eq!(made["provider"], "openai");
        assert_eq!(list.json()["data"][0]["last4"], "tEuS");
        assert!(!list.text().contains(OPENAI_KEY), "the list shows the value");
        assert_eq!(revealed, OPENAI_KEY);
        let trail = alice.call(&server, "GET", "/api/audit", None).expect(200).json();
        let mut actions: Vec<_> = trail["data"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
        actions.reverse();
        assert_eq!(actions, ["account.created", "session.created", "key.created", "key.revealed", "key.revoked"]);
    }

    fn what_the_program_makes_is_for_its_owner_alone(vault: Vault) {
        let server = vault.start();
        register(&server, "alice");

        for name in ["jwt_secret", "crypto_master_key"] {
            assert_eq!(mode(&vault.data().join(name)), 0o600, "{name}");
        }
        if vault.engine == Engine::Sqlite {
            for name in ["vault.db", "vault.db-wal"] {
                assert_eq!(mode(&vault.data().join(name)), 0o600, "{name}");
            }
        }
    }

    fn a_restart_keeps_accounts_sessions_keys_and_the_trail(vault: Vault) {
        let first = vault.start();
        let alice = register(&first, "alice");
        let id = alice.store(&first, "OpenAI", OPENAI_KEY);
        first.signal("TERM");
        drop(first);

        let second = vault.start();

        assert_eq!(alice.reveal(&second, &id), OPENAI_KEY, "the session and the key outlive the process");
        alice.sign_in(&second);
        let trail = alice.call(&second, "GET", "/api/audit", None).expect(200).json();
        assert_eq!(trail["data"].as_array().unwrap().len(), 5);
        drop(second);
        vault.run(&["audit", "verify"]).expect(0);
    }
}

#[test]
fn a_careless_umask_opens_no_file_to_others() {
    let vault = Vault::new(Engine::Sqlite);
    let mut shell = Command::new("sh");
    shell.args([
        "-c",
        r#"umask 000; exec "$0" admin create --email root@example.com"#,
        env!("CARGO_BIN_EXE_vault-api"),
    ]);
    shell.env_clear().env("BCRYPT_COST", "4").current_dir(vault.folder.path());

    run_to_the_end(&mut shell, "").expect(0);

    assert_eq!(mode(&vault.data()), 0o700);
    for name in ["vault.db", "jwt_secret", "crypto_master_key"] {
        assert_eq!(mode(&vault.data().join(name)), 0o600, "{name}");
    }
}

#[test]
fn a_secret_file_that_others_may_read_is_refused_with_the_remedy() {
    let vault = Vault::new(Engine::Sqlite);
    vault.run(&["migrate"]).expect(0);
    let file = vault.data().join("crypto_master_key");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();

    let done = vault.run(&["serve", "--port", "0"]).expect(78);

    assert!(done.errors.contains("CRYPTO_MASTER_KEY: others may read the file"), "{}", done.errors);
    assert!(done.errors.contains("chmod 600"), "{}", done.errors);
    assert!(!done.errors.contains(std::fs::read_to_string(&file).unwrap().trim()), "the refusal shows the key");
}
