//! The list of keys, and what happens to many keys.

use chrono::TimeDelta;

use super::{counted, grouped};
use crate::core::language::Language;

texts! {
    /// The list of keys.
    KeysListTexts {
        title: "Keys" | "Clés",
        new_key: "New key" | "Nouvelle clé",
        import: "Import" | "Importer",
        export: "Export" | "Exporter",
        search: "Search" | "Chercher",
        search_hint: "Name, tag, note, last four…" | "Nom, étiquette, note, fin…",
        search_button: "Search" | "Chercher",
        environment: "Environment" | "Environnement",
        environment_any: "All" | "Tous",
        environment_none: "No environment" | "Sans environnement",
        provider: "Provider" | "Fournisseur",
        provider_any: "All" | "Tous",
        generated: "Generated here" | "Générée ici",
        state: "State" | "État",
        state_active: "Active" | "Actives",
        state_expiring: "Expired or within 30 days" | "Expirées ou d’ici 30 jours",
        state_unused: "Unused for 90 days" | "Inutilisées depuis 90 jours",
        state_revoked: "Revoked" | "Révoquées",
        clear: "Clear the filters" | "Effacer les filtres",
        without_tag: "Without this filter" | "Sans ce filtre",
        name: "Name" | "Nom",
        value: "Value" | "Valeur",
        tags: "Tags" | "Étiquettes",
        last_use: "Last used" | "Dernier usage",
        never: "Never" | "Jamais",
        expiry: "Expires" | "Expire",
        no_expiry: "Never" | "Jamais",
        expired: "Expired" | "Expirée",
        revoked: "Revoked" | "Révoquée",
        disabled: "Off" | "Désactivée",
        grace_until: "Former value accepted until" | "Ancienne valeur acceptée jusqu’au",
        older: "Older" | "Plus anciennes",
        newest: "Newest" | "Plus récentes",
        nothing: "No key fits" | "Aucune clé ne correspond",
        nothing_hint: "Nothing in your vault has all that you ask for here." | "Rien dans votre coffre ne répond à tout ce que vous demandez ici.",
        table: "Your keys, newest first, by environment" | "Vos clés, les plus récentes d’abord, par environnement",
        tick: "Choose" | "Choisir",
        tick_all: "Choose all on this page" | "Choisir toutes celles de cette page",
        bulk: "With the chosen keys" | "Avec les clés choisies",
        chosen_one: "{count} key chosen" | "{count} clé choisie",
        chosen_many: "{count} keys chosen" | "{count} clés choisies",
        bulk_tag: "Tag" | "Étiquette",
        bulk_add: "Add the tag" | "Ajouter l’étiquette",
        bulk_remove: "Remove it" | "La retirer",
        bulk_revoke: "Revoke" | "Révoquer",
        key: "key" | "clé",
        keys: "keys" | "clés",
        revoke_title: "Revoke {keys}?" | "Révoquer {keys} ?",
        revoke_lede: "From the next request on they are neither shown nor accepted. For ten minutes you can bring them back." | "Dès la requête suivante, elles ne sont plus ni affichées ni acceptées. Vous pouvez les rétablir pendant dix minutes.",
        revoke_button: "Revoke {keys}" | "Révoquer {keys}",
        revoke_cancel: "Back to the list" | "Retour à la liste",
        bulk_reinstate: "Bring back" | "Rétablir",
        reinstate_hint: "What was revoked within the last ten minutes can be brought back." | "Ce qui a été révoqué dans les dix dernières minutes peut être rétabli.",
        empty_title: "Your vault is empty" | "Votre coffre est vide",
        empty_lede: "Paste a .env file here and see what would be stored, before anything is." | "Collez ici un fichier .env et voyez ce qui serait enregistré, avant que rien ne le soit.",
        empty_paste: "Content of a .env file" | "Contenu d’un fichier .env",
        empty_look: "See what is in it" | "Voir ce qu’il contient",
        empty_store_title: "Store one key" | "Enregistrer une clé",
        empty_store: "A key that a provider gave you. The vault recognises whose it is." | "Une clé qu’un fournisseur vous a donnée. Le coffre reconnaît d’où elle vient.",
        empty_generate_title: "Generate one" | "Générer une clé",
        empty_generate: "A key for your own customers, which your server has checked here." | "Une clé pour vos propres clients, que votre serveur fait contrôler ici.",
        plans: "See the plans" | "Voir les formules",
        empty_revoked: "Look at revoked keys" | "Voir les clés révoquées",
    }
}

