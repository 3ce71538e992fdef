//! What a server or a file says is shown, never obeyed: control characters are escaped before they reach a terminal.

/// A text of one line: no control character is left.
pub fn line(text: &str) -> String {
    text.chars().flat_map(|letter| shown(letter, false)).collect()
}

/// A text that may have lines; no other control character is left.
pub fn block(text: &str) -> String {
    text.chars().flat_map(|letter| shown(letter, true)).collect()
}

/// JSON as it is written, with what a terminal would obey as `\u` sequences: it stays the same JSON.
pub fn json(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter == '\n' || !is_obeyed(letter) {
            written.push(letter);
        } else {
            written.extend(letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    written
}

fn shown(letter: char, keeps_lines: bool) -> Vec<char> {
    if is_obeyed(letter) && !(keeps_lines && letter == '\n') { letter.escape_unicode().collect() } else { vec![letter] }
}

/// What moves the cursor, turns the text, ends a line or is not seen.
fn is_obeyed(letter: char) -> bool {
    let turns_text =
        matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_unseen = matches!(letter, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
    letter.is_control() || turns_text || is_unseen || matches!(letter, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_not_move_the_cursor_or_turn_the_text() {
        assert_eq!(line("a\x1b[2Jb\u{9b}c\nd\u{202e}e"), "a\\u{1b}[2Jb\\u{9b}c\\u{a}d\\u{202e}e");
        assert_eq!(block("a\nb\r"), "a\nb\\u{d}");
        assert_eq!(line("clé d’été 🔑"), "clé d’été 🔑");
        for unseen in ['\u{61c}', '\u{200b}', '\u{2060}', '\u{feff}', '\u{e0041}', '\u{7f}', '\u{85}'] {
            assert!(line(&unseen.to_string()).is_ascii(), "{unseen:?}");
        }
    }

    #[test]
    fn json_for_a_terminal_is_the_same_json() {
        let value = serde_json::json!({ "a\u{9b}": "b\u{202e}c\n\u{e0041}\u{7f}\u{1b}é" });

        let written = json(&format!("{value:#}"));

        assert!(!written.contains(['\u{9b}', '\u{202e}', '\u{e0041}', '\u{7f}', '\u{1b}']), "{written:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), value);
    }
}
