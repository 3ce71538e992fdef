//! What can be wrong with one line of an import, in both languages. A message never repeats a value.

use super::faults::{Fault, FaultKind};
use crate::core::language::Language;

/// Why a line can not be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineFault {
    /// One of its fields is at fault.
    Field(FaultKind),
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
            Self::Field(kind) | Self::Member(_, kind) => Fault::new("", kind.clone()).code(),
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
            (Self::Member(name, kind), Language::English) => {
                format!("{name}: {}", Fault::new("", kind.clone()).message(language))
            }
            (Self::Member(name, kind), Language::French) => {
                format!("{name} : {}", Fault::new("", kind.clone()).message(language))
            }
            (Self::DuplicateName(line), Language::English) => {
                format!("Line {line} has this name already. Keep one of them.")
            }
            (Self::DuplicateName(line), Language::French) => {
                format!("La ligne {line} porte déjà ce nom. Gardez-en une.")
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
            Self::Field(_) | Self::Member(..) | Self::DuplicateName(_) | Self::RepeatedValue(_) => "",
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
            Self::Field(_) | Self::Member(..) | Self::DuplicateName(_) | Self::RepeatedValue(_) => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_sentence_in_both_languages() {
        for fault in [
            LineFault::Field(FaultKind::TooLong(100)),
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
