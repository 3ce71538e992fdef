//! The pages of tokens for programs.

use crate::{core::language::Language, models::program_token::TokenScope};

/// What a scope is called, and what it lets a program do.
#[must_use]
pub fn scope_texts(scope: TokenScope, language: Language) -> (&'static str, &'static str) {
    match (scope, language) {
        (TokenScope::Read, Language::English) => {
            ("See keys", "Names, tags, dates and how keys are used. Values stay masked.")
        }
        (TokenScope::Read, Language::French) => {
            ("Voir les clés", "Noms, étiquettes, dates et usage. Les valeurs restent masquées.")
        }
        (TokenScope::Reveal, Language::English) => {
            ("Read values", "The values themselves: what vk run and deployments need. May ask for your password.")
        }
        (TokenScope::Reveal, Language::French) => (
            "Lire les valeurs",
            "Les valeurs elles-mêmes : pour vk run et les déploiements. Peut demander votre mot de passe.",
        ),
        (TokenScope::Write, Language::English) => ("Change keys", "Store, generate, import, rotate and revoke keys."),
        (TokenScope::Write, Language::French) => {
            ("Modifier les clés", "Enregistrer, créer, importer, renouveler et révoquer des clés.")
        }
        (TokenScope::Verify, Language::English) => {
            ("Check keys", "Ask whether a key that a customer shows is good. Nothing else.")
        }
        (TokenScope::Verify, Language::French) => {
            ("Contrôler des clés", "Demander si la clé que montre un client est bonne. Rien d’autre.")
        }
    }
}

texts! {
    /// The list, the form and the token itself.
    TokensTexts {
        title: "Tokens" | "Jetons",
        lede: "A token opens your vault to a program: a server, a deployment, a script. Give each its own, with no more rights than it needs." | "Un jeton ouvre votre coffre à un programme : un serveur, un déploiement, un script. Donnez à chacun le sien, sans plus de droits qu’il n’en faut.",
        new: "New token" | "Nouveau jeton",
        active: "Active" | "Actifs",
        revoked_ones: "Revoked" | "Révoqués",
        name: "Name" | "Nom",
        scopes: "Rights" | "Droits",
        created: "Created" | "Créé",
        last_used: "Last used" | "Dernier usage",
        expires: "Expires" | "Expire",
        revoked: "Revoked" | "Révoqué",
        from: "from" | "depuis",
        expired: "expired" | "expiré",
        soon: "soon" | "bientôt",
        only_from: "Only from" | "Seulement depuis",
        revoke: "Revoke" | "Révoquer",
        revoke_sure: "For good? Programs that use it stop at once." | "Définitivement ? Les programmes qui l’utilisent s’arrêtent aussitôt.",
        revoke_yes: "Revoke for good" | "Révoquer définitivement",
        empty: "No token yet" | "Pas encore de jeton",
        empty_hint: "Make one for the first program that needs your keys." | "Créez-en un pour le premier programme qui a besoin de vos clés.",
        empty_revoked: "No revoked token" | "Aucun jeton révoqué",
        empty_revoked_hint: "Revoked and expired tokens are listed for 90 days." | "Les jetons révoqués et expirés restent affichés 90 jours.",
        new_title: "New token" | "Nouveau jeton",
        new_lede: "It is shown once, right after this. Keep it where the program finds it: never in its source." | "Il s’affiche une seule fois, juste après. Gardez-le là où le programme le trouve : jamais dans son code.",
        name_hint: "For whom it is: “billing bot, production”." | "Pour qui il est : « robot de facturation, production ».",
        scopes_label: "What may the program do?" | "Que peut faire le programme ?",
        expires_label: "Valid for" | "Durée de validité",
        days_30: "30 days" | "30 jours",
        days_90: "90 days" | "90 jours",
        days_365: "1 year" | "1 an",
        on_date: "until a date" | "jusqu’à une date",
        never: "no end date" | "sans date de fin",
        date_label: "Its last day" | "Son dernier jour",
        date_hint: "It is good until the end of that day, in UTC." | "Il vaut jusqu’à la fin de ce jour, en UTC.",
        date_missing: "Choose the last day, or another duration." | "Choisissez le dernier jour, ou une autre durée.",
        ips_label: "From where?" | "D’où ?",
        ips_hint: "Addresses or networks, one on a line: 203.0.113.7 or 203.0.113.0/24. Empty: from everywhere." | "Adresses ou réseaux, un par ligne : 203.0.113.7 ou 203.0.113.0/24. Vide : de partout.",
        create: "Create the token" | "Créer le jeton",
        cancel: "Cancel" | "Annuler",
        made_title: "Your new token" | "Votre nouveau jeton",
        made_lede: "Copy it now: once you have left this page nobody can show it again, not even us." | "Copiez-le maintenant : une fois cette page quittée, personne ne pourra le montrer à nouveau, pas même nous.",
        used_already: "This form has already made a token, and something has changed since. Send it again to make another one." | "Ce formulaire a déjà créé un jeton, et quelque chose a changé depuis. Envoyez-le encore pour en créer un autre.",
        form_too_old: "This form was opened more than a day ago, and no token was made now. Look it over, and send it again." | "Ce formulaire a été ouvert il y a plus d’un jour, et aucun jeton n’a été créé à présent. Relisez-le, puis envoyez-le encore.",
        made_use: "How a program uses it" | "Comment un programme l’utilise",
        made_saved: "I have saved it" | "Je l’ai enregistré",
    }
}
