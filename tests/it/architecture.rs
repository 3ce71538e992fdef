//! The sources keep to the house's rules. A fault is `file:line: a sentence why`; `planted` shows each check fail.

mod planted;

use std::path::{Path, PathBuf};

/// A source: its path from the package's folder, and its text.
struct Source {
    path: String,
    text: String,
}

/// What a layer may use of the crate.
const LAYERS: &[(&str, &[&str])] = &[
    ("core", &["core", "models"]),
    ("models", &["core", "models"]),
    ("schemas", &["schemas", "core", "models"]),
    ("repositories", &["repositories", "core", "models"]),
    ("services", &["services", "repositories", "core", "models"]),
    ("jobs", &["jobs", "services", "core", "models"]),
    ("routes", &["routes", "services", "schemas", "core", "models"]),
    ("commands", &["commands", "routes", "jobs", "services", "repositories", "schemas", "core", "models"]),
];

const MOST_LINES: usize = 500;

impl Source {
    fn new(path: &str, text: &str) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    fn is_in(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(folder))
    }

    /// The lines of code with their numbers: no comments, and nothing after the tests begin.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().take_while(|(_, line)| line.trim() != "#[cfg(test)]");
        lines.filter(|(_, line)| !line.trim_start().starts_with("//")).map(|(at, line)| (at + 1, line))
    }

    fn fault(&self, line: usize, sentence: &str) -> String {
        format!("{}:{line}: {sentence}", self.path)
    }
}

