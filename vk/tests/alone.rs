//! `vk` without a server: help, mistakes, completions, and that what may be a secret is never repeated.
//!
//! That this file is here also has `cargo test` build the program, which the tests with a server run.

#![allow(clippy::expect_used, reason = "in a test a panic is the answer")]

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

/// Looks like a value somebody pasted in the wrong place.
const SECRET: &str = "sk-proj-Zt4kQ9wLx2VbN7mCr5TyHg8J";

fn vk(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vk"));
    command.args(arguments).env_clear().env("HOME", "/nonexistent").envs(variables.iter().copied());
    command.stdin(Stdio::null()).output().expect("vk runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn fails(arguments: &[&str], variables: &[(&str, &str)], code: i32) -> String {
    let done = vk(arguments, variables);
    let errors = text(&done.stderr);
    assert_eq!(done.status.code(), Some(code), "{arguments:?}: {errors}");
    assert!(done.stdout.is_empty(), "{arguments:?} printed {}", text(&done.stdout));
    assert!(!errors.contains("panicked"), "{errors}");
    errors
}

#[test]
fn the_version_is_that_of_the_package() {
    assert_eq!(text(&vk(&["--version"], &[]).stdout), concat!("vk ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn help_is_in_the_language_of_the_locale_and_lang_wins() {
    let french = text(&vk(&["run", "--help"], &[("LC_ALL", "fr_FR.UTF-8")]).stdout);
    let chosen = text(&vk(&["help", "run", "--lang", "en"], &[("LANG", "fr_FR.UTF-8")]).stdout);

    assert!(french.contains("Relancer le programme quand une valeur change"), "{french}");
    for part in [
        "\n\nUtilisation : vk run [OPTIONS] -- <PROGRAMME>...\n\nArguments :\n  <PROGRAMME>...  Le",
        "\n\nOptions :\n  -e, --env <ENV>",
    ] {
        assert!(french.contains(part), "{french}");
    }
    assert!(chosen.contains("Restart the program when a value changes"), "{chosen}");
}

#[test]
fn what_may_be_a_secret_is_never_repeated() {
    for arguments in [
        &["set", "OPENAI", SECRET][..],
        &["verify", SECRET],
        &["login", "--token", SECRET],
        &["login", &format!("--token={SECRET}")],
        &["rotate", "OPENAI", SECRET],
        &["set", "OPENAI", &format!("--value={SECRET}")],
        &[SECRET],
        &["help", SECRET],
        &["ls", &format!("--{SECRET}")],
        &["set", &format!("OPENAI={SECRET}")],
    ] {
        let errors = fails(arguments, &[], 2);
        assert!(!errors.contains(SECRET), "{errors}");
        assert!(!errors.trim().is_empty());
    }
}

#[test]
fn a_mistake_of_usage_is_told_in_the_language_with_the_usage() {
    for (arguments, part) in [
        (&["lss"][..], "Il n’y a pas de commande lss"),
        (&["ls", "--jsn"], "--json"),
        (&["run", "true"], "vk run [OPTIONS] -- <PROGRAMME>..."),
        (&["get"], "Il manque : <NOM>\nUtilisation : vk get <NOM>"),
        (&["run", "--offline", "--watch", "--", "true"], "ne vont pas ensemble"),
        (&["ls", "--lang", "fr", "--limit", "many"], "--limit"),
    ] {
        let errors = fails(arguments, &[("LANG", "fr_FR.UTF-8")], 2);
        assert!(errors.contains(part), "{arguments:?}: {errors}");
    }
    fails(&["ls", "--lang", "de"], &[], 2);
    fails(&[], &[], 2);
}

#[test]
fn who_is_not_signed_in_is_told_what_to_do() {
    for arguments in [&["ls"][..], &["status"], &["run", "--", "true"], &["export"]] {
        let errors = fails(arguments, &[], 3);
        assert!(errors.contains("vk login"), "{errors}");
    }
    let errors = fails(&["ls", "--json"], &[], 3);
    assert!(errors.contains(r#""code":"not_signed_in""#) && errors.contains(r#""exit_code":3"#), "{errors}");
}

#[test]
fn a_token_needs_to_be_told_its_server_and_leaves_this_machine_encrypted_alone() {
    let errors = fails(&["ls"], &[("VK_TOKEN", SECRET)], 2);
    assert!(errors.contains("VK_URL"), "{errors}");

    let errors = fails(&["ls"], &[("VK_TOKEN", SECRET), ("VK_URL", "http://vault.example.com")], 2);
    assert!(errors.contains("https://"), "{errors}");

    let errors = fails(&["ls"], &[("VK_TOKEN", SECRET), ("VK_URL", "https://user:hunter2@vault.example.com")], 2);
    assert!(!errors.contains("hunter2"), "{errors}");
}

#[test]
fn a_server_that_is_away_is_exit_code_6_and_says_which() {
    let url = "http://127.0.0.1:9";

    let errors = fails(&["ls"], &[("VK_TOKEN", SECRET), ("VK_URL", url)], 6);

    assert!(errors.contains(url) && !errors.contains(SECRET), "{errors}");
}

#[test]
fn completions_are_scripts_that_their_shells_take() {
    for (shell, part) in [("bash", "complete -F"), ("zsh", "#compdef vk"), ("fish", "complete -c vk")] {
        let script = vk(&["completions", shell], &[("LANG", "fr_FR.UTF-8")]);
        assert!(script.status.success());
        assert!(text(&script.stdout).contains(part), "{shell}");
        if shell == "bash" && Path::new("/bin/bash").exists() {
            let checked =
                Command::new("/bin/bash").args(["-n", "-c", &text(&script.stdout)]).output().expect("bash runs");
            assert!(checked.status.success(), "{}", text(&checked.stderr));
        }
    }
    fails(&["completions", "tcsh"], &[], 2);
}

#[test]
fn the_exit_codes_are_explained() {
    let help = text(&vk(&["help", "exit-codes"], &[]).stdout);

    for code in [0, 1, 2, 3, 4, 5, 6, 126, 127, 141] {
        assert!(help.lines().any(|line| line.starts_with(&code.to_string())), "{code} in {help}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error_message() {
    let script = format!("{} completions bash | true; exit ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_vk"));
    let done = Command::new("bash").args(["-c", &script]).output().expect("bash runs");

    assert!(matches!(done.status.code(), Some(0 | 141)), "{:?}", done.status);
    assert!(done.stderr.is_empty(), "{}", text(&done.stderr));
}
