//! What is worth a word to whoever stores a key: it may be meant, so nothing is refused.

use super::{provider::Provider, user::words};

words! {
    /// What looks like a mistake.
    WarningCode {
        /// A live key is kept under an environment for tests.
        LiveKeyInTest = "live_key_in_test",
        /// A test key is kept under production.
        TestKeyInProduction = "test_key_in_production",
        /// A key with all rights stands where a public one is expected.
        ServiceRoleKeyAsAnon = "service_role_key_as_anon",
        /// A token whose own date is over.
        ExpiredToken = "expired_token",
    }
}

/// A warning, in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What it is.
    pub code: WarningCode,
    /// What it means and what to do; never the value.
    pub message: String,
}

const TESTS: &[&str] =
    &["test", "testing", "development", "dev", "staging", "stage", "local", "ci", "qa", "sandbox", "preview"];
const PRODUCTION: &[&str] = &["production", "prod", "prd", "live"];

/// How vendors begin keys that move real money or data (Stripe, Clerk, Paystack, Razorpay, Mollie, Braintree), and those
/// that do not. Our own `vk_live_` is none of them: the vault chose that beginning itself.
const LIVE: &[&str] = &["sk_live_", "rk_live_", "pk_live_", "rzp_live_", "live_", "access_token$production$"];
const TEST: &[&str] = &["sk_test_", "rk_test_", "pk_test_", "rzp_test_", "test_", "access_token$sandbox$"];

/// Whether the beginning of a value and where it is used contradict each other.
#[must_use]
pub fn misplaced(beginning: &str, environment: Option<&str>) -> Option<WarningCode> {
    let environment = environment?.to_ascii_lowercase();
    let begins = |with: &[&str]| with.iter().any(|start| beginning.starts_with(start));
    if TESTS.contains(&environment.as_str()) && begins(LIVE) {
        Some(WarningCode::LiveKeyInTest)
    } else if PRODUCTION.contains(&environment.as_str()) && begins(TEST) {
        Some(WarningCode::TestKeyInProduction)
    } else {
        None
    }
}

/// Whether a setting is one that browsers may see, as far as the provider's catalogue tells.
#[must_use]
pub fn expects_public_key(provider: &Provider, setting: &str) -> bool {
    matches!(setting, "anon_key" | "publishable_key") && !provider.is_secret_field(setting)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::provider;

    #[test]
    fn a_live_key_among_tests_and_a_test_key_in_production_are_told() {
        for (value, environment, expected) in [
            ("sk_live_x", Some("test"), Some(WarningCode::LiveKeyInTest)),
            ("rk_live_x", Some("Staging"), Some(WarningCode::LiveKeyInTest)),
            ("sk_test_x", Some("production"), Some(WarningCode::TestKeyInProduction)),
            ("sk_live_x", Some("production"), None),
            ("sk_test_x", Some("development"), None),
            ("sk_live_x", Some("eu-west"), None),
            ("sk_live_x", None, None),
            ("vk_live_x", Some("staging"), None),
            ("alive_x", Some("test"), None),
        ] {
            assert_eq!(misplaced(value, environment), expected, "{value} {environment:?}");
        }
    }

    #[test]
    fn a_public_setting_is_one_that_the_catalogue_calls_public() {
        let supabase = provider::find("supabase").unwrap();

        assert!(expects_public_key(supabase, "anon_key") && expects_public_key(supabase, "publishable_key"));
        assert!(!expects_public_key(supabase, "service_role_key") && !expects_public_key(supabase, "url"));
        assert!(!expects_public_key(provider::custom(), "anon_key"), "it is encrypted there");
    }
}
