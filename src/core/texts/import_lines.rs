//! What can be wrong with one line of an import, in both languages. A message never repeats a value.

use super::faults::{Fault, FaultKind};
use crate::core::language::Language;

/// What of an entry is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its name.
    Name,
    /// Its value.
    Value,
    /// Where it is used.
    Environment,
    /// The user's own words for it.
    Tags,
    /// The user's own text.
    Note,
    /// When its time ends.
    Expiry,
    /// What it may be used for.
    Scopes,
    /// The provider's settings.
    Settings,
}

impl Part {
    fn name(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Name, Language::English) => "Name",
            (Self::Name, Language::French) => "Nom",
            (Self::Value, Language::English) => "Value",
            (Self::Value, Language::French) => "Valeur",
            (Self::Environment, Language::English) => "Environment",
            (Self::Environment, Language::French) => "Environnement",
            (Self::Tags, Language::English) => "Tags",
            (Self::Tags, Language::French) => "Étiquettes",
            (Self::Note, _) => "Note",
            (Self::Expiry, Language::English) => "Expiry",
            (Self::Expiry, Language::French) => "Échéance",
            (Self::Scopes, Language::English) => "Scopes",
            (Self::Scopes, Language::French) => "Portées",
            (Self::Settings, Language::English) => "Provider’s settings",
            (Self::Settings, Language::French) => "Réglages du fournisseur",
        }
    }
}

/// Why a line can not be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineFault {
    /// It is at fault in a way that tells by itself what of it is meant.
    Field(FaultKind),
    /// This part of it is at fault.
    Part(Part, FaultKind),
    /// The member of this name is at fault.
    Member(String, FaultKind),
    /// The form of the file has no member of this name.
    Foreign,
    /// The row has more columns than the first one names.
    Surplus,
    /// It is none of `NAME=value`, a comment or an empty line.
    Malformed,
    /// A quotation mark is never closed.
    Unterminated,
    /// There is no value.
    Empty,
    /// The line of this number has the name already, in the same environment.
    DuplicateName(usize),
    /// The line of this number has the value already.
    RepeatedValue(usize),
    /// Another active key of the account has the value.
    HeldValue,
    /// The vault made the key of this name: it changes by rotation alone.
    GeneratedKey,
}

