//! `vk ls`: keys, masked.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    arguments::ListOptions,
    client::Client,
    failure::Failure,
    json::{text, time, truth, words},
    output::{
        Screen, Style,
        table::{Cell, Table},
        times,
    },
    system,
    texts::Text,
};

/// A key that expires so soon deserves a look.
const SOON_DAYS: i64 = 30;

/// Lists keys.
pub fn run(screen: &Screen, options: &ListOptions) -> Result<(), Failure> {
    let client = Client::open(screen)?;
    let days = |days: Option<u32>| days.map(|days| days.to_string()).unwrap_or_default();
    let (expiring, unused) = (days(options.expiring), days(options.unused));
    let query = [
        ("environment", options.place.name().unwrap_or_default()),
        ("provider", options.provider.as_deref().unwrap_or_default()),
        ("tag", options.tag.as_deref().unwrap_or_default()),
        ("q", options.query.as_deref().unwrap_or_default()),
        ("expiring_within_days", &expiring),
        ("unused_for_days", &unused),
        ("revoked", if options.revoked { "true" } else { "" }),
    ];
    let keys = client.list("/api/keys", &query, options.limit)?;
    if screen.json {
        return screen.value(&json!({ "data": keys }));
    }
    if keys.is_empty() {
        screen.note(Text::NoKeys, &[]);
        return Ok(());
    }
    let headings = [
        Text::Name,
        Text::Environment,
        Text::Provider,
        Text::Key,
        Text::Tags,
        Text::Expires,
        Text::LastUsed,
        Text::State,
    ];
    let mut table = Table::new(headings.map(|heading| screen.say(heading, &[])).to_vec());
    for key in &keys {
        table.row(row(screen, key));
    }
    table.show(screen)
}

fn row(screen: &Screen, key: &Value) -> Vec<Cell> {
    let (state, style) = state(key);
    let expires = time(key, "expires_at");
    let is_soon = expires.and_then(times::parsed).is_some_and(|at| at - system::now() < TimeDelta::days(SOON_DAYS));
    vec![
        Cell::new(text(key, "name")),
        Cell::new(text(key, "environment")),
        Cell::styled(text(key, "provider"), Style::Dim),
        Cell::new(&masked(key)),
        Cell::styled(&words(key, "tags"), Style::Dim),
        Cell::styled(&times::day(screen, expires), if is_soon { Style::Yellow } else { Style::Plain }),
        Cell::styled(&times::day(screen, time(key, "last_used_at")), Style::Dim),
        Cell::styled(&state.map(|state| screen.say(state, &[])).unwrap_or_default(), style),
    ]
}

/// What is known of a value: `sk-proj-…f9Qz`.
pub fn masked(key: &Value) -> String {
    format!("{}…{}", text(key, "prefix"), text(key, "last4"))
}

/// What is to be said of a key that is not simply in use.
pub fn state(key: &Value) -> (Option<Text>, Style) {
    let has_passed = |name| time(key, name).and_then(times::parsed).is_some_and(|at| at <= system::now());
    if truth(key, "revoked") {
        (Some(Text::Revoked), Style::Red)
    } else if has_passed("expires_at") {
        (Some(Text::Expired), Style::Red)
    } else if key.get("enabled") == Some(&Value::Bool(false)) {
        (Some(Text::Disabled), Style::Yellow)
    } else if time(key, "grace_ends_at").is_some() && !has_passed("grace_ends_at") {
        (Some(Text::InGrace), Style::Yellow)
    } else {
        (None, Style::Plain)
    }
}
