//! `vk get`: one key, masked; with `--reveal` its value and nothing else.

use serde_json::{Value, json};

use super::list;
use crate::{
    arguments::GetOptions,
    client::Client,
    failure::Failure,
    json::{member, number, rows, text, time, words},
    output::{Screen, Style, escape, times},
    texts::Text,
};

/// Shows a key.
pub fn run(screen: &Screen, options: &GetOptions) -> Result<(), Failure> {
    let client = Client::open(screen)?;
    let key = client.key(&options.key.name, options.key.place.name())?;
    if options.reveal { reveal(&client, &key) } else { show(screen, &key) }
}

fn reveal(client: &Client, key: &Value) -> Result<(), Failure> {
    let screen = client.screen;
    let path = format!("/api/keys/{}/reveal", text(key, "id"));
    let revealed = client.send_json("POST", &path, &Value::Null)?;
    let value = text(&revealed, "api_key");
    if screen.json {
        return screen.value(&json!({
            "id": member(key, "id"), "name": member(key, "name"), "environment": member(key, "environment"),
            "api_key": value, "provider_config": member(&revealed, "provider_config"),
        }));
    }
    // to a person on a line of its own, to a program exactly as it is
    if screen.out_is_terminal { screen.secret(value) } else { screen.print(value) }
}

/// Shows what is known of a key, a line for each thing.
pub fn show(screen: &Screen, key: &Value) -> Result<(), Failure> {
    if screen.json {
        return screen.value(key);
    }
    let (state, style) = list::state(key);
    let state = state.map(|state| screen.paint(style, &screen.say(state, &[]))).unwrap_or_default();
    let limit = key.get("rate_limit").filter(|limit| limit.is_object());
    let limit = limit.map(|limit| format!("{} / {} s", number(limit, "limit"), number(limit, "window_seconds")));
    let moment = |name| times::day(screen, time(key, name));
    let plain = |name| escape::line(text(key, name));
    let lines = [
        (Text::Name, screen.paint(Style::Bold, &plain("name"))),
        (Text::State, state),
        (Text::Key, escape::line(&list::masked(key))),
        (Text::Environment, plain("environment")),
        (Text::Provider, plain("provider")),
        (Text::Tags, escape::line(&words(key, "tags"))),
        (Text::Scopes, escape::line(&words(key, "scopes"))),
        (Text::AllowedIps, escape::line(&words(key, "allowed_ips"))),
        (Text::RateLimit, limit.unwrap_or_default()),
        (Text::Note, plain("note")),
        (Text::Version, number(key, "version").to_string()),
        (Text::GraceEnds, moment("grace_ends_at")),
        (Text::Expires, moment("expires_at")),
        (Text::LastUsed, moment("last_used_at")),
        (Text::Created, moment("created_at")),
        (Text::Identifier, screen.paint(Style::Dim, &plain("id"))),
    ];
    pairs(screen, &lines)?;
    warnings(screen, key);
    Ok(())
}

/// Labels and what belongs to them; what is empty is left out.
pub fn pairs(screen: &Screen, lines: &[(Text, String)]) -> Result<(), Failure> {
    let shown: Vec<_> = lines.iter().filter(|(_, value)| !value.is_empty()).collect();
    let labels: Vec<_> = shown.iter().map(|(label, _)| screen.say(*label, &[])).collect();
    let width = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let mut written = String::new();
    for (label, (_, value)) in labels.iter().zip(&shown) {
        let gap = " ".repeat(width - label.chars().count() + 2);
        written.extend([screen.paint(Style::Dim, label), gap, value.clone(), "\n".to_owned()]);
    }
    screen.print(&written)
}

/// What the server finds odd about a key, on stderr.
pub fn warnings(screen: &Screen, key: &Value) {
    for warning in rows(key, "warnings") {
        let said = warning.as_str().unwrap_or_else(|| text(warning, "message"));
        screen.warn(Text::Raw, &[said]);
    }
}