texts! {
    /// Importing many keys.
    ImportTexts {
        title: "Import keys" | "Importer des clés",
        lede: "Paste a file: a .env, an export as JSON (of this vault, Infisical, Doppler, HashiCorp Vault), or 1Password’s CSV. First you see what would become of each line; nothing is stored before you say so." | "Collez un fichier : un .env, un export en JSON (de ce coffre, d’Infisical, de Doppler, de HashiCorp Vault), ou le CSV de 1Password. Vous voyez d’abord ce que deviendrait chaque ligne ; rien n’est enregistré avant votre accord.",
        file: "Choose a file" | "Choisir un fichier",
        file_hint: "It is read into the field below." | "Il est lu dans le champ ci-dessous.",
        no_script: "Without JavaScript, open the file in an editor and paste what is in it." | "Sans JavaScript, ouvrez le fichier dans un éditeur et collez son contenu.",
        text: "Content" | "Contenu",
        environment: "Environment of all these keys" | "Environnement de toutes ces clés",
        environment_hint: "Left empty, what the file says counts, or none. For instance: production." | "Laissé vide, ce que dit le fichier compte, ou aucun. Par exemple : production.",
        format: "Form" | "Forme",
        format_any: ".env or JSON, recognised" | ".env ou JSON, reconnu",
        format_csv: "CSV of 1Password" | "CSV de 1Password",
        look: "See what is in it" | "Voir ce qu’il contient",
        cancel: "Cancel" | "Annuler",
        preview_title: "What becomes of each line" | "Ce que devient chaque ligne",
        change: "See and edit the text (shows the values)" | "Voir et modifier le texte (montre les valeurs)",
        look_again: "Look again" | "Regarder à nouveau",
        store: "Store the ticked keys" | "Enregistrer les clés cochées",
        tick: "Store" | "Enregistrer",
        tick_all: "Tick all" | "Tout cocher",
        tick_all_fitting: "Tick all that there is room for" | "Cocher toutes celles qui ont leur place",
        ticked_one: "{count} line ticked" | "{count} ligne cochée",
        ticked_many: "{count} lines ticked" | "{count} lignes cochées",
        no_room: "No room" | "Pas de place",
        nothing_ticked: "Nothing was stored, since no line is ticked. Tick those that you want." | "Rien n’a été enregistré, car aucune ligne n’est cochée. Cochez celles que vous voulez.",
        text_changed: "Nothing was stored: the text has changed since. This is what becomes of it now; look at the ticks again." | "Rien n’a été enregistré\u{a0}: le texte a changé depuis. Voici ce qu’il devient maintenant\u{a0}; regardez de nouveau ce qui est coché.",
        line: "Line" | "Ligne",
        name: "Name" | "Nom",
        outcome: "Becomes" | "Devient",
        remark: "Remark" | "Remarque",
        new: "New" | "Nouvelle",
        changed: "New value" | "Nouvelle valeur",
        same: "Same as now" | "Inchangée",
        invalid: "At fault" | "Fautive",
        skip: "Leave the faulty lines out" | "Laisser de côté les lignes fautives",
        all_or_nothing: "Without this, nothing is stored while a line is at fault." | "Sans cela, rien n’est enregistré tant qu’une ligne est fautive.",
        nothing: "There is nothing to store here: mend the text, or go back." | "Il n’y a rien à enregistrer ici : corrigez le texte, ou revenez.",
        nothing_new: "All of it is in your vault already." | "Tout est déjà dans votre coffre.",
        plan: "Plan and billing (in a new tab)" | "Formule et facturation (dans un nouvel onglet)",
        imported_why: "Why" | "Pourquoi",
        imported_unticked: "Not ticked." | "Non cochée.",
        imported_no_room: "Your plan has no room for it." | "Votre formule n’a plus de place pour elle.",
        imported_same: "Already in your vault, with this value." | "Déjà dans votre coffre, avec cette valeur.",
        imported_keys: "Go to your keys" | "Voir vos clés",
        imported_more: "Import something else" | "Importer autre chose",
        not_stored: "Nothing was stored." | "Rien n’a été enregistré.",
        more: "The first lines are shown, faulty ones before the others." | "Les premières lignes sont affichées, les fautives avant les autres.",
    }
}

