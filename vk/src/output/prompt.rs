//! Questions at the terminal, and secrets that are typed or piped in, never shown and never an argument.

use std::{
    fs::File,
    io::{self, IsTerminal as _, Read as _, Write as _},
};

use rustix::termios::{self, LocalModes, OptionalActions, SpecialCodeIndex, Termios};
use zeroize::Zeroizing;

use super::{
    Screen,
    typed::{End, Typed},
};
use crate::{
    failure::{Failure, Kind},
    texts::Text,
};

/// No key is longer; a pipe that never ends is left at this point.
const MOST_BYTES: u64 = 256 * 1024;

/// A secret: from standard input where that is no terminal, else asked for without echo.
pub fn secret(screen: &Screen, question: Text) -> Result<Zeroizing<String>, Failure> {
    let text = if io::stdin().is_terminal() { hidden(screen, question)? } else { piped()? };
    if text.is_empty() { Err(Failure::new(Kind::Invalid, Text::EmptySecret)) } else { Ok(text) }
}

/// Standard input as one text, without the newline that ends it.
fn piped() -> Result<Zeroizing<String>, Failure> {
    let mut bytes = Zeroizing::new(Vec::new());
    io::stdin()
        .lock()
        .take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::of_io(Text::CanNotRead, "stdin", &error))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Failure::new(Kind::Invalid, Text::SecretTooLong).with(MOST_BYTES / 1024));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| Failure::new(Kind::Invalid, Text::SecretIsBinary))?;
    if text.contains('\0') {
        return Err(Failure::new(Kind::Invalid, Text::SecretIsBinary));
    }
    let text = text.strip_suffix('\n').unwrap_or(text);
    Ok(Zeroizing::new(text.strip_suffix('\r').unwrap_or(text).to_owned()))
}

/// Asks at the terminal, shows nothing of what is typed.
pub fn hidden(screen: &Screen, question: Text) -> Result<Zeroizing<String>, Failure> {
    let mut quiet = Quiet::begin(terminal()?)?;
    quiet.write(&format!("{} ", screen.say(question, &[])));
    let mut typed = Typed::default();
    let end = loop {
        let mut byte = [0];
        match quiet.terminal.read(&mut byte) {
            Ok(0) | Err(_) => break End::Given,
            Ok(_) => {}
        }
        if let Some(end) = typed.take(byte[0]) {
            break end;
        }
    };
    quiet.write("\r\n");
    match end {
        End::Given => Err(Failure::new(Kind::Other, Text::Cancelled)),
        End::Done => typed.text().map(Zeroizing::new).ok_or_else(|| Failure::new(Kind::Invalid, Text::SecretIsBinary)),
    }
}

/// A question that is answered with yes or no; without a terminal it must be answered with `--yes`.
pub fn is_sure(screen: &Screen, question: Text, arguments: &[&str]) -> Result<bool, Failure> {
    let mut terminal = terminal().map_err(|_| Failure::new(Kind::Usage, Text::SayYes))?;
    let said = screen.filled(question, arguments);
    let _ = write!(terminal, "{said} {} ", screen.say(Text::YesOrNo, &[]));
    let answer = line(&mut terminal)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "o" | "oui"))
}

/// One line that may be seen.
fn line(terminal: &mut File) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while bytes.len() < 1024 {
        match terminal.read(&mut byte) {
            Ok(0) => break,
            Ok(_) if byte == *b"\n" => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Ok(_) => bytes.extend_from_slice(&byte),
            Err(error) => return Err(Failure::of_io(Text::CanNotRead, "/dev/tty", &error)),
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The terminal itself, whatever the streams are.
fn terminal() -> Result<File, Failure> {
    let open = File::options().read(true).write(true).open("/dev/tty");
    open.map_err(|_| Failure::new(Kind::Usage, Text::NoTerminal))
}

/// Whether there is somebody to ask.
pub fn has_terminal() -> bool {
    terminal().is_ok()
}

/// A terminal that shows nothing and hands over each byte; dropped, it is as it was.
struct Quiet {
    terminal: File,
    before: Termios,
}

impl Quiet {
    fn begin(terminal: File) -> Result<Self, Failure> {
        let failed = |error: rustix::io::Errno| Failure::of_io(Text::CanNotRead, "/dev/tty", &error.into());
        let before = termios::tcgetattr(&terminal).map_err(failed)?;
        let mut quiet = before.clone();
        // without lines of its own the terminal takes more than 4095 bytes; Ctrl-C is ours, so that echo comes back
        quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN);
        quiet.special_codes[SpecialCodeIndex::VMIN] = 1;
        quiet.special_codes[SpecialCodeIndex::VTIME] = 0;
        termios::tcsetattr(&terminal, OptionalActions::Now, &quiet).map_err(failed)?;
        let mut quiet = Self { terminal, before };
        quiet.write("\x1b[?2004h");
        Ok(quiet)
    }

    fn write(&mut self, text: &str) {
        let _ = self.terminal.write_all(text.as_bytes());
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        self.write("\x1b[?2004l");
        let _ = termios::tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}
