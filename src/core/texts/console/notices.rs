//! The notices that a page shows once, after an act that led to it: a closed list of words in the address. Of some it is
//! told to how many keys it was done: these have a second sentence, with `{count}`.

use super::{counted, grouped, is_one};
use crate::core::language::Language;

macro_rules! notices {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal: $english:literal | $french:literal$(; $english_of_many:literal | $french_of_many:literal)?,)+) => {
        /// What was just done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Notice { $($(#[doc = $doc])+ $name),+ }

        impl Notice {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word in the address.
            #[must_use]
            pub fn word(self) -> &'static str { match self { $(Self::$name => $word),+ } }

            /// The sentence that a person reads, where it was done to one or to nothing that is counted.
            #[must_use]
            pub fn text(self, language: Language) -> &'static str {
                match (self, language) { $((Self::$name, Language::English) => $english, (Self::$name, Language::French) => $french),+ }
            }

            /// The same where it was done to so many.
            #[must_use]
            pub fn text_of(self, language: Language, count: i64) -> String {
                let of_many = match self { $(Self::$name => None$(.or(Some(($english_of_many, $french_of_many))))?),+ };
                let text: &str = match (of_many, language) {
                    _ if is_one(language, count) => self.text(language),
                    (Some((english, _)), Language::English) => english,
                    (Some((_, french)), Language::French) => french,
                    (None, _) => self.text(language),
                };
                text.replace("{count}", &grouped(language, count))
            }

            /// The notice that this word stands for.
            #[must_use]
            pub fn read(word: &str) -> Option<Self> { Self::ALL.iter().copied().find(|one| one.word() == word) }
        }
    };
}

notices! {
    /// An administrator changed role or plan of an account.
    AccountChanged = "account-changed": "The account is changed." | "Le compte est modifié.",
    /// The account was deleted by its owner.
    AccountDeleted = "account-deleted": "Your account and everything in it are gone. Farewell." | "Votre compte et tout ce qu’il contenait sont supprimés. Au revoir.",
    /// An administrator disabled an account.
    AccountDisabled = "account-disabled": "The account is disabled; its sessions have ended." | "Le compte est désactivé ; ses sessions ont pris fin.",
    /// An administrator enabled an account again.
    AccountEnabled = "account-enabled": "The account may sign in again." | "Le compte peut de nouveau se connecter.",
    /// Another address was asked for.
    AddressChangeAsked = "address-change-asked": "A mail waits at the new address. The change counts once you follow its link." | "Un message vous attend à la nouvelle adresse. Le changement comptera quand vous aurez suivi son lien.",
    /// The change that waited was called off.
    AddressChangeCancelled = "address-change-cancelled": "The change is called off; your address stays as it is." | "Le changement est abandonné ; votre adresse reste la même.",
    /// One other session was ended.
    OtherSessionEnded = "other-session-ended": "That session has ended." | "Cette session a pris fin.",
    /// All other sessions were ended.
    OtherSessionsEnded = "other-sessions-ended": "All other sessions have ended." | "Toutes les autres sessions ont pris fin.",
    /// The password was changed.
    PasswordChanged = "password-changed": "Your password is changed, and all other sessions have ended." | "Votre mot de passe est changé, et toutes les autres sessions ont pris fin.",
    /// An administrator had a recovery mail sent.
    RecoverySent = "recovery-sent": "A recovery mail is on its way to the account’s owner." | "Un message de récupération est en route vers le titulaire du compte.",
    /// A recovery code opened the console, and others are left.
    RecoveryCodeUsed = "recovery-code-used": "You signed in with a recovery code. 1 is left." | "Connexion avec un code de récupération. Il en reste 1."; "You signed in with a recovery code. {count} are left." | "Connexion avec un code de récupération. Il en reste {count}.",
    /// The last recovery code opened the console.
    RecoveryCodesGone = "recovery-codes-gone": "That was your last recovery code. Make new ones before you need one." | "C’était votre dernier code de récupération. Créez-en de nouveaux avant d’en avoir besoin.",
    /// The second factor must be set up first.
    SecondFactorNeeded = "second-factor-needed": "This server asks you for a second factor. Set it up to go on." | "Ce serveur vous demande un second facteur. Mettez-le en place pour continuer.",
    /// The second factor was turned off.
    SecondFactorOff = "second-factor-off": "The second factor is off." | "Le second facteur est désactivé.",
    /// The second factor was turned on, and the recovery codes are kept.
    SecondFactorOn = "second-factor-on": "The second factor is on. Keep the recovery codes where you will find them." | "Le second facteur est activé. Gardez les codes de récupération là où vous les retrouverez.",
    /// An administrator ended all sessions of an account.
    SessionsEnded = "sessions-ended": "All sessions of the account have ended." | "Toutes les sessions du compte ont pris fin.",
    /// Name or language were changed.
    SettingsSaved = "settings-saved": "Saved." | "Enregistré.",
    /// A key's former values stopped to count.
    GraceEnded = "grace-ended": "From now on only the current value is accepted." | "Désormais, seule la valeur actuelle est acceptée.",
    /// An earlier value of a key is the current one.
    KeyRestored = "key-restored": "The earlier value is the current one again." | "La valeur antérieure est de nouveau l’actuelle.",
    /// A key's description was changed.
    KeySaved = "key-saved": "The changes are saved." | "Les modifications sont enregistrées.",
    /// A pasted value became a key.
    KeyStored = "key-stored": "The key is stored." | "La clé est enregistrée.",
    /// A pasted value became a key's current one.
    ValueStored = "value-stored": "The new value is stored." | "La nouvelle valeur est enregistrée.",
    /// The session ended as asked.
    SignedOut = "signed-out": "You are signed out." | "Déconnexion faite.",
    /// The session's time was over.
    SessionEnded = "session-ended": "Your session ended. Sign in to go on." | "Votre session a pris fin. Connectez-vous pour continuer.",
    /// An account was made.
    Registered = "registered": "Your account is ready." | "Votre compte est prêt.",
    /// The first steps are not shown any more.
    StepsHidden = "steps-hidden": "The first steps are hidden." | "Les premiers pas sont masqués.",
    /// A token for a program was revoked.
    TokenRevoked = "token-revoked": "The token is revoked. It opens nothing any more." | "Le jeton est révoqué. Il n’ouvre plus rien.",
    /// Another proof mail was asked for.
    MailSent = "mail-sent": "A mail is on its way." | "Un message est en route.",
    /// Keys were imported.
    KeysImported = "keys-imported": "1 key is stored." | "1 clé est enregistrée."; "{count} keys are stored." | "{count} clés sont enregistrées.",
    /// A revocation was taken back.
    KeysReinstated = "keys-reinstated": "1 key is back: it works again." | "1 clé est rétablie : elle fonctionne de nouveau."; "{count} keys are back: they work again." | "{count} clés sont rétablies : elles fonctionnent de nouveau.",
    /// Keys were revoked.
    KeysRevoked = "keys-revoked": "1 key revoked: this vault neither shows nor accepts it any more. You can bring it back for ten minutes." | "1 clé révoquée : ce coffre ne l’affiche ni ne l’accepte plus. Vous pouvez la rétablir pendant dix minutes."; "{count} keys revoked: this vault neither shows nor accepts them any more. You can bring them back for ten minutes." | "{count} clés révoquées : ce coffre ne les affiche ni ne les accepte plus. Vous pouvez les rétablir pendant dix minutes.",
    /// A tag was given to keys, or taken from them.
    KeysTagged = "keys-tagged": "The tags are changed." | "Les étiquettes sont modifiées.",
    /// Nothing was ticked.
    KeysUnticked = "keys-unticked": "Nothing was chosen, so nothing changed." | "Rien n’était choisi : rien n’a changé.",
}

