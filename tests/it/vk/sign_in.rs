//! Signing in and out: what is kept, who may read it, and that several `vk` never spend one refresh token twice.

use std::{
    ffi::OsStr,
    os::unix::{ffi::OsStrExt as _, fs::PermissionsExt as _},
};

use serde_json::json;

use crate::support::{Member, Server, register, run_to_the_end};

use super::Machine;

/// The tokens of a fresh sign-in.
fn tokens(server: &Server, member: &Member) -> serde_json::Value {
    let body = json!({ "email": member.email, "password": member.password });
    server.call("POST", "/api/auth/login", None, Some(&body)).expect(200).json()
}

fn sessions(server: &Server, member: &Member) -> usize {
    member.call(server, "GET", "/api/auth/sessions", None).expect(200).json()["data"].as_array().unwrap().len()
}

on_each_database! {
    fn a_token_from_standard_input_signs_in_and_logout_leaves_nothing(vault: Vault) {
        let server = vault.start();
        let alice = register(&server, "alice");
        let machine = Machine::new(&server);

        let login = machine.run_with(&["login", "--url", &machine.url, "--token"], &[], &alice.token).expect(0);
        let status = machine.json(&["status"]);

        assert!(login.errors.contains("alice@example.com") && login.errors.contains("session.json"), "{}", login.errors);
        assert!(!login.errors.contains(&alice.token) && login.output.is_empty());
        assert_eq!((&status["user"]["email"], &status["kind"], &status["kept_in"]), (&json!("alice@example.com"), &json!("token"), &json!("file")));
        let mode = std::fs::metadata(machine.profile()).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        machine.run(&["logout"]).expect(0);
        for (path, content) in machine.files() {
            assert!(!String::from_utf8_lossy(&content).contains(&alice.token), "{} holds the token", path.display());
        }
        machine.run(&["ls"]).expect(3);
        machine.run(&["logout"]).expect(0);
    }

    fn a_token_typed_at_the_prompt_is_not_shown(vault: Vault) {
        let server = vault.start();
        let alice = register(&server, "alice");
        let machine = Machine::new(&server);

        let login = machine.at_terminal(&["login", "--url", &machine.url, "--token"], &format!("Token\t{}\\r\n", alice.token)).expect(0);

        assert!(!login.output.contains(&alice.token), "{}", login.output);
        machine.run(&["ls"]).expect(0);
    }

    fn a_wrong_token_signs_nobody_in(vault: Vault) {
        let server = vault.start();
        let machine = Machine::new(&server);

        let refused = machine.run_with(&["login", "--url", &machine.url, "--token"], &[], "vkt_wrong").expect(3);

        assert!(!refused.errors.contains("vkt_wrong"), "{}", refused.errors);
        assert!(!machine.profile().exists());
    }

    fn the_variables_win_and_are_not_kept(vault: Vault) {
        let (server, _alice, machine) = Machine::signed_in(&vault);
        let bob = register(&server, "bob");

        let variables = [("VK_TOKEN", bob.token.as_str()), ("VK_URL", machine.url.as_str())];
        let status = machine.run_with(&["status", "--json"], &variables, "").expect(0);

        assert!(status.output.contains("bob@example.com"), "{}", status.output);
        assert!(machine.json(&["status"])["user"]["email"] == "alice@example.com");
        let elsewhere = machine.run_with(&["ls"], &[("VK_URL", "https://vault.example.com")], "").expect(3);
        assert!(elsewhere.errors.contains("vault.example.com"), "the sign-in went elsewhere: {}", elsewhere.errors);
    }

    fn a_token_in_the_variables_needs_nothing_of_this_machine(vault: Vault) {
        let (_server, alice, machine) = Machine::signed_in(&vault);
        machine.run_with(&["set", "A"], &[], "value").expect(0);
        let variables = [("VK_TOKEN", alice.token.as_str()), ("VK_URL", machine.url.as_str())];
        let homeless = |arguments: &[&str]| {
            run_to_the_end(machine.command(arguments).env_remove("HOME").envs(variables), "")
        };

        homeless(&["ls"]).expect(0);
        let silent = homeless(&["run", "--no-cache", "--", "printenv", "A"]).expect(0);
        assert_eq!((silent.output.as_str(), silent.errors.as_str()), ("value\n", ""));
        assert_eq!(homeless(&["run", "--", "printenv", "A"]).expect(0).output, "value\n");
        std::fs::set_permissions(machine.profile(), std::fs::Permissions::from_mode(0o644)).unwrap();
        machine.run(&["ls"]).expect(3);
        machine.run_with(&["ls"], &variables, "").expect(0);
        std::fs::write(machine.profile(), "{").unwrap();
        machine.run_with(&["ls"], &variables, "").expect(0);
        for wrong in [OsStr::new(""), OsStr::from_bytes(b"vkt_\xff")] {
            let done = run_to_the_end(machine.command(&["ls"]).env("VK_TOKEN", wrong), "").expect(2);
            assert!(done.errors.contains("VK_TOKEN"), "{}", done.errors);
        }
    }

    fn a_sign_in_that_can_not_be_used_can_be_signed_out_of(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        machine.run_with(&["set", "A"], &[], "value").expect(0);
        machine.run(&["run", "--", "true"]).expect(0);
        std::fs::write(machine.profile(), "{").unwrap();
        machine.run(&["ls"]).expect(3);

        machine.run(&["logout"]).expect(0);

        let left: Vec<_> = machine.files().into_iter().map(|(path, _)| path).collect();
        assert!(left.iter().all(|path| path.ends_with("session.lock")), "{left:?}");
        let nobody = machine.run(&["ls"]).expect(3);
        assert!(nobody.errors.contains("Nobody is signed in"), "{}", nobody.errors);
    }

    fn a_keyring_that_is_off_is_not_asked(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        let log = machine.home.path().join("asked");
        let tool = machine.home.path().join("secret-tool");
        std::fs::write(&tool, format!("#!/bin/sh\necho \"$1\" >> '{}'\n", log.display())).unwrap();
        std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o700)).unwrap();
        let profile = json!({ "url": machine.url, "identity": "account:x", "place": "keyring" });
        std::fs::write(machine.profile(), profile.to_string()).unwrap();
        let path = format!("{}:/usr/bin:/bin", machine.home.path().display());
        let on = [("PATH", path.as_str()), ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")];
        let off = [&on[..], &[("VK_KEYRING", "off")]].concat();

        let refused = machine.run_with(&["ls"], &off, "").expect(3);
        let out = machine.run_with(&["logout"], &off, "").expect(0);
        assert!(!log.exists(), "the keyring was asked");
        std::fs::write(machine.profile(), profile.to_string()).unwrap();
        std::fs::set_permissions(machine.profile(), std::fs::Permissions::from_mode(0o600)).unwrap();
        machine.run_with(&["ls"], &on, "").expect(3);

        assert!(refused.errors.contains("VK_KEYRING") && out.errors.contains("by hand"), "{} {}", refused.errors, out.errors);
        assert!(log.exists(), "the test asks no keyring at all");
    }

    fn a_lock_that_is_no_file_is_refused(vault: Vault) {
        let (server, alice, machine) = Machine::signed_in(&vault);
        machine.keep(&tokens(&server, &alice), 0);
        let lock = machine.profile().with_file_name("session.lock");
        assert!(std::process::Command::new("mkfifo").arg(&lock).status().unwrap().success());
        machine.run(&["ls"]).expect(1);
        std::fs::remove_file(&lock).unwrap();
        std::os::unix::fs::symlink(machine.home.path().join("elsewhere"), &lock).unwrap();
        machine.run(&["ls"]).expect(1);
        assert!(!machine.home.path().join("elsewhere").exists(), "the link was followed");
        std::fs::remove_file(&lock).unwrap();
        let folder = lock.parent().unwrap();
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777)).unwrap();

        machine.run(&["ls"]).expect(0);

        assert_eq!(std::fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
    }

    fn a_sign_in_near_its_end_is_renewed_and_kept(vault: Vault) {
        let server = vault.start();
        let alice = register(&server, "alice");
        let machine = Machine::new(&server);
        let first = tokens(&server, &alice);
        machine.keep(&first, 0);

        machine.run(&["ls"]).expect(0);

        let kept = std::fs::read_to_string(machine.profile()).unwrap();
        assert!(!kept.contains(first["refresh_token"].as_str().unwrap()), "the spent token is still there");
        machine.run(&["ls"]).expect(0);
        assert_eq!(std::fs::read_to_string(machine.profile()).unwrap(), kept, "it was renewed twice");
    }

    fn a_refused_access_token_is_renewed_once_and_the_request_repeated(vault: Vault) {
        let server = vault.start();
        let alice = register(&server, "alice");
        let machine = Machine::new(&server);
        let mut broken = tokens(&server, &alice);
        broken["access_token"] = json!("not.a.token");
        machine.keep(&broken, i64::from(u32::MAX));

        machine.run_with(&["set", "A"], &[], "value").expect(0);

        assert_eq!(machine.run(&["get", "A", "--reveal"]).expect(0).output, "value");
    }

    fn many_at_once_never_spend_a_refresh_token_twice(vault: Vault) {
        let server = vault.start();
        let alice = register(&server, "alice");
        let machine = Machine::new(&server);
        machine.keep(&tokens(&server, &alice), 0);
        let before = sessions(&server, &alice);

        let all: Vec<_> = (0..12)
            .map(|_| machine.command(&["ls"]).stderr(std::process::Stdio::piped()).spawn().unwrap())
            .collect();
        for child in all {
            let done = child.wait_with_output().unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }

        assert_eq!(sessions(&server, &alice), before, "the server took it for a theft");
        let trail = alice.call(&server, "GET", "/api/audit?limit=100", None).expect(200).text();
        assert!(!trail.contains("reused"), "{trail}");
        machine.run(&["ls"]).expect(0);
    }

    fn signing_out_ends_the_session_on_the_server(vault: Vault) {
        let server = vault.start();
        let alice = register(&server, "alice");
        let machine = Machine::new(&server);
        let mine = tokens(&server, &alice);
        machine.keep(&mine, i64::from(u32::MAX));

        machine.run(&["logout"]).expect(0);

        server.call("GET", "/api/auth/me", mine["access_token"].as_str(), None).expect(401);
    }

    fn a_session_that_ended_elsewhere_says_to_sign_in_again(vault: Vault) {
        let (server, alice, machine) = Machine::signed_in(&vault);
        let body = json!({ "current_password": alice.password, "new_password": "deux girafes en pyjama rouge" });
        alice.call(&server, "POST", "/api/auth/password", Some(&body)).expect(204);

        let refused = machine.run(&["ls"]).expect(3);

        assert!(refused.errors.contains("vk login"), "{}", refused.errors);
    }

    fn a_sign_in_that_others_may_read_is_not_used(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        std::fs::set_permissions(machine.profile(), std::fs::Permissions::from_mode(0o644)).unwrap();

        let refused = machine.run(&["ls"]).expect(3);

        assert!(refused.errors.contains("chmod 600"), "{}", refused.errors);
    }
}
