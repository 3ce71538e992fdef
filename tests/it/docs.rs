//! The documentation tells all there is, and nothing that is not there: variables, commands, routes, codes, paths.

mod vk;
mod words;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
};

use vault_api::core::{configuration::variables, texts::problems::Code};

const PAGES: &[&str] = &[
    "docs/architecture.md",
    "docs/api-design.md",
    "docs/database.md",
    "docs/testing.md",
    "docs/configuration.md",
    "docs/operations.md",
    "docs/cli.md",
    "docs/billing.md",
    "docs/console.md",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name} can not be read: {error}"))
}

/// All pages of the documentation, in one text.
fn all_pages() -> String {
    markdown().into_iter().map(|path| std::fs::read_to_string(path).unwrap()).collect::<Vec<_>>().join("\n")
}

/// README.md, its neighbours, and everything under docs/.
fn markdown() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![(root().to_owned(), false), (root().join("docs"), true)];
    while let Some((folder, is_deep)) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() && is_deep {
                folders.push((path, true));
            } else if path.extension().is_some_and(|ending| ending == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// What the program prints.
fn program(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_vault-api")).args(arguments).output().expect("the program runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The commands that a help text lists.
fn commands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| line.starts_with(' '));
    lines.filter_map(|line| line.split_whitespace().next()).filter(|word| *word != "help").map(String::from).collect()
}

/// A text without the marks of tables and code, its blanks made one.
fn plain(text: &str) -> String {
    text.replace(['`', '|', '*'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether `part` stands in `text` and does not go on there.
fn stands_in(text: &str, part: &str) -> bool {
    let goes_on = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '/' | '{');
    text.match_indices(part).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + part.len()..].chars().next());
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_') && !after.is_some_and(goes_on)
    })
}

#[track_caller]
fn nothing_lacks(lacking: &[String], place: &str) {
    assert!(lacking.is_empty(), "{place} lacks:\n{}", lacking.join("\n"));
}

#[test]
fn every_page_is_there() {
    let lacking: Vec<_> = PAGES
        .iter()
        .chain(&["README.md", "CHANGELOG.md"])
        .filter(|page| !root().join(page).is_file())
        .map(|page| (*page).to_owned())
        .collect();

    nothing_lacks(&lacking, "the documentation");
}

#[test]
fn every_variable_is_explained_with_its_default() {
    let page = page("docs/configuration.md");
    let used = variables::VARIABLES.iter().filter(|variable| variable.is_used);

    let lacking: Vec<_> = used
        .filter(|variable| {
            let default = plain(variable.default);
            !page.lines().any(|line| stands_in(line, variable.name) && plain(line).contains(&default))
        })
        .map(|variable| format!("{} with its default `{}` on one line", variable.name, variable.default))
        .collect();

    nothing_lacks(&lacking, "docs/configuration.md");
}

