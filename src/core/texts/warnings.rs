//! What is said of a key that looks misplaced: it is stored all the same.

use crate::{core::language::Language, models::warning::WarningCode};

/// The sentence of a warning: what it means and what to do.
#[must_use]
pub fn message(code: WarningCode, language: Language) -> &'static str {
    use WarningCode::{ExpiredToken, LiveKeyInTest, ServiceRoleKeyAsAnon, TestKeyInProduction};
    match (language, code) {
        (Language::English, LiveKeyInTest) => {
            "This is a live key, and its environment is one for tests: a test could move real money or data. Use the provider’s test key, or change the environment."
        }
        (Language::French, LiveKeyInTest) => {
            "C’est une clé de production, rangée dans un environnement de test : un essai pourrait toucher de l’argent ou des données réels. Utilisez la clé de test du fournisseur, ou changez d’environnement."
        }
        (Language::English, TestKeyInProduction) => {
            "This is a test key, and its environment is production: nothing real would happen with it. Use the provider’s live key, or change the environment."
        }
        (Language::French, TestKeyInProduction) => {
            "C’est une clé de test, rangée en production : rien de réel ne se ferait avec elle. Utilisez la clé de production du fournisseur, ou changez d’environnement."
        }
        (Language::English, ServiceRoleKeyAsAnon) => {
            "This is a key with all rights, and it stands where a public one is expected: whoever sees it reads and changes everything. We keep it encrypted; put it into service_role_key or secret_key, and the public key here. If it was ever public, replace it."
        }
        (Language::French, ServiceRoleKeyAsAnon) => {
            "C’est une clé qui a tous les droits, à la place d’une clé publique : quiconque la voit peut tout lire et tout changer. Nous la gardons chiffrée ; mettez-la dans service_role_key ou secret_key, et la clé publique ici. Si elle a été publique, remplacez-la."
        }
        (Language::English, ExpiredToken) => {
            "This token says of itself that it has expired: the provider will refuse it. Get a new one and rotate the key."
        }
        (Language::French, ExpiredToken) => {
            "Ce jeton indique lui-même qu’il a expiré : le fournisseur le refusera. Demandez-en un nouveau et renouvelez la clé."
        }
    }
}