texts! {
    /// Exporting all keys.
    ExportTexts {
        title: "Export keys" | "Exporter des clés",
        lede: "A file with the values of your active keys, readable by anybody who gets hold of it. The export is written into your activity." | "Un fichier avec les valeurs de vos clés actives, lisible par quiconque l’obtient. L’export est inscrit dans votre activité.",
        format: "Form" | "Forme",
        env: ".env" | ".env",
        env_hint: "Lines of NAME=value. What can not be a line becomes a comment." | "Des lignes NOM=valeur. Ce qui ne peut être une ligne devient un commentaire.",
        json: "JSON" | "JSON",
        json_hint: "Everything, in a form that the import takes back." | "Tout, dans une forme que l’import reprend.",
        environment: "Environment" | "Environnement",
        environment_any: "All environments" | "Tous les environnements",
        button: "Download" | "Télécharger",
        cancel: "Back to the keys" | "Retour aux clés",
    }
}

/// What stands beside the tick for the lines that a preview does not show.
#[must_use]
pub fn lines_unshown(language: Language, count: usize) -> String {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    match language {
        Language::English => format!("Also {} not shown", counted(language, count, "line that is", "lines that are")),
        Language::French => {
            format!(
                "Aussi {} ici",
                counted(language, count, "ligne qui n’est pas affichée", "lignes qui ne sont pas affichées")
            )
        }
    }
}

/// That more new keys are ticked than the plan has room for.
#[must_use]
pub fn ticked_too_many(language: Language, ticked: i64, room: i64) -> String {
    let over = ticked - room;
    match language {
        Language::English => {
            let ticked = counted(language, ticked, "new key is ticked", "new keys are ticked");
            let room = if room == 0 { "none".to_owned() } else { grouped(language, room) };
            format!(
                "Nothing was stored: {ticked}, and your plan has room for {room}. Untick {} and store again.",
                grouped(language, over)
            )
        }
        Language::French => {
            let ticked = counted(language, ticked, "nouvelle clé est cochée", "nouvelles clés sont cochées");
            let room = if room == 0 { "aucune".to_owned() } else { format!("que {}", grouped(language, room)) };
            format!(
                "Rien n’a été enregistré\u{a0}: {ticked}, et votre formule n’en admet plus {room}. Décochez-en {} et enregistrez de nouveau.",
                grouped(language, over)
            )
        }
    }
}

/// What an import stored, as a heading.
#[must_use]
pub fn imported(language: Language, count: usize) -> String {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    match (language, count) {
        (Language::English, 0) => "Nothing was stored".to_owned(),
        (Language::French, 0) => "Rien n’a été enregistré".to_owned(),
        (Language::English, _) => counted(language, count, "key is stored", "keys are stored"),
        (Language::French, _) => counted(language, count, "clé est enregistrée", "clés sont enregistrées"),
    }
}

/// That so many more lines were left out than are named.
#[must_use]
pub fn left_out_more(language: Language, count: usize) -> String {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    match language {
        Language::English => format!("And {}.", counted(language, count, "more line", "more lines")),
        Language::French => format!("Et {}.", counted(language, count, "autre ligne", "autres lignes")),
    }
}

/// Whether the plan has room for the new keys of an import, in words.
#[must_use]
pub fn room_left(language: Language, new: i64, room: i64) -> String {
    let fits = new <= room;
    match language {
        Language::English if fits => {
            format!("Your plan has room for {}.", counted(language, room, "more key", "more keys"))
        }
        Language::French if fits => {
            format!("Votre formule a encore de la place pour {}.", counted(language, room, "clé", "clés"))
        }
        Language::English => {
            let new = counted(language, new, "new key", "new keys");
            let choose = if room == 0 { "Revoke" } else { "Tick those that you want, revoke" };
            let room = if room == 0 { "none".to_owned() } else { grouped(language, room) };
            format!(
                "Not enough room: {new} here, and your plan has room for {room}. {choose} keys that you no longer need, or choose another plan."
            )
        }
        Language::French => {
            let new = counted(language, new, "nouvelle clé", "nouvelles clés");
            let choose = if room == 0 { "Révoquez" } else { "Cochez celles que vous voulez, révoquez" };
            let room = if room == 0 { "aucune".to_owned() } else { format!("que {}", grouped(language, room)) };
            format!(
                "La place manque : {new} ici, et votre formule n’en admet plus {room}. {choose} des clés devenues inutiles, ou changez de formule."
            )
        }
    }
}

/// How many lines are of a kind, in words: new, changed, beyond the plan's room, the same, at fault.
#[must_use]
pub fn import_counts(language: Language, counts: [usize; 5]) -> String {
    let words = match language {
        Language::English => [
            ("new", "new"),
            ("new value", "new values"),
            ("without room", "without room"),
            ("same as now", "same as now"),
            ("at fault", "at fault"),
        ],
        Language::French => [
            ("nouvelle", "nouvelles"),
            ("nouvelle valeur", "nouvelles valeurs"),
            ("sans place", "sans place"),
            ("inchangée", "inchangées"),
            ("fautive", "fautives"),
        ],
    };
    let said = counts.into_iter().zip(words).filter(|(count, _)| *count > 0);
    let said = said.map(|(count, (one, many))| counted(language, i64::try_from(count).unwrap_or(i64::MAX), one, many));
    said.collect::<Vec<_>>().join(", ")
}

