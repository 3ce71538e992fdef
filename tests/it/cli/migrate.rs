//! `migrate`: once, twice, by many at once, and cut off in the middle.

use std::{process::Stdio, time::Duration};

use crate::support::{Engine, Vault, pause, program};

on_each_database! {
    fn migrating_twice_changes_nothing_the_second_time(vault: Vault) {
        let first = vault.run(&["migrate"]).expect(0);
        let applied = vault.sql("select count(*) from auth.vault_migrations");
        let second = vault.run(&["migrate"]).expect(0);

        assert!(first.output.contains("0001_accounts"), "{}", first.output);
        assert!(second.output.contains("up to date"), "{}", second.output);
        assert_eq!(vault.sql("select count(*) from auth.vault_migrations"), applied);
        assert_eq!(vault.sql("select count(*) from auth.api_keys"), "0");
    }

    fn five_migrations_at_once_all_succeed_and_one_does_the_work(vault: Vault) {
        let outputs: Vec<String> = std::thread::scope(|scope| {
            let runs: Vec<_> = (0..5).map(|_| scope.spawn(|| vault.run(&["migrate"]).expect(0).output)).collect();
            runs.into_iter().map(|run| run.join().expect("a run")).collect()
        });

        assert_eq!(outputs.iter().filter(|output| output.starts_with("Applied")).count(), 1, "{outputs:?}");
        assert_eq!(outputs.iter().filter(|output| output.contains("up to date")).count(), 4, "{outputs:?}");
    }

    fn a_migration_that_is_killed_anywhere_is_finished_by_the_next(vault: Vault) {
        let settings: Vec<(&str, &str)> = vault.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        for moment in [5, 15, 30, 45, 60, 90] {
            let mut command = program(vault.folder.path(), &settings);
            let mut run = command.arg("migrate").stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program runs");
            pause(Duration::from_millis(moment));
            let _ = run.kill();
            let _ = run.wait();
        }

        vault.run(&["migrate"]).expect(0);

        assert!(vault.run(&["migrate"]).expect(0).output.contains("up to date"));
        vault.run(&["admin", "create", "--email", "root@example.com"]).expect(0);
    }
}

#[test]
fn another_schema_may_be_named() {
    let vault = Vault::new(Engine::Postgres).with("DATABASE_SCHEMA", "vault_of_ours");

    vault.run(&["migrate"]).expect(0);

    assert_eq!(vault.sql("select count(*) from vault_of_ours.api_keys"), "0");
    assert_eq!(vault.sql("select count(*) from pg_namespace where nspname = 'auth'"), "0");
    vault.start();
}

#[test]
fn a_schema_that_is_locked_is_named_with_the_way_out() {
    let vault = Vault::new(Engine::Postgres);
    vault.sql("create schema auth");
    vault.sql("do $$ begin if not exists (select from pg_roles where rolname = 'tenant') then create role tenant login; end if; end $$");
    let url = vault.settings[0].1.replace("postgres@", "tenant@");

    let done = Vault::on_url(url).run(&["migrate"]).expect(78);

    assert!(done.errors.contains("DATABASE_SCHEMA"), "{}", done.errors);
}
