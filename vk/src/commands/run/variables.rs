//! Variables from keys: a name that can be one stays as it is, another is made one and that is told.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    arguments::RunOptions,
    commands::list,
    failure::{Failure, Kind},
    json::{rows, text},
    output::Screen,
    system,
    texts::Text,
};

/// Variables that decide which code runs, or where it looks for its settings. `docs/cli.md` lists them.
const STEERING: [&str; 21] = [
    "PATH",
    "IFS",
    "ENV",
    "BASH_ENV",
    "SHELLOPTS",
    "PROMPT_COMMAND",
    "HOME",
    "SHELL",
    "NODE_OPTIONS",
    "PYTHONSTARTUP",
    "PYTHONPATH",
    "PYTHONHOME",
    "PERL5OPT",
    "PERL5LIB",
    "RUBYOPT",
    "RUBYLIB",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "GIT_SSH_COMMAND",
    "GCONV_PATH",
    "VK_TOKEN",
];

/// The variables of the keys that were asked for.
pub fn of(screen: &Screen, options: &RunOptions, keys: &Value) -> Result<BTreeMap<String, String>, Failure> {
    let (chosen, unusable): (Vec<_>, Vec<_>) =
        chosen(options, rows(keys, "keys"))?.into_iter().partition(|key| is_usable(key));
    for key in unusable {
        screen.warn(Text::NotUsable, &[text(key, "name")]);
    }
    let mut made: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    let mut renamed = Vec::new();
    for key in chosen {
        let name = format!("{}{}", options.prefix, variable(text(key, "name")));
        if variable(&name) != name || name.is_empty() {
            return Err(Failure::new(Kind::Invalid, Text::NoVariable).with(text(key, "name")));
        }
        if variable(text(key, "name")) != text(key, "name") {
            renamed.push(format!("{} → {name}", text(key, "name")));
        }
        made.entry(name).or_default().push(key);
    }
    if let Some((name, keys)) = made.iter().find(|(_, keys)| keys.len() > 1) {
        return Err(several(name, keys));
    }
    if !renamed.is_empty() {
        screen.note(Text::Renamed, &[&renamed.join(", ")]);
    }
    Ok(kept(screen, options, made))
}

/// The variables that are passed on: not those that steer how programs start, unless they were asked for by name.
fn kept(screen: &Screen, options: &RunOptions, made: BTreeMap<String, Vec<&Value>>) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    for (name, keys) in made {
        let Some(key) = keys.first() else { continue };
        let is_asked = options.only.iter().any(|only| *only == text(key, "name") || *only == name);
        if steers(&name) && !is_asked {
            screen.warn(Text::LeftOut, &[&name]);
        } else if !(options.keep_existing && system::is_set(&name)) {
            variables.insert(name, text(key, "value").to_owned());
        }
    }
    variables
}

/// What a program can see of the keys: another note or tag is no change to it.
pub fn values(keys: &Value) -> Vec<(&str, &str, &str, bool)> {
    let part = |key| (text(key, "name"), text(key, "environment"), text(key, "value"), is_usable(key));
    rows(keys, "keys").iter().map(part).collect()
}

/// Whether a key may be used now.
fn is_usable(key: &Value) -> bool {
    matches!(list::state(key).0, None | Some(Text::InGrace))
}

fn chosen<'a>(options: &RunOptions, keys: &'a [Value]) -> Result<Vec<&'a Value>, Failure> {
    if options.only.is_empty() {
        return Ok(keys.iter().collect());
    }
    let is_named = |key: &Value, only: &str| text(key, "name") == only || variable(text(key, "name")) == only;
    let missing: Vec<_> =
        options.only.iter().filter(|only| !keys.iter().any(|key| is_named(key, only))).cloned().collect();
    if !missing.is_empty() {
        return Err(Failure::new(Kind::NotFound, Text::OnlyMissing).with(missing.join(", ")));
    }
    Ok(keys.iter().filter(|key| options.only.iter().any(|only| is_named(key, only))).collect())
}

