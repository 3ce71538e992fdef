//! What can be wrong with one field, with a message in both languages. A message never repeats the value.

use std::borrow::Cow;

use super::console;
use crate::core::language::Language;

/// A fault of one field of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field, as a path: `email`, `tags[2]`, `provider_config.url`; empty for the body as a whole.
    pub field: String,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What can be wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It is missing.
    Required,
    /// It is of another JSON type than the one named.
    WrongType(&'static str),
    /// The route does not know it.
    Unknown,
    /// Fewer characters than so many.
    TooShort(usize),
    /// More characters than so many.
    TooLong(usize),
    /// More of what the texts name, in English and French, than so many.
    TooMany(usize, &'static str, &'static str),
    /// Below or above what a number may be.
    OutOfRange(i64, i64),
    /// It holds characters that can not be kept, as NUL.
    InvalidCharacters,
    /// It does not have the form that the text names, in English and French.
    InvalidFormat(&'static str, &'static str),
    /// It is none of the words that the text lists.
    InvalidChoice(Cow<'static, str>),
    /// A common password, or one close to the email or the name.
    PasswordTooCommon,
    /// A moment that has passed.
    InThePast,
    /// There is no such thing; the text says what to do, in English and French.
    NotFound(&'static str, &'static str),
    /// It does not go with another field; the text says why, in English and French.
    Conflict(&'static str, &'static str),
}

impl Fault {
    /// A fault of `kind` in `field`.
    pub fn new(field: impl Into<String>, kind: FaultKind) -> Self {
        Self { field: field.into(), kind }
    }

    /// The word that programs match on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            FaultKind::Required => "required",
            FaultKind::WrongType(_) => "wrong_type",
            FaultKind::Unknown => "unknown_field",
            FaultKind::TooShort(_) => "too_short",
            FaultKind::TooLong(_) | FaultKind::TooMany(..) => "too_long",
            FaultKind::OutOfRange(..) => "out_of_range",
            FaultKind::InvalidCharacters => "invalid_characters",
            FaultKind::InvalidFormat(..) => "invalid_format",
            FaultKind::InvalidChoice(_) => "invalid_choice",
            FaultKind::PasswordTooCommon => "password_too_common",
            FaultKind::InThePast => "in_the_past",
            FaultKind::NotFound(..) => "not_found",
            FaultKind::Conflict(..) => "conflict",
        }
    }

    /// A sentence that says what to send instead.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::English => self.english(),
            Language::French => self.french(),
        }
    }

    fn english(&self) -> String {
        match &self.kind {
            FaultKind::Required => "This field is required.".into(),
            FaultKind::WrongType(kind) => format!("This must be a JSON {kind}."),
            FaultKind::Unknown => "This field is not known here. Remove it.".into(),
            FaultKind::TooShort(1) => "This must not be empty.".into(),
            FaultKind::TooShort(least) => format!("Use at least {least} characters."),
            FaultKind::TooLong(most) => format!("Use at most {} characters.", grouped(Language::English, *most)),
            FaultKind::TooMany(most, what, _) => format!("Give at most {} {what}.", grouped(Language::English, *most)),
            FaultKind::OutOfRange(least, most) => format!("Use a whole number from {least} to {most}."),
            FaultKind::InvalidCharacters => "This holds characters that can not be kept, as NUL, line ends in a line, or signs that nobody sees. Remove them.".into(),
            FaultKind::InvalidFormat(form, _) => format!("Write {form}."),
            FaultKind::InvalidChoice(choices) => format!("Use one of: {choices}."),
            FaultKind::PasswordTooCommon => "This password is too easy to guess: it is common, or close to your email or name. Choose a longer or less predictable one.".into(),
            FaultKind::InThePast => "This moment has passed. Give one in the future.".into(),
            FaultKind::NotFound(why, _) | FaultKind::Conflict(why, _) => (*why).into(),
        }
    }

    fn french(&self) -> String {
        match &self.kind {
            FaultKind::Required => "Ce champ est obligatoire.".into(),
            FaultKind::WrongType(kind) => format!("Le type JSON attendu est « {kind} »."),
            FaultKind::Unknown => "Ce champ n’est pas connu ici. Retirez-le.".into(),
            FaultKind::TooShort(1) => "Ce champ ne doit pas être vide.".into(),
            FaultKind::TooShort(least) => format!("Utilisez au moins {least} caractères."),
            FaultKind::TooLong(most) => format!("Utilisez au plus {} caractères.", grouped(Language::French, *most)),
            FaultKind::TooMany(most, _, what) => format!("Donnez au plus {} {what}.", grouped(Language::French, *most)),
            FaultKind::OutOfRange(least, most) => format!("Utilisez un nombre entier de {least} à {most}."),
            FaultKind::InvalidCharacters => "Ce champ contient des caractères impossibles à conserver, comme NUL, des fins de ligne ou des signes invisibles. Retirez-les.".into(),
            FaultKind::InvalidFormat(_, form) => format!("Écrivez {form}."),
            FaultKind::InvalidChoice(choices) => format!("Choisissez parmi : {choices}."),
            FaultKind::PasswordTooCommon => "Ce mot de passe est trop facile à deviner : il est courant, ou proche de votre adresse ou de votre nom. Choisissez-en un plus long ou moins prévisible.".into(),
            FaultKind::InThePast => "Ce moment est passé. Donnez-en un à venir.".into(),
            FaultKind::NotFound(_, why) | FaultKind::Conflict(_, why) => (*why).into(),
        }
    }
}

fn grouped(language: Language, number: usize) -> String {
    console::grouped(language, i64::try_from(number).unwrap_or(i64::MAX))
}
