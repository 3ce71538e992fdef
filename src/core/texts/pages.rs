//! The texts of the pages, and of answers that are sentences.

use crate::{core::language::Language, models::mail_link::LinkPurpose};

/// The texts of the page that sets a new password.
#[derive(Clone, Copy, Debug)]
pub struct ResetTexts {
    /// The page's heading.
    pub title: &'static str,
    /// The field's label.
    pub label: &'static str,
    /// The choice not to revoke the tokens for programs.
    pub keep_tokens: &'static str,
    /// The button's text.
    pub button: &'static str,
}

/// What a good password is, of so many characters at least.
#[must_use]
pub fn password_hint(language: Language, least: usize) -> String {
    match language {
        Language::English => format!(
            "At least {least} characters, hard to guess: a few unrelated words do well. All your sessions will end."
        ),
        Language::French => format!(
            "Au moins {least} caractères, difficiles à deviner : quelques mots sans lien conviennent bien. Toutes vos sessions seront fermées."
        ),
    }
}

/// The texts of the page that sets a new password.
#[must_use]
pub fn reset(language: Language) -> ResetTexts {
    match language {
        Language::English => ResetTexts {
            title: "Choose a new password",
            label: "New password",
            keep_tokens: "Keep my tokens for programs. Leave this unticked if somebody else may have known the password: they are revoked then.",
            button: "Set the password",
        },
        Language::French => ResetTexts {
            title: "Choisir un nouveau mot de passe",
            label: "Nouveau mot de passe",
            keep_tokens: "Garder mes jetons pour programmes. Ne cochez pas si quelqu’un d’autre a pu connaître le mot de passe : ils seront alors révoqués.",
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

/// What the page says, too, where the second factor ended with the former password.
#[must_use]
pub fn factor_lost(language: Language) -> &'static str {
    match language {
        Language::English => {
            "The second factor is off: it had been set up before your address was confirmed. Turn it on again once you are in."
        }
        Language::French => {
            "Le second facteur est désactivé : il datait d’avant la confirmation de votre adresse. Réactivez-le après votre connexion."
        }
    }
}

/// The answer to an administrator who has a recovery mail sent.
#[must_use]
pub fn recovery_sent(language: Language) -> &'static str {
    match language {
        Language::English => "A recovery mail is on its way to the owner of the account.",
        Language::French => "Un message de récupération est en route vers le propriétaire du compte.",
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

/// The one answer to whoever asks for a verification mail.
#[must_use]
pub fn verification_requested(language: Language) -> &'static str {
    match language {
        Language::English => {
            "If this address has an account that lacks the proof, a mail is on its way. Its link works once, for a day."
        }
        Language::French => {
            "Si cette adresse a un compte encore à confirmer, un message est en route. Son lien sert une fois, pendant un jour."
        }
    }
}

/// The one answer to whoever registers, where it must not tell whether the address has an account.
#[must_use]
pub fn registration_received(language: Language) -> &'static str {
    match language {
        Language::English => "A mail is on its way to this address. Open its link to go on.",
        Language::French => "Un message est en route vers cette adresse. Ouvrez son lien pour continuer.",
    }
}

/// The answer to whoever asks for another address.
#[must_use]
pub fn address_change_requested(language: Language) -> &'static str {
    match language {
        Language::English => {
            "A mail is on its way to the new address. The change waits for its link, a day at most; until then the former address counts."
        }
        Language::French => {
            "Un message est en route vers la nouvelle adresse. Le changement attend son lien, un jour au plus ; d’ici là, l’ancienne adresse compte."
        }
    }
}

/// The texts of a page with one button.
#[derive(Clone, Copy, Debug)]
pub struct ButtonTexts {
    /// The page's heading.
    pub title: &'static str,
    /// What the button does.
    pub hint: &'static str,
    /// The button's text.
    pub button: &'static str,
    /// What the page says once it is done.
    pub done: &'static str,
    /// Its heading then.
    pub done_title: &'static str,
    /// For somebody who knows of nothing: a question, and the text of a link to a page for that.
    pub refusal: Option<(&'static str, &'static str)>,
}

