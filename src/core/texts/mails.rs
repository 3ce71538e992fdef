//! The texts of the mails that the server sends, in the account's language.

use crate::core::language::Language;

/// A mail's subject and plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailText {
    /// The subject line.
    pub subject: &'static str,
    /// The body, plain text, lines ending in `\n`.
    pub body: String,
}

/// The mail that carries a link to set a new password; `minutes` is how long the link works.
#[must_use]
pub fn recovery(language: Language, link: &str, minutes: i64) -> MailText {
    match language {
        Language::English => MailText {
            subject: "Set a new password for Vault API",
            body: format!(
                "Hello,\n\nSomebody, probably you, asked to set a new password for the Vault API account of this address.\n\n\
                 Open this page to choose one (it works once, for {minutes} minutes):\n\n{link}\n\n\
                 If it was not you, do nothing: your password stays as it is.\n"
            ),
        },
        Language::French => MailText {
            subject: "Choisir un nouveau mot de passe pour Vault API",
            body: format!(
                "Bonjour,\n\nQuelqu’un, sans doute vous, a demandé un nouveau mot de passe pour le compte Vault API de cette adresse.\n\n\
                 Ouvrez cette page pour en choisir un (elle sert une fois, pendant {minutes} minutes) :\n\n{link}\n\n\
                 Si ce n’était pas vous, ne faites rien : votre mot de passe reste inchangé.\n"
            ),
        },
    }
}

/// A notice about the account: what happened, and what to do if it was not its owner.
#[must_use]
pub fn notice(language: Language, subject: &'static str, sentences: &[String]) -> MailText {
    let hello = match language {
        Language::English => "Hello,",
        Language::French => "Bonjour,",
    };
    MailText { subject, body: format!("{hello}\n\n{}\n", sentences.join("\n\n")) }
}

/// The mail that tells an owner that the password was changed.
#[must_use]
pub fn password_changed(language: Language) -> MailText {
    match language {
        Language::English => notice(
            language,
            "Your Vault API password was changed",
            &[
                "The password of your Vault API account was changed, and its other sessions were ended.".into(),
                "If it was not you, recover the account at once from the sign-in page.".into(),
            ],
        ),
        Language::French => notice(
            language,
            "Votre mot de passe Vault API a été changé",
            &[
                "Le mot de passe de votre compte Vault API a été changé, et ses autres sessions ont été fermées."
                    .into(),
                "Si ce n’était pas vous, récupérez le compte sans attendre depuis la page de connexion.".into(),
            ],
        ),
    }
}
