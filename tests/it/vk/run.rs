//! `vk run`: the program gets its keys in its environment and nowhere else; without a network those of the last time.

use std::process::Command;

use serde_json::json;

use super::*;

/// Nothing else on the machine looks like this.
const VALUE: &str = "postgres://app:s3cr3t-7f3a9c@db/app";

/// A token for programs of this member.
fn token(server: &Server, member: &Member) -> String {
    let body = json!({ "name": "ci", "scopes": ["keys:read", "keys:reveal"] });
    let made = member.call(server, "POST", "/api/tokens", Some(&body)).expect(201).json();
    made["token"].as_str().unwrap().to_owned()
}

/// Keys of two environments, and a machine that a token opens.
fn prepared(vault: &Vault) -> (Server, Member, Machine) {
    let (server, alice, machine) = Machine::signed_in(vault);
    for (name, environment, value) in [
        ("DATABASE_URL", "production", VALUE),
        ("stripe live-key", "production", "sk_live_51Habcdefghijklmnop"),
        ("DATABASE_URL", "staging", "postgres://staging"),
    ] {
        machine.run_with(&["set", name, "-e", environment], &[], value).expect(0);
    }
    let token = token(&server, &alice);
    machine.run_with(&["login", "--url", &machine.url, "--token"], &[], &token).expect(0);
    (server, alice, machine)
}

const PRINTENV: [&str; 5] = ["run", "-e", "production", "--", "printenv"];

fn pids() -> Vec<String> {
    let names = std::fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())).collect()
}

