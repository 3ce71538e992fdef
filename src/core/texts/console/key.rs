//! A key's own page.

use super::grouped;
use crate::core::language::Language;

texts! {
    /// A key's own page.
    KeyTexts {
        keys: "Keys" | "Clés",
        edit: "Edit" | "Modifier",
        rotate: "Rotate" | "Renouveler",
        revoke: "Revoke" | "Révoquer",
        revoke_title: "Revoke this key" | "Révoquer cette clé",
        revoke_hint: "From the next request on it is never shown nor accepted. Its page and its history stay." | "Dès la requête suivante, elle n’est plus ni affichée ni acceptée. Sa page et son historique restent.",
        generated: "generated here" | "générée ici",
        active: "active" | "active",
        disabled: "disabled" | "désactivée",
        expired: "expired" | "expirée",
        revoked: "revoked" | "révoquée",
        in_grace: "in grace" | "en transition",
        value: "Value" | "Valeur",
        reveal: "Reveal" | "Afficher",
        copy_hidden: "Copy without showing" | "Copier sans afficher",
        reveal_hint: "Each time is written down below." | "Chaque fois est consignée ci-dessous.",
        reveal_revoked: "This key was revoked: its value is never shown again." | "Cette clé a été révoquée : sa valeur n’est plus jamais affichée.",
        hide: "Hide now" | "Masquer",
        hidden_in: "Hidden again in" | "Masquée à nouveau dans",
        seconds: "s" | "s",
        revealed_title: "The value of {name}" | "La valeur de {name}",
        revealed_leave: "Leave this page when you are done, so that nobody else reads it." | "Quittez cette page quand vous avez fini, pour que personne d’autre ne la lise.",
        back: "Back to the key" | "Retour à la clé",
        settings: "Provider’s settings" | "Réglages du fournisseur",
        details: "Details" | "Détails",
        provider: "Provider" | "Fournisseur",
        kind: "Origin" | "Origine",
        scopes: "Scopes" | "Portées",
        addresses: "Allowed addresses" | "Adresses admises",
        everywhere: "from everywhere" | "de partout",
        rate: "Rate limit" | "Limite d’usage",
        rate_value: "{limit} in {window} s" | "{limit} en {window} s",
        no_rate: "none" | "aucune",
        note: "Note" | "Note",
        tags: "Tags" | "Étiquettes",
        environment: "Environment" | "Environnement",
        none: "none" | "aucun",
        no_scopes: "none" | "aucune",
        created: "Created" | "Créée",
        updated: "Changed" | "Modifiée",
        expires: "Expires" | "Expire",
        never: "never" | "jamais",
        last_used: "Last used" | "Dernier usage",
        revoked_at: "Revoked" | "Révoquée",
        version: "Version" | "Version",
        versions: "Versions" | "Versions",
        version_value: "Value" | "Valeur",
        version_since: "Since" | "Depuis",
        version_state: "State" | "État",
        version_current: "current" | "actuelle",
        version_former: "former" | "ancienne",
        version_until: "accepted until" | "acceptée jusqu’au",
        restore: "Restore" | "Restaurer",
        identifier: "Identifier" | "Identifiant",
        usage: "Usage" | "Utilisation",
        usage_empty: "Nobody has used this key in these days." | "Personne ne s’est servi de cette clé pendant ces jours.",
        period: "Period" | "Période",
        days_7: "7 days" | "7 jours",
        days_30: "30 days" | "30 jours",
        days_90: "90 days" | "90 jours",
        seen: "Who saw it" | "Qui l’a vue",
        seen_what: "What" | "Quoi",
        seen_who: "Who" | "Qui",
        seen_when: "When" | "Quand",
        seen_where: "From where" | "D’où",
        seen_empty: "Nothing yet." | "Rien encore.",
        seen_exports: "Exports of many keys are in your activity." | "Les exports de plusieurs clés sont dans votre activité.",
        older: "Older" | "Plus anciens",
        you: "you" | "vous",
        program: "a program, by its token" | "un programme, par son jeton",
        staff: "an administrator" | "un administrateur",
        vault: "the vault" | "le coffre",
        act_created: "created" | "créée",
        act_updated: "changed" | "modifiée",
        act_revealed: "shown" | "affichée",
        act_reveal_failed: "could not be decrypted" | "n’a pas pu être déchiffrée",
        act_revoked: "revoked" | "révoquée",
        act_reinstated: "brought back" | "rétablie",
        act_rotated: "new value" | "nouvelle valeur",
        act_restored: "earlier value restored" | "valeur antérieure restaurée",
        act_grace_ended: "grace ended" | "transition terminée",
        snippets: "Use it in a program" | "S’en servir dans un programme",
        snippets_read: "How a program reads this key, with a token of its own in VK_TOKEN." | "Comment un programme lit cette clé, avec un jeton à lui dans VK_TOKEN.",
        snippets_verify: "How your service checks this key when somebody shows it, with a token of its own in VK_TOKEN." | "Comment votre service contrôle cette clé quand on la présente, avec un jeton à lui dans VK_TOKEN.",
        snippets_token: "Make a token" | "Créer un jeton",
        edit_title: "Edit {name}" | "Modifier {name}",
        enabled: "Enabled" | "Activée",
        enabled_hint: "A disabled key is refused when it is checked, and can be enabled again." | "Une clé désactivée est refusée au contrôle, et peut être réactivée.",
        save: "Save" | "Enregistrer",
        changed_title: "Somebody changed this key meanwhile" | "Cette clé a été modifiée entre-temps",
        changed_sentence: "Your changes are kept below and not saved yet. Where they differ from what is stored now, it is said here. Save again to put yours in its place." | "Vos modifications sont gardées ci-dessous et pas encore enregistrées. Là où elles diffèrent de ce qui est enregistré à présent, c’est dit ici. Enregistrez encore pour mettre les vôtres à la place.",
        changed_now: "stored now" | "enregistré à présent",
        changed_yours: "yours" | "le vôtre",
        empty: "empty" | "vide",
        yes: "yes" | "oui",
        no: "no" | "non",
    }
}

