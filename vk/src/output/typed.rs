//! What a person types or pastes at a prompt that shows nothing: bytes in, one text out.
//!
//! The terminal is asked for bracketed paste, so that the lines of a pasted key stay together.

/// A text that grows byte by byte.
#[derive(Default)]
pub struct Typed {
    bytes: Vec<u8>,
    /// An escape sequence under way.
    escape: Vec<u8>,
    is_pasting: bool,
}

/// How the typing ended.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// The text is there.
    Done,
    /// Ctrl-C, or Ctrl-D on nothing.
    Given,
}

const PASTE_BEGINS: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";
const MOST_BYTES: usize = 256 * 1024;

impl Typed {
    /// Takes one byte; tells when the typing ended.
    pub fn take(&mut self, byte: u8) -> Option<End> {
        if !self.escape.is_empty() || byte == 0x1b {
            self.escape(byte);
            return None;
        }
        match byte {
            b'\n' | b'\r' if !self.is_pasting => return Some(End::Done),
            b'\r' => self.push(b'\n'),
            _ if self.is_pasting => self.push(byte),
            0x03 => return Some(End::Given),
            0x04 if self.bytes.is_empty() => return Some(End::Given),
            0x04 => return Some(End::Done),
            0x08 | 0x7f => self.back(),
            0x15 => self.bytes.clear(),
            _ => self.push(byte),
        }
        None
    }

    /// The text, if it is one.
    pub fn text(self) -> Option<String> {
        String::from_utf8(self.bytes).ok()
    }

    fn push(&mut self, byte: u8) {
        if self.bytes.len() < MOST_BYTES {
            self.bytes.push(byte);
        }
    }

    /// Takes the last letter away, all its bytes.
    fn back(&mut self) {
        while let Some(byte) = self.bytes.pop() {
            if byte & 0xc0 != 0x80 {
                break;
            }
        }
    }

    /// Arrow keys and their like are swallowed; the two marks of a paste are understood.
    fn escape(&mut self, byte: u8) {
        self.escape.push(byte);
        let is_complete = match self.escape.as_slice() {
            [_] | [_, b'[' | b'O'] => false,
            [_, b'[' | b'O', .., last] => (0x40..=0x7e).contains(last),
            _ => true,
        };
        if is_complete || self.escape.len() > 16 {
            if self.escape == PASTE_BEGINS {
                self.is_pasting = true;
            } else if self.escape == PASTE_ENDS {
                self.is_pasting = false;
            }
            self.escape.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(bytes: &str) -> (Option<End>, String) {
        let mut typed = Typed::default();
        let end = bytes.bytes().find_map(|byte| typed.take(byte));
        (end, typed.text().unwrap())
    }

    #[test]
    fn a_line_ends_with_enter_and_corrections_count() {
        assert_eq!(typed("secré\x7fet\n"), (Some(End::Done), "secret".into()));
        assert_eq!(typed("wrong\x15right\r"), (Some(End::Done), "right".into()));
        assert_eq!(typed("ab\x1b[D\x1b[3~\x1bOAc\n"), (Some(End::Done), "abc".into()));
        assert_eq!(typed("abc\x03"), (Some(End::Given), "abc".into()));
        assert_eq!(typed("\x04"), (Some(End::Given), String::new()));
        assert_eq!(typed("abc"), (None, "abc".into()));
    }

    #[test]
    fn the_lines_of_a_paste_stay_together() {
        assert_eq!(
            typed("\x1b[200~-----BEGIN\rabc\r-----END\x1b[201~\n"),
            (Some(End::Done), "-----BEGIN\nabc\n-----END".into())
        );
    }
}
