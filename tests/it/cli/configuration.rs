//! Mistakes in the configuration: 78, one line each, all at once, and no value repeated.

use crate::support::{Engine, Vault};

fn faults(errors: &str) -> Vec<&str> {
    errors.lines().filter_map(|line| line.strip_prefix("vault-api: ")).collect()
}

const BAD: &[(&str, &str)] = &[
    ("ENVIRONMENT", "staging-hush"),
    ("HOST", "not a host hush"),
    ("PORT", "70000"),
    ("DATABASE_URL", "mysql://user:hush@localhost/vault"),
    ("DATABASE_MAX_CONNECTIONS", "0"),
    ("AUTO_MIGRATE", "perhaps-hush"),
    ("JWT_SECRET", "too-short-hush"),
    ("JWT_EXPIRATION_MINUTES", "-5"),
    ("JWT_RESET_TOKEN_MINUTES", "hush"),
    ("CRYPTO_MASTER_KEY", "hush-is-no-base64-of-32-bytes"),
    ("PASSWORD_MIN_LENGTH", "3"),
    ("BCRYPT_COST", "31"),
    ("WEB_BASE_URL", "ftp://hush"),
    ("LOG_FORMAT", "xml-hush"),
    ("RUST_LOG", "vault_api=hush=hush"),
    ("METRICS_TOKEN", "hush"),
    ("FREE_PLAN_MAX_KEYS", "-1"),
    ("MAIL_FROM", "hush"),
];

#[test]
fn every_fault_is_told_at_once_with_its_name_and_without_its_value() {
    let vault = Vault::new(Engine::Sqlite);
    for command in [&["serve", "--port", "0"][..], &["migrate"], &["audit", "verify"]] {
        let done = vault.run_with(command, BAD, "").expect(78);

        let lines = faults(&done.errors);
        for (name, _) in BAD {
            assert_eq!(
                lines.iter().filter(|line| line.starts_with(&format!("{name}: "))).count(),
                1,
                "{name}: {}",
                done.errors
            );
        }
        assert_eq!(lines.len(), BAD.len(), "{}", done.errors);
        assert!(!done.errors.contains("hush"), "a value is repeated: {}", done.errors);
        assert!(done.output.is_empty());
    }
    assert!(!vault.data().exists(), "something was made although the configuration is wrong");
}

#[test]
fn production_generates_nothing_and_names_what_is_missing() {
    let vault = Vault::new(Engine::Sqlite).with("ENVIRONMENT", "production").with("BCRYPT_COST", "12");

    let done = vault.run(&["serve", "--port", "0"]).expect(78);

    let lines = faults(&done.errors);
    for name in ["JWT_SECRET", "CRYPTO_MASTER_KEY"] {
        assert!(lines.iter().any(|line| line.starts_with(&format!("{name}: "))), "{}", done.errors);
    }
    assert!(!vault.data().exists(), "production made files");
    let weak = vault.run_with(&["serve", "--port", "0"], &[("BCRYPT_COST", "4")], "").expect(78);
    assert!(faults(&weak.errors).iter().any(|line| line.starts_with("BCRYPT_COST: ")), "{}", weak.errors);
}

#[test]
fn production_with_its_secrets_starts_and_says_what_to_think_of() {
    let vault = Vault::in_production(Engine::Sqlite);

    let server = vault.start();

    assert!(server.log().contains("WEB_BASE_URL is not set"), "{}", server.log());
    assert!(!vault.data().join("jwt_secret").exists());
}

#[test]
fn weak_secrets_from_examples_are_refused() {
    let vault = Vault::new(Engine::Sqlite);
    for (name, value) in [
        ("JWT_SECRET", "your_super_secret_jwt_key_at_least_32_characters"),
        ("JWT_SECRET", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("CRYPTO_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ] {
        let done = vault.run_with(&["serve", "--port", "0"], &[(name, value)], "").expect(78);
        assert!(
            faults(&done.errors)[0].starts_with(&format!("{name}: ")) && !done.errors.contains(value),
            "{}",
            done.errors
        );
    }
}

#[test]
fn a_dotenv_file_is_read_and_the_environment_wins() {
    let vault = Vault::new(Engine::Sqlite);
    let file = vault.folder.path().join(".env");
    std::fs::write(&file, "# ours\nDATA_DIR='./elsewhere'\nexport PASSWORD_MIN_LENGTH=99\n").unwrap();

    let done = vault.run(&["check"]).expect(1);
    assert!(done.errors.contains("PASSWORD_MIN_LENGTH"), "the file is not read: {}", done.errors);
    vault.run_with(&["migrate"], &[("PASSWORD_MIN_LENGTH", "20")], "").expect(0);

    assert!(vault.folder.path().join("elsewhere/vault.db").exists(), "DATA_DIR of the file counts");
    std::fs::write(&file, "GOOD=1\nJWT_SECRET=\"hush\nand no equals sign\n").unwrap();
    let broken = vault.run(&["serve", "--port", "0"]).expect(78);
    assert!(broken.errors.contains(".env") && !broken.errors.contains("hush"), "{}", broken.errors);
}

#[test]
fn an_unknown_variable_is_told_with_the_nearest_name_and_without_its_value() {
    let vault = Vault::new(Engine::Sqlite);
    let misspelt = [
        ("DATABASE_ULR", "postgres://hush"),
        ("JWT_SECRT", "hush"),
        ("TRUSTED_PROXYS", "hush"),
        ("HOSTNAME", "a-machine"),
    ];

    let done = vault.run_with(&["check"], &misspelt, "").expect(0);

    for (wrong, right) in
        [("DATABASE_ULR", "DATABASE_URL"), ("JWT_SECRT", "JWT_SECRET"), ("TRUSTED_PROXYS", "TRUSTED_PROXIES")]
    {
        let line =
            done.errors.lines().find(|line| line.contains(wrong)).unwrap_or_else(|| panic!("{wrong}: {}", done.errors));
        assert!(line.contains("WARN") && line.contains(right), "{line}");
    }
    assert!(!done.errors.contains("hush") && !done.errors.contains("HOSTNAME"), "{}", done.errors);
}

#[test]
fn secrets_may_come_from_files_but_not_from_both() {
    let vault = Vault::new(Engine::Sqlite);
    let key = vault.run(&["generate-key"]).expect(0).output;
    let file = vault.folder.path().join("master");
    std::fs::write(&file, &key).unwrap();
    let path = file.to_str().unwrap();

    vault.run_with(&["migrate"], &[("CRYPTO_MASTER_KEY_FILE", path)], "").expect(0);
    assert!(!vault.data().join("crypto_master_key").exists(), "another key was made beside the one in the file");
    let both = vault
        .run_with(&["migrate"], &[("CRYPTO_MASTER_KEY_FILE", path), ("CRYPTO_MASTER_KEY", key.trim())], "")
        .expect(78);
    assert!(both.errors.contains("CRYPTO_MASTER_KEY_FILE: "), "{}", both.errors);
    let missing = vault.run_with(&["migrate"], &[("JWT_SECRET_FILE", "/nowhere/at/all")], "").expect(78);
    assert!(missing.errors.contains("JWT_SECRET_FILE: "), "{}", missing.errors);
}

#[test]
fn logs_are_json_lines_where_they_are_asked_for() {
    let vault = Vault::new(Engine::Sqlite).with("LOG_FORMAT", "json");
    let done = vault.run(&["migrate"]).expect(0);

    assert!(!done.errors.is_empty());
    for line in done.errors.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(entry["level"].is_string() && entry["timestamp"].is_string(), "{line}");
    }
}
