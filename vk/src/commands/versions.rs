//! `vk versions` and `vk restore`: what a key was before.

use serde_json::{Value, json};

use super::{list, set::told};
use crate::{
    arguments::{NamedKey, RestoreOptions},
    client::Client,
    failure::Failure,
    json::{number, rows, text, time, truth},
    output::{
        Screen, Style,
        table::{Cell, Table},
        times,
    },
    system,
    texts::Text,
};

/// Lists the versions.
pub fn list(screen: &Screen, key: &NamedKey) -> Result<(), Failure> {
    let client = Client::open(screen)?;
    let key = client.key_of_any_time(&key.name, key.place.name())?;
    let versions = client.get(&format!("/api/keys/{}/versions", text(&key, "id")))?;
    if screen.json {
        return screen.value(&versions);
    }
    let headings = [Text::Version, Text::Key, Text::Created, Text::State];
    let mut table = Table::new(headings.map(|heading| screen.say(heading, &[])).to_vec());
    for version in rows(&versions, "data") {
        let (state, style) = state(screen, version);
        table.row(vec![
            Cell::new(&number(version, "version").to_string()),
            Cell::new(&list::masked(version)),
            Cell::new(&times::day(screen, time(version, "created_at"))),
            Cell::styled(&state, style),
        ]);
    }
    table.show(screen)
}

fn state(screen: &Screen, version: &Value) -> (String, Style) {
    let ends = time(version, "grace_ends_at");
    let is_over = ends.and_then(times::parsed).is_some_and(|ends| ends <= system::now());
    let until = if is_over { String::new() } else { times::minute(ends) };
    if truth(version, "is_current") {
        (screen.say(Text::Current, &[]), Style::Green)
    } else if until.is_empty() {
        (String::new(), Style::Plain)
    } else {
        (screen.say(Text::VerifiesUntil, &[&until]), Style::Yellow)
    }
}

/// Makes an earlier version the newest.
pub fn restore(screen: &Screen, options: &RestoreOptions) -> Result<(), Failure> {
    let client = Client::open(screen)?;
    let key = client.key(&options.key.name, options.key.place.name())?;
    let path = format!("/api/keys/{}/versions/{}/restore", text(&key, "id"), options.version);
    let restored = client.send_json("POST", &path, &json!({}))?;
    told(screen, Text::Restored, restored)
}
