//! The life of a key at the prompt: checked, rotated, given back its past, counted, found by its time, warned of.

use super::*;

/// Makes a key; its value.
fn generated(machine: &Machine, name: &str, more: &[&str]) -> String {
    machine.run(&[&["generate", name], more].concat()).expect(0).output.trim_end().to_owned()
}

fn verified(machine: &Machine, key: &str, more: &[&str], code: i32) -> Done {
    machine.run_with(&[&["verify"], more].concat(), &[], key).expect(code)
}

const LIVE: &str = "sk_live_aB3dE6gHaB3dE6gHaB3dE6gH";

on_each_database! {
    fn verify_says_why_a_key_is_not_valid_and_ends_with_5(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        let key = generated(&machine, "customer-7", &["--scope", "orders:read", "--allow-ip", "203.0.113.0/24"]);
        let seldom = generated(&machine, "seldom", &["--limit", "1/60s"]);
        let gone = generated(&machine, "gone", &[]);
        machine.run(&["revoke", "gone", "--yes"]).expect(0);
        let good = ["--scope", "orders:read", "--ip", "203.0.113.9"];

        let valid = verified(&machine, &key, &good, 0);
        let french = verified(&machine, &key, &["--scope", "orders:write", "--ip", "203.0.113.9", "--lang", "fr"], 5);
        let elsewhere = verified(&machine, &key, &["--ip", "192.0.2.1"], 5);
        let revoked = verified(&machine, &gone, &[], 5);
        let mistyped = verified(&machine, &format!("{}{}", &key[..49], if key.ends_with('x') { 'y' } else { 'x' }), &good, 5);
        verified(&machine, &seldom, &[], 0);
        let limited = verified(&machine, &seldom, &[], 5);
        let json = verified(&machine, &key, &["--json"], 5);

        assert_eq!(valid.output, "valid: customer-7\n");
        assert!(french.output.contains("non valable pour cette portée"), "{}", french.output);
        assert!(elsewhere.output.contains("from this address") && revoked.output.contains("revoked"), "{} {}", elsewhere.output, revoked.output);
        assert!(mistyped.output.contains("mistyped"), "{}", mistyped.output);
        assert!(limited.output.contains("too often") && limited.errors.contains("Try again in"), "{} {}", limited.output, limited.errors);
        let answer: serde_json::Value = serde_json::from_str(&json.output).unwrap();
        assert_eq!((&answer["valid"], &answer["code"]), (&false.into(), &"forbidden_ip".into()));
        for done in [&valid, &french, &elsewhere, &revoked, &mistyped, &limited, &json] {
            assert!(!format!("{}{}", done.output, done.errors).contains(&key[8..40]), "the key is shown: {}", done.output);
        }
    }

    fn a_rotated_key_has_two_values_until_its_grace_ends_and_its_past_can_come_back(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        let first = generated(&machine, "customer-7", &[]);

        let rotated = machine.run(&["rotate", "customer-7", "--grace", "24h"]).expect(0);
        let second = rotated.output.trim_end();
        let former = verified(&machine, &first, &[], 0);
        verified(&machine, second, &[], 0);
        let usage = machine.run(&["usage", "customer-7"]).expect(0);
        let list = machine.run(&["ls"]).expect(0);
        machine.run(&["rotate", "customer-7", "--end-grace"]).expect(0);
        machine.run(&["rotate", "customer-7", "--end-grace"]).expect(0);
        let ended = verified(&machine, &first, &[], 5);
        verified(&machine, second, &[], 0);

        assert!(second.starts_with("vk_live_") && second != first && rotated.errors.contains("--end-grace"), "{}", rotated.errors);
        assert!(former.errors.contains("former value, of version 1"), "{}", former.errors);
        assert!(usage.output.contains("FORMER VALUE") && usage.errors.contains("former value was last used at"), "{} {}", usage.output, usage.errors);
        assert!(list.output.contains("in grace") && ended.output.contains("expired"), "{} {}", list.output, ended.output);

        let versions = machine.run(&["versions", "customer-7"]).expect(0);
        assert!(versions.output.lines().nth(1).is_some_and(|line| line.starts_with('2') && line.contains("current")), "{}", versions.output);
        assert!(versions.output.contains(&first[46..]) && !versions.output.contains(&first), "{}", versions.output);
        let restored = machine.run(&["restore", "customer-7", "1"]).expect(0);
        assert!(restored.errors.contains("version 3"), "{}", restored.errors);
        verified(&machine, &first, &[], 0);
        machine.run(&["restore", "customer-7", "9"]).expect(4);
        let at_once = machine.run(&["rotate", "customer-7", "--grace", "0s"]).expect(0);
        verified(&machine, &first, &[], 5);
        verified(&machine, at_once.output.trim_end(), &[], 0);
        let usage = machine.json(&["usage", "customer-7", "--days", "2"]);
        assert_eq!(usage["data"].as_array().unwrap().len(), 2);
        machine.run(&["rotate", "customer-7", "--grace", "soon"]).expect(2);
    }

    fn versions_tell_which_is_current_and_until_when_a_former_one_counts(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        let first = machine.run(&["generate", "customer-7"]).expect(0).output.trim_end().to_owned();
        let second = machine.run(&["rotate", "customer-7", "--grace", "24h"]).expect(0).output.trim_end().to_owned();

        let in_grace = machine.run(&["versions", "customer-7"]).expect(0);
        let french = machine.run(&["versions", "customer-7", "--lang", "fr"]).expect(0);
        let json = machine.json(&["versions", "customer-7"]);
        machine.run(&["rotate", "customer-7", "--end-grace"]).expect(0);
        let ended = machine.run(&["versions", "customer-7"]).expect(0);
        machine.run(&["revoke", "customer-7", "--yes"]).expect(0);
        let revoked = machine.run(&["versions", "customer-7"]).expect(0);

        let rows: Vec<_> = in_grace.output.lines().collect();
        assert_eq!(rows.len(), 3, "{}", in_grace.output);
        assert!(rows[0].starts_with("VERSION") && rows[0].contains("STATE"), "{}", rows[0]);
        assert!(rows[1].starts_with('2') && rows[1].contains(&second[46..]) && rows[1].ends_with("current"), "{}", rows[1]);
        assert!(rows[2].starts_with('1') && rows[2].contains(&first[46..]) && rows[2].contains("verifies until 20") && rows[2].ends_with(" UTC"), "{}", rows[2]);
        assert!(french.output.contains("actuelle") && french.output.contains("acceptée jusqu’au 20"), "{}", french.output);
        assert_eq!(json["data"][0]["is_current"], true);
        assert!(ended.output.contains("current") && !ended.output.contains("until"), "{}", ended.output);
        assert_eq!(revoked.output.lines().count(), 3, "{}", revoked.output);
        for text in [&in_grace.output, &french.output, &ended.output, &json.to_string()] {
            assert!(!text.contains(&first) && !text.contains(&second), "{text}");
        }
        machine.run(&["versions", "nobody"]).expect(4);
    }

    fn a_value_of_ones_own_is_updated_rotated_and_restored(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        machine.run_with(&["set", "DATABASE_URL"], &[], "postgres://one").expect(0);

        let exists = machine.run_with(&["set", "DATABASE_URL"], &[], "postgres://two").expect(5);
        let updated = machine.run_with(&["set", "DATABASE_URL", "--update", "--note", "moved"], &[], "postgres://two").expect(0);
        machine.run_with(&["rotate", "DATABASE_URL"], &[], "postgres://three").expect(0);
        let third = machine.run(&["get", "DATABASE_URL", "--reveal"]).expect(0).output;
        machine.run(&["restore", "DATABASE_URL", "1"]).expect(0);
        let asked = machine.at_terminal(&["set", "DATABASE_URL"], "[y/N]\ty\\r\nnot shown\tpostgres://five\\r\n").expect(0);

        assert!(exists.errors.contains("--update"), "{}", exists.errors);
        assert!(updated.errors.contains("version 2") && third == "postgres://three", "{} {third}", updated.errors);
        assert!(!asked.output.contains("postgres://five") && asked.output.contains("version 5"), "{}", asked.output);
        assert_eq!(machine.json(&["get", "DATABASE_URL"])["note"], "moved");
        assert_eq!(machine.json(&["versions", "DATABASE_URL"])["data"].as_array().unwrap().len(), 5);
    }

    fn keys_are_found_by_when_they_expire_and_by_who_uses_them(vault: Vault) {
        let (server, _alice, machine) = Machine::signed_in(&vault);
        for (name, expires) in [("SOON", "5d"), ("LATER", "60d")] {
            machine.run_with(&["set", name, "--expires", expires], &[], &format!("value of {name}")).expect(0);
        }
        machine.run_with(&["set", "IDLE"], &[], "value of IDLE").expect(0);
        vault.sql("update auth.api_keys set \"createdAt\" = '2026-01-01 00:00:00.000+00:00' where name in ('IDLE', 'LATER')");
        machine.run(&["get", "LATER", "--reveal"]).expect(0);
        let names = |arguments: &[&str]| {
            let done = machine.run(&[&["ls", "--json"], arguments].concat());
            assert_eq!(done.status.code(), Some(0), "{}\n{}", done.errors, server.log());
            let list: serde_json::Value = serde_json::from_str(&done.output).unwrap();
            list["data"].as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };

        assert_eq!(names(&["--expiring", "7"]), ["SOON"]);
        assert_eq!(names(&["--expiring", "90"]).len(), 2);
        assert!(names(&["--unused", "90"]).contains(&"IDLE".to_owned()) && !names(&["--unused", "90"]).contains(&"SOON".to_owned()));
        assert_eq!(names(&["--unused", "90", "-q", "LATER"]), Vec::<String>::new(), "it was just used");
        let shown = machine.run(&["ls", "--expiring", "7"]).expect(0);
        assert!(shown.output.contains("in 4 days") || shown.output.contains("in 5 days"), "{}", shown.output);
    }

    fn a_key_that_looks_misplaced_is_stored_and_warned_of(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);

        let stored = machine.run_with(&["set", "STRIPE", "-e", "test"], &[], LIVE).expect(0);
        let json = machine.run_with(&["set", "STRIPE", "-e", "staging", "--json"], &[], &LIVE.replace("aB3", "xY7")).expect(0);

        assert!(stored.errors.contains("This is a live key") && stored.output.is_empty(), "{}", stored.errors);
        assert!(!stored.errors.contains("aB3dE6gH"), "{}", stored.errors);
        let key: serde_json::Value = serde_json::from_str(&json.output).unwrap();
        assert_eq!(key["warnings"][0]["code"], "live_key_in_test");
    }

    fn a_revoked_key_still_tells_its_story(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        let key = generated(&machine, "customer-7", &[]);
        verified(&machine, &key, &[], 0);
        machine.run(&["revoke", "customer-7", "--yes"]).expect(0);
        verified(&machine, &key, &[], 5);

        let usage = machine.run(&["usage", "customer-7"]).expect(0);

        let counts: Vec<_> = usage.output.lines().last().unwrap().split_whitespace().collect();
        assert_eq!(counts, ["ALL", "1", "0", "1", "0"], "{}", usage.output);
        machine.run(&["versions", "customer-7"]).expect(0);
        machine.run(&["usage", "customer-8"]).expect(4);
    }
}
