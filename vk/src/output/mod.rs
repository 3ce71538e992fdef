//! What is shown: results on stdout, everything else on stderr, colours where a person looks.

pub mod escape;
pub mod files;
pub mod progress;
pub mod prompt;
pub mod table;
pub mod times;
mod typed;

use std::io::{self, IsTerminal as _, Write as _};

use serde_json::Value;

use crate::{
    failure::Failure,
    system,
    texts::{Language, Text},
};

/// Where things are shown, and how.
#[expect(clippy::struct_excessive_bools, reason = "each stands for itself")]
pub struct Screen {
    /// The language of every text.
    pub language: Language,
    /// Results are JSON, failures too.
    pub json: bool,
    /// Whether a person reads stdout.
    pub out_is_terminal: bool,
    /// Whether a person reads stderr.
    pub aside_is_terminal: bool,
    has_colours: bool,
}

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// As it is.
    #[default]
    Plain,
    /// A heading.
    Bold,
    /// Beside the point.
    Dim,
    /// Good.
    Green,
    /// Worth a look.
    Yellow,
    /// Bad.
    Red,
}

impl Style {
    fn paint(self, text: &str) -> String {
        let code = match self {
            Self::Plain => return text.to_owned(),
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Green => "32",
            Self::Yellow => "33",
            Self::Red => "31",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

impl Screen {
    /// The screen of this process.
    pub fn new(language: Language, json: bool) -> Self {
        let has_colours =
            system::variable("NO_COLOR").is_none() && system::variable("TERM").is_none_or(|term| term != "dumb");
        let (out_is_terminal, aside_is_terminal) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        Self { language, json, out_is_terminal, aside_is_terminal, has_colours }
    }

    /// A text in the screen's language.
    pub fn say(&self, text: Text, arguments: &[&str]) -> String {
        text.fill(self.language, arguments)
    }

    /// A piece of stdout, coloured where a person looks.
    pub fn paint(&self, style: Style, text: &str) -> String {
        if self.has_colours && self.out_is_terminal { style.paint(text) } else { text.to_owned() }
    }

    /// A piece of stderr that must be seen.
    pub fn alarm(&self, text: &str) -> String {
        if self.has_colours && self.aside_is_terminal { Style::Red.paint(text) } else { text.to_owned() }
    }

    /// Writes to stdout, as it is.
    #[expect(clippy::unused_self, reason = "what is shown, the screen shows")]
    pub fn print(&self, text: &str) -> Result<(), Failure> {
        let mut output = io::stdout().lock();
        output.write_all(text.as_bytes()).and_then(|()| output.flush()).map_err(|error| Failure::of_output(&error))
    }

    /// Writes a line to stdout.
    pub fn line(&self, text: &str) -> Result<(), Failure> {
        self.print(&format!("{text}\n"))
    }

    /// Writes a value of the server on a line of its own: exactly as it is, but to a terminal never as a command.
    pub fn secret(&self, value: &str) -> Result<(), Failure> {
        if self.out_is_terminal { self.line(&escape::block(value)) } else { self.line(value) }
    }

    /// Writes a result for programs.
    pub fn value(&self, value: &Value) -> Result<(), Failure> {
        self.line(&if self.out_is_terminal { escape::json(&format!("{value:#}")) } else { value.to_string() })
    }

    #[expect(clippy::unused_self, reason = "what is shown, the screen shows")]
    /// Writes a line to stderr; where that is closed, nobody wants it.
    pub fn aside(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Tells a person what was done; programs that asked for JSON are spared.
    pub fn note(&self, text: Text, arguments: &[&str]) {
        if !self.json {
            self.aside(&self.filled(text, arguments));
        }
    }

    /// Tells what deserves a look, programs too.
    pub fn warn(&self, text: Text, arguments: &[&str]) {
        let said = self.filled(text, arguments);
        let mark =
            if self.has_colours && self.aside_is_terminal { Style::Yellow.paint("vk:") } else { "vk:".to_owned() };
        self.aside(&format!("{mark} {said}"));
    }

    pub(crate) fn filled(&self, text: Text, arguments: &[&str]) -> String {
        let arguments: Vec<_> = arguments.iter().map(|argument| escape::block(argument)).collect();
        self.say(text, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }
}
