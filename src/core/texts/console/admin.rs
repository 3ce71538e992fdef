//! The pages of those who run the vault.

use crate::models::user::Role;

texts! {
    /// Figures, accounts, the whole trail.
    AdminTexts {
        title: "Administration" | "Administration",
        lede: "Accounts, figures and the whole trail. No value of a key is ever seen here." | "Comptes, chiffres et journal complet. Aucune valeur de clé ne se voit jamais ici.",
        tab_accounts: "Accounts" | "Comptes",
        tab_trail: "Activity" | "Activité",
        health: "Health" | "État du serveur",
        colon: ":" | "\u{a0}:",
        part_ok: "up" | "en marche",
        part_away: "away, done without" | "absent, on fait sans",
        part_failing: "down" | "en panne",
        part_database: "Database" | "Base de données",
        part_schema: "Schema" | "Schéma",
        schema_ok: "up to date" | "à jour",
        schema_failing: "not up to date" | "pas à jour",
        figures: "Figures" | "Chiffres",
        accounts: "Accounts" | "Comptes",
        staff: "Staff" | "Équipe",
        disabled_accounts: "Disabled accounts" | "Comptes désactivés",
        keys: "Active keys" | "Clés actives",
        revoked_one: "revoked" | "révoquée",
        revoked_many: "revoked" | "révoquées",
        sessions: "Open sessions" | "Sessions ouvertes",
        mails_waiting: "Mails waiting" | "Messages en attente",
        billing_waiting: "Waiting for Stripe" | "En attente de Stripe",
        search: "Address or name" | "Adresse ou nom",
        search_button: "Search" | "Chercher",
        search_all: "All accounts" | "Tous les comptes",
        account: "Account" | "Compte",
        role: "Role" | "Rôle",
        plan: "Plan" | "Formule",
        state: "State" | "État",
        key_count: "Keys" | "Clés",
        last_sign_in: "Last sign-in" | "Dernière connexion",
        created: "Created" | "Créé",
        changed: "Changed" | "Modifié",
        language: "Language" | "Langue",
        english: "English" | "anglais",
        french: "French" | "français",
        nobody: "No account has that in its address or name." | "Aucun compte n’a cela dans son adresse ou son nom.",
        role_user: "user" | "utilisateur",
        role_support: "support" | "support",
        role_admin: "administrator" | "administrateur",
        active: "active" | "actif",
        disabled: "disabled" | "désactivé",
        unverified: "address not confirmed" | "adresse non confirmée",
        second_factor: "Second factor" | "Second facteur",
        factor_on: "on" | "activé",
        factor_off: "off" | "désactivé",
        identifier: "Identifier" | "Identifiant",
        this_is_you: "This is your own account." | "C’est votre propre compte.",
        change_title: "Role and plan" | "Rôle et formule",
        change_lede: "In effect at once. The owner is told when the role changes." | "Effet immédiat. Le titulaire est prévenu si son rôle change.",
        change_button: "Save" | "Enregistrer",
        access_title: "Access" | "Accès",
        disable: "Disable the account" | "Désactiver le compte",
        disable_lede: "Nobody signs in with it any more, its sessions end, its tokens open nothing. Nothing is deleted." | "Plus personne ne s’y connecte, ses sessions prennent fin, ses jetons n’ouvrent rien. Rien n’est supprimé.",
        enable: "Enable the account" | "Réactiver le compte",
        end_sessions: "End its sessions" | "Mettre fin à ses sessions",
        end_sessions_lede: "Everywhere, at once. Its owner signs in anew." | "Partout, aussitôt. Son titulaire se reconnecte.",
        recover: "Send a recovery mail" | "Envoyer un message de récupération",
        recover_lede: "A link goes to the owner, who alone sees it." | "Un lien est envoyé au titulaire, qui seul le voit.",
        its_trail: "Its activity" | "Son activité",
        what_it_did: "Acts on other accounts" | "Ses actes sur d’autres comptes",
        only_reading: "Your role reads accounts and changes none." | "Votre rôle lit les comptes et n’en modifie aucun.",
        trail_title: "All activity" | "Toute l’activité",
        trail_lede: "Every act on every account, newest first, in a chain that shows every later change." | "Chaque acte sur chaque compte, du plus récent au plus ancien, dans une chaîne qui révèle toute retouche.",
        filter_user: "Account (address or identifier)" | "Compte (adresse ou identifiant)",
        filter_actor: "Done by (address or identifier)" | "Fait par (adresse ou identifiant)",
        filter_action: "Act" | "Acte",
        filter_any: "Any" | "Tous",
        by: "by" | "par",
        nobodys: "no account" | "aucun compte",
        gone: "deleted" | "supprimé",
        no_entries: "No entry fits." | "Aucune entrée ne correspond.",
    }
}

impl AdminTexts {
    /// What a role is called.
    #[must_use]
    pub fn role_name(&self, role: Role) -> &'static str {
        match role {
            Role::User => self.role_user,
            Role::Support => self.role_support,
            Role::Admin => self.role_admin,
        }
    }
}
