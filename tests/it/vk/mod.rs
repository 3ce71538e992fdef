//! `vk`, the real program, against the real server: what a person and a script see of it.

mod access;
mod browser;
mod files;
mod keys;
mod life;
mod run;
mod sign_in;
mod tls;
mod watch;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

pub use browser::log_in as log_in_by_browser;

use crate::support::{Done, Member, Server, Vault, path_with_postgres, register, run_to_the_end};

/// A machine with `vk`: a home of its own, and nobody signed in.
pub struct Machine {
    pub home: tempfile::TempDir,
    pub url: String,
}

impl Machine {
    pub fn new(server: &Server) -> Self {
        Self { home: tempfile::tempdir().expect("a folder"), url: format!("http://{}", server.address) }
    }

    /// A server, a member, and a machine on which she signed in.
    fn signed_in(vault: &Vault) -> (Server, Member, Self) {
        let server = vault.start();
        let alice = register(&server, "alice");
        let machine = Self::new(&server);
        machine.sign_in(&server, &alice);
        (server, alice, machine)
    }

    /// Signs in as a person who came back from the browser: with both tokens, kept where `vk login` keeps them.
    fn sign_in(&self, server: &Server, member: &Member) {
        let body = serde_json::json!({ "email": member.email, "password": member.password });
        let tokens = server.call("POST", "/api/auth/login", None, Some(&body)).expect(200).json();
        self.keep(&tokens, i64::from(u32::MAX));
    }

    /// A sign-in in its file, with an access token that ends at this moment.
    fn keep(&self, tokens: &serde_json::Value, expires_at: i64) {
        let profile = serde_json::json!({
            "url": self.url, "identity": format!("account:{}", tokens["user"]["id"].as_str().unwrap()), "place": "file",
            "kept": {
                "kind": "session", "access_token": tokens["access_token"], "refresh_token": tokens["refresh_token"],
                "expires_at": expires_at,
            },
        });
        let file = self.profile();
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, profile.to_string()).unwrap();
        Command::new("chmod").args(["600", file.to_str().unwrap()]).status().unwrap();
    }

    fn profile(&self) -> PathBuf {
        self.home.path().join(".config/vk/session.json")
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(arguments).env_clear().env("HOME", self.home.path()).env("PATH", path_with_postgres());
        command.current_dir(self.home.path());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Done {
        self.run_with(arguments, &[], "")
    }

    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)], input: &str) -> Done {
        run_to_the_end(self.command(arguments).envs(variables.iter().copied()), input)
    }

    /// At a terminal; `answers` are lines of a question, a tab, and what is typed when it has appeared.
    fn at_terminal(&self, arguments: &[&str], answers: &str) -> Done {
        let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/at_terminal.py");
        let mut command = Command::new("python3");
        command.arg(driver).arg(program()).args(arguments);
        command.env_clear().env("HOME", self.home.path()).env("PATH", path_with_postgres());
        command.env("TERM", "xterm-256color").current_dir(self.home.path());
        run_to_the_end(&mut command, answers)
    }

    /// The JSON that a command prints.
    #[track_caller]
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let done = self.run(&[arguments, &["--json"]].concat()).expect(0);
        serde_json::from_str(&done.output).unwrap_or_else(|error| panic!("{error}: {}", done.output))
    }

    /// Every file below the home, with its content.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let (mut found, mut folders) = (Vec::new(), vec![self.home.path().to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push((path.clone(), std::fs::read(&path).unwrap()));
                }
            }
        }
        found
    }
}

/// `vk` lies beside the server: `cargo build`, and `cargo test` of the whole workspace, make both.
pub fn program() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_vault-api")).with_file_name("vk");
    assert!(program.is_file(), "{} is not built: run `cargo build` first", program.display());
    program
}