/// The heading where a link was used before, or too late.
#[must_use]
pub fn spent_link(language: Language) -> &'static str {
    match language {
        Language::English => "This link no longer works",
        Language::French => "Ce lien ne sert plus",
    }
}

/// What is said of a dead link that proved an address.
#[derive(Clone, Copy, Debug)]
pub struct SpentProofTexts {
    /// What became of it.
    pub spent: &'static str,
    /// What follows, for somebody of whom nothing is known.
    pub unknown: &'static str,
    /// The same for somebody who has signed in and whose address, `{email}`, is confirmed.
    pub confirmed: &'static str,
    /// The same where it is not confirmed.
    pub unconfirmed: &'static str,
    /// The way to another mail.
    pub again: &'static str,
}

/// What is said of a dead link that proved an address.
#[must_use]
pub fn spent_proof(language: Language) -> SpentProofTexts {
    match language {
        Language::English => SpentProofTexts {
            spent: "This link was used already, was replaced by a newer one, or has expired.",
            unknown: "If your address is confirmed already, there is nothing left to do. If it is not, sign in to have the mail sent again.",
            confirmed: "The address of your account, {email}, is confirmed: there is nothing left to do.",
            unconfirmed: "The address of your account, {email}, is not confirmed yet: have the mail sent again.",
            again: "Send the mail again",
        },
        Language::French => SpentProofTexts {
            spent: "Ce lien a déjà servi, a été remplacé par un plus récent ou a expiré.",
            unknown: "Si votre adresse est déjà confirmée, il ne reste rien à faire. Sinon, connectez-vous pour faire renvoyer le message.",
            confirmed: "L’adresse de votre compte, {email}, est confirmée : il ne reste rien à faire.",
            unconfirmed: "L’adresse de votre compte, {email}, n’est pas encore confirmée : faites renvoyer le message.",
            again: "Renvoyer le message",
        },
    }
}

/// The way to another link, where one that sets a password no longer works.
#[must_use]
pub fn new_link(language: Language) -> &'static str {
    match language {
        Language::English => "Ask for a new link",
        Language::French => "Demander un nouveau lien",
    }
}

/// The texts of the page that deletes an account which somebody else registered on the visitor's address.
#[derive(Clone, Copy, Debug)]
pub struct DisownTexts {
    /// The page's heading.
    pub title: &'static str,
    /// When to go on, and when not.
    pub lede: &'static str,
    /// Before the list of what goes.
    pub what: &'static str,
    /// The account itself.
    pub gone_account: &'static str,
    /// Said of its keys, where it has none.
    pub gone_nothing: &'static str,
    /// One of them, after its number.
    pub gone_key: &'static str,
    /// More of them, after their number.
    pub gone_keys: &'static str,
    /// The button's text.
    pub button: &'static str,
    /// The way back.
    pub back: &'static str,
    /// The heading once it is done.
    pub done_title: &'static str,
    /// What the page says then, with `{email}`.
    pub done: &'static str,
}

