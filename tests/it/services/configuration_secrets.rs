//! Secrets of the configuration: made once in development and kept private, or read from a file.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use vault_api::core::configuration::read;

use super::configuration::{JWT, MASTER, faults_of, settings, sound};

#[test]
fn production_generates_nothing_and_names_what_is_missing() {
    let faults = faults_of(&[("ENVIRONMENT", "production")]);

    let mut named: Vec<_> = faults.iter().map(|fault| fault.variable.as_str()).collect();
    named.sort_unstable();
    assert_eq!(named, ["CRYPTO_MASTER_KEY", "JWT_SECRET"]);
    assert!(faults.iter().all(|fault| fault.sentence.contains("must be set in production")), "{faults:?}");
}

#[test]
fn nothing_is_generated_where_something_is_at_fault() {
    for (name, value) in [
        ("PORT", "x"),
        ("DATABASE_URL", "x"),
        ("JWT_SECRET", "short"),
        ("CRYPTO_MASTER_KEY", "short"),
        ("CRYPTO_MASTER_KEY_FILE", "/nowhere"),
        ("ENVIRONMENT", "production"),
    ] {
        let folder = tempfile::tempdir().unwrap();

        read(&settings(&folder, &[(name, value)])).expect_err("a fault");

        let made: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(made.is_empty(), "{name}={value}: {made:?} was made");
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn generated_secrets_are_private_and_stay_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let all = settings(&folder, &[("DATA_DIR", data.to_str().unwrap())]);

    let (first, second) = (read(&all).unwrap(), read(&all).unwrap());

    assert_eq!(mode(&data), 0o700);
    assert_eq!((mode(&data.join("jwt_secret")), mode(&data.join("crypto_master_key"))), (0o600, 0o600));
    assert!(first.jwt_secret == second.jwt_secret && first.master_key == second.master_key);
    assert!(first.made.iter().all(|made| made.is_new) && second.made.iter().all(|made| !made.is_new));
    assert_eq!((first.made.len(), second.made.len()), (2, 2));
    let other = tempfile::tempdir().unwrap();
    assert!(
        read(&settings(&other, &[])).unwrap().jwt_secret != first.jwt_secret,
        "two servers share a generated secret"
    );
}

#[test]
fn a_generated_secret_that_others_may_read_is_refused() {
    for name in ["jwt_secret", "crypto_master_key"] {
        for rights in [0o644, 0o640, 0o604, 0o660] {
            let folder = tempfile::tempdir().unwrap();
            let all = settings(&folder, &[]);
            read(&all).unwrap();
            fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(rights)).unwrap();

            let faults = read(&all).expect_err("a fault");

            assert_eq!((faults.len(), faults[0].variable.as_str()), (1, name.to_uppercase().as_str()), "{rights:o}");
            assert!(faults[0].sentence.contains("chmod 600"), "{}", faults[0]);
        }
    }
}

#[test]
fn a_broken_generated_secret_is_refused_and_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let all = settings(&folder, &[]);
    read(&all).unwrap();
    fs::write(folder.path().join("crypto_master_key"), "hush").unwrap();

    let faults = read(&all).expect_err("a fault");

    assert_eq!(faults[0].variable, "CRYPTO_MASTER_KEY");
    assert!(!faults[0].sentence.contains("hush"));
    assert_eq!(fs::read_to_string(folder.path().join("crypto_master_key")).unwrap(), "hush");
}

#[test]
fn a_secret_may_come_from_a_file_and_its_line_end_does_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (jwt, master, url) = (
        write("jwt", &format!("{JWT}\n")),
        write("master", &format!("{MASTER}\r\n")),
        write("url", "postgres://u:p@h/db\n"),
    );
    let named = [
        ("JWT_SECRET_FILE", jwt.as_str()),
        ("CRYPTO_MASTER_KEY_FILE", &master),
        ("DATABASE_URL_FILE", &url),
        ("ENVIRONMENT", "production"),
    ];

    let found = sound(&named);

    assert_eq!(found.jwt_secret.expose(), JWT);
    assert_eq!(found.master_key.expose(), b"0123456789abcdef0123456789abcdef");
    assert!(matches!(found.database, vault_api::core::database::Location::Postgres { .. }));
}

#[test]
fn a_secret_that_is_given_twice_or_whose_file_is_missing_is_refused_by_its_name() {
    let twice = faults_of(&[("JWT_SECRET", JWT), ("JWT_SECRET_FILE", "/nowhere")]);
    let missing = faults_of(&[("CRYPTO_MASTER_KEY_FILE", "/nowhere/at/all")]);

    assert_eq!((twice.len(), twice[0].variable.as_str()), (1, "JWT_SECRET_FILE"));
    assert!(missing.iter().any(|fault| fault.variable == "CRYPTO_MASTER_KEY_FILE"), "{missing:?}");
}

#[test]
fn in_production_a_missing_secret_file_is_one_fault() {
    let faults =
        faults_of(&[("ENVIRONMENT", "production"), ("JWT_SECRET", JWT), ("CRYPTO_MASTER_KEY_FILE", "/nowhere/at/all")]);

    let named: Vec<_> = faults.iter().map(|fault| fault.variable.as_str()).collect();
    assert_eq!(named, ["CRYPTO_MASTER_KEY_FILE"]);
}
