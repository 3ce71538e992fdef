//! What a server or a file says is shown, never obeyed: control characters are escaped before they reach a terminal.

/// A text of one line: no control character is left.
pub fn line(text: &str) -> String {
    text.chars().flat_map(|letter| shown(letter, false)).collect()
}

/// A text that may have lines; no other control character is left.
pub fn block(text: &str) -> String {
    text.chars().flat_map(|letter| shown(letter, true)).collect()
}

fn shown(letter: char, keeps_lines: bool) -> Vec<char> {
    let turns_text = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if keeps_lines && letter == '\n' {
        vec![letter]
    } else if letter.is_control() || turns_text || matches!(letter, '\u{2028}' | '\u{2029}') {
        letter.escape_unicode().collect()
    } else {
        vec![letter]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_not_move_the_cursor_or_turn_the_text() {
        assert_eq!(line("a\x1b[2Jb\u{9b}c\nd\u{202e}e"), "a\\u{1b}[2Jb\\u{9b}c\\u{a}d\\u{202e}e");
        assert_eq!(block("a\nb\r"), "a\nb\\u{d}");
        assert_eq!(line("clé d’été 🔑"), "clé d’été 🔑");
    }
}
