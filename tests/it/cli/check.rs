//! `check`: sound or not, in plain words, with 0 or 1.

use crate::support::{Engine, Vault};

on_each_database! {
    fn a_sound_configuration_is_said_to_be_so_before_and_after_the_first_start(vault: Vault) {
        let before = vault.run(&["check"]).expect(0);
        vault.run(&["admin", "create", "--email", "root@example.com"]).expect(0);
        let after = vault.run(&["check"]).expect(0);

        assert!(before.output.contains("configuration  ok") && before.output.contains("0001_accounts"), "{}", before.output);
        for word in ["configuration  ok", "database       ok", "schema         up to date", "keyring        opens", "mail", "stripe"] {
            assert!(after.output.contains(word), "{word}:\n{}", after.output);
        }
        assert!(after.errors.lines().all(|line| !line.contains("ERROR")), "{}", after.errors);
    }

    fn a_bad_variable_is_named_and_the_exit_code_is_1(vault: Vault) {
        let done = vault.run_with(&["check"], &[("BCRYPT_COST", "99"), ("PORT", "a port")], "").expect(1);

        for name in ["BCRYPT_COST", "PORT"] {
            assert!(done.errors.lines().any(|line| line.starts_with(&format!("vault-api: {name}: "))), "{}", done.errors);
        }
        assert!(!done.errors.contains("99") && !done.errors.contains("a port"), "{}", done.errors);
    }

    fn what_was_changed_in_the_keyring_is_found(vault: Vault) {
        vault.run(&["admin", "create", "--email", "root@example.com"]).expect(0);
        vault.sql("delete from auth.keyring where purpose = 'pepper'");

        let done = vault.run(&["check"]).expect(1);

        assert!(done.errors.contains("keyring") && done.errors.contains("pepper"), "{}", done.errors);
    }
}

#[test]
fn a_database_that_does_not_answer_is_said_to_be_away() {
    // nobody listens on the discard port here
    let vault = Vault::on_url("postgres://somebody:hush@127.0.0.1:9/vault".into());
    for command in ["check", "migrate"] {
        let done = vault.run(&[command]).expect(1);
        assert!(done.errors.contains("DATABASE_URL"), "{command}: {}", done.errors);
        assert!(!done.errors.contains("hush"), "{command}: {}", done.errors);
    }
}

#[test]
fn what_billing_lacks_is_a_fault_and_the_server_starts_all_the_same() {
    let vault = Vault::new(Engine::Sqlite).with("STRIPE_SECRET_KEY", "sk_live_MARKER");

    let done = vault.run(&["check"]).expect(1);
    let server = vault.start();

    for word in ["STRIPE_PRICE_PRO is not set", "STRIPE_WEBHOOK_SECRET is not set"] {
        assert!(done.errors.contains(&format!("vault-api: {word}")), "{}", done.errors);
        assert_eq!(server.log().matches(word).count(), 1, "{}", server.log());
    }
    assert!(
        done.output.contains("stripe         live mode") && done.output.contains("live key in development"),
        "{}",
        done.output
    );
    assert!(server.log().contains("live key in development") && !server.log().contains("MARKER"), "{}", server.log());
}

#[test]
fn every_part_that_fails_is_named() {
    let vault = Vault::on_url("postgres://somebody:hush@127.0.0.1:9/vault".into())
        .with("REDIS_URL", "redis://127.0.0.1:9")
        .with("SMTP_URL", "smtp://127.0.0.1:9?tls=none")
        .with("STRIPE_SECRET_KEY", "sk_test_MARKER")
        .with("STRIPE_WEBHOOK_SECRET", "whsec_MARKER")
        .with("STRIPE_PRICE_PRO", "price_pro")
        .with("STRIPE_API_BASE", "http://127.0.0.1:9");

    let done = vault.run(&["check"]).expect(1);

    for word in [
        "vault-api: ",
        "DATABASE_URL",
        "vault-api: REDIS_URL",
        "vault-api: mail",
        "vault-api: stripe: Stripe can not be reached",
    ] {
        assert!(done.errors.contains(word), "{word}: {}", done.errors);
    }
    assert!(!done.errors.contains("MARKER"), "{}", done.errors);
}
