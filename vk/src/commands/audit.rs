//! `vk audit`: what was done in the account, newest first.

use serde_json::json;

use crate::{
    arguments::AuditOptions,
    client::Client,
    failure::Failure,
    json::{text, time},
    output::{
        Screen, Style,
        table::{Cell, Table},
        times,
    },
    texts::Text,
};

/// Shows the trail.
pub fn run(screen: &Screen, options: &AuditOptions) -> Result<(), Failure> {
    let client = Client::open(screen)?;
    let entries = client.list("/api/audit", &[], Some(options.limit))?;
    if screen.json {
        return screen.value(&json!({ "data": entries }));
    }
    let headings = [Text::Time, Text::Act, Text::Object, Text::Address, Text::Program];
    let mut table = Table::new(headings.map(|heading| screen.say(heading, &[])).to_vec());
    for entry in &entries {
        let name = entry.get("details").map(|details| text(details, "name")).unwrap_or_default();
        table.row(vec![
            Cell::new(&times::minute(time(entry, "created_at"))),
            Cell::styled(text(entry, "action"), Style::Bold),
            Cell::new(if name.is_empty() { text(entry, "object_id") } else { name }),
            Cell::new(text(entry, "ip")),
            Cell::styled(text(entry, "user_agent"), Style::Dim),
        ]);
    }
    table.show(screen)
}