/// The texts of the page that deletes an account which somebody else registered on the visitor's address.
#[must_use]
pub fn disown(language: Language) -> DisownTexts {
    match language {
        Language::English => DisownTexts {
            title: "Delete this account?",
            lede: "Somebody made an account with your address. If it was you after all, go back and confirm the address instead.",
            what: "Deleted for good, at once, with no way back:",
            gone_account: "The account, its sessions and its tokens for programs",
            gone_nothing: "No active key: there is none",
            gone_key: "stored key, with all its versions",
            gone_keys: "stored keys, with all their versions",
            button: "Delete it for good",
            back: "Back, delete nothing",
            done_title: "The account is deleted",
            done: "The account of {email} is gone, with all that whoever made it kept there. The address is free: you can make an account of your own with it whenever you like.",
        },
        Language::French => DisownTexts {
            title: "Supprimer ce compte ?",
            lede: "Quelqu’un a créé un compte avec votre adresse. Si c’était vous après tout, revenez et confirmez plutôt l’adresse.",
            what: "Seront supprimés pour de bon, aussitôt, sans retour possible :",
            gone_account: "Le compte, ses sessions et ses jetons pour programmes",
            gone_nothing: "Aucune clé active : il n’y en a pas",
            gone_key: "clé enregistrée, avec toutes ses versions",
            gone_keys: "clés enregistrées, avec toutes leurs versions",
            button: "Supprimer pour de bon",
            back: "Revenir sans rien supprimer",
            done_title: "Le compte est supprimé",
            done: "Le compte de {email} a disparu, avec tout ce que la personne qui l’a créé y gardait. L’adresse est libre : vous pouvez créer votre propre compte avec elle quand vous le voudrez.",
        },
    }
}

/// The texts of the page that a link of this purpose leads to.
#[must_use]
pub fn button(language: Language, purpose: LinkPurpose) -> ButtonTexts {
    match (language, purpose) {
        (Language::English, LinkPurpose::Verify) => ButtonTexts {
            title: "Confirm your address",
            hint: "You registered with Vault API: one click proves that this address is yours.",
            button: "This is my address",
            done: "You can go on where you were.",
            done_title: "Your address is confirmed",
            refusal: Some((
                "You did not register? Then somebody else did, with your address, and knows the password of this account.",
                "I did not register",
            )),
        },
        (Language::French, LinkPurpose::Verify) => ButtonTexts {
            title: "Confirmer votre adresse",
            hint: "Un compte Vault API vient d’être créé avec cette adresse : un clic prouve que cette adresse est la vôtre.",
            button: "C’est mon adresse",
            done: "Vous pouvez reprendre où vous en étiez.",
            done_title: "Votre adresse est confirmée",
            refusal: Some((
                "Ce n’était pas vous ? Alors quelqu’un d’autre l’a fait avec votre adresse, et connaît le mot de passe de ce compte.",
                "Ce n’était pas moi",
            )),
        },
        (Language::English, LinkPurpose::Change) => ButtonTexts {
            title: "Change to this address",
            hint: "From now on you sign in with this address, and mails go here. The former address is told.",
            button: "Use this address",
            done: "Your account has this address now. Sign in with it from here on.",
            done_title: "Your address is changed",
            refusal: None,
        },
        (Language::French, LinkPurpose::Change) => ButtonTexts {
            title: "Passer à cette adresse",
            hint: "Vous vous connecterez désormais avec cette adresse, et les messages y arriveront. L’ancienne adresse en est avertie.",
            button: "Utiliser cette adresse",
            done: "Votre compte a maintenant cette adresse. Connectez-vous désormais avec elle.",
            done_title: "Votre adresse est changée",
            refusal: None,
        },
        (Language::English, LinkPurpose::Undo) => ButtonTexts {
            title: "Take the change back",
            hint: "This address becomes the account’s again, every session ends, and the password stops working. A mail lets you choose a new one.",
            button: "Take my address back",
            done: "The account has this address again. A mail is on its way here to choose a new password.",
            done_title: "Your address is back",
            refusal: None,
        },
        (Language::French, LinkPurpose::Undo) => ButtonTexts {
            title: "Annuler le changement",
            hint: "Cette adresse redevient celle du compte, toutes les sessions se ferment et le mot de passe ne sert plus. Un message vous permettra d’en choisir un nouveau.",
            button: "Reprendre mon adresse",
            done: "Le compte a de nouveau cette adresse. Un message est en route pour choisir un nouveau mot de passe.",
            done_title: "Votre adresse est rétablie",
            refusal: None,
        },
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
            title: "Development mail",
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
