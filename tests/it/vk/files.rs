//! Import and export: shown first, all or nothing, and a file that is none is refused in clear words. Tokens too.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

const ENV: &str = "# of the shop\nexport DATABASE_URL=\"postgres://app:s3cr3t@db/app\"\nSTRIPE='sk_live_51Habcdefghijklmnop' # live\nPEM=\"-----BEGIN\nabc\n-----END\"\n";

fn written(machine: &Machine, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = machine.home.path().join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

on_each_database! {
    fn an_import_is_shown_first_and_stores_all(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        let file = written(&machine, "shop.env", ENV);

        let dry = machine.run(&["import", &file, "-e", "production", "--dry-run"]).expect(0);
        assert!(machine.json(&["ls"])["data"].as_array().unwrap().is_empty(), "a dry run stored");
        let unasked = machine.run(&["import", &file, "-e", "production"]).expect(2);
        let no = machine.at_terminal(&["import", &file, "-e", "production"], "[y/N]\tn\\r\n").expect(1);
        assert!(machine.json(&["ls"])["data"].as_array().unwrap().is_empty(), "a no stored");
        let yes = machine.at_terminal(&["import", &file, "-e", "production"], "[y/N]\ty\\r\n").expect(0);
        let again = machine.run(&["import", &file, "-e", "production", "--yes"]).expect(0);

        assert!(dry.output.contains("DATABASE_URL") && dry.output.contains("new"), "{}", dry.output);
        assert!(!format!("{}{}", dry.output, dry.errors).contains("s3cr3t"));
        assert!(unasked.errors.contains("--yes"), "{}", unasked.errors);
        assert!(no.output.contains("3 keys") && yes.output.contains("Stored 3 new keys"), "{}", yes.output);
        assert!(again.errors.contains("0 new, 0 changed, 3 the same"), "{}", again.errors);
        assert_eq!(machine.run(&["get", "PEM", "--reveal"]).expect(0).output, "-----BEGIN\nabc\n-----END");
    }

    fn a_line_at_fault_stores_nothing_and_names_it(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        let file = written(&machine, "bad.env", "A=1\nthis is no line\nB=2\n");

        let done = machine.run(&["import", &file, "--yes"]).expect(5);
        let json = machine.run(&["import", &file, "--yes", "--json"]).expect(5);

        assert!(done.output.contains('2') && done.output.contains("at fault"), "{}", done.output);
        let report: serde_json::Value = serde_json::from_str(&json.output).unwrap();
        assert_eq!(report["invalid"], 1);
        assert!(machine.json(&["ls"])["data"].as_array().unwrap().is_empty());
    }

    fn what_is_no_file_of_keys_is_refused_in_clear_words(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        let fifo = machine.home.path().join("fifo");
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        let large = written(&machine, "large.env", "A=1\n".repeat(13_000_000));
        let binary = written(&machine, "binary", [0x7f, b'E', b'L', b'F', 0, 0xff]);
        let empty = written(&machine, "empty", "\n");
        let home = machine.home.path().to_str().unwrap();

        for (path, word, code) in [
            (fifo.to_str().unwrap(), "regular file", 5),
            (home, "folder", 5),
            (&large, "8 MiB", 5),
            (&binary, "UTF-8", 5),
            (&empty, "nothing", 5),
            ("/no/such/file", "no file", 4),
            ("/dev/zero", "regular file", 5),
        ] {
            let done = machine.run(&["import", path, "--yes"]).expect(code);
            assert!(done.errors.contains(word), "{path}: {}", done.errors);
        }
        let cut_off = machine.run_with(&["import", "-", "--yes"], &[], "{\"A\": {").expect(5);
        assert!(!cut_off.errors.is_empty());
    }

    fn an_export_comes_back_and_its_file_is_its_owners_alone(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        machine.run_with(&["import", "-", "--yes"], &[], ENV).expect(0);
        let file = machine.home.path().join("out.env");
        let name = file.to_str().unwrap();

        machine.run(&["export", "-o", name]).expect(0);
        let exists = machine.run(&["export", "-o", name]).expect(5);
        machine.run(&["export", "-o", name, "--force", "--format", "json"]).expect(0);
        let again = machine.run(&["import", name, "--yes"]).expect(0);
        let stdout = machine.run(&["export"]).expect(0);

        assert!(exists.errors.contains("--force"), "{}", exists.errors);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(again.errors.contains("3 the same"), "{}", again.errors);
        assert!(stdout.output.contains("postgres://app:s3cr3t@db/app"), "{}", stdout.output);
        let nowhere = machine.run(&["export", "-o", "/no/such/folder/x"]).expect(1);
        assert!(nowhere.errors.contains("/no/such/folder/x"), "{}", nowhere.errors);
    }

    fn an_export_tells_what_it_left_out_and_replaces_no_device(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        for environment in ["production", "staging"] {
            machine.run_with(&["set", "A", "-e", environment], &[], environment).expect(0);
        }
        let path = |name: &str| machine.home.path().join(name).to_str().unwrap().to_owned();
        let (fifo, device, link, file) = (path("fifo"), path("device"), path("link"), path("file"));
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        std::os::unix::fs::symlink("/dev/null", &device).unwrap();
        std::fs::write(&file, "before").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();

        let both = machine.run(&["export"]).expect(0);
        let one = machine.run(&["export", "-e", "staging"]).expect(0);
        for refused in [&fifo, &device] {
            let done = machine.run(&["export", "--force", "-o", refused]).expect(5);
            assert!(done.errors.contains("regular file"), "{}", done.errors);
        }
        machine.run(&["export", "--force", "-o", &link]).expect(0);

        assert!(both.errors.contains("left out: 1"), "{}", both.errors);
        assert!(!one.errors.contains("left out"), "{}", one.errors);
        assert!(std::fs::symlink_metadata(&device).unwrap().is_symlink(), "the device's link was replaced");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "before", "the link was followed");
        assert!(std::fs::symlink_metadata(&link).unwrap().is_file());
    }

    fn a_token_is_shown_once_does_what_its_scopes_say_and_ends_when_revoked(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        machine.run_with(&["set", "A"], &[], "value of A").expect(0);

        let made = machine.run(&["tokens", "create", "ci", "--scope", "keys:read", "--expires", "30d"]).expect(0);
        let token = made.output.trim_end();
        let variables = [("VK_TOKEN", token), ("VK_URL", machine.url.as_str())];
        let list = machine.run_with(&["ls"], &variables, "").expect(0);
        let refused = machine.run_with(&["get", "A", "--reveal"], &variables, "").expect(3);
        let tokens = machine.run(&["tokens", "ls"]).expect(0);
        machine.run(&["tokens", "revoke", "ci", "--yes"]).expect(0);
        let ended = machine.run_with(&["ls"], &variables, "").expect(3);

        assert!(token.starts_with("vkt_") && !made.errors.contains(token), "{token}");
        assert!(list.output.contains('A'), "{}", list.output);
        assert!(refused.output.is_empty() && refused.errors.contains("scope"), "{}", refused.errors);
        assert!(tokens.output.contains("ci") && tokens.output.contains("keys:read") && !tokens.output.contains(token), "{}", tokens.output);
        assert!(ended.errors.contains("vk login"), "{}", ended.errors);
        machine.run(&["tokens", "revoke", "ci", "--yes"]).expect(4);
    }
}

on_each_database! {
    fn a_line_that_looks_like_a_mistake_is_told_before_it_is_stored(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        let live = "STRIPE=sk_live_aB3dE6gHaB3dE6gHaB3dE6gH\n";

        let looked = machine.run_with(&["import", "-", "-e", "test", "--dry-run"], &[], live).expect(0);
        let sound = machine.run_with(&["import", "-", "-e", "production", "--dry-run"], &[], live).expect(0);

        assert!(looked.output.contains("live key"), "{}{}", looked.output, looked.errors);
        assert!(!sound.output.contains("live key") && !looked.output.contains("sk_live_aB3"), "{}", sound.output);
    }
}
