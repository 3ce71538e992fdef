//! The details of the trail in words: what each is called, and what its closed words mean. One without its words in both
//! languages does not compile. What people and Stripe call their things stands as it is.

use chrono::TimeDelta;
use serde_json::Value;

use super::{AdminTexts, BillingTexts, counted, grouped, named_provider, scope_texts};
use crate::{
    core::{language::Language, stripe::signature::Forgery},
    models::{
        api_key::KeyKind,
        audit_details::{Cause, ChangedField, Detail},
        billing::SubscriptionStatus,
        billing_account::EventOutcome,
        import::ImportFormat,
        program_token::TokenScope,
        user::Role,
    },
};

macro_rules! words {
    ($(#[doc = $doc:literal])+ $name:ident($kind:ident) { $($variant:ident: $english:literal | $french:literal,)+ }) => {
        $(#[doc = $doc])+
        #[must_use]
        pub fn $name(one: $kind, language: Language) -> &'static str {
            match (one, language) {
                $(($kind::$variant, Language::English) => $english, ($kind::$variant, Language::French) => $french,)+
            }
        }
    };
}

words! {
    /// What a detail is called.
    detail_name(Detail) {
        Role: "Role" | "Rôle",
        From: "Before" | "Avant",
        To: "Afterwards" | "Après",
        New: "New keys" | "Nouvelles clés",
        Changed: "Changed" | "Modifications",
        Same: "Unchanged" | "Inchangées",
        LeftOut: "Lines left out" | "Lignes laissées de côté",
        Keys: "Keys" | "Clés",
        Format: "Form" | "Forme",
        Environment: "Environment" | "Environnement",
        Kind: "Origin" | "Origine",
        Provider: "Provider" | "Fournisseur",
        Restored: "Restored" | "Rétablie",
        Version: "New version" | "Nouvelle version",
        Versions: "Former values ended" | "Anciennes valeurs arrêtées",
        GraceSeconds: "Grace" | "Transition",
        Scopes: "Scopes" | "Portées",
        Sessions: "Sessions ended" | "Sessions terminées",
        Kept: "Session that stayed" | "Session conservée",
        Tokens: "Tokens revoked" | "Jetons révoqués",
        Left: "Codes left" | "Codes restants",
        Amount: "Amount" | "Montant",
        Currency: "Currency" | "Devise",
        Invoice: "Invoice at Stripe" | "Facture chez Stripe",
        Subscription: "Subscription at Stripe" | "Abonnement chez Stripe",
        CancelAtPeriodEnd: "Ends with the period" | "Prend fin avec la période",
        Customer: "Customer at Stripe" | "Client chez Stripe",
        Session: "Checkout at Stripe" | "Paiement chez Stripe",
        Prices: "Prices at Stripe" | "Tarifs chez Stripe",
        Event: "Message of Stripe" | "Message de Stripe",
        Type: "Its type" | "Son type",
        Reason: "Reason" | "Raison",
        By: "Cause" | "Cause",
        Program: "Token" | "Jeton",
    }
}

words! {
    /// What a field is called that was changed.
    changed_field(ChangedField) {
        AllowedIps: "allowed addresses" | "adresses admises",
        Enabled: "enabled or not" | "activée ou non",
        Environment: "environment" | "environnement",
        ExpiresAt: "expiry" | "expiration",
        Language: "language" | "langue",
        Name: "name" | "nom",
        Note: "note" | "note",
        Provider: "provider" | "fournisseur",
        ProviderConfig: "provider’s settings" | "réglages du fournisseur",
        RateLimit: "rate limit" | "limite d’usage",
        Scopes: "scopes" | "portées",
        Tags: "tags" | "étiquettes",
    }
}

words! {
    /// What brought an act about.
    cause(Cause) {
        Import: "an import" | "un import",
        Repeat: "the same request, sent again" | "la même requête, envoyée encore",
        Stripe: "Stripe" | "Stripe",
    }
}

words! {
    /// Who made a key’s value.
    origin(KeyKind) {
        Stored: "stored as it was given" | "enregistrée telle quelle",
        Generated: "generated here" | "générée ici",
    }
}

words! {
    /// Why an event is not believed.
    forgery(Forgery) {
        Malformed: "its signature is missing, or not of Stripe’s form" | "sa signature manque, ou n’a pas la forme de celles de Stripe",
        Unsigned: "it has no signature of the kind that counts" | "il n’a pas de signature du type qui compte",
        Unknown: "its signature was not made with STRIPE_WEBHOOK_SECRET" | "sa signature n’a pas été faite avec STRIPE_WEBHOOK_SECRET",
        Late: "it is more than five minutes old, or of the future" | "il date de plus de cinq minutes, ou du futur",
    }
}

words! {
    /// What became of an event.
    outcome(EventOutcome) {
        Accepted: "Stripe is asked about the customer" | "Stripe est interrogé sur ce client",
        NothingToDo: "it is about nothing that matters here" | "il ne porte sur rien qui compte ici",
        UnknownType: "its type is not known here" | "son type n’est pas connu ici",
        UnknownCustomer: "no account has this customer" | "aucun compte n’a ce client",
        WrongMode: "it is of Stripe’s test mode and this server of the live one, or the other way round" | "il vient du mode test de Stripe et ce serveur est en mode réel, ou l’inverse",
        OtherAccount: "it is about another account at Stripe" | "il concerne un autre compte chez Stripe",
    }
}

/// What a detail says. A word that this program does not know stands as it is: a newer one wrote it.
#[must_use]
pub fn detail_text(detail: Detail, value: &Value, language: Language) -> String {
    let each = |said: &dyn Fn(&str) -> String| {
        let words: Vec<_> = words_of(value).iter().map(|word| said(word)).collect();
        words.join(", ")
    };
    match (detail, value) {
        (_, Value::Bool(is_so)) => yes_or_no(*is_so, language).to_owned(),
        (Detail::GraceSeconds, Value::Number(seconds)) => span(seconds.as_i64().unwrap_or_default(), language),
        (Detail::From | Detail::Restored, Value::Number(version)) => format!("version\u{a0}{version}"),
        (_, Value::Number(number)) => number.as_i64().map_or(number.to_string(), |number| grouped(language, number)),
        (Detail::Role | Detail::From | Detail::To, _) => each(&|word| state(word, language)),
        (Detail::Changed, _) => each(&|word| known(word, |field| changed_field(field, language))),
        (Detail::Scopes, _) => each(&|word| known(word, |scope: TokenScope| scope_texts(scope, language).0)),
        (Detail::Kind, _) => each(&|word| known(word, |kind| origin(kind, language))),
        (Detail::By, _) => each(&|word| known(word, |one| cause(one, language))),
        (Detail::Format, _) => each(&|word| known(word, format_name)),
        (Detail::Provider, _) => each(&|word| named_provider(word, language)),
        (Detail::Reason, _) => each(&|word| reason(word, language)),
        _ => each(&str::to_owned),
    }
}

/// The words of a detail, which is a text, a text of several, or a list.
fn words_of(value: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match value {
        Value::Array(all) => all.iter().map(text).collect(),
        other => text(other).split(", ").filter(|word| !word.is_empty()).map(str::to_owned).collect(),
    }
}

fn known<T: TryFrom<String>>(word: &str, said: impl Fn(T) -> &'static str) -> String {
    T::try_from(word.to_owned()).map_or_else(|_| word.to_owned(), |one| said(one).to_owned())
}

/// A role, or the state of a subscription; plans are called alike everywhere.
fn state(word: &str, language: Language) -> String {
    let t = BillingTexts::of(language);
    let role = Role::try_from(word.to_owned()).map(|role| AdminTexts::of(language).role_name(role));
    let status = |status| match status {
        SubscriptionStatus::Incomplete => t.incomplete,
        SubscriptionStatus::Trialing => t.trialing,
        SubscriptionStatus::Active => t.active,
        SubscriptionStatus::PastDue => t.past_due,
        SubscriptionStatus::Unpaid => t.unpaid,
        SubscriptionStatus::Paused => t.paused,
        SubscriptionStatus::Canceled | SubscriptionStatus::IncompleteExpired => t.over,
    };
    match (role, word, language) {
        (Ok(role), _, _) => role.to_owned(),
        (_, "none", Language::English) => "no subscription".into(),
        (_, "none", Language::French) => "aucun abonnement".into(),
        _ => known(word, status),
    }
}

fn reason(word: &str, language: Language) -> String {
    match Forgery::ALL.iter().find(|one| one.as_str() == word) {
        Some(one) => forgery(*one, language).to_owned(),
        None => known(word, |one| outcome(one, language)),
    }
}

/// The forms of files go by their own names.
fn format_name(format: ImportFormat) -> &'static str {
    match format {
        ImportFormat::Env => ".env",
        ImportFormat::Vault => "Vault API",
        ImportFormat::Json => "JSON",
        ImportFormat::Infisical => "Infisical",
        ImportFormat::Doppler => "Doppler",
        ImportFormat::HashiCorp => "HashiCorp Vault",
        ImportFormat::OnePassword => "1Password",
    }
}

