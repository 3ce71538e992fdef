//! TLS to PostgreSQL: what `sslmode` promises is kept, and nothing falls back to plain text.

use std::process::Command;

use crate::support::{PostgresServer, Vault, as_postgres_user, empty_database, make_certificates, register};

/// A server that speaks TLS, with the folder of its certificates.
fn database_with_tls() -> (PostgresServer, tempfile::TempDir) {
    let folder = tempfile::Builder::new().prefix("vault-tls-").tempdir().expect("a folder");
    make_certificates(folder.path());
    let (certificate, key) = (folder.path().join("server.crt"), folder.path().join("server.key"));
    as_postgres_user(&mut Command::new("true"), &[folder.path(), &certificate, &key]);
    let files = [format!("ssl_cert_file={}", certificate.display()), format!("ssl_key_file={}", key.display())];
    (PostgresServer::start(&["fsync=off", "ssl=on", &files[0], &files[1]]), folder)
}

#[test]
fn tls_is_used_where_it_is_asked_for_and_a_wrong_authority_is_refused() {
    let (database, folder) = database_with_tls();
    // one database, so one master key
    let vault_with = |mode: &str, root: Option<&str>| {
        let root = root.map(|name| format!("&sslrootcert={}", folder.path().join(name).display())).unwrap_or_default();
        let url = format!("{}?sslmode={mode}{root}", database.url("postgres"));
        Vault::on_url(url).with("CRYPTO_MASTER_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
    };

    for (mode, root) in [("require", None), ("verify-ca", Some("own.crt")), ("verify-full", Some("own.crt"))] {
        let vault = vault_with(mode, root);
        let server = vault.start();
        let ready = server.call("GET", "/ready", None, None);
        assert_eq!(ready.status, 200, "{mode}: {}\n{}", ready.text(), server.log());
        let plain = database.psql("postgres", "select count(*) from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'vault-api' and not ssl");
        let secured = database.psql("postgres", "select count(*) from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'vault-api' and ssl");
        assert_eq!(plain, "0", "{mode}: some connections are in clear");
        assert_ne!(secured, "0", "{mode}: no connection is there");
    }
    let vault = vault_with("verify-full", Some("own.crt"));
    let server = vault.start();
    let alice = register(&server, "alice");
    let id = alice.store(&server, "over TLS", "a value that travelled under TLS");
    assert_eq!(alice.reveal(&server, &id), "a value that travelled under TLS");
    drop(server);

    for (mode, root) in [("verify-ca", "other.crt"), ("verify-full", "other.crt"), ("verify-full", "missing.crt")] {
        match vault_with(mode, Some(root)).try_start() {
            Ok(server) => panic!("{mode} with {root}: the server runs, and says\n{}", server.log()),
            Err(errors) => {
                assert!(errors.contains("vault-api: DATABASE_URL: "), "{mode} with {root}: {errors}");
                assert!(
                    ["certificate", "TLS", "sslrootcert"].iter().any(|word| errors.contains(word)),
                    "{mode} with {root}: {errors}"
                );
            }
        }
    }
}

#[test]
fn require_does_not_fall_back_to_plain_text() {
    let (database, name) = empty_database();
    for mode in ["require", "verify-full"] {
        let vault = Vault::on_url(format!("{}?sslmode={mode}", database.url(&name)));

        let done = vault.run(&["serve", "--port", "0"]).expect(78);

        assert!(done.errors.contains("DATABASE_URL: ") && done.errors.contains("TLS"), "{mode}: {}", done.errors);
    }
    assert_eq!(
        database.psql(&name, "select count(*) from pg_namespace where nspname = 'auth'"),
        "0",
        "something was written in clear"
    );
}