impl LineFault {
    /// The word that programs match on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Field(kind) | Self::Part(_, kind) | Self::Member(_, kind) => Fault::new("", kind.clone()).code(),
            Self::Foreign => "unknown_field",
            Self::Surplus => "surplus_columns",
            Self::Malformed => "malformed_line",
            Self::Unterminated => "unterminated_quote",
            Self::Empty => "empty_value",
            Self::DuplicateName(_) => "duplicate_name",
            Self::RepeatedValue(_) | Self::HeldValue => "duplicate_value",
            Self::GeneratedKey => "generated_key",
        }
    }

    /// A sentence that says what to do.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        match (self, language) {
            (Self::Field(kind), _) => Fault::new("", kind.clone()).message(language),
            (Self::Part(part, kind), _) => named(part.name(language), kind, language),
            (Self::Member(name, kind), _) => named(name, kind, language),
            (Self::DuplicateName(line), Language::English) => {
                format!(
                    "Line {line} has this name already, and is the one that would be stored; programs that read such a file take the last. Keep one of them."
                )
            }
            (Self::DuplicateName(line), Language::French) => {
                format!(
                    "La ligne {line} porte déjà ce nom, et c’est elle qui serait enregistrée ; les programmes qui lisent un tel fichier prennent la dernière. Gardez-en une."
                )
            }
            (Self::RepeatedValue(line), Language::English) => {
                format!("Line {line} has this value already; the vault keeps a value once. Keep one of them.")
            }
            (Self::RepeatedValue(line), Language::French) => {
                format!(
                    "La ligne {line} contient déjà cette valeur ; le coffre garde une valeur une fois. Gardez-en une."
                )
            }
            (fault, Language::English) => fault.english().into(),
            (fault, Language::French) => fault.french().into(),
        }
    }

    fn english(&self) -> &'static str {
        match self {
            Self::Malformed => {
                "Write NAME=value, with quotes around a value of several lines, or make it a comment with #."
            }
            Self::Foreign => {
                "A file of this form has nothing of this name. Remove it, or import it in a file of its own."
            }
            Self::Surplus => {
                "This row has more columns than the first one. Put a text with commas into quotation marks."
            }
            Self::Unterminated => "Close the quotation mark that opens here.",
            Self::Empty => "Give a value, or remove the line: the vault keeps no empty values.",
            Self::HeldValue => {
                "Another active key of this account holds this value. Remove the line, or revoke that key first."
            }
            Self::GeneratedKey => {
                "The vault made the key of this name. Rotate it with POST /api/keys/{id}/rotate, or choose another name."
            }
            Self::Field(_) | Self::Part(..) | Self::Member(..) | Self::DuplicateName(_) | Self::RepeatedValue(_) => "",
        }
    }

    fn french(&self) -> &'static str {
        match self {
            Self::Malformed => {
                "Écrivez NOM=valeur, avec des guillemets autour d’une valeur de plusieurs lignes, ou faites-en un commentaire avec #."
            }
            Self::Foreign => {
                "Un fichier de cette forme n’a rien de ce nom. Retirez-le, ou importez-le dans un fichier à part."
            }
            Self::Surplus => {
                "Cette ligne a plus de colonnes que la première. Mettez entre guillemets un texte qui contient des virgules."
            }
            Self::Unterminated => "Fermez le guillemet qui s’ouvre ici.",
            Self::Empty => "Donnez une valeur, ou retirez la ligne : le coffre ne garde pas de valeur vide.",
            Self::HeldValue => {
                "Une autre clé active de ce compte contient cette valeur. Retirez la ligne, ou révoquez d’abord cette clé."
            }
            Self::GeneratedKey => {
                "Le coffre a créé la clé de ce nom. Renouvelez-la avec POST /api/keys/{id}/rotate, ou choisissez un autre nom."
            }
            Self::Field(_) | Self::Part(..) | Self::Member(..) | Self::DuplicateName(_) | Self::RepeatedValue(_) => "",
        }
    }
}

/// What is wrong with something of this name: `Name: use at most 100 characters.`
fn named(name: &str, kind: &FaultKind, language: Language) -> String {
    let message = Fault::new("", kind.clone()).message(language);
    let mut letters = message.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_lowercase).collect();
    let colon = match language {
        Language::English => ":",
        Language::French => "\u{a0}:",
    };
    format!("{name}{colon} {first}{}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_or_too_many_is_named() {
        let long = LineFault::Part(Part::Name, FaultKind::TooLong(100));
        let many = LineFault::Part(Part::Tags, FaultKind::TooMany(20, "tags", "étiquettes"));

        assert_eq!(long.message(Language::English), "Name: use at most 100 characters.");
        assert_eq!(long.message(Language::French), "Nom\u{a0}: utilisez au plus 100 caractères.");
        assert_eq!(many.message(Language::English), "Tags: give at most 20 tags.");
        assert_eq!(many.message(Language::French), "Étiquettes\u{a0}: donnez au plus 20 étiquettes.");
    }

    #[test]
    fn every_fault_has_a_sentence_in_both_languages() {
        for fault in [
            LineFault::Field(FaultKind::WrongType("string")),
            LineFault::Part(Part::Note, FaultKind::TooLong(2000)),
            LineFault::Member("enabled".into(), FaultKind::WrongType("boolean")),
            LineFault::Foreign,
            LineFault::Surplus,
            LineFault::Malformed,
            LineFault::Unterminated,
            LineFault::Empty,
            LineFault::DuplicateName(3),
            LineFault::RepeatedValue(3),
            LineFault::HeldValue,
            LineFault::GeneratedKey,
        ] {
            let (english, french) = (fault.message(Language::English), fault.message(Language::French));
            assert!(english.len() > 10 && french.len() > 10 && english != french, "{fault:?}");
        }
    }
}