/// Whether `word` stands in `line` and is not part of a longer name.
fn names(line: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(at, _)| {
        let (before, after) = (line[..at].chars().next_back(), line[at + word.len()..].chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

fn sql_stays_below(source: &Source) -> Vec<String> {
    if source.is_in(&["src/repositories/", "src/core/database/"]) {
        return Vec::new();
    }
    let lines = source.code().filter(|(_, line)| names(line, "sqlx"));
    lines
        .map(|(line, _)| {
            source.fault(line, "sqlx is spoken in src/repositories and src/core/database alone; ask a repository")
        })
        .collect()
}

fn http_stays_above(source: &Source) -> Vec<String> {
    if source.is_in(&["src/routes/"]) {
        return Vec::new();
    }
    let lines = source.code().filter(|(_, line)| names(line, "axum"));
    lines
        .map(|(line, _)| source.fault(line, "axum is spoken in src/routes alone; what lies below knows no HTTP"))
        .collect()
}

fn the_outside_is_an_argument(source: &Source) -> Vec<String> {
    const ASKED: &[&str] = &[
        "Utc::now",
        "SystemTime::now",
        "thread_rng",
        "getrandom",
        "env::var",
        "env::vars",
        "env::var_os",
        "env::vars_os",
        "Uuid::new_v4",
        "Uuid::now_v7",
    ];
    if source.is_in(&["src/core/"]) {
        return Vec::new();
    }
    let why = "time, randomness and the environment are asked in src/core alone; take them from the context";
    let lines = source.code().filter(|(_, line)| ASKED.iter().any(|asked| names(line, asked)));
    lines.map(|(line, _)| source.fault(line, why)).collect()
}

fn arrows_point_down(source: &Source) -> Vec<String> {
    let Some(layer) = source.path.strip_prefix("src/").and_then(|path| path.split_once('/')).map(|(layer, _)| layer)
    else {
        return Vec::new(); // lib.rs and main.rs stand above all layers
    };
    let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
        return vec![source.fault(1, "this layer is not known; add it to the rules and to docs/architecture.md")];
    };
    let mut faults = Vec::new();
    for (line, used) in used_layers(source) {
        if LAYERS.iter().any(|(name, _)| *name == used) && !allowed.contains(&used.as_str()) {
            faults.push(source.fault(
                line,
                &format!("{layer} uses {used}: an arrow points up; {layer} may use {}", allowed.join(", ")),
            ));
        }
    }
    faults
}

/// The first names of all paths that begin at the crate's root, with their lines.
fn used_layers(source: &Source) -> Vec<(usize, String)> {
    // one text of the code alone, in which the lines are still those of the file
    let mut lines = vec![""; source.text.lines().count() + 1];
    for (line, text) in source.code() {
        lines[line] = text;
    }
    let code = lines.join("\n");
    let inner = source.path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    let depth = inner.split('/').count();
    let mut found = Vec::new();
    for root in ["crate::".to_owned(), "super::".repeat(depth)] {
        for (at, _) in code.match_indices(&root) {
            if code[..at].ends_with("::")
                || code[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_')
            {
                continue;
            }
            let rest = &code[at + root.len()..];
            for (offset, name) in first_names(rest) {
                found.push((code[..at + root.len() + offset].matches('\n').count(), name));
            }
        }
    }
    found
}

/// The names with which a path goes on: one, or each of `{a, b::c, d::{e, f}}`.
fn first_names(rest: &str) -> Vec<(usize, String)> {
    let name_at = |at: usize| {
        rest[at..].chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect::<String>()
    };
    if !rest.starts_with('{') {
        return vec![(0, name_at(0))];
    }
    let (mut found, mut depth, mut expects_name) = (Vec::new(), 0, false);
    for (at, letter) in rest.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 1 => break,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 1 && matches!(letter, '{' | ',') {
            expects_name = true;
        } else if expects_name && letter.is_alphabetic() {
            found.push((at, name_at(at)));
            expects_name = false;
        }
    }
    found
}

fn no_file_is_too_long(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    if lines <= MOST_LINES {
        Vec::new()
    } else {
        vec![source.fault(lines, &format!("{lines} lines; a file that a reader can hold has at most {MOST_LINES}"))]
    }
}

fn every_file_begins_with_its_map(source: &Source) -> Vec<String> {
    if source.text.lines().next().is_some_and(|first| first.starts_with("//! ")) {
        return Vec::new();
    }
    vec![source.fault(1, "the first line is the map: `//!` and what lives here")]
}

fn nothing_panics_without_a_reason(source: &Source) -> Vec<String> {
    const PANICS: &[&str] = &[".unwrap()", ".expect(", "panic!(", "unreachable!(", "todo!(", "unimplemented!("];
    const LINTS: &[&str] = &["clippy::unwrap_used", "clippy::expect_used", "clippy::panic", "clippy::unreachable"];
    let all: Vec<&str> = source.text.lines().collect();
    let has_reason = |line: usize| {
        // up to the attributes of the function that the line stands in
        let mut is_above_function = false;
        for above in all[..line].iter().rev() {
            let text = above.trim_start();
            if text.starts_with("#[expect(") && LINTS.iter().any(|lint| text.contains(lint)) {
                return true;
            }
            if is_above_function && !text.starts_with("#[") && !text.starts_with("//") {
                return false;
            }
            is_above_function |= names(text, "fn");
        }
        false
    };
    let lines =
        source.code().filter(|(line, text)| PANICS.iter().any(|panic| text.contains(panic)) && !has_reason(*line));
    lines
        .map(|(line, _)| {
            source
                .fault(line, "this can panic; return an error, or say in an #[expect(…, reason)] why it can not happen")
        })
        .collect()
}

/// All sources under a folder of the package.
fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.push(Source { path: name, text: std::fs::read_to_string(&path).unwrap() });
            }
        }
    }
    assert!(found.len() > 20, "only {} sources were found under {folder}", found.len());
    found.sort_by(|left, right| left.path.cmp(&right.path));
    found
}

#[track_caller]
fn holds(sources: &[Source], check: fn(&Source) -> Vec<String>) {
    let faults: Vec<_> = sources.iter().flat_map(check).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn sqlx_is_named_in_repositories_and_the_database_layer_alone() {
    holds(&sources("src"), sql_stays_below);
}

#[test]
fn axum_is_named_in_routes_alone() {
    holds(&sources("src"), http_stays_above);
}

#[test]
fn time_randomness_and_the_environment_are_asked_in_core_alone() {
    holds(&sources("src"), the_outside_is_an_argument);
}

#[test]
fn no_arrow_between_the_layers_points_up() {
    holds(&sources("src"), arrows_point_down);
}

#[test]
fn no_file_passes_five_hundred_lines() {
    holds(&sources("src"), no_file_is_too_long);
    holds(&sources("tests"), no_file_is_too_long);
    holds(&sources("vk"), no_file_is_too_long);
}

#[test]
fn every_file_has_its_map() {
    holds(&sources("src"), every_file_begins_with_its_map);
    holds(&sources("tests"), every_file_begins_with_its_map);
    holds(&sources("vk"), every_file_begins_with_its_map);
}

#[test]
fn nothing_outside_tests_panics_without_a_reason() {
    holds(&sources("src"), nothing_panics_without_a_reason);
    holds(&sources("vk/src"), nothing_panics_without_a_reason);
}
