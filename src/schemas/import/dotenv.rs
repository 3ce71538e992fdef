//! Lines of `NAME=value`, read as python-dotenv reads them, without its interpolation: `${X}` is kept as it is written.
//!
//! A value is bare (to the end of the line, or to a `#` after a space), in single quotes (`\\` and `\'` stand for one
//! character) or in double quotes (also `\"`, `\n`, `\r`, `\t` and the other escapes of C); quoted ones may go over several
//! lines. `export` before a name and comments are passed over; CRLF and CR end a line like LF. What is none of
//! this is an entry with a fault: nothing is skipped in silence. An empty value is a fault too.

use super::entry::{self, Draft};
use crate::{
    core::texts::{faults::FaultKind, import_lines::LineFault},
    models::import::Entry,
};

const NAME: FaultKind = FaultKind::InvalidFormat(
    "a name of letters, digits and _ . -, which begins with a letter or _",
    "un nom fait de lettres, chiffres et _ . -, qui commence par une lettre ou _",
);

/// All entries of a text.
#[must_use]
pub fn read(text: &str) -> Vec<Entry> {
    let text = with_plain_line_ends(text);
    let mut cursor = Cursor { rest: &text, line: 1 };
    let mut entries = Vec::new();
    while cursor.skip_to_binding() {
        let line = cursor.line;
        let (name, value) = cursor.binding();
        entries.push(match value {
            Ok(value) => entry::check(line, Draft { name, value: Some(value), ..Draft::default() }),
            Err(fault) => entry::faulty(line, name, fault),
        });
    }
    entries
}

/// Whether the first line that says something is one of `NAME=value`.
#[must_use]
pub fn is_meant(text: &str) -> bool {
    let text = with_plain_line_ends(text);
    let mut cursor = Cursor { rest: &text, line: 1 };
    cursor.skip_to_binding() && cursor.binding().1.is_ok()
}

fn with_plain_line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// What is left to read, and in which line it begins.
struct Cursor<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Cursor<'a> {
    /// Passes over empty lines and comments; tells whether anything is left.
    fn skip_to_binding(&mut self) -> bool {
        loop {
            self.take_while(char::is_whitespace);
            if !self.rest.starts_with('#') {
                return !self.rest.is_empty();
            }
            self.take_line();
        }
    }

    /// A name and its value, to the end of its last line.
    fn binding(&mut self) -> (String, Result<String, LineFault>) {
        if let Some(rest) = self.rest.strip_prefix("export")
            && rest.starts_with(is_blank)
        {
            self.rest = rest;
            self.take_while(is_blank);
        }
        let name = self.take_while(|letter| letter != '=' && letter != '#' && !letter.is_whitespace()).to_owned();
        self.take_while(is_blank);
        let Some(rest) = self.rest.strip_prefix('=') else {
            self.take_line();
            // what stands there may be a value without its name
            return (String::new(), Err(LineFault::Malformed));
        };
        self.rest = rest;
        let is_apart = !self.take_while(is_blank).is_empty();
        let value = match self.rest.chars().next() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote),
            _ => Ok(self.bare(is_apart)),
        };
        let value = value.and_then(|value| if is_name(&name) { Ok(value) } else { Err(LineFault::Field(NAME)) });
        (name, value)
    }

    /// A value without quotes; `is_apart`: a space stands before it.
    fn bare(&mut self, is_apart: bool) -> String {
        let line = self.take_line();
        let mut before = if is_apart { Some(' ') } else { None };
        let mut end = line.len();
        for (at, letter) in line.char_indices() {
            if letter == '#' && before.is_some_and(char::is_whitespace) {
                end = at;
                break;
            }
            before = Some(letter);
        }
        line.get(..end).unwrap_or_default().trim_end().to_owned()
    }

    /// A value in quotes; nothing but a comment may follow it on its line.
    fn quoted(&mut self, quote: char) -> Result<String, LineFault> {
        let Some((value, after)) = unquote(self.rest, quote) else {
            // the rest of the file may be inside: only the first line is taken for it
            self.take_line();
            return Err(LineFault::Unterminated);
        };
        let length = self.rest.len() - after.len();
        self.line += self.rest.get(..length).unwrap_or_default().matches('\n').count();
        self.rest = after;
        self.take_while(is_blank);
        let tail = self.take_line();
        if tail.is_empty() || tail.starts_with('#') { Ok(value) } else { Err(LineFault::Malformed) }
    }

    fn take_while(&mut self, is_wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|letter| !is_wanted(letter)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    /// The rest of the line; its end stays.
    fn take_line(&mut self) -> &'a str {
        self.take_while(|letter| letter != '\n')
    }
}

