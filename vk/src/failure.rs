//! What went wrong, for people and for programs. The exit codes are a promise: `docs/cli.md` lists them.

use std::io;

use crate::{
    output::{Screen, escape},
    texts::Text,
};

/// What the caller can do about it; each is an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something on this machine.
    Other,
    /// The command was written wrongly.
    Usage,
    /// Not signed in, or refused.
    Access,
    /// Not there, or not yours.
    NotFound,
    /// The input is at fault, or a key is not valid.
    Invalid,
    /// The server or the network is away.
    Away,
    /// Nobody reads the output any more.
    Closed,
    /// The program to run is not there.
    NoProgram,
    /// The program to run may not be run.
    NotRunnable,
}

impl Kind {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Other => 1,
            Self::Usage => 2,
            Self::Access => 3,
            Self::NotFound => 4,
            Self::Invalid => 5,
            Self::Away => 6,
            Self::NotRunnable => 126,
            Self::NoProgram => 127,
            Self::Closed => 141,
        }
    }

    /// The word for programs, where the server gave none.
    fn word(self) -> &'static str {
        match self {
            Self::Other | Self::Closed => "failed",
            Self::Usage => "usage",
            Self::Access => "not_signed_in",
            Self::NotFound => "not_found",
            Self::Invalid => "invalid",
            Self::Away => "unreachable",
            Self::NoProgram => "program_not_found",
            Self::NotRunnable => "program_not_runnable",
        }
    }
}

/// A failure: what to say, and how to end.
#[derive(Debug)]
pub struct Failure {
    /// The exit code's kind.
    pub kind: Kind,
    /// The server's word for it; empty where it is ours.
    pub code: String,
    /// Whether nothing answered at all, or only a gateway did: values that were kept may stand in.
    pub is_unreachable: bool,
    parts: Vec<(Text, Vec<String>)>,
}

impl Failure {
    /// A failure with this text.
    pub fn new(kind: Kind, text: Text) -> Self {
        Self { kind, code: String::new(), is_unreachable: false, parts: vec![(text, Vec::new())] }
    }

    /// Fills the next blank of the last text.
    #[expect(clippy::needless_pass_by_value, reason = "numbers and paths are handed over as they come")]
    pub fn with(mut self, argument: impl ToString) -> Self {
        if let Some((_, arguments)) = self.parts.last_mut() {
            arguments.push(argument.to_string());
        }
        self
    }

    /// Adds a text on a line of its own.
    pub fn and(mut self, text: Text) -> Self {
        self.parts.push((text, Vec::new()));
        self
    }

    /// The same, with the server's word.
    pub fn coded(mut self, code: &str) -> Self {
        code.clone_into(&mut self.code);
        self
    }

    /// A file or a terminal failed: what was being done, and why it did not go.
    pub fn of_io(text: Text, place: impl ToString, error: &io::Error) -> Self {
        Self::new(Kind::Other, text).with(place).with(error)
    }

    /// Writing to the output failed.
    pub fn of_output(error: &io::Error) -> Self {
        let kind = if error.kind() == io::ErrorKind::BrokenPipe { Kind::Closed } else { Kind::Other };
        Self::new(kind, Text::CanNotWriteOutput).with(error)
    }

    /// The whole text in the screen's language, free of control characters.
    pub fn message(&self, screen: &Screen) -> String {
        let lines = self.parts.iter().map(|(text, arguments)| {
            let arguments: Vec<_> = arguments.iter().map(|argument| escape::block(argument)).collect();
            text.fill(screen.language, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Tells it on stderr: a line for people, or one JSON object.
    pub fn tell(&self, screen: &Screen) {
        if self.kind == Kind::Closed {
            return;
        }
        let message = self.message(screen);
        if screen.json {
            let code = if self.code.is_empty() { self.kind.word() } else { &self.code };
            let line = serde_json::json!({ "code": code, "message": message, "exit_code": self.kind.code() });
            screen.aside(&line.to_string());
        } else {
            screen.aside(&format!("{} {message}", screen.alarm("vk:")));
        }
    }
}