/// How many keys a page shows.
#[must_use]
pub fn shown(language: Language, count: usize, has_more: bool) -> String {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let keys = counted(language, count, "key", "keys");
    let cles = counted(language, count, "clé", "clés");
    match (language, has_more) {
        (Language::English, false) => format!("{keys} shown"),
        (Language::English, true) => format!("{keys} shown, there are more"),
        (Language::French, false) => cles,
        (Language::French, true) => format!("{cles}, et d’autres"),
    }
}

/// How long ago: `3 h ago`.
#[must_use]
pub fn ago(language: Language, passed: TimeDelta) -> String {
    let Some(span) = span(language, passed) else {
        return match language {
            Language::English => "just now".into(),
            Language::French => "à l’instant".into(),
        };
    };
    match language {
        Language::English => format!("{span} ago"),
        Language::French => format!("il y a {span}"),
    }
}

/// In how long: `in 12 days`.
#[must_use]
pub fn ahead(language: Language, left: TimeDelta) -> String {
    match (language, span(language, left)) {
        (Language::English, Some(span)) => format!("in {span}"),
        (Language::French, Some(span)) => format!("dans {span}"),
        (Language::English, None) => "in a moment".into(),
        (Language::French, None) => "dans un instant".into(),
    }
}

/// A span in its largest unit; `None` below a minute.
fn span(language: Language, span: TimeDelta) -> Option<String> {
    let (minutes, hours, days) = (span.num_minutes(), span.num_hours(), span.num_days());
    let said = match language {
        Language::English => match (minutes, hours, days) {
            (..1, _, _) => return None,
            (..60, _, _) => format!("{minutes} min"),
            (_, ..48, _) => format!("{hours} h"),
            (_, _, ..60) => counted(language, days, "day", "days"),
            (_, _, ..730) => counted(language, days / 30, "month", "months"),
            _ => counted(language, days / 365, "year", "years"),
        },
        Language::French => match (minutes, hours, days) {
            (..1, _, _) => return None,
            (..60, _, _) => format!("{minutes} min"),
            (_, ..48, _) => format!("{hours} h"),
            (_, _, ..60) => counted(language, days, "jour", "jours"),
            (_, _, ..730) => counted(language, days / 30, "mois", "mois"),
            _ => counted(language, days / 365, "an", "ans"),
        },
    };
    Some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_their_largest_unit() {
        let english = |seconds| ago(Language::English, TimeDelta::seconds(seconds));
        assert_eq!(english(-5), "just now");
        assert_eq!(english(59), "just now");
        assert_eq!(english(60), "1 min ago");
        assert_eq!(english(3 * 3600), "3 h ago");
        assert_eq!(english(3 * 86_400), "3 days ago");
        assert_eq!(english(100 * 86_400), "3 months ago");
        assert_eq!(english(800 * 86_400), "2 years ago");
        assert_eq!(ahead(Language::French, TimeDelta::days(12)), "dans 12 jours");
        assert_eq!(ago(Language::French, TimeDelta::hours(3)), "il y a 3 h");
    }

    #[test]
    fn an_import_is_summed_up_by_what_there_is() {
        assert_eq!(import_counts(Language::English, [3, 1, 4, 0, 2]), "3 new, 1 new value, 4 without room, 2 at fault");
        assert_eq!(import_counts(Language::French, [1, 0, 0, 2, 0]), "1 nouvelle, 2 inchangées");
    }

    #[test]
    fn the_room_of_a_plan_is_told_with_the_right_plurals() {
        assert_eq!(room_left(Language::English, 1, 1), "Your plan has room for 1 more key.");
        assert_eq!(room_left(Language::French, 2, 3), "Votre formule a encore de la place pour 3 clés.");
        assert!(
            room_left(Language::English, 3, 2)
                .starts_with("Not enough room: 3 new keys here, and your plan has room for 2.")
        );
        assert!(
            room_left(Language::French, 1, 0)
                .starts_with("La place manque : 1 nouvelle clé ici, et votre formule n’en admet plus aucune.")
        );
        assert!(room_left(Language::French, 3, 2).contains("n’en admet plus que 2."));
    }
}
