//! The help in French: each command and option of `arguments`, by its path, and clap's own words.

use clap::{Arg, Command, builder::Str};

/// The help with French texts.
pub fn translated(command: Command) -> Command {
    below(command, "")
        .after_help("Variables : VK_URL, VK_TOKEN, NO_COLOR. Codes de sortie : vk help exit-codes --lang fr.")
}

/// The frame of a command's help: its headings are clap's words otherwise, and in French a space stands before a colon.
fn template(command: &Command) -> String {
    let mut template = String::from("{before-help}{about-with-newline}\nUtilisation : {usage}\n");
    if command.has_subcommands() {
        template += "\nCommandes :\n{subcommands}\n";
    }
    if command.get_positionals().next().is_some() {
        template += "\nArguments :\n{positionals}\n";
    }
    // `--help` at least
    template + "\nOptions :\n{options}{after-help}"
}

fn below(command: Command, path: &str) -> Command {
    let named = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path} {name}") };
    let names: Vec<_> = command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    let template = template(&command);
    let mut command = command.help_template(template).subcommand_value_name("COMMANDE");
    if let Some(about) = text(path) {
        command = command.about(about);
    }
    command = command.mut_args(|argument| option(argument, path));
    for name in names {
        let path = named(&name);
        command = command.mut_subcommand(name, |inner| below(inner, &path));
    }
    command
}

fn option(argument: Arg, path: &str) -> Arg {
    let id = argument.get_id().to_string();
    let found = text(&format!("{path} {id}")).or_else(|| text(&format!("* {id}")));
    let places: Option<Vec<_>> = argument.get_value_names().map(|names| names.iter().map(place).collect());
    let argument = match places {
        Some(places) => argument.value_names(places),
        None => argument,
    };
    match found {
        Some(help) => argument.help(help),
        None => argument,
    }
}

/// The French text of a command (`run`), of its option (`run only`), or of one that several have (`* name`).
fn text(path: &str) -> Option<&'static str> {
    TEXTS.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
}

/// What stands in the place of a value, as `<NAME>`.
fn place(english: &Str) -> Str {
    PLACES.iter().find(|(name, _)| english == name).map_or_else(|| english.clone(), |(_, french)| Str::from(*french))
}

const PLACES: &[(&str, &str)] = &[
    ("CMD", "PROGRAMME"),
    ("COUNT/SPAN", "NOMBRE/DURÉE"),
    ("DAYS", "JOURS"),
    ("ENV", "ENV"),
    ("FILE", "FICHIER"),
    ("FORMAT", "FORMAT"),
    ("IP", "IP"),
    ("LANG", "LANGUE"),
    ("LIMIT", "NOMBRE"),
    ("NAME", "NOM"),
    ("NAMES", "NOMS"),
    ("NOTE", "NOTE"),
    ("PREFIX", "PRÉFIXE"),
    ("PROVIDER", "FOURNISSEUR"),
    ("SCOPE", "PORTÉE"),
    ("SECONDS", "SECONDES"),
    ("SHELL", "SHELL"),
    ("SPAN", "DURÉE"),
    ("TAG", "ÉTIQUETTE"),
    ("TEXT", "TEXTE"),
    ("TOKEN", "JETON"),
    ("TOPIC", "SUJET"),
    ("URL", "URL"),
    ("VERSION", "VERSION"),
    ("WHEN", "QUAND"),
];

