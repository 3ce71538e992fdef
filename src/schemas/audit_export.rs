//! The own trail as a file: one JSON object on each line, or CSV that no spreadsheet takes for formulas.

use super::audit::EntryView;
use crate::models::audit::Entry;

/// JSON lines: each line as `GET /api/audit` shows the entry.
#[must_use]
pub fn json_lines(entries: Vec<Entry>) -> String {
    let mut out = String::new();
    for entry in entries {
        out.push_str(&serde_json::to_string(&EntryView::from(entry)).unwrap_or_default());
        out.push('\n');
    }
    out
}

/// CSV (RFC 4180), with a head.
#[must_use]
pub fn csv(entries: Vec<Entry>) -> String {
    let mut out =
        String::from("seq,created_at,action,actor_id,object_type,object_id,ip,user_agent,request_id,details\r\n");
    for entry in entries {
        let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        let cells = [
            entry.seq.to_string(),
            entry.created_at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            entry.action,
            id(entry.actor_id),
            entry.object_type,
            id(entry.object_id),
            entry.ip,
            entry.user_agent,
            entry.request_id,
            entry.details,
        ];
        out.push_str(&cells.map(|text| cell(&text)).join(","));
        out.push_str("\r\n");
    }
    out
}

/// A cell: quoted where it must be, and after an apostrophe where a spreadsheet would calculate it.
fn cell(text: &str) -> String {
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠']);
    let is_moved = text.starts_with(['\t', '\r', '\n']);
    let safe = if is_formula || is_moved { format!("'{text}") } else { text.to_owned() };
    if safe.contains(['"', ',', '\r', '\n', ';', '\t', '\'']) {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, written) in [
            ("curl/8.5.0", "curl/8.5.0"),
            ("=1+1", "\"'=1+1\""),
            ("  @SUM(A1)", "\"'  @SUM(A1)\""),
            ("-2,\"x\"", "\"'-2,\"\"x\"\"\""),
            ("a,b", "\"a,b\""),
            ("\t=1", "\"'\t=1\""),
            ("{\"a\":1}", "\"{\"\"a\"\":1}\""),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
