//! The trail in words: what each act was, as its account reads it, and the texts of the page. An act without its two
//! sentences does not compile.

use crate::{
    core::language::Language,
    models::audit::{Action, ActionGroup},
};

macro_rules! sentences {
    ($($action:ident: $english:literal | $french:literal,)+) => {
        /// What was done, in a person's words.
        #[must_use]
        pub fn sentence_of(action: Action, language: Language) -> &'static str {
            match (action, language) {
                $((Action::$action, Language::English) => $english, (Action::$action, Language::French) => $french,)+
            }
        }
    };
}

sentences! {
    AccountCreated: "The account was created" | "Le compte a été créé",
    AccountUpdated: "The account was changed" | "Le compte a été modifié",
    AddressVerified: "The address was confirmed" | "L’adresse a été confirmée",
    AddressChangeRequested: "Another address was asked for" | "Une autre adresse a été demandée",
    AddressChangeCancelled: "A change of the address was called off" | "Une demande de changement d’adresse a été abandonnée",
    AddressChanged: "The address was changed" | "L’adresse a été changée",
    AddressChangeUndone: "A change of the address was taken back" | "Un changement d’adresse a été annulé",
    AccountDeleted: "The account was deleted" | "Le compte a été supprimé",
    AccountDisowned: "The owner of the address disowned the account" | "Le propriétaire de l’adresse a désavoué le compte",
    SignedIn: "Signed in" | "Connexion",
    SignInRefused: "A sign-in was refused" | "Une connexion a été refusée",
    SessionRefreshed: "A session was renewed" | "Une session a été prolongée",
    RefreshTokenReused: "A spent token came back, and its session was ended" | "Un jeton déjà utilisé est revenu ; sa session a pris fin",
    SecondFactorAsked: "The password was right, the code was asked for" | "Le mot de passe était juste, le code a été demandé",
    DeviceApproved: "A program was let in from the browser" | "Un programme a été admis depuis le navigateur",
    SignInRenewed: "The password was confirmed again" | "Le mot de passe a été confirmé à nouveau",
    SecondFactorOn: "The second factor was turned on" | "Le second facteur a été activé",
    SecondFactorOff: "The second factor was turned off" | "Le second facteur a été désactivé",
    SecondFactorRefused: "A code was refused" | "Un code a été refusé",
    RecoveryCodesMade: "New recovery codes were made" | "De nouveaux codes de récupération ont été créés",
    RecoveryCodeUsed: "A recovery code was used" | "Un code de récupération a été utilisé",
    SessionEnded: "A session was ended" | "Une session a pris fin",
    PasswordChanged: "The password was changed" | "Le mot de passe a été changé",
    PasswordRefused: "A wrong password was given" | "Un mot de passe erroné a été donné",
    RecoveryRequested: "A mail for a new password was asked for" | "Un message pour un nouveau mot de passe a été demandé",
    PasswordReset: "The password was chosen anew with a mail" | "Le mot de passe a été choisi à nouveau par message",
    PasswordRehashed: "The password’s protection was brought up to date" | "La protection du mot de passe a été mise à jour",
    RoleChanged: "The role was changed" | "Le rôle a été changé",
    PlanChanged: "The plan was changed" | "La formule a été changée",
    BillingCustomerCreated: "The account was made known to Stripe" | "Le compte a été déclaré à Stripe",
    BillingCustomerGone: "Stripe no longer knows the account" | "Stripe ne connaît plus le compte",
    BillingCustomerDeleted: "The account was deleted at Stripe" | "Le compte a été supprimé chez Stripe",
    CheckoutStarted: "A subscription was begun at Stripe" | "Un abonnement a été commencé chez Stripe",
    PortalOpened: "Stripe’s customer portal was opened" | "Le portail client de Stripe a été ouvert",
    SubscriptionChanged: "The subscription changed" | "L’abonnement a changé",
    SubscriptionIgnored: "A subscription to something else was left aside" | "Un abonnement à autre chose a été laissé de côté",
    InvoicePaid: "An invoice was paid" | "Une facture a été payée",
    PaymentFailed: "A payment failed" | "Un paiement a échoué",
    BillingEventRefused: "A message that is not Stripe’s was refused" | "Un message qui ne vient pas de Stripe a été refusé",
    BillingEventIgnored: "A message of Stripe changed nothing" | "Un message de Stripe n’a rien changé",
    AccountDisabled: "The account was disabled" | "Le compte a été désactivé",
    AccountEnabled: "The account was enabled again" | "Le compte a été réactivé",
    SessionsEnded: "All sessions were ended" | "Toutes les sessions ont pris fin",
    RecoverySent: "A mail for a new password was sent" | "Un message pour un nouveau mot de passe a été envoyé",
    KeyCreated: "A key was created" | "Une clé a été créée",
    KeyUpdated: "A key was changed" | "Une clé a été modifiée",
    KeyRevealed: "A key’s value was shown" | "La valeur d’une clé a été affichée",
    KeyRevealFailed: "A key’s value could not be decrypted" | "La valeur d’une clé n’a pas pu être déchiffrée",
    KeysImported: "Keys were imported" | "Des clés ont été importées",
    KeysExported: "Keys were exported with their values" | "Des clés ont été exportées avec leurs valeurs",
    KeyRevoked: "A key was revoked" | "Une clé a été révoquée",
    KeyReinstated: "A revoked key was brought back" | "Une clé révoquée a été rétablie",
    KeyRotated: "A key got a new value" | "Une clé a reçu une nouvelle valeur",
    KeyRestored: "An earlier value of a key was restored" | "Une valeur antérieure d’une clé a été rétablie",
    KeyGraceEnded: "A key’s former values are no longer accepted" | "Les anciennes valeurs d’une clé ne sont plus acceptées",
    TokenCreated: "A token for a program was created" | "Un jeton pour un programme a été créé",
    TokenRevoked: "A token for a program was revoked" | "Un jeton pour un programme a été révoqué",
    TokensRevoked: "All tokens for programs were revoked" | "Tous les jetons pour programmes ont été révoqués",
}

