//! `vk run --watch`: a changed value restarts the program; nothing else does.

use std::{
    io::{BufRead as _, BufReader},
    process::{ChildStdout, Stdio},
};

use super::*;

/// Says what it got, then waits; ends with 7 when it is asked to.
const SCRIPT: &str = "trap 'exit 7' TERM; echo \"got $A\"; while :; do sleep 0.1; done";

fn line(output: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

on_each_database! {
    fn a_changed_value_restarts_the_program_and_signals_reach_it(vault: Vault) {
        let (server, alice, machine) = Machine::signed_in(&vault);
        machine.run_with(&["set", "A"], &[], "first").expect(0);

        let arguments = ["run", "--watch", "--every", "1", "--", "sh", "-c", SCRIPT];
        let mut vk = machine.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut output = BufReader::new(vk.stdout.take().unwrap());
        assert_eq!(line(&mut output), "got first");
        let file = machine.home.path().join("a.env");
        std::fs::write(&file, "A=second\n").unwrap();
        machine.run(&["import", file.to_str().unwrap(), "--yes"]).expect(0);
        assert_eq!(line(&mut output), "got second");
        let keys = alice.call(&server, "GET", "/api/keys", None).expect(200).json();
        let path = format!("/api/keys/{}", keys["data"][0]["id"].as_str().unwrap());
        alice.call(&server, "PATCH", &path, Some(&serde_json::json!({ "note": "another" }))).expect(200);
        crate::support::pause(std::time::Duration::from_millis(2500));
        Command::new("kill").args(["-TERM", &vk.id().to_string()]).status().unwrap();

        let status = vk.wait().unwrap();

        assert_eq!(status.code(), Some(7), "the program's own code");
        assert_eq!(line(&mut output), "", "a note restarted it");
    }

    fn a_change_that_comes_while_the_program_ends_is_not_lost(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        machine.run_with(&["set", "A"], &[], "first").expect(0);
        let slow = "trap 'sleep 5; exit 7' TERM; echo \"got $A\"; while :; do sleep 0.1; done";

        let arguments = ["run", "--watch", "--every", "1", "--", "sh", "-c", slow];
        let mut vk = machine.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut output = BufReader::new(vk.stdout.take().unwrap());
        assert_eq!(line(&mut output), "got first");
        machine.run_with(&["set", "A", "--update"], &[], "second").expect(0);
        crate::support::pause(std::time::Duration::from_millis(2000));
        machine.run_with(&["set", "A", "--update"], &[], "third").expect(0);
        let started = line(&mut output);
        Command::new("kill").args(["-TERM", &vk.id().to_string()]).status().unwrap();

        assert_eq!(vk.wait().unwrap().code(), Some(7));
        assert_eq!(started, "got third");
    }

    fn the_end_of_the_program_is_the_end_of_the_watch(vault: Vault) {
        let (_server, _alice, machine) = Machine::signed_in(&vault);
        machine.run_with(&["set", "A"], &[], "first").expect(0);

        machine.run(&["run", "--watch", "--", "sh", "-c", "exit 3"]).expect(3);
        machine.run(&["run", "--watch", "--", "sh", "-c", "kill -KILL $$"]).expect(137);
        machine.run(&["run", "--watch", "--", "/no/such/program"]).expect(127);
    }

    fn a_server_that_goes_away_does_not_end_the_program(vault: Vault) {
        let (server, _alice, machine) = Machine::signed_in(&vault);
        machine.run_with(&["set", "A"], &[], "first").expect(0);

        let arguments = ["run", "--watch", "--every", "1", "--", "sh", "-c", SCRIPT];
        let mut vk = machine.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut output = BufReader::new(vk.stdout.take().unwrap());
        assert_eq!(line(&mut output), "got first");
        drop(server);
        crate::support::pause(std::time::Duration::from_millis(2500));

        assert!(vk.try_wait().unwrap().is_none(), "it ended");
        Command::new("kill").args(["-TERM", &vk.id().to_string()]).status().unwrap();
        assert_eq!(vk.wait().unwrap().code(), Some(7));
    }
}
