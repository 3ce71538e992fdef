//! The notices that a page shows once, after an act that led to it: a closed list of words in the address.

use crate::core::language::Language;

macro_rules! notices {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal: $english:literal | $french:literal,)+) => {
        /// What was just done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Notice { $($(#[doc = $doc])+ $name),+ }

        impl Notice {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word in the address.
            #[must_use]
            pub fn word(self) -> &'static str { match self { $(Self::$name => $word),+ } }

            /// The sentence that a person reads.
            #[must_use]
            pub fn text(self, language: Language) -> &'static str {
                match (self, language) { $((Self::$name, Language::English) => $english, (Self::$name, Language::French) => $french),+ }
            }

            /// The notice that this word stands for.
            #[must_use]
            pub fn read(word: &str) -> Option<Self> { Self::ALL.iter().copied().find(|one| one.word() == word) }
        }
    };
}

notices! {
    /// A key's former values stopped to count.
    GraceEnded = "grace-ended": "The grace has ended: only the current value is accepted." | "Le sursis est terminé : seule la valeur actuelle est acceptée.",
    /// An earlier value of a key is the current one.
    KeyRestored = "key-restored": "The earlier value is the current one again." | "La valeur antérieure est de nouveau l’actuelle.",
    /// A key's description was changed.
    KeySaved = "key-saved": "The changes are saved." | "Les modifications sont enregistrées.",
    /// The session ended as asked.
    SignedOut = "signed-out": "You are signed out." | "Vous êtes déconnecté.",
    /// The session's time was over.
    SessionEnded = "session-ended": "Your session ended. Sign in to go on." | "Votre session a pris fin. Connectez-vous pour continuer.",
    /// An account was made.
    Registered = "registered": "Your account is ready. Sign in to begin." | "Votre compte est prêt. Connectez-vous pour commencer.",
    /// Another proof mail was asked for.
    MailSent = "mail-sent": "A mail is on its way." | "Un message est en route.",
}