fn several(name: &str, keys: &[&Value]) -> Failure {
    let places: Vec<_> = keys
        .iter()
        .map(|key| match text(key, "environment") {
            "" => text(key, "name").to_owned(),
            environment => format!("{} ({environment})", text(key, "name")),
        })
        .collect();
    Failure::new(Kind::Invalid, Text::SeveralValues).with(name).with(places.join(", "))
}

/// A name that a variable may have: letters, digits and `_`, no digit first.
fn variable(name: &str) -> String {
    let is_variable = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.starts_with(|first: char| first.is_ascii_digit());
    if is_variable {
        return name.to_owned();
    }
    let words =
        name.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').filter(|word| !word.is_empty());
    let made = words.collect::<Vec<_>>().join("_").to_ascii_uppercase();
    if made.starts_with(|first: char| first.is_ascii_digit()) { format!("_{made}") } else { made }
}

/// Whether a variable decides which code runs.
fn steers(name: &str) -> bool {
    STEERING.contains(&name) || name.starts_with("LD_") || name.starts_with("DYLD_")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{arguments::Arguments, texts::Language};

    fn options(words: &[&str]) -> RunOptions {
        let words = ["vk", "run"].iter().chain(words).chain(&["--", "true"]).map(std::ffi::OsString::from).collect();
        let Arguments { command, .. } = crate::arguments::parse(words, Language::English).unwrap();
        let crate::arguments::Command::Run(options) = command else { panic!("another command") };
        options
    }

    fn variables(words: &[&str], names: &[&str]) -> Result<Vec<String>, Failure> {
        let screen = Screen::new(Language::English, true);
        let keys: Vec<_> = names.iter().map(|name| json!({ "name": name, "value": "v" })).collect();
        of(&screen, &options(words), &json!({ "keys": keys })).map(|made| made.into_keys().collect())
    }

    #[test]
    fn a_name_becomes_one_that_a_variable_may_have() {
        for (name, expected) in [
            ("OPENAI_API_KEY", "OPENAI_API_KEY"),
            ("lower_case", "lower_case"),
            ("OpenAI, billing bot", "OPENAI_BILLING_BOT"),
            ("1password", "_1PASSWORD"),
            ("stripe.live-key", "STRIPE_LIVE_KEY"),
            ("clé", "CL"),
        ] {
            assert_eq!(variable(name), expected, "{name}");
        }
        assert!(variables(&[], &["🔑"]).is_err(), "a name without a letter");
    }

    #[test]
    fn two_keys_never_share_a_variable() {
        assert!(variables(&[], &["a b", "A-B"]).is_err());
        assert!(variables(&["--only", "a b"], &["a b", "C"]).is_ok());
    }

    #[test]
    fn only_and_prefix_choose_and_name() {
        assert_eq!(variables(&["--only", "B,C"], &["A", "B", "C"]).unwrap(), ["B", "C"]);
        assert_eq!(variables(&["--prefix", "APP_"], &["A", "b c"]).unwrap(), ["APP_A", "APP_B_C"]);
        assert_eq!(variables(&["--only", "X"], &["A"]).unwrap_err().kind, Kind::NotFound);
        assert!(variables(&["--prefix", "a-"], &["A"]).is_err());
    }

    #[test]
    fn a_variable_that_steers_the_start_of_programs_must_be_asked_for() {
        assert_eq!(variables(&[], &["LD_PRELOAD", "PATH", "A"]).unwrap(), ["A"]);
        assert_eq!(variables(&[], &STEERING).unwrap(), [""; 0]);
        assert_eq!(variables(&["--only", "PATH"], &["PATH", "A"]).unwrap(), ["PATH"]);
        assert_eq!(variables(&["--prefix", "X_"], &["PATH"]).unwrap(), ["X_PATH"]);
    }
}