texts! {
    /// New values for old keys.
    RotationTexts {
        title: "Rotate {name}" | "Renouveler {name}",
        lede_generated: "The vault makes a new value. The former one is accepted until the grace ends, so that nothing stops meanwhile." | "Le coffre crée une nouvelle valeur. L’ancienne est acceptée jusqu’à la fin de la transition, pour que rien ne s’arrête entre-temps.",
        lede_stored: "Paste the new value that the provider gave you. The former one becomes an earlier version." | "Collez la nouvelle valeur que le fournisseur vous a donnée. L’ancienne devient une version antérieure.",
        value: "New value" | "Nouvelle valeur",
        grace: "Grace" | "Transition",
        grace_hint: "How long the former value is still accepted. Without grace, every earlier value ends at once." | "Le temps pendant lequel l’ancienne valeur est encore acceptée. Sans transition, toute valeur antérieure cesse aussitôt.",
        grace_hint_stored: "Grace in this vault; revoke the replaced value at the provider yourself." | "Transition dans ce coffre ; chez le fournisseur, révoquez vous-même la valeur remplacée.",
        grace_none: "none" | "aucune",
        grace_hour: "1 hour" | "1 heure",
        grace_day: "24 hours" | "24 heures",
        grace_week: "7 days" | "7 jours",
        grace_month: "30 days" | "30 jours",
        button: "Rotate now" | "Renouveler",
        cancel: "Cancel" | "Annuler",
        changed: "This key was changed or rotated meanwhile, and nothing was done now. Look at it, and send the form again if you still want to." | "Cette clé a été modifiée ou renouvelée entre-temps, et rien n’a été fait à présent. Regardez-la, et envoyez encore le formulaire si vous le voulez toujours.",
        grace_title: "A former value is still accepted" | "Une ancienne valeur est encore acceptée",
        grace_until: "It is accepted until" | "Elle est acceptée jusqu’au",
        end: "End the grace now" | "Mettre fin à la transition",
        restore_title: "Restore version\u{a0}{n} of {name}" | "Restaurer la version\u{a0}{n} de {name}",
        restore_lede: "The value of that version becomes the newest, under a new number. The one that is current now stays as an earlier version." | "La valeur de cette version devient la plus récente, sous un nouveau numéro. L’actuelle reste comme version antérieure.",
        restore_button: "Restore it" | "La restaurer",
        now: "Now" | "À présent",
        then: "Afterwards" | "Ensuite",
        now_since: "version\u{a0}{n}, since" | "version\u{a0}{n}, depuis le",
        then_of: "the value of version\u{a0}{n}, of" | "la valeur de la version\u{a0}{n}, du",
    }
}

/// How often a former value was used in the last days, and what stands before the day of its last use.
#[must_use]
pub fn former_uses(language: Language, count: i64, days: i64) -> (String, &'static str) {
    let number = grouped(language, count);
    match (language, count) {
        (Language::English, 0) => (format!("Nobody has used it in the last {days} days: it can be ended"), ""),
        (Language::English, 1) => (format!("It was used once in the last {days} days"), ", on"),
        (Language::English, _) => (format!("It was used {number} times in the last {days} days"), ", most recently on"),
        (Language::French, 0) => {
            (format!("Personne ne s’en est servi ces {days} derniers jours : on peut mettre fin à la transition"), "")
        }
        (Language::French, 1) => (format!("Elle a servi une fois ces {days} derniers jours"), ", le"),
        (Language::French, _) => {
            (format!("Elle a servi {number} fois ces {days} derniers jours"), ", la dernière fois le")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_of_a_former_value_are_told_in_whole_sentences() {
        let told = |language, count| former_uses(language, count, 30).0;

        assert_eq!(told(Language::English, 1), "It was used once in the last 30 days");
        assert_eq!(told(Language::English, 1_200), "It was used 1,200 times in the last 30 days");
        assert_eq!(told(Language::French, 1), "Elle a servi une fois ces 30 derniers jours");
        assert_eq!(told(Language::French, 3), "Elle a servi 3 fois ces 30 derniers jours");
        assert!(told(Language::French, 0).starts_with("Personne ne s’en est servi"));
    }
}
