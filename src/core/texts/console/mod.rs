//! The texts of the console, a file for each area. `texts!` puts both languages of a text side by side: a text that lacks
//! one of them does not compile.

use crate::core::language::Language;

/// Makes a struct of texts: `texts! { /// Of this page. KeysTexts { title: "Keys" | "Clés", } }`.
macro_rules! texts {
    ($(#[doc = $doc:literal])+ $name:ident { $($field:ident: $english:literal | $french:literal,)+ }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug)]
        #[allow(missing_docs, reason = "a text stands right beside its name")]
        pub struct $name { $(pub $field: &'static str),+ }

        impl $name {
            /// The texts in this language.
            #[must_use]
            pub fn of(language: $crate::core::language::Language) -> &'static Self {
                match language {
                    $crate::core::language::Language::English => &Self { $($field: $english),+ },
                    $crate::core::language::Language::French => &Self { $($field: $french),+ },
                }
            }
        }
    };
}

mod admin;
mod billing;
mod chart;
mod dashboard;
mod frame;
mod key;
pub mod keys_list;
mod new_key;
mod notices;
mod providers;
mod public;
mod room;
mod security;
mod settings;
mod sign_in;
mod tokens;
mod trail;
mod trail_details;

pub use admin::AdminTexts;
pub use billing::BillingTexts;
pub use chart::{ChartTexts, short_day};
pub use dashboard::DashboardTexts;
pub use frame::FrameTexts;
pub use key::{FormerUse, KeyTexts, RotationTexts};
pub use keys_list::{ExportTexts, ImportTexts, KeysListTexts};
pub use new_key::NewKeyTexts;
pub use notices::{FEW_CODES, Notice, left_out};
pub use providers::{named_provider, provider_name};
pub use public::{LandingTexts, PricingTexts};
pub use room::{PlanFor, RoomTexts, few_left, plan_is_full};
pub use security::{ProveAddressTexts, SecondFactorTexts, SecurityTexts};
pub use settings::SettingsTexts;
pub use sign_in::{CheckMailTexts, ConfirmTexts, ForgotTexts, ResumeTexts, SignInTexts, SignUpTexts};
pub use tokens::{TokensTexts, scope_texts};
pub use trail::{AuditTexts, group_name, sentence_of};
pub use trail_details::{detail_name, detail_text};

/// A count with its noun.
#[must_use]
pub fn counted(language: Language, count: i64, one: &'static str, many: &'static str) -> String {
    format!("{} {}", grouped(language, count), if is_one(language, count) { one } else { many })
}

/// Whether so many are told as one: French counts nought so.
#[must_use]
pub fn is_one(language: Language, count: i64) -> bool {
    match language {
        Language::English => count == 1,
        Language::French => count.abs() < 2,
    }
}

/// A whole number with its thousands apart: `12,345`, `12 345`.
#[must_use]
pub fn grouped(language: Language, number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let apart = match language {
        Language::English => ',',
        Language::French => '\u{202f}',
    };
    let mut out = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(apart);
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nought_is_many_in_english_and_one_in_french() {
        assert_eq!(counted(Language::English, 0, "key", "keys"), "0 keys");
        assert_eq!(counted(Language::French, 0, "clé", "clés"), "0 clé");
        assert_eq!(counted(Language::English, 1, "key", "keys"), "1 key");
        assert_eq!(counted(Language::French, 2, "clé", "clés"), "2 clés");
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(Language::English, 1_234_567), "1,234,567");
        assert_eq!(grouped(Language::French, 12_345), "12\u{202f}345");
        assert_eq!(grouped(Language::English, -999), "-999");
    }
}
