//! `admin …`: the first administrator, roles and plans.

use serde_json::{Value, json};

use crate::support::{Member, Server, Vault, register};

const PASSWORD: &str = "une baleine qui tricote";

fn me(server: &Server, email: &str, password: &str) -> Value {
    let body = json!({ "email": email, "password": password });
    server.call("POST", "/api/auth/login", None, Some(&body)).expect(200).json()["user"].clone()
}

fn create(vault: &Vault, email: &str) {
    vault.run_with(&["admin", "create", "--email", email, "--password-stdin"], &[], &format!("{PASSWORD}\n")).expect(0);
}

on_each_database! {
    fn an_administrator_made_with_a_password_from_stdin_signs_in(vault: Vault) {
        let done = vault.run_with(&["admin", "create", "--email", "Root@Example.com", "--password-stdin"], &[], &format!("{PASSWORD}\n")).expect(0);

        assert!(done.output.contains("root@example.com is an administrator"), "{}", done.output);
        assert!(!done.output.contains(PASSWORD) && !done.errors.contains(PASSWORD), "the password is repeated");
        let user = me(&vault.start(), "root@example.com", PASSWORD);
        assert_eq!((user["role"].as_str(), user["email"].as_str()), (Some("admin"), Some("root@example.com")));
    }

    fn a_lost_second_factor_is_taken_away_and_the_owner_hears_of_it(vault: Vault) {
        let server = vault.start();
        let alice = register(&server, "alice");
        vault.sql("update auth.\"user\" set \"secondFactorAt\" = \"createdAt\"");
        let body = json!({ "email": alice.email, "password": alice.password });
        assert_eq!(server.call("POST", "/api/auth/login", None, Some(&body)).expect(200).json()["mfa_required"], true);

        let done = vault.run(&["admin", "reset-mfa", &alice.email]).expect(0);

        assert!(done.output.contains("no second factor"), "{}", done.output);
        assert!(server.call("POST", "/api/auth/login", None, Some(&body)).expect(200).json()["access_token"].is_string());
        assert_eq!(vault.sql("select count(*) from auth.audit_trail where action = 'second_factor.off'"), "1");
        vault.run(&["admin", "reset-mfa", "nobody@example.com"]).expect(1);
    }

    fn a_made_up_password_is_printed_once_and_works(vault: Vault) {
        let done = vault.run(&["admin", "create", "--email", "root@example.com"]).expect(0);

        let password = done.output.trim().rsplit(' ').next().unwrap();
        assert!(password.len() >= 20, "{}", done.output);
        assert!(!done.errors.contains(password), "the log shows the password");
        assert_eq!(me(&vault.start(), "root@example.com", password)["role"], "admin");
    }

    fn weak_passwords_and_taken_or_broken_addresses_are_refused(vault: Vault) {
        for weak in ["password1234", "short", "", "root@example.com"] {
            let done = vault.run_with(&["admin", "create", "--email", "root@example.com", "--password-stdin"], &[], weak).expect(1);
            assert!(done.errors.contains("password: "), "{weak}: {}", done.errors);
            assert!(done.output.is_empty(), "{weak}: {}", done.output);
        }
        assert!(vault.run(&["admin", "create", "--email", "no address"]).expect(1).errors.contains("address"));
        create(&vault, "root@example.com");
        let again = vault.run(&["admin", "create", "--email", "ROOT@example.com"]).expect(1);
        assert!(again.errors.contains("set-role"), "the way out is named: {}", again.errors);
        assert_eq!(vault.sql("select count(*) from auth.\"user\""), "1");
    }

    fn roles_and_plans_change_and_a_running_server_sees_it_within_two_seconds(vault: Vault) {
        let server = vault.start();
        let alice: Member = register(&server, "alice");
        assert_eq!(alice.call(&server, "GET", "/api/auth/me", None).expect(200).json()["role"], "user");

        vault.run(&["admin", "set-role", "alice@example.com", "support"]).expect(0);
        vault.run(&["admin", "set-plan", "Alice@example.com", "pro"]).expect(0);

        crate::support::pause(std::time::Duration::from_millis(1500));
        let me = alice.call(&server, "GET", "/api/auth/me", None).expect(200).json();
        assert_eq!((me["role"].as_str(), me["plan"].as_str()), (Some("support"), Some("PRO")));
        let trail = alice.call(&server, "GET", "/api/audit", None).expect(200).text();
        assert!(trail.contains("account.role_changed") && trail.contains("account.plan_changed"), "{trail}");
    }

    fn the_last_administrator_stays_one(vault: Vault) {
        create(&vault, "root@example.com");

        let done = vault.run(&["admin", "set-role", "root@example.com", "user"]).expect(1);

        assert!(done.errors.contains("last administrator"), "{}", done.errors);
        create(&vault, "second@example.com");
        vault.run(&["admin", "set-role", "root@example.com", "user"]).expect(0);
        vault.run(&["admin", "set-role", "second@example.com", "user"]).expect(1);
        assert_eq!(vault.sql("select email from auth.\"user\" where role = 'admin'"), "second@example.com");
    }

    fn unknown_accounts_roles_and_plans_are_refused_in_words(vault: Vault) {
        create(&vault, "root@example.com");
        for (arguments, word) in [
            (["admin", "set-role", "nobody@example.com", "admin"], "no account"),
            (["admin", "set-plan", "nobody@example.com", "PRO"], "no account"),
            (["admin", "set-role", "root@example.com", "emperor"], "user, support or admin"),
            (["admin", "set-plan", "root@example.com", "GOLD"], "FREE or PRO"),
            (["admin", "set-role", "root", "user"], "address"),
        ] {
            let done = vault.run(&arguments).expect(1);
            assert!(done.errors.contains(word), "{arguments:?}: {}", done.errors);
            assert!(done.errors.starts_with("vault-api: ") || done.errors.contains("\nvault-api: "), "{}", done.errors);
        }
    }
}
