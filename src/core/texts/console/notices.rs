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
    /// The session ended as asked.
    SignedOut = "signed-out": "You are signed out." | "Vous êtes déconnecté.",
    /// The session's time was over.
    SessionEnded = "session-ended": "Your session ended. Sign in to go on." | "Votre session a pris fin. Connectez-vous pour continuer.",
    /// An account was made.
    Registered = "registered": "Your account is ready. Sign in to begin." | "Votre compte est prêt. Connectez-vous pour commencer.",
    /// The first steps are not shown any more.
    StepsHidden = "steps-hidden": "The first steps are hidden." | "Les premiers pas sont masqués.",
    /// A token for a program was revoked.
    TokenRevoked = "token-revoked": "The token is revoked. It opens nothing any more." | "Le jeton est révoqué. Il n’ouvre plus rien.",
    /// Another proof mail was asked for.
    MailSent = "mail-sent": "A mail is on its way." | "Un message est en route.",
}
