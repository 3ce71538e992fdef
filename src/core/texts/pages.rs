//! The texts of the pages, and of answers that are sentences.

use crate::core::language::Language;

/// The texts of the page that sets a new password.
#[derive(Clone, Copy, Debug)]
pub struct ResetTexts {
    /// The page's heading.
    pub title: &'static str,
    /// The field's label.
    pub label: &'static str,
    /// What a good password is.
    pub hint: &'static str,
    /// The button's text.
    pub button: &'static str,
}

/// The texts of the page that sets a new password.
#[must_use]
pub fn reset(language: Language) -> ResetTexts {
    match language {
        Language::English => ResetTexts {
            title: "Choose a new password",
            label: "New password",
            hint: "Long and hard to guess: a few unrelated words do well. All your sessions will end.",
            button: "Set the password",
        },
        Language::French => ResetTexts {
            title: "Choisir un nouveau mot de passe",
            label: "Nouveau mot de passe",
            hint: "Long et difficile à deviner : quelques mots sans lien conviennent bien. Toutes vos sessions seront fermées.",
            button: "Enregistrer le mot de passe",
        },
    }
}

/// What the page says once the password is set.
#[must_use]
pub fn reset_done(language: Language) -> &'static str {
    match language {
        Language::English => "Your password is set, and all sessions have ended. You can sign in with it now.",
        Language::French => {
            "Votre mot de passe est enregistré, et toutes les sessions sont fermées. Vous pouvez maintenant vous connecter."
        }
    }
}

/// The one answer to whoever asks for a recovery mail, whether or not the address has an account.
#[must_use]
pub fn recovery_requested(language: Language) -> &'static str {
    match language {
        Language::English => {
            "If this address has an account, a mail is on its way. Its link works once, for a short time."
        }
        Language::French => {
            "Si cette adresse a un compte, un message est en route. Son lien sert une fois, pendant peu de temps."
        }
    }
}

/// The texts of the page that shows the mails of development.
#[derive(Clone, Copy, Debug)]
pub struct DevMailTexts {
    /// The list's heading.
    pub title: &'static str,
    /// What the list is.
    pub intro: &'static str,
    /// Said where there is no mail yet.
    pub empty: &'static str,
    /// The way back to the list.
    pub all: &'static str,
    /// Before the recipient.
    pub to: &'static str,
    /// Before the moment.
    pub date: &'static str,
    /// The tab of the HTML.
    pub html: &'static str,
    /// The tab of the plain text.
    pub plain: &'static str,
}

/// The texts of the page that shows the mails of development.
#[must_use]
pub fn dev_mail(language: Language) -> DevMailTexts {
    match language {
        Language::English => DevMailTexts {
            title: "Mails of development",
            intro: "What would have been sent, newest first. Nothing left this machine: set SMTP_URL to send for real.",
            empty: "No mail yet. Ask for a new password, and come back.",
            all: "All mails",
            to: "To",
            date: "Date",
            html: "HTML",
            plain: "Plain text",
        },
        Language::French => DevMailTexts {
            title: "Messages de développement",
            intro: "Ce qui aurait été envoyé, le plus récent d’abord. Rien n’a quitté cette machine : SMTP_URL fait partir les messages.",
            empty: "Pas encore de message. Demandez un nouveau mot de passe, puis revenez.",
            all: "Tous les messages",
            to: "À",
            date: "Date",
            html: "HTML",
            plain: "Texte seul",
        },
    }
}