fn yes_or_no(is_so: bool, language: Language) -> &'static str {
    match (is_so, language) {
        (true, Language::English) => "yes",
        (false, Language::English) => "no",
        (true, Language::French) => "oui",
        (false, Language::French) => "non",
    }
}

/// A span, to the second: `none`, `90 minutes`, `7 days`.
fn span(seconds: i64, language: Language) -> String {
    let span = TimeDelta::seconds(seconds);
    let is_whole = |unit: TimeDelta| seconds % unit.num_seconds() == 0;
    match language {
        Language::English => match () {
            () if seconds == 0 => "none".into(),
            () if is_whole(TimeDelta::days(1)) => counted(language, span.num_days(), "day", "days"),
            () if is_whole(TimeDelta::hours(1)) => counted(language, span.num_hours(), "hour", "hours"),
            () if is_whole(TimeDelta::minutes(1)) => counted(language, span.num_minutes(), "minute", "minutes"),
            () => counted(language, seconds, "second", "seconds"),
        },
        Language::French => match () {
            () if seconds == 0 => "aucune".into(),
            () if is_whole(TimeDelta::days(1)) => counted(language, span.num_days(), "jour", "jours"),
            () if is_whole(TimeDelta::hours(1)) => counted(language, span.num_hours(), "heure", "heures"),
            () if is_whole(TimeDelta::minutes(1)) => counted(language, span.num_minutes(), "minute", "minutes"),
            () => counted(language, seconds, "seconde", "secondes"),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_detail_and_every_word_of_theirs_is_said_in_the_readers_words() {
        let closed: [(Detail, Vec<&str>); 9] = [
            (Detail::Role, Role::ALL.iter().map(|one| one.as_str()).collect()),
            (Detail::To, SubscriptionStatus::ALL.iter().map(|one| one.as_str()).collect()),
            (Detail::Changed, ChangedField::ALL.iter().map(|one| one.as_str()).collect()),
            (Detail::Kind, KeyKind::ALL.iter().map(|one| one.as_str()).collect()),
            (Detail::By, Cause::ALL.iter().map(|one| one.as_str()).collect()),
            (Detail::Scopes, TokenScope::ALL.iter().map(|one| one.as_str()).collect()),
            (Detail::Format, ImportFormat::ALL.iter().map(|one| one.as_str()).collect()),
            (Detail::Reason, EventOutcome::ALL.iter().map(|one| one.as_str()).collect()),
            (Detail::Reason, Forgery::ALL.iter().map(|one| one.as_str()).collect()),
        ];
        for (detail, words) in closed {
            for word in words {
                let french = detail_text(detail, &json!(word), Language::French);
                // what is the same in French is no word of the program: support, note, Stripe
                let is_common = ["support", "note"].contains(&word);
                assert!(french != word || is_common, "{detail:?}: {word} → {french}");
                let english = detail_text(detail, &json!(word), Language::English);
                assert!(english != word || !word.contains(['_', ':', '-']), "{detail:?}: {word} → {english}");
            }
        }
        let mut names: Vec<_> = Detail::ALL.iter().map(|one| detail_name(*one, Language::French)).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Detail::ALL.len(), "two details have one name");
    }

    #[test]
    fn what_is_said_is_what_was_written() {
        let said = |detail, value| {
            let in_language = |language| detail_text(detail, &value, language).replace(['\u{a0}', '\u{202f}'], " ");
            [in_language(Language::English), in_language(Language::French)]
        };

        assert_eq!(said(Detail::Changed, json!("name, language")), ["name, language", "nom, langue"]);
        assert_eq!(said(Detail::Changed, json!(["tags", "expires_at"])), ["tags, expiry", "étiquettes, expiration"]);
        assert_eq!(said(Detail::Changed, json!(1200)), ["1,200", "1 200"]);
        assert_eq!(said(Detail::From, json!(2)), ["version 2", "version 2"]);
        assert_eq!(said(Detail::From, json!("admin")), ["administrator", "administrateur"]);
        assert_eq!(said(Detail::To, json!("PRO")), ["PRO", "PRO"]);
        assert_eq!(said(Detail::From, json!("none")), ["no subscription", "aucun abonnement"]);
        assert_eq!(said(Detail::CancelAtPeriodEnd, json!(true)), ["yes", "oui"]);
        assert_eq!(said(Detail::GraceSeconds, json!(0)), ["none", "aucune"]);
        assert_eq!(said(Detail::GraceSeconds, json!(604_800)), ["7 days", "7 jours"]);
        assert_eq!(said(Detail::GraceSeconds, json!(5_400)), ["90 minutes", "90 minutes"]);
        assert_eq!(said(Detail::Provider, json!("custom")), ["Custom", "Autre"]);
        assert_eq!(said(Detail::Environment, json!("<b>")), ["<b>", "<b>"]);
        assert_eq!(said(Detail::Reason, json!("of_tomorrow")), ["of_tomorrow", "of_tomorrow"]);
    }
}
