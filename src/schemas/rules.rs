//! The rules for texts: how long, which characters, which form. One for each kind of field.

use crate::core::{crypto::password::MOST_CHARACTERS, texts::faults::FaultKind};

/// What a text must be.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    least: usize,
    most: usize,
    form: Form,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    /// Any characters, kept exactly: passwords.
    Exact,
    /// Any characters but NUL, kept exactly: values, notes.
    Block,
    /// One line, trimmed: names, tags.
    Line,
    /// A lower-case word; upper case is folded.
    Word(fn(char) -> bool, &'static str, &'static str),
}

/// The name of a key.
pub const KEY_NAME: Text = Text::line(1, 100);
/// The name of a person; may be empty.
pub const PERSON_NAME: Text = Text::line(0, 100);
/// A note.
pub const NOTE: Text = Text { least: 0, most: 2000, form: Form::Block };
/// A tag.
pub const TAG: Text = Text::line(1, 50);
/// The value of a key, in characters; in bytes the body's limit holds.
pub const VALUE: Text = Text { least: 1, most: 32_768, form: Form::Block };
/// A password that is tried; what a new one must be is the service's rule.
pub const PASSWORD: Text = Text { least: 1, most: 1024, form: Form::Exact };
/// An environment.
pub const ENVIRONMENT: Text = Text {
    least: 1,
    most: 32,
    form: Form::Word(
        |letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'),
        "a word of letters, digits, - and _, as production or staging-2",
        "un mot fait de lettres, chiffres, - et _, comme production ou staging-2",
    ),
};
/// A provider's identifier.
pub const PROVIDER: Text = Text {
    least: 1,
    most: 32,
    form: Form::Word(
        |letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'),
        "a provider’s identifier from GET /api/providers",
        "un identifiant de fournisseur de GET /api/providers",
    ),
};
/// A scope.
pub const SCOPE: Text = Text {
    least: 1,
    most: 64,
    form: Form::Word(
        |letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | ':' | '.' | '*' | '/'),
        "a scope of letters, digits and - _ : . * /, as orders:read",
        "une portée faite de lettres, chiffres et - _ : . * /, comme orders:read",
    ),
};

/// A new password of at least so many characters.
#[must_use]
pub fn new_password(least: usize) -> Text {
    Text { least, most: MOST_CHARACTERS, form: Form::Exact }
}

/// Whether a sign can not be seen in a line and changes it: control characters, the other ends of lines of Unicode, and
/// the signs that turn the direction of what follows.
#[must_use]
pub fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{2028}' | '\u{2029}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl Text {
    /// One line of `least` to `most` characters, trimmed.
    #[must_use]
    pub const fn line(least: usize, most: usize) -> Self {
        Self { least, most, form: Form::Line }
    }

    /// The text in its kept form.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(self, text: String) -> Result<String, FaultKind> {
        let text = match self.form {
            Form::Block if text.contains('\0') => return Err(FaultKind::InvalidCharacters),
            Form::Exact | Form::Block => text,
            Form::Line if text.trim().chars().any(is_unseen) => return Err(FaultKind::InvalidCharacters),
            Form::Line => text.trim().to_owned(),
            Form::Word(..) => text.trim().to_ascii_lowercase(),
        };
        let length = text.chars().count();
        if length < self.least {
            return Err(FaultKind::TooShort(self.least));
        }
        if length > self.most {
            return Err(FaultKind::TooLong(self.most));
        }
        match self.form {
            Form::Word(allowed, english, french) if !text.chars().all(allowed) => {
                Err(FaultKind::InvalidFormat(english, french))
            }
            _ => Ok(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_trimmed_and_hold_no_control_characters() {
        assert_eq!(KEY_NAME.check("  a key ".into()), Ok("a key".into()));
        assert_eq!(KEY_NAME.check("   ".into()), Err(FaultKind::TooShort(1)));
        assert_eq!(KEY_NAME.check("a\0b".into()), Err(FaultKind::InvalidCharacters));
        assert_eq!(KEY_NAME.check("a\nb".into()), Err(FaultKind::InvalidCharacters));
        assert_eq!(KEY_NAME.check("é".repeat(101)), Err(FaultKind::TooLong(100)));
    }

    #[test]
    fn lines_hold_no_signs_that_end_or_turn_them_unseen() {
        for sign in [
            '\u{2028}', '\u{2029}', '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}',
            '\u{85}',
        ] {
            assert_eq!(KEY_NAME.check(format!("a{sign}b")), Err(FaultKind::InvalidCharacters), "{sign:?}");
        }
        assert_eq!(KEY_NAME.check("clé 🔑 \u{200d}مفتاح".into()), Ok("clé 🔑 \u{200d}مفتاح".into()));
    }

    #[test]
    fn values_and_passwords_are_kept_exactly() {
        assert_eq!(VALUE.check(" -----BEGIN\n".into()), Ok(" -----BEGIN\n".into()));
        assert_eq!(VALUE.check("a\0".into()), Err(FaultKind::InvalidCharacters));
        assert_eq!(PASSWORD.check(" a\0 ".into()), Ok(" a\0 ".into()));
    }

    #[test]
    fn words_are_folded_to_lower_case() {
        assert_eq!(ENVIRONMENT.check(" Production".into()), Ok("production".into()));
        assert!(matches!(ENVIRONMENT.check("a b".into()), Err(FaultKind::InvalidFormat(..))));
    }
}
