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
        revoke_hint: "From the next request on it is neither shown nor accepted, and programs that use it stop working. You can bring it back for ten minutes. Its page and its history stay." | "Dès la requête suivante, elle n’est plus ni affichée ni acceptée, et les programmes qui s’en servent cessent de fonctionner. Vous pouvez la rétablir pendant dix minutes. Sa page et son historique restent.",
        generated: "generated here" | "générée ici",
        active: "active" | "active",
        disabled: "disabled" | "désactivée",
        expired: "expired" | "expirée",
        revoked: "revoked" | "révoquée",
        value: "Value" | "Valeur",
        reveal: "Reveal" | "Afficher",
        copy_hidden: "Copy without showing" | "Copier sans afficher",
        reveal_hint: "Each showing and each copy is written down under “Who saw or changed it”." | "Chaque affichage et chaque copie sont consignés sous « Qui l’a vue ou modifiée ».",
        reveal_revoked: "This key is revoked: its value is no longer shown." | "Cette clé est révoquée : sa valeur n’est plus affichée.",
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
        revoked_title: "This key is revoked" | "Cette clé est révoquée",
        reinstate_until: "You can bring it back until" | "Vous pouvez la rétablir jusqu’au",
        reinstate: "Bring it back" | "La rétablir",
        identifier: "Identifier" | "Identifiant",
        usage: "Usage" | "Utilisation",
        usage_empty: "Nobody has used this key in these days." | "Personne ne s’est servi de cette clé pendant ces jours.",
        period: "Period" | "Période",
        days_7: "7 days" | "7 jours",
        days_30: "30 days" | "30 jours",
        days_90: "90 days" | "90 jours",
        seen: "Who saw or changed it" | "Qui l’a vue ou modifiée",
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
        lede_generated: "The vault makes a new value. The former one can stay accepted for a while, so that nothing stops meanwhile." | "Le coffre crée une nouvelle valeur. L’ancienne peut rester acceptée un moment, pour que rien ne s’arrête entre-temps.",
        lede_stored: "Paste the new value that the provider gave you. The former one becomes an earlier version." | "Collez la nouvelle valeur que le fournisseur vous a donnée. L’ancienne devient une version antérieure.",
        value: "New value" | "Nouvelle valeur",
        grace: "The current value stays accepted" | "La valeur actuelle reste acceptée",
        grace_hint: "Meanwhile both values work: give the new one to every program that uses this key. After that, programs with a former value are refused." | "Entre-temps, les deux valeurs fonctionnent : donnez la nouvelle à chaque programme qui se sert de cette clé. Ensuite, les programmes qui ont une ancienne valeur sont refusés.",
        grace_stored: "Once no program uses the former value any more, revoke the replaced value at the provider: the vault can not do that." | "Quand plus aucun programme ne se sert de l’ancienne valeur, révoquez la valeur remplacée chez le fournisseur : le coffre ne peut pas le faire.",
        grace_none: "no, refuse it at once" | "non, la refuser aussitôt",
        grace_hour: "for 1 hour" | "pendant 1 heure",
        grace_day: "for 24 hours" | "pendant 24 heures",
        grace_week: "for 7 days" | "pendant 7 jours",
        grace_month: "for 30 days" | "pendant 30 jours",
        button: "Rotate now" | "Renouveler",
        cancel: "Cancel" | "Annuler",
        changed: "This key was changed or rotated meanwhile, and nothing was done now. Look at it, and send the form again if you still want to." | "Cette clé a été modifiée ou renouvelée entre-temps, et rien n’a été fait à présent. Regardez-la, et envoyez encore le formulaire si vous le voulez toujours.",
        grace_title: "A former value is still accepted" | "Une ancienne valeur est encore acceptée",
        grace_until: "It is accepted until" | "Elle est acceptée jusqu’au",
        grace_until_short: "Accepted until" | "Acceptée jusqu’au",
        rotated_until: "The former value stays accepted until" | "L’ancienne valeur reste acceptée jusqu’au",
        rotated_then: "Give the new one to every program that uses this key before then." | "Donnez d’ici là la nouvelle à chaque programme qui se sert de cette clé.",
        rotated_ended: "The former value is no longer accepted: programs that still use it are refused until they have the new one." | "L’ancienne valeur n’est plus acceptée : les programmes qui s’en servent encore sont refusés tant qu’ils n’ont pas la nouvelle.",
        end: "Stop accepting it" | "Ne plus l’accepter",
        end_title: "Stop accepting the former value of {name}?" | "Ne plus accepter l’ancienne valeur de {name} ?",
        end_lede: "From the next request on, programs that still use it are refused; the current value goes on working. There is no undo: the former value could only be restored as the current one." | "Dès la requête suivante, les programmes qui s’en servent encore sont refusés ; la valeur actuelle continue de fonctionner. C’est sans retour : l’ancienne valeur pourrait seulement être restaurée comme valeur actuelle.",
        end_lede_stored: "It becomes an earlier version like the others. At the provider nothing changes: revoke it there yourself." | "Elle devient une version antérieure comme les autres. Chez le fournisseur, rien ne change : révoquez-la vous-même là-bas.",
        end_former: "Former value" | "Ancienne valeur",
        end_use: "Use" | "Usage",
        end_button: "Stop accepting it now" | "Ne plus l’accepter dès maintenant",
        end_keep: "Keep accepting it" | "Continuer de l’accepter",
        restore_title: "Restore version\u{a0}{n} of {name}" | "Restaurer la version\u{a0}{n} de {name}",
        restore_lede: "The value of that version becomes the newest, under a new number. The one that is current now stays as an earlier version." | "La valeur de cette version devient la plus récente, sous un nouveau numéro. L’actuelle reste comme version antérieure.",
        restore_button: "Restore it" | "La restaurer",
        now: "Now" | "À présent",
        then: "Afterwards" | "Ensuite",
        now_since: "version\u{a0}{n}, since" | "version\u{a0}{n}, depuis le",
        then_of: "the value of version\u{a0}{n}, of" | "la valeur de la version\u{a0}{n}, du",
    }
}