/// With fewer recovery codes than that, new ones should be made.
pub const FEW_CODES: i64 = 4;

impl Notice {
    /// What to tell of whoever signed in with a recovery code, of which so many are left.
    #[must_use]
    pub fn of_codes_left(left: i64) -> Self {
        if left > 0 { Self::RecoveryCodeUsed } else { Self::RecoveryCodesGone }
    }

    /// Whether it asks for new recovery codes, where it was told of so many.
    #[must_use]
    pub fn wants_codes(self, count: i64) -> bool {
        self == Self::RecoveryCodesGone || (self == Self::RecoveryCodeUsed && count < FEW_CODES)
    }
}

/// How many lines an import left out, as a sentence.
#[must_use]
pub fn left_out(language: Language, count: i64) -> String {
    match language {
        Language::English => format!("{} left out.", counted(language, count, "line was", "lines were")),
        Language::French => {
            format!("{} de côté.", counted(language, count, "ligne a été laissée", "lignes ont été laissées"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_to_how_many_keys_it_was_done() {
        let told = |language, count| Notice::KeysRevoked.text_of(language, count);

        assert!(told(Language::English, 1).starts_with("1 key revoked: this vault neither shows nor accepts it"));
        assert!(told(Language::English, 3).starts_with("3 keys revoked: this vault neither shows nor accepts them"));
        assert!(told(Language::French, 1).starts_with("1 clé révoquée : ce coffre ne l’affiche"));
        assert!(told(Language::French, 3).starts_with("3 clés révoquées : ce coffre ne les affiche"));
        assert_eq!(Notice::KeysImported.text_of(Language::English, 2_000), "2,000 keys are stored.");
        assert_eq!(left_out(Language::English, 1), "1 line was left out.");
        assert_eq!(left_out(Language::French, 2), "2 lignes ont été laissées de côté.");
        assert_eq!(Notice::SignedOut.text_of(Language::English, 3), Notice::SignedOut.text(Language::English));
    }
}
