//! Keys at the prompt: stored, made, listed, shown, revoked; a value is never an argument and never shown unasked.

use super::Machine;

const VALUE: &str = "sk-proj-Zt4kQ9wLx2VbN7mCr5TyHg8Jf1DsAe3UiKo6PlWqMnBvXzRc0GhYtEuS";

on_each_database! {
    fn a_value_from_standard_input_comes_back_exactly_and_is_masked_everywhere_else(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);

        let stored = machine.run_with(&["set", "OpenAI", "-e", "production", "--tag", "bot", "--note", "billing"], &[], &format!("{VALUE}\n")).expect(0);
        let list = machine.run(&["ls"]).expect(0);
        let shown = machine.run(&["get", "OpenAI"]).expect(0);
        let revealed = machine.run(&["get", "OpenAI", "--reveal"]).expect(0);

        assert_eq!(revealed.output, VALUE, "exactly, without a newline, where a program reads");
        assert!(stored.output.is_empty(), "{}", stored.output);
        for text in [&stored.errors, &list.output, &shown.output] {
            assert!(!text.contains(VALUE), "{text}");
        }
        assert!(list.output.contains("sk-proj-…tEuS") && list.output.contains("production"), "{}", list.output);
        assert!(shown.output.contains("billing"), "{}", shown.output);
        for (path, content) in machine.files() {
            assert!(!String::from_utf8_lossy(&content).contains(VALUE), "{} holds the value", path.display());
        }
    }

    fn a_pasted_key_of_many_lines_is_taken_at_the_terminal_and_not_shown(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);

        let typed = machine.at_terminal(&["set", "PEM"], "not shown\t\\x1b[200~-----BEGIN KEY-----\\rabcdef\\r-----END KEY-----\\x1b[201~\\r\n").expect(0);
        let given_up = machine.at_terminal(&["set", "OTHER"], "not shown\thunter2\\x03\n").expect(1);

        let revealed = machine.run(&["get", "PEM", "--reveal"]).expect(0);
        assert_eq!(revealed.output, "-----BEGIN KEY-----\nabcdef\n-----END KEY-----");
        assert!(!typed.output.contains("abcdef"), "{}", typed.output);
        assert!(!given_up.output.contains("hunter2") && given_up.output.contains("Nothing was done"), "{}", given_up.output);
        machine.run(&["get", "OTHER"]).expect(4);
    }

    fn a_long_value_is_taken_whole_at_the_terminal(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        let long = "x".repeat(9000);

        machine.at_terminal(&["set", "LONG"], &format!("not shown\t{long}\\r\n")).expect(0);

        assert_eq!(machine.run(&["get", "LONG", "--reveal"]).expect(0).output, long);
    }

    fn a_name_in_two_environments_asks_for_one_of_them(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        for environment in ["production", "staging"] {
            machine.run_with(&["set", "DATABASE_URL", "-e", environment], &[], &format!("postgres://{environment}")).expect(0);
        }

        let refused = machine.run(&["get", "DATABASE_URL", "--reveal"]).expect(4);
        let chosen = machine.run(&["get", "DATABASE_URL", "-e", "staging", "--reveal"]).expect(0);
        let by_id = machine.json(&["get", "DATABASE_URL", "-e", "production"]);
        let of_id = machine.run(&["get", by_id["id"].as_str().unwrap(), "--reveal"]).expect(0);

        assert!(refused.errors.contains("production, staging") && refused.errors.contains("-e"), "{}", refused.errors);
        assert_eq!(chosen.output, "postgres://staging");
        assert_eq!(of_id.output, "postgres://production");
        let missing = machine.run(&["get", "DATABASE"]).expect(4);
        assert!(missing.errors.contains("vk ls"), "a part of a name is no name: {}", missing.errors);
    }

    fn a_generated_key_is_alone_on_stdout(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);

        let made = machine.run(&["generate", "customer-7", "-e", "test", "--scope", "orders:read", "--expires", "90d"]).expect(0);

        let value = made.output.trim_end();
        assert!(value.starts_with("vk_test_") && value.len() == 50, "{value}");
        assert!(!made.errors.contains(value), "{}", made.errors);
        let key = machine.json(&["get", "customer-7"]);
        assert_eq!(key["scopes"], serde_json::json!(["orders:read"]));
        assert!(key["expires_at"].is_string());
    }

    fn revoking_asks_and_a_script_must_say_yes(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        machine.run_with(&["set", "OpenAI"], &[], VALUE).expect(0);

        let no = machine.at_terminal(&["revoke", "OpenAI"], "[y/N]\tn\\r\n").expect(1);
        machine.run(&["get", "OpenAI"]).expect(0);
        let yes = machine.at_terminal(&["revoke", "OpenAI", "--lang", "fr"], "[o/N]\toui\\r\n").expect(0);

        assert!(no.output.contains("sk-proj-…tEuS"), "{}", no.output);
        assert!(yes.output.contains("OpenAI est révoquée"), "{}", yes.output);
        machine.run(&["get", "OpenAI"]).expect(4);
        let revoked = machine.run(&["ls", "--revoked"]).expect(0);
        assert!(revoked.output.contains("OpenAI") && revoked.output.contains("revoked"), "{}", revoked.output);
        let trail = machine.run(&["audit"]).expect(0);
        assert!(trail.output.contains("key.revoked") && trail.output.contains("vk/"), "{}", trail.output);
    }

    fn a_name_with_control_characters_of_a_terminal_can_not_reach_it(vault: Vault) {
        let (server, alice, machine) = Machine::signed_in(&vault);
        let body = serde_json::json!({ "name": "tricky", "value": "v", "note": "a\u{1b}[2J\u{1b}]0;pwned\u{7}b\nc" });
        alice.call(&server, "POST", "/api/keys", Some(&body)).expect(201);

        let shown = machine.at_terminal(&["get", "tricky"], "").expect(0);

        assert!(!shown.output.contains("\u{1b}]0;") && !shown.output.contains("\u{1b}[2J"), "{:?}", shown.output);
        assert!(shown.output.contains("\\u{1b}[2J"), "{:?}", shown.output);
    }

    fn a_long_list_comes_whole_and_json_is_for_programs(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        for number in 0..120 {
            machine.run_with(&["set", &format!("KEY_{number}")], &[], &format!("value of {number}")).expect(0);
        }

        let list = machine.json(&["ls"]);
        let some = machine.json(&["ls", "--limit", "105", "-q", "KEY_"]);
        let terminal = machine.at_terminal(&["ls", "--limit", "2"], "").expect(0);

        assert_eq!(list["data"].as_array().unwrap().len(), 120);
        assert_eq!(some["data"].as_array().unwrap().len(), 105);
        assert!(terminal.output.contains("\u{1b}[1m"), "no colours at a terminal: {:?}", terminal.output);
        let none = machine.run(&["ls", "--tag", "nothing"]).expect(0);
        assert!(none.output.is_empty() && none.errors.contains("no such keys"), "{}", none.errors);
    }

    fn what_the_server_refuses_is_told_with_its_faults_and_a_code(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);

        let french = machine.run_with(&["set", "a", "-e", "no such word!", "--lang", "fr"], &[], "v").expect(5);
        let json = machine.run_with(&["set", "a", "-e", "no such word!", "--json"], &[], "v").expect(5);
        let empty = machine.run_with(&["set", "a"], &[], "\n").expect(5);
        let binary = machine.run_with(&["set", "a"], &[], "a\0b").expect(5);

        assert!(french.errors.contains("environment"), "{}", french.errors);
        let problem: serde_json::Value = serde_json::from_str(&json.errors).unwrap();
        assert_eq!((&problem["code"], &problem["exit_code"]), (&"validation_failed".into(), &5.into()));
        assert!(empty.errors.contains("Nothing was given"), "{}", empty.errors);
        assert!(binary.errors.contains("base64"), "{}", binary.errors);
    }
}
