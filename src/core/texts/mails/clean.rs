//! Makes harmless what others wrote: names, the names of keys, the words of programs.

use super::MOST_NAME;
use crate::core::language::Language;

/// The text on one line, without what is invisible or turns the reading direction, at most `most` characters.
#[must_use]
pub fn clean(text: &str, most: usize) -> String {
    let visible: String = text
        .chars()
        .map(|letter| if letter.is_whitespace() || letter.is_control() { ' ' } else { letter })
        .filter(|letter| !is_invisible(*letter))
        .collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    line.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Marks of direction and order, blanks without width, and tags; joiners stay, as names in some scripts need them.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{00ad}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// A name to greet with; empty where it holds something that a mail program would turn into a link. Anybody may
/// register with somebody else's address, and the name must not become their message.
pub(super) fn name(text: &str) -> String {
    let name = clean(text, MOST_NAME);
    let letters: Vec<char> = name.chars().collect();
    let has_inner_dot = letters.windows(3).any(|three| {
        matches!(three, [before, '.' | '。' | '．', after] if before.is_alphanumeric() && after.is_alphanumeric())
    });
    if has_inner_dot || name.contains("://") || name.contains(['@', '/', '\\']) { String::new() } else { name }
}

const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("PostmanRuntime/", "Postman"),
    ("python", "Python"),
    ("Python", "Python"),
    ("node", "Node.js"),
    ("Go-http-client/", "Go"),
];

const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// The device that a `User-Agent` tells of, in our own words: the header's are whatever the sender liked to write.
#[must_use]
pub fn device(language: Language, user_agent: &str) -> String {
    if let Some(version) = version_of_vk(user_agent) {
        return match language {
            Language::English => format!("vk {version} (command line)"),
            Language::French => format!("vk {version} (ligne de commande)"),
        };
    }
    let known =
        |list: &[(&str, &'static str)]| list.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name);
    match (known(BROWSERS), known(SYSTEMS), language) {
        (Some(browser), Some(system), Language::English) => format!("{browser} on {system}"),
        (Some(browser), Some(system), Language::French) => format!("{browser} sur {system}"),
        (Some(one), None, _) | (None, Some(one), _) => one.into(),
        (None, None, Language::English) => "an unknown program".into(),
        (None, None, Language::French) => "un programme inconnu".into(),
    }
}

/// The version of our own command line: digits and dots alone, as anybody may write the header.
fn version_of_vk(user_agent: &str) -> Option<&str> {
    let version = user_agent.strip_prefix("vk/")?;
    let is_version = version.len() <= 20 && version.starts_with(|letter: char| letter.is_ascii_digit());
    let is_plain = version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    (is_version && is_plain).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_invisible_or_turns_the_line_is_gone() {
        assert_eq!(clean(" a\r\nBcc: x\u{202e}\u{200b}\t\u{2066}b\u{0} ", 100), "a Bcc: x b");
        assert_eq!(clean("ééééé", 3), "éé…");
    }

    #[test]
    fn a_name_that_would_become_a_link_is_left_out() {
        for kept in ["Ada Lovelace", "J. R. R. Tolkien", "李小龙", "O'Brien-Smith", "{{7*7}}", "<b>Bob"] {
            assert_eq!(name(kept), kept);
        }
        for dropped in ["evil.com", "Click https://evil", "www.evil.org", "a@b", "x/y"] {
            assert_eq!(name(dropped), "", "{dropped}");
        }
    }

    #[test]
    fn a_program_is_told_in_our_words() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1";

        assert_eq!(device(Language::English, firefox), "Firefox on Linux");
        assert_eq!(device(Language::French, safari), "Safari sur iPhone");
        assert_eq!(device(Language::English, "curl/8.5.0"), "curl");
        assert_eq!(device(Language::English, "vk/0.1.0"), "vk 0.1.0 (command line)");
        assert_eq!(device(Language::French, "vk/0.1.0"), "vk 0.1.0 (ligne de commande)");
        assert_eq!(device(Language::English, "vk/1 evil.com"), "an unknown program");
        assert_eq!(device(Language::French, "Win a prize at evil.com"), "un programme inconnu");
    }
}
