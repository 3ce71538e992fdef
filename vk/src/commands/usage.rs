//! `vk usage`: how often a key was used, and when its former value was last.

use serde_json::Value;

use super::list;
use crate::{
    arguments::UsageOptions,
    client::{Client, with_query},
    failure::Failure,
    json::{number, rows, text, time},
    output::{
        Screen, Style,
        table::{Cell, Table},
        times,
    },
    texts::Text,
};

const COUNTS: [&str; 4] = ["verifications", "former_verifications", "refusals", "reveals"];

/// Shows the days on which something happened, and their sum.
pub fn run(screen: &Screen, options: &UsageOptions) -> Result<(), Failure> {
    let client = Client::open(screen)?;
    let key = client.key_of_any_time(&options.key.name, options.key.place.name())?;
    let path = format!("/api/keys/{}/usage", text(&key, "id"));
    let usage = client.get(&with_query(&path, &[("days", &options.days.to_string())]))?;
    if screen.json {
        return screen.value(&usage);
    }
    let days = rows(&usage, "data");
    let is_busy = |day: &&Value| COUNTS.iter().any(|count| number(day, count) != 0);
    if days.iter().any(|day| is_busy(&day)) {
        let headings = [Text::Date, Text::Verifications, Text::FormerVerifications, Text::Refusals, Text::Reveals];
        let mut table = Table::new(headings.map(|heading| screen.say(heading, &[])).to_vec());
        for day in days.iter().filter(is_busy) {
            let counts = COUNTS.map(|count| Cell::new(&number(day, count).to_string()));
            table.row([vec![Cell::new(text(day, "date"))], counts.to_vec()].concat());
        }
        let sums = COUNTS.map(|count| days.iter().map(|day| number(day, count)).sum::<i64>().to_string());
        let sums = sums.map(|sum| Cell::styled(&sum, Style::Bold));
        table.row([vec![Cell::styled(&screen.say(Text::Sum, &[]), Style::Bold)], sums.to_vec()].concat());
        table.show(screen)?;
    } else {
        screen.note(Text::NotUsed, &[&options.days.to_string()]);
    }
    former(screen, &key, &usage);
    Ok(())
}

/// Whether it is safe to end the grace.
fn former(screen: &Screen, key: &Value, usage: &Value) {
    if list::state(key).0 != Some(Text::InGrace) {
        return;
    }
    match time(usage, "former_last_used_at") {
        Some(last) => screen.note(Text::FormerLastUsed, &[&times::minute(Some(last))]),
        None => screen.note(Text::FormerUnused, &[]),
    }
}