const TEXTS: &[(&str, &str)] = &[
    ("", "Les clés de votre coffre, pour vous et pour les programmes."),
    ("* json", "Afficher en JSON, les échecs aussi"),
    ("* lang", "Parler cette langue : en ou fr"),
    ("* help", "Afficher l’aide"),
    ("* version", "Afficher la version"),
    ("* name", "Le nom ou l’identifiant de la clé"),
    ("* environment", "L’environnement, comme production"),
    ("* tags", "Une étiquette ; plusieurs fois si besoin"),
    ("* note", "Une note"),
    ("* expires", "Quand elle expire : 90d, 12h, 2027-01-31"),
    ("* yes", "Ne pas demander"),
    ("* allowed_ips", "Une adresse ou un réseau d’où elle peut servir ; plusieurs fois si besoin"),
    ("login", "Se connecter, par le navigateur ou avec un jeton"),
    ("login url", "L’adresse du serveur ; sinon VK_URL, la précédente, ou http://127.0.0.1:8000"),
    ("login token", "Prendre un jeton de l’entrée standard ou d’une invite, jamais d’ici"),
    ("login no_browser", "Ne pas ouvrir le navigateur"),
    ("login insecure_http", "Permettre HTTP sans chiffrement vers une autre machine : qui écoute lit les valeurs"),
    ("logout", "Se déconnecter et supprimer ce qui est gardé sur cette machine"),
    ("status", "Montrer quelle session est ouverte, et où"),
    ("ls", "Lister les clés, masquées"),
    ("ls provider", "Celles d’un fournisseur, comme openai"),
    ("ls tag", "Celles qui ont cette étiquette"),
    ("ls query", "Celles où figure ce texte"),
    ("ls expiring", "Celles qui expirent dans tant de jours"),
    ("ls unused", "Celles dont personne ne s’est servi depuis tant de jours"),
    ("ls revoked", "Les clés révoquées au lieu des actives"),
    ("ls limit", "Au plus tant"),
    ("get", "Montrer une clé, masquée ; avec --reveal sa valeur seule"),
    ("get reveal", "Afficher la valeur, ce qui est inscrit au journal"),
    ("set", "Enregistrer une valeur, du terminal sans écho ou de l’entrée standard"),
    ("set update", "Si elle existe, en faire une nouvelle version sans demander"),
    ("set provider", "Le fournisseur ; sinon la forme de la valeur le dit"),
    ("generate", "Faire créer une clé par le coffre, et l’afficher"),
    ("generate scopes", "Ce à quoi elle peut servir ; plusieurs fois si besoin"),
    ("generate limit", "Combien de fois elle est acceptée, comme 100/60s"),
    ("rotate", "Renouveler une clé : lui donner une nouvelle valeur"),
    ("rotate grace", "Combien de temps l’ancienne valeur est encore acceptée, comme 24h ; 0 y met fin aussitôt"),
    ("rotate end_grace", "Mettre fin au temps où l’ancienne valeur est acceptée, sans rien changer d’autre"),
    ("versions", "Lister les versions d’une clé, masquées"),
    ("restore", "Faire d’une version antérieure la plus récente"),
    ("restore version", "Le numéro de la version"),
    ("revoke", "Révoquer une clé, pour de bon"),
    ("verify", "Contrôler une clé créée par le coffre, de l’entrée standard ou d’une invite"),
    ("verify scope", "Ce à quoi elle doit servir"),
    ("verify ip", "L’adresse d’où elle sert"),
    ("usage", "Montrer combien une clé a servi, jour par jour"),
    ("usage days", "Combien de jours, 90 au plus"),
    ("run", "Lancer un programme avec des clés dans son environnement"),
    ("run only", "Ces clés seules, par leur nom, séparées par des virgules"),
    ("run prefix", "Ce qui précède le nom de chaque variable"),
    ("run keep_existing", "Une variable déjà définie reste telle quelle"),
    ("run keep_token", "Laisser le programme voir aussi VK_TOKEN"),
    ("run watch", "Relancer le programme quand une valeur change"),
    ("run every", "Avec --watch, regarder si souvent, en secondes"),
    ("run offline", "Prendre les valeurs de la dernière fois, sans le réseau"),
    ("run max_age", "L’âge des valeurs qui peuvent remplacer un serveur absent ; 24h si rien n’est dit"),
    ("run no_cache", "Ne rien garder sur cette machine, et n’en rien reprendre"),
    ("run command", "Le programme et ses arguments"),
    ("import", "Enregistrer les clés d’un fichier : .env, JSON ou CSV"),
    ("import file", "Le fichier, ou - pour l’entrée standard"),
    ("import dry_run", "Montrer ce qui se passerait, ne rien enregistrer"),
    ("import skip_invalid", "Enregistrer les autres lignes quand certaines sont fautives"),
    ("export", "Afficher toutes les valeurs, en .env ou en JSON"),
    ("export format", "env ou json ; env si rien n’est dit"),
    ("export output", "Écrire dans un nouveau fichier que vous seul pouvez lire"),
    ("export force", "Remplacer le fichier s’il y en a un"),
    ("tokens", "Les jetons qui ouvrent le coffre aux programmes"),
    ("tokens ls", "Les lister"),
    ("tokens create", "En créer un, et l’afficher une fois"),
    ("tokens create name", "Son nom"),
    ("tokens create scopes", "Ce qu’il peut : keys:read, keys:reveal, keys:write, keys:verify ; plusieurs fois"),
    ("tokens revoke", "En révoquer un, pour de bon"),
    ("tokens revoke token", "Son nom ou son identifiant"),
    ("audit", "Montrer ce qui a été fait dans le compte"),
    ("audit limit", "Au plus tant d’entrées"),
    ("completions", "Afficher les complétions d’un shell"),
    ("completions shell", "bash, zsh ou fish"),
    ("cache", "Les valeurs gardées pour quand il n’y a pas de réseau"),
    ("cache clear", "Tout supprimer"),
    ("help", "Expliquer une commande, ou exit-codes"),
    ("help topic", "Une commande, ou exit-codes"),
];

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn lacking(command: &Command, path: &str, found: &mut Vec<String>) {
        if text(path).is_none() {
            found.push(path.to_owned());
        }
        for argument in command.get_arguments() {
            let id = argument.get_id();
            if text(&format!("{path} {id}")).or_else(|| text(&format!("* {id}"))).is_none() {
                found.push(format!("{path} {id}"));
            }
        }
        for inner in command.get_subcommands() {
            let name =
                if path.is_empty() { inner.get_name().to_owned() } else { format!("{path} {}", inner.get_name()) };
            lacking(inner, &name, found);
        }
    }

    #[test]
    fn every_command_and_option_has_its_french_help() {
        let mut found = Vec::new();
        lacking(&crate::arguments::Arguments::command(), "", &mut found);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn none_of_claps_own_words_is_english_nor_a_colon_without_its_space() {
        fn check(command: &mut Command) {
            let help = command.render_help().to_string();
            for english in [
                "Usage:",
                "Commands:",
                "Options:",
                "Commandes:",
                "Arguments:",
                "Print",
                "[default",
                "[possible",
                "[aliases",
                "[env",
            ] {
                assert!(!help.contains(english), "{english}\n{help}");
            }
            let headings = help.lines().filter(|line| line.ends_with(':') && !line.starts_with(' '));
            assert!(headings.clone().count() >= 1 && headings.clone().all(|line| line.ends_with(" :")), "{help}");
            for inner in command.get_subcommands_mut() {
                check(inner);
            }
        }
        let mut command = translated(crate::arguments::Arguments::command());
        command.build();

        check(&mut command);
    }

    #[test]
    fn every_place_of_a_value_has_its_french_name() {
        fn lacking(command: &Command, found: &mut Vec<String>) {
            let names = command.get_arguments().filter(|argument| argument.get_action().takes_values());
            let names = names.filter_map(Arg::get_value_names).flatten();
            found.extend(
                names
                    .map(ToString::to_string)
                    .filter(|name| name != "-" && !PLACES.iter().any(|(place, _)| place == name)),
            );
            command.get_subcommands().for_each(|inner| lacking(inner, found));
        }
        let mut found = Vec::new();
        lacking(&crate::arguments::Arguments::command(), &mut found);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn no_french_help_is_of_something_that_is_gone() {
        let all = Arguments::help_of_all();
        for (path, french) in TEXTS {
            assert!(all.contains(french), "{path}: {french}");
        }
    }

    struct Arguments;

    impl Arguments {
        /// The French help of every command, in one text.
        fn help_of_all() -> String {
            fn add(command: &mut Command, all: &mut String) {
                all.push_str(&command.render_help().to_string());
                for inner in command.get_subcommands_mut() {
                    add(inner, all);
                }
            }
            let mut command = translated(crate::arguments::Arguments::command()).term_width(1000);
            command.build();
            let mut all = String::new();
            add(&mut command, &mut all);
            all
        }
    }
}