/// The text within the quotes that `text` begins with, and what comes after them; `None` where they are never closed.
fn unquote(text: &str, quote: char) -> Option<(String, &str)> {
    let mut letters = text.char_indices().skip(1);
    let mut value = String::new();
    while let Some((at, letter)) = letters.next() {
        if letter == quote {
            return Some((value, text.get(at + 1..)?));
        }
        if letter != '\\' {
            value.push(letter);
            continue;
        }
        let (_, escaped) = letters.next()?;
        match unescape(escaped, quote) {
            Some(meant) => value.push(meant),
            None => value.extend(['\\', escaped]),
        }
    }
    None
}

/// What a letter after a backslash stands for; `None` where the backslash stands for itself.
fn unescape(letter: char, quote: char) -> Option<char> {
    match (letter, quote) {
        ('\\' | '\'', _) | ('"', '"') => Some(letter),
        ('a', '"') => Some('\u{7}'),
        ('b', '"') => Some('\u{8}'),
        ('f', '"') => Some('\u{c}'),
        ('n', '"') => Some('\n'),
        ('r', '"') => Some('\r'),
        ('t', '"') => Some('\t'),
        ('v', '"') => Some('\u{b}'),
        _ => None,
    }
}

fn is_blank(letter: char) -> bool {
    letter != '\n' && letter.is_whitespace()
}

fn is_name(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, String, Result<String, &'static str>)> {
        let told = |entry: Entry| {
            let content = entry.content.map(|content| content.value.expose().clone()).map_err(|fault| fault.code());
            (entry.line, entry.name, content)
        };
        read(text).into_iter().map(told).collect()
    }

    fn value(text: &str) -> String {
        let all = found(text);
        let [(1, name, Ok(value))] = all.as_slice() else { panic!("{text}: {all:?}") };
        assert_eq!(name, "A", "{text}");
        value.clone()
    }

    #[test]
    fn a_value_is_read_as_python_dotenv_reads_it() {
        for (text, expected) in [
            ("A=b", "b"),
            ("export A=b", "b"),
            ("  A  =  b  ", "b"),
            ("A=b # a comment", "b"),
            ("A=b#c", "b#c"),
            ("A=#b", "#b"),
            ("A=b=c==", "b=c=="),
            ("A=two words", "two words"),
            ("A=it's \"so\"", "it's \"so\""),
            ("A='b' # a comment", "b"),
            ("A=\"b\"#c", "b"),
            ("A='b # c'", "b # c"),
            ("A='$B ${C} `d`'", "$B ${C} `d`"),
            ("A=${B}", "${B}"),
            (r"A='b\'c\\d\n'", r"b'c\d\n"),
            (r#"A="b\"c\\d\ne\tf\rg\'h\q\$""#, "b\"c\\d\ne\tf\rg'h\\q\\$"),
            ("A=\"b\nc # d\ne\"", "b\nc # d\ne"),
            ("A='b\nc'", "b\nc"),
            (r"A=b\nc\", r"b\nc\"),
            ("A=\"\r\n\"", "\n"),
            ("A=clé 🔑", "clé 🔑"),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn lines_are_counted_over_comments_values_of_several_lines_and_every_line_end() {
        let text = "# first\r\n\r\nA=1\r\nB=\"2\r\n\r\n3\"\rC=4\n\n  # last\nexport D=5";

        let lines: Vec<_> = found(text).into_iter().map(|(line, name, _)| (line, name)).collect();

        assert_eq!(lines, [(3, "A".into()), (4, "B".into()), (7, "C".into()), (10, "D".into())]);
    }

    #[test]
    fn what_is_no_binding_is_told_and_never_repeated() {
        for (text, name, code) in [
            ("sk-live-a-value-without-a-name", "", "malformed_line"),
            ("A b=c", "", "malformed_line"),
            ("A: b", "", "malformed_line"),
            ("=b", "", "invalid_format"),
            ("9A=b", "9A", "invalid_format"),
            ("A$=b", "A$", "invalid_format"),
            ("A=", "A", "empty_value"),
            ("A=''", "A", "empty_value"),
            ("A= # nothing", "A", "empty_value"),
            ("A='b'c", "A", "malformed_line"),
            ("A=\"b", "A", "unterminated_quote"),
            ("A='b\\'", "A", "unterminated_quote"),
            ("A=b\0", "A", "invalid_characters"),
        ] {
            assert_eq!(found(text), [(1, name.into(), Err(code))], "{text}");
        }
        let long = format!("{}=b", "A".repeat(101));
        assert_eq!(found(&long), [(1, String::new(), Err("too_long"))]);
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_its_own_line_alone() {
        let all = found("A=\"b\nC=d\nE=f");

        assert_eq!(
            all,
            [
                (1, "A".into(), Err("unterminated_quote")),
                (2, "C".into(), Ok("d".into())),
                (3, "E".into(), Ok("f".into()))
            ]
        );
    }
}
