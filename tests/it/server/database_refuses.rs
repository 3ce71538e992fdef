//! A database that can be reached and does not let us in: the program says what to mend, and ends with 78.

use crate::support::{Engine, PostgresServer, Vault, empty_database};

const FIRST_KEY: &str = "b2xkIG1hc3RlciBrZXkgb2YgMzIgYnl0ZXMgISEhISE=";
const OTHER_KEY: &str = "bmV3IG1hc3RlciBrZXkgb2YgMzIgYnl0ZXMgPz8/Pz8=";

#[test]
fn a_wrong_password_ends_the_start_and_is_not_repeated() {
    let server = PostgresServer::start(&["fsync=off"]);
    server.psql("postgres", "create role guarded login superuser password 'the right one'");
    let rules = server.folder.join("data/pg_hba.conf");
    let text = std::fs::read_to_string(&rules).unwrap();
    std::fs::write(&rules, format!("host all guarded 127.0.0.1/32 scram-sha-256\n{text}")).unwrap();
    server.psql("postgres", "select pg_reload_conf()");
    let url = |password: &str| format!("postgres://guarded:{password}@127.0.0.1:{}/postgres", server.port);
    let wrong = Vault::on_url(url("hush-hush-4711"));
    let right = Vault::on_url(url("the%20right%20one"));

    for command in [&["serve", "--port", "0"][..], &["migrate"]] {
        let done = wrong.run(command).expect(78);
        assert!(done.errors.contains("DATABASE_URL: "), "{}", done.errors);
        assert!(done.errors.contains("password"), "{}", done.errors);
        assert!(!done.errors.contains("hush-hush"), "{}", done.errors);
    }
    let check = wrong.run(&["check"]).expect(1);
    assert!(check.errors.contains("DATABASE_URL") && !check.errors.contains("hush-hush"), "{}", check.errors);
    right.run(&["migrate"]).expect(0);
}

#[test]
fn an_unknown_database_ends_the_start_by_name() {
    let (server, _) = empty_database();
    let vault = Vault::on_url(server.url("nowhere_to_be_found"));

    let done = vault.run(&["serve", "--port", "0"]).expect(78);

    assert!(done.errors.contains("DATABASE_URL: ") && done.errors.contains("nowhere_to_be_found"), "{}", done.errors);
}

#[test]
fn an_embedded_database_where_no_file_can_be_made_ends_the_start() {
    let vault = Vault::new(Engine::Sqlite).with("DATABASE_URL", "sqlite:///proc/nowhere/vault.db");

    let done = vault.run(&["serve", "--port", "0"]).expect(78);

    assert!(done.errors.contains("DATABASE_URL"), "{}", done.errors);
}

on_each_database! {
    fn another_master_key_ends_the_start_with_both_fingerprints(vault: Vault) {
        let fingerprint = |key: &str| {
            let elsewhere = Vault::new(Engine::Sqlite).with("CRYPTO_MASTER_KEY", key);
            let output = elsewhere.run(&["check"]).expect(0).output;
            let line = output.lines().find(|line| line.starts_with("master key")).expect("a line").to_owned();
            line.split_whitespace().last().expect("a fingerprint").to_owned()
        };
        let (wanted, given) = (fingerprint(FIRST_KEY), fingerprint(OTHER_KEY));
        // the keyring is made with the first key
        vault.run_with(&["admin", "create", "--email", "root@example.com"], &[("CRYPTO_MASTER_KEY", FIRST_KEY)], "").expect(0);

        let done = vault.run_with(&["serve", "--port", "0"], &[("CRYPTO_MASTER_KEY", OTHER_KEY)], "").expect(78);

        assert!(done.errors.contains("CRYPTO_MASTER_KEY: "), "{}", done.errors);
        assert!(done.errors.contains(&wanted) && done.errors.contains(&given), "{wanted} {given}: {}", done.errors);
        assert!(!done.errors.contains(FIRST_KEY) && !done.errors.contains(OTHER_KEY), "{}", done.errors);
        let check = vault.run_with(&["check"], &[("CRYPTO_MASTER_KEY", OTHER_KEY)], "").expect(1);
        assert!(check.errors.contains(&wanted), "{}", check.errors);
    }

    fn the_schema_of_a_newer_version_ends_the_start(vault: Vault) {
        vault.run(&["migrate"]).expect(0);
        let checksum = if vault.engine == Engine::Sqlite { "x'00'" } else { "'\\x00'" };
        vault.sql(&format!("insert into auth.vault_migrations values (9999, '9999_of_tomorrow', {checksum}, '2030-01-01T00:00:00Z')"));

        for command in [&["serve", "--port", "0"][..], &["migrate"]] {
            let done = vault.run(command).expect(78);
            assert!(done.errors.contains("newer version") && done.errors.contains("9999_of_tomorrow"), "{}", done.errors);
        }
    }

    fn a_changed_migration_ends_the_start(vault: Vault) {
        vault.run(&["migrate"]).expect(0);
        let checksum = if vault.engine == Engine::Sqlite { "x'00'" } else { "'\\x00'" };
        vault.sql(&format!("update auth.vault_migrations set checksum = {checksum} where version = 2"));

        let done = vault.run(&["serve", "--port", "0"]).expect(78);

        assert!(done.errors.contains("0002_keys"), "{}", done.errors);
    }

    fn without_auto_migrate_an_empty_database_ends_the_start(vault: Vault) {
        let vault = vault.with("AUTO_MIGRATE", "false");

        let done = vault.run(&["serve", "--port", "0"]).expect(78);

        assert!(done.errors.contains("AUTO_MIGRATE") && done.errors.contains("vault-api migrate"), "{}", done.errors);
        vault.run(&["migrate"]).expect(0);
        vault.start();
    }
}