on_each_database! {
    fn the_program_gets_the_keys_of_its_environment_and_not_the_token(vault: Vault) {
        let (_server, _alice, machine) = prepared(&vault);

        let done = machine.run_with(&PRINTENV, &[("DATABASE_URL", "mine"), ("KEPT", "yes")], "").expect(0);
        let kept = machine.run_with(&["run", "-e", "production", "--keep-existing", "--only", "DATABASE_URL", "--", "printenv"], &[("DATABASE_URL", "mine")], "").expect(0);
        let prefixed = machine.run(&["run", "-e", "staging", "--prefix", "APP_", "--", "printenv", "APP_DATABASE_URL"]).expect(0);

        assert!(done.output.lines().any(|line| line == format!("DATABASE_URL={VALUE}")), "{}", done.output);
        assert!(done.output.contains("STRIPE_LIVE_KEY=sk_live_51Habcdefghijklmnop") && done.output.contains("KEPT=yes"), "{}", done.output);
        assert!(done.errors.contains("stripe live-key → STRIPE_LIVE_KEY") && !done.errors.contains(VALUE), "{}", done.errors);
        assert!(kept.output.contains("DATABASE_URL=mine") && !kept.output.contains("STRIPE"), "{}", kept.output);
        assert_eq!(prefixed.output, "postgres://staging\n");
    }

    fn the_programs_token_is_not_handed_on(vault: Vault) {
        let (server, alice, machine) = prepared(&vault);
        let variables = [("VK_TOKEN", token(&server, &alice)), ("VK_URL", machine.url.clone())];
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();

        let done = machine.run_with(&PRINTENV, &variables, "").expect(0);
        let kept = machine.run_with(&["run", "-e", "production", "--keep-token", "--", "printenv"], &variables, "").expect(0);

        assert!(!done.output.contains("VK_TOKEN") && done.output.contains(VALUE), "{}", done.output);
        assert!(kept.output.contains("VK_TOKEN=vkt_"), "{}", kept.output);
    }

    fn the_exit_code_and_signals_are_the_programs_own(vault: Vault) {
        let (_server, _alice, machine) = prepared(&vault);
        let run = |script: &str| machine.run(&["run", "-e", "production", "--", "sh", "-c", script]);

        run("exit 42").expect(42);
        run("cat").expect(0);
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&run("kill -TERM $$").status), Some(15));
        machine.run(&["run", "-e", "production", "--", "/no/such/program"]).expect(127);
        machine.run(&["run", "-e", "production", "--", "/etc/passwd"]).expect(126);
        let none = machine.run(&["run", "-e", "prodcution", "--", "true"]).expect(4);
        assert!(none.errors.contains("prodcution"), "{}", none.errors);
        let several = machine.run(&["run", "--", "true"]).expect(5);
        assert!(several.errors.contains("production") && several.errors.contains("staging"), "{}", several.errors);
        let missing = machine.run(&["run", "-e", "production", "--only", "DATABASE_URL,NOPE", "--", "true"]).expect(4);
        assert!(missing.errors.contains("NOPE") && !missing.errors.contains("DATABASE_URL"), "{}", missing.errors);
    }

    fn a_value_is_in_no_argument_of_any_process_and_in_no_file(vault: Vault) {
        let (_server, _alice, machine) = prepared(&vault);

        let mut child = machine.command(&["run", "-e", "production", "--", "sleep", "30"]).spawn().unwrap();
        crate::support::pause(std::time::Duration::from_millis(500));

        let mut programs = 0;
        for pid in pids() {
            let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            assert!(!String::from_utf8_lossy(&arguments).contains("s3cr3t-7f3a9c"), "process {pid} shows the value");
            programs += usize::from(String::from_utf8_lossy(&arguments).starts_with("sleep\x0030"));
        }
        assert!(programs > 0, "the program did not start");
        child.kill().unwrap();
        child.wait().unwrap();
        for (path, content) in machine.files() {
            assert!(!String::from_utf8_lossy(&content).contains("s3cr3t-7f3a9c"), "{} holds the value", path.display());
        }
    }

    fn without_the_server_the_values_of_the_last_time_are_used_and_that_is_told(vault: Vault) {
        let (server, _alice, machine) = prepared(&vault);
        machine.run(&PRINTENV).expect(0);
        let offline = machine.run(&["run", "-e", "production", "--offline", "--", "printenv", "DATABASE_URL"]).expect(0);
        drop(server);

        let away = machine.run(&PRINTENV).expect(0);
        let staging = machine.run(&["run", "-e", "staging", "--", "true"]).expect(6);
        let strict = machine.run(&["run", "-e", "production", "--no-cache", "--", "true"]).expect(6);

        assert_eq!(offline.output, format!("{VALUE}\n"));
        assert!(away.output.contains(VALUE) && away.errors.contains("does not answer"), "{}", away.errors);
        assert!(!staging.output.contains("postgres") && !strict.errors.is_empty(), "what was kept is of another environment");
        machine.run(&["run", "-e", "staging", "--offline", "--", "true"]).expect(4);
        crate::support::pause(std::time::Duration::from_millis(1100));
        let old = machine.run(&["run", "-e", "production", "--offline", "--max-age", "0", "--", "true"]).expect(4);
        assert!(old.errors.contains("--max-age"), "{}", old.errors);
        machine.run(&["run", "-e", "production", "--offline", "--", "true"]).expect(4);
    }

    fn what_is_kept_is_deleted_when_access_is_refused_or_by_its_owner(vault: Vault) {
        let (server, alice, machine) = prepared(&vault);
        let cache = machine.home.path().join(".cache/vk");
        let kept = || machine.files().iter().filter(|(path, _)| path.starts_with(&cache)).count();
        machine.run(&PRINTENV).expect(0);
        assert_eq!(kept(), 1);

        let tokens = alice.call(&server, "GET", "/api/tokens", None).expect(200).json();
        let id = tokens["data"][0]["id"].as_str().unwrap();
        alice.call(&server, "DELETE", &format!("/api/tokens/{id}"), None).expect(204);
        let refused = machine.run(&PRINTENV).expect(3);

        assert_eq!(kept(), 0, "{}", refused.errors);
        assert!(refused.output.is_empty() && refused.errors.contains("deleted"), "{}", refused.errors);
        machine.run(&["run", "-e", "production", "--offline", "--", "true"]).expect(4);
        for command in [&["logout"][..], &["cache", "clear"]] {
            machine.run_with(&["login", "--url", &machine.url, "--token"], &[], &token(&server, &alice)).expect(0);
            machine.run(&PRINTENV).expect(0);
            assert_eq!(kept(), 1);
            machine.run(command).expect(0);
            assert_eq!(kept(), 0, "{command:?}");
        }
    }

    fn the_first_runs_at_once_agree_on_the_key_of_the_cache(vault: Vault) {
        let (_server, _alice, machine) = prepared(&vault);
        let environments = ["production", "staging"];
        for round in 0..4 {
            machine.run(&["cache", "clear"]).expect(0);
            let _ = std::fs::remove_file(machine.home.path().join(".config/vk/cache.key"));
            let start = |at: usize| machine.command(&["run", "-e", environments[at % 2], "--", "true"]).spawn().unwrap();

            for mut child in (0..6).map(start).collect::<Vec<_>>() {
                assert!(child.wait().unwrap().success());
            }

            for environment in environments {
                let offline = machine.run(&["run", "-e", environment, "--offline", "--", "true"]);
                assert_eq!(offline.status.code(), Some(0), "round {round}: {}", offline.errors);
            }
        }
    }

    fn an_expired_token_keeps_nothing_whatever_it_asked_for(vault: Vault) {
        let (server, alice, machine) = prepared(&vault);
        let desk = Machine::new(&server);
        desk.sign_in(&server, &alice);
        let scopes = ["--scope", "keys:read", "--scope", "keys:reveal"];
        let made = desk.run(&[&["tokens", "create", "short", "--expires", "6s"][..], &scopes].concat()).expect(0);
        machine.run_with(&["login", "--url", &machine.url, "--token"], &[], made.output.trim_end()).expect(0);
        machine.run(&PRINTENV).expect(0);
        crate::support::pause(std::time::Duration::from_secs(7));

        let refused = machine.run(&["ls"]).expect(3);

        assert!(refused.errors.contains("expired") && refused.errors.contains("deleted"), "{}", refused.errors);
        machine.run(&["run", "-e", "production", "--offline", "--", "true"]).expect(4);
    }

    fn a_token_that_no_scope_would_help_is_told_so(vault: Vault) {
        let (_server, _alice, machine) = prepared(&vault);

        for arguments in [&["tokens", "ls"][..], &["audit"]] {
            let refused = machine.run(arguments).expect(3);
            assert!(refused.errors.contains("No token may"), "{}", refused.errors);
        }
    }

    fn another_account_can_not_use_what_was_kept(vault: Vault) {
        let (server, alice, machine) = prepared(&vault);
        machine.run(&PRINTENV).expect(0);
        let variables = [("VK_TOKEN", token(&server, &alice)), ("VK_URL", machine.url.clone())];
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();

        machine.run_with(&["run", "-e", "production", "--offline", "--", "true"], &variables, "").expect(4);

        // and a file that was changed opens no more
        let (path, mut content) = machine.files().into_iter().find(|(path, _)| path.extension().is_some_and(|ending| ending == "sealed")).unwrap();
        let last = content.len() - 1;
        content[last] ^= 1;
        std::fs::write(&path, content).unwrap();
        machine.run(&["run", "-e", "production", "--offline", "--", "true"]).expect(4);
        assert!(!path.exists());
    }

    fn a_disabled_key_is_left_out_and_that_is_told(vault: Vault) {
        let (server, alice, machine) = prepared(&vault);
        let keys = alice.call(&server, "GET", "/api/keys?environment=production&q=stripe", None).expect(200).json();
        let path = format!("/api/keys/{}", keys["data"][0]["id"].as_str().unwrap());
        alice.call(&server, "PATCH", &path, Some(&json!({ "enabled": false }))).expect(200);

        let done = machine.run(&PRINTENV).expect(0);

        assert!(!done.output.contains("sk_live_") && done.errors.contains("stripe live-key"), "{}", done.errors);
    }

    fn a_person_is_asked_for_the_password_where_the_sign_in_is_not_fresh(vault: Vault) {
        let (server, alice, machine) = Machine::signed_in(&vault);
        alice.store(&server, "A", VALUE);
        vault.sql("update auth.login_sessions set \"authenticatedAt\" = '2020-01-01T00:00:00.000+00:00'");

        let unattended = machine.run(&["export"]).expect(3);
        assert!(unattended.errors.contains("vk login"), "{}", unattended.errors);
        let done = machine.at_terminal(&["run", "--", "printenv", "A"], &format!("Password\t{}\\r\n", alice.password));
        assert!(done.output.contains(VALUE) && !done.output.contains(&alice.password), "{}", done.output);
    }
}

#[test]
fn the_driver_of_terminals_is_there() {
    let version =
        Command::new("python3").arg("--version").output().expect("python3; ./scripts/install-test-tools installs it");
    assert!(version.status.success());
}