/// How a former value was used, and what stands before the moment that belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormerUse {
    /// Never since it was replaced, which is the moment.
    Never,
    /// Not in the last so many days, but before: the moment of its last use.
    NotIn(i64),
    /// Some time, the moment; how often is not known by itself.
    Last,
    /// So often in the last so many days; the moment of its last use.
    Times(i64, i64),
}

impl FormerUse {
    /// The words up to the moment.
    #[must_use]
    pub fn text(self, language: Language) -> String {
        match (language, self) {
            (Language::English, Self::Never) => "No program has used it since it was replaced, on".to_owned(),
            (Language::French, Self::Never) => {
                "Aucun programme ne s’en est servi depuis son remplacement, le".to_owned()
            }
            (Language::English, Self::NotIn(days)) => {
                format!("It was not used in the last {days} days; the last time was on")
            }
            (Language::French, Self::NotIn(days)) => {
                format!("Elle n’a pas servi ces {days} derniers jours ; la dernière fois, c’était le")
            }
            (Language::English, Self::Last) => "It was last used on".to_owned(),
            (Language::French, Self::Last) => "Elle a servi pour la dernière fois le".to_owned(),
            (Language::English, Self::Times(1, days)) => format!("It was used once in the last {days} days, on"),
            (Language::French, Self::Times(1, days)) => format!("Elle a servi une fois ces {days} derniers jours, le"),
            (Language::English, Self::Times(count, days)) => {
                let number = grouped(language, count);
                format!("It was used {number} times in the last {days} days, most recently on")
            }
            (Language::French, Self::Times(count, days)) => {
                let number = grouped(language, count);
                format!("Elle a servi {number} fois ces {days} derniers jours, la dernière fois le")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_of_a_former_value_are_told_in_whole_sentences() {
        let told = |language, use_: FormerUse| use_.text(language);

        assert_eq!(told(Language::English, FormerUse::Times(1, 30)), "It was used once in the last 30 days, on");
        assert!(
            told(Language::English, FormerUse::Times(1_200, 30)).starts_with("It was used 1,200 times in the last")
        );
        assert_eq!(told(Language::French, FormerUse::Times(1, 30)), "Elle a servi une fois ces 30 derniers jours, le");
        assert!(told(Language::French, FormerUse::Times(3, 30)).starts_with("Elle a servi 3 fois ces 30 derniers"));
        assert!(told(Language::French, FormerUse::Never).starts_with("Aucun programme ne s’en est servi depuis"));
        assert!(told(Language::English, FormerUse::NotIn(7)).starts_with("It was not used in the last 7 days;"));
    }
}