/// The variables of .env.example, commented out or not, with their values.
fn example() -> Vec<(String, String)> {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    page(".env.example")
        .lines()
        .filter_map(|line| line.trim_start_matches(['#', ' ']).split_once('='))
        .filter(|(name, _)| is_name(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn every_variable_stands_in_the_example_with_its_default_and_no_other_does() {
    let example = example();
    let mut faults = Vec::new();

    for variable in variables::VARIABLES.iter().filter(|variable| variable.is_used) {
        match example.iter().find(|(name, _)| name == variable.name) {
            None => faults.push(format!("{} is missing", variable.name)),
            // a value that is shown is the default
            Some((_, shown)) if !shown.is_empty() && *shown != variable.default.replace("$DATA_DIR", "./data") => {
                faults.push(format!("{}={shown} is not the default `{}`", variable.name, variable.default));
            }
            Some(_) => {}
        }
    }
    for (name, _) in &example {
        // this one is for compose.yaml, as its section says
        if variables::find(name).is_none() && name != "POSTGRES_PASSWORD" {
            faults.push(format!("{name} is no variable of ours"));
        }
    }

    assert!(faults.is_empty(), ".env.example:\n{}", faults.join("\n"));
}

/// Compose reads `.env` for itself: a variable that its file does not name never reaches the server.
#[test]
fn every_variable_reaches_the_server_in_compose() {
    let file = page("compose.yaml");
    // these the image sets, and the volume and the published port stand on them
    let fixed = ["HOST", "PORT", "DATA_DIR"];

    let lacking: Vec<_> = variables::VARIABLES
        .iter()
        .filter(|variable| variable.is_used && !fixed.contains(&variable.name))
        .filter(|variable| !file.lines().any(|line| line.trim_start().starts_with(&format!("{}:", variable.name))))
        .map(|variable| variable.name.to_owned())
        .collect();

    nothing_lacks(&lacking, "compose.yaml");
}

#[test]
fn every_command_is_explained() {
    let pages = plain(&all_pages());
    let mut lacking = Vec::new();
    let first = commands(&program(&["--help"]));
    assert!(first.len() >= 7, "{first:?}");

    for command in first {
        let mut all = vec![format!("vault-api {command}")];
        all.extend(
            commands(&program(&[&command, "--help"])).into_iter().map(|act| format!("vault-api {command} {act}")),
        );
        lacking.extend(all.into_iter().filter(|command| !stands_in(&pages, command)));
    }

    nothing_lacks(&lacking, "the documentation");
}

#[test]
fn every_route_is_explained() {
    let page = plain(&page("docs/api-design.md"));
    let document: serde_json::Value = serde_json::from_str(&program(&["openapi"])).expect("JSON");
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("operations").keys() {
            routes.push(format!("{} {path}", method.to_uppercase()));
        }
    }
    assert!(routes.len() >= 20, "{routes:?}");

    routes.retain(|route| !stands_in(&page, route));

    nothing_lacks(&routes, "docs/api-design.md");
}

#[test]
fn every_error_code_is_explained_with_its_status() {
    let page = page("docs/api-design.md");

    let lacking: Vec<_> = Code::ALL
        .iter()
        .filter(|code| {
            !page.lines().any(|line| stands_in(line, code.word()) && stands_in(line, &code.status().to_string()))
        })
        .map(|code| format!("{} with its status {} on one line", code.word(), code.status()))
        .collect();

    nothing_lacks(&lacking, "docs/api-design.md");
}

/// The paths of this package that a text names, as `src/main.rs` or `docs/decisions/`.
fn named_paths(text: &str) -> BTreeSet<String> {
    let belongs = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | '/' | '{' | '}');
    let mut found = BTreeSet::new();
    for folder in ["src/", "docs/", "scripts/", "tests/", "migrations/", ".ci/"] {
        for (at, _) in text.match_indices(folder) {
            let before = text[..at].chars().next_back();
            // part of an address or of a longer path
            if before.is_some_and(|letter| belongs(letter) || matches!(letter, ':' | '$' | '~' | '>' | '*')) {
                continue;
            }
            let path: String = text[at..].chars().take_while(|letter| belongs(*letter)).collect();
            let after = text[at + path.len()..].chars().next();
            // a pattern, as `docs/decisions/0001-….md` or `src/routes/{auth,keys}`, stands for many
            if path.contains('{') || after.is_some_and(|letter| matches!(letter, '…' | '*' | '<' | '$')) {
                continue;
            }
            found.insert(path.trim_end_matches(['.', '-']).to_owned());
        }
    }
    found
}

#[test]
fn every_path_that_the_documentation_names_exists() {
    let mut faults = Vec::new();

    for file in markdown() {
        for path in named_paths(&std::fs::read_to_string(&file).unwrap()) {
            if !root().join(&path).exists() {
                faults
                    .push(format!("{} names {path}, which is not there", file.strip_prefix(root()).unwrap().display()));
            }
        }
    }

    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_path_that_a_comment_or_script_names_exists() {
    let mut faults = Vec::new();
    let mut folders = vec![root().join("src"), root().join("scripts"), root().join(".ci")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            for named in named_paths(&std::fs::read_to_string(&path).unwrap()) {
                if !root().join(&named).exists() {
                    faults.push(format!(
                        "{} names {named}, which is not there",
                        path.strip_prefix(root()).unwrap().display()
                    ));
                }
            }
        }
    }

    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn paths_are_found_in_a_text_and_addresses_are_not() {
    let text = "See `src/main.rs`, [the map](docs/architecture.md#layers), scripts/test. Not https://example.com/docs/x, /docs/y, docs/decisions/0001-….md, src/{a,b}.rs or my-docs/z.";

    let found = named_paths(text);

    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["docs/architecture.md", "scripts/test", "src/main.rs"]);
}

#[test]
fn a_route_or_code_is_found_whole_or_not_at_all() {
    let text = plain("| `GET` | `/api/keys/{id}` | `key_revoked` |");

    assert!(stands_in(&text, "GET /api/keys/{id}") && stands_in(&text, "key_revoked"));
    assert!(!stands_in(&text, "GET /api/keys") && !stands_in(&text, "revoked") && !stands_in(&text, "key_rev"));
}

#[test]
fn no_text_promises_what_another_release_will_bring_without_saying_so() {
    let page = page("docs/configuration.md");

    for variable in variables::VARIABLES.iter().filter(|variable| !variable.is_used) {
        for line in page.lines().filter(|line| stands_in(line, variable.name)) {
            let is_marked =
                ["later", "not used", "not yet", "next release"].iter().any(|mark| line.to_lowercase().contains(mark));
            let is_in_section = page.split("\n## ").any(|section| {
                section.contains(line)
                    && section.lines().next().is_some_and(|title| title.to_lowercase().contains("later"))
            });
            assert!(
                is_marked || is_in_section,
                "{} is not used by this version, and docs/configuration.md does not say so",
                variable.name
            );
        }
    }
}