/// What acts that belong together are called.
#[must_use]
pub fn group_name(group: ActionGroup, language: Language) -> &'static str {
    match (group, language) {
        (ActionGroup::Keys, Language::English) => "Keys",
        (ActionGroup::Keys, Language::French) => "Clés",
        (ActionGroup::Tokens, Language::English) => "Tokens",
        (ActionGroup::Tokens, Language::French) => "Jetons",
        (ActionGroup::SignIns, Language::English) => "Sign-ins",
        (ActionGroup::SignIns, Language::French) => "Connexions",
        (ActionGroup::Security, Language::English) => "Password and second factor",
        (ActionGroup::Security, Language::French) => "Mot de passe et second facteur",
        (ActionGroup::Account, Language::English) => "Account",
        (ActionGroup::Account, Language::French) => "Compte",
        (ActionGroup::Billing, Language::English) => "Plan and payments",
        (ActionGroup::Billing, Language::French) => "Formule et paiements",
    }
}

texts! {
    /// The page of the trail.
    AuditTexts {
        title: "Activity" | "Activité",
        lede: "Everything that was done in your account, newest first. Nothing here can be changed or removed, not even by us, without the check below showing it." | "Tout ce qui s’est fait dans votre compte, du plus récent au plus ancien. Rien ne peut y être changé ni retiré, pas même par nous, sans que le contrôle ci-dessous le montre.",
        group: "What" | "Quoi",
        everything: "Everything" | "Tout",
        since: "From" | "Du",
        until: "To" | "Au",
        hint: "Days in UTC." | "Jours en UTC.",
        filter: "Filter" | "Filtrer",
        reset: "Clear the filters" | "Retirer les filtres",
        act: "What happened" | "Ce qui s’est passé",
        when: "When" | "Quand",
        place: "Where" | "Où",
        details: "Details" | "Détails",
        number: "No." | "N°",
        request: "Request" | "Requête",
        agent: "Program" | "Programme",
        word: "Word in the API" | "Mot dans l’API",
        colon: ":" | "\u{a0}:",
        by_program: "by a program" | "par un programme",
        by_token: "by the token “{name}”" | "par le jeton « {name} »",
        by_staff: "by an administrator" | "par l’administration",
        by_link: "by a mail’s link" | "par le lien d’un message",
        by_nobody: "not signed in" | "sans session",
        by_server: "by the server" | "par le serveur",
        empty: "Nothing that fits." | "Rien ne correspond.",
        empty_hint: "Choose other days, or clear the filters." | "Choisissez d’autres jours, ou retirez les filtres.",
        export_title: "Download" | "Télécharger",
        export_lede: "What the filters show, as a file: the newest 10,000 entries." | "Ce que montrent les filtres, en un fichier : les 10 000 entrées les plus récentes.",
        export_csv: "Download CSV" | "Télécharger en CSV",
        export_json: "Download JSON lines" | "Télécharger en JSON (une ligne par entrée)",
        check_title: "Is it all there?" | "Tout y est-il ?",
        check_lede: "Each entry is sealed to the one before it. The check walks the whole trail of your account from its first entry and finds the first one that was changed, removed or moved." | "Chaque entrée est scellée à la précédente. Le contrôle parcourt toute l’activité de votre compte depuis la première entrée et trouve la première qui aurait été changée, retirée ou déplacée.",
        check: "Check the trail" | "Contrôler",
        intact: "Nothing was changed: {entries} are as they were written." | "Rien n’a été changé : {entries} sont telles qu’elles ont été écrites.",
        broken: "Entry no. {place} is not as it was written. The {entries} before it are intact. Tell whoever runs this server." | "L’entrée n° {place} n’est pas telle qu’elle a été écrite. Les {entries} qui précèdent sont intactes. Prévenez la personne qui gère ce serveur.",
        entry: "entry" | "entrée",
        entries: "entries" | "entrées",
    }
}
