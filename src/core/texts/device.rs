//! The texts of the page that lets a program in.

use crate::core::language::Language;

/// The texts of the page that lets a program in.
#[derive(Clone, Copy, Debug)]
pub struct DeviceTexts {
    /// The page's heading.
    pub title: &'static str,
    /// What to look out for.
    pub warning: &'static str,
    /// The label of the program's code.
    pub code: &'static str,
    /// The label of the address.
    pub email: &'static str,
    /// The label of the password.
    pub password: &'static str,
    /// The label of the second factor's code.
    pub second_factor: &'static str,
    /// Who may leave it empty.
    pub second_factor_hint: &'static str,
    /// The button that lets in.
    pub allow: &'static str,
    /// The button that lets in, for somebody who has signed in.
    pub allow_at_once: &'static str,
    /// The button that refuses.
    pub refuse: &'static str,
    /// Said once it is let in.
    pub allowed: &'static str,
    /// Said once it is refused.
    pub refused: &'static str,
    /// The button of the first step, where no code was given.
    pub next: &'static str,
}

/// The texts of the page that lets a program in.
#[must_use]
pub fn device(language: Language) -> DeviceTexts {
    match language {
        Language::English => DeviceTexts {
            title: "Let a program in",
            warning: "Go on only if you started this program yourself, on a machine of yours. It will be able to do all that you can.",
            code: "Code that the program shows",
            email: "Email",
            password: "Password",
            second_factor: "Code of your second factor",
            second_factor_hint: "Leave it empty if you have none.",
            allow: "Sign in and let it in",
            allow_at_once: "Let it in",
            refuse: "I did not start it: refuse",
            allowed: "The program is let in. Go back to it; you can close this page.",
            refused: "The program stays outside.",
            next: "Go on",
        },
        Language::French => DeviceTexts {
            title: "Laisser entrer un programme",
            warning: "Continuez seulement si vous avez lancé ce programme vous-même, sur une machine à vous. Il pourra faire tout ce que vous pouvez.",
            code: "Code affiché par le programme",
            email: "Adresse e-mail",
            password: "Mot de passe",
            second_factor: "Code de votre second facteur",
            second_factor_hint: "Laissez vide si vous n’en avez pas.",
            allow: "Me connecter et le laisser entrer",
            allow_at_once: "Le laisser entrer",
            refuse: "Je ne l’ai pas lancé : refuser",
            allowed: "Le programme peut entrer. Revenez-y ; vous pouvez fermer cette page.",
            refused: "Le programme reste dehors.",
            next: "Continuer",
        },
    }
}

/// Which program waits: its name, its address and the time of day, in UTC.
#[must_use]
pub fn who_waits(language: Language, program: &str, ip: &str, time: &str) -> String {
    match language {
        Language::English => format!("{program}, from {ip}, asked at {time} UTC."),
        Language::French => format!("{program}, depuis {ip}, l’a demandé à {time} UTC."),
    }
}

/// A program that did not say its name.
#[must_use]
pub fn nameless(language: Language) -> &'static str {
    match language {
        Language::English => "A program without a name",
        Language::French => "Un programme sans nom",
    }
}
