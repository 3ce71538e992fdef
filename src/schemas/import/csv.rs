//! 1Password's CSV: a small reader of RFC 4180, and the columns that matter: title, password, notes, tags.

use super::entry::{self, Draft};
use crate::{
    core::{
        error::{Error, Result},
        texts::{
            faults::{Fault, FaultKind},
            import_lines::LineFault,
        },
    },
    models::import::Entry,
};

/// The entries of a file whose first row names the columns.
///
/// # Errors
/// `Invalid` where there is no column of titles or none of passwords.
pub(super) fn read(text: &str) -> Result<Vec<Entry>> {
    let mut rows = Rows { rest: text, line: 1 };
    let columns = rows.next().and_then(|(_, row)| row.ok()).unwrap_or_default();
    let Some((title, password)) = title_and_password(&columns) else { return Err(unknown()) };
    let (notes, tags) = (column(&columns, &["notes", "note"]), column(&columns, &["tags"]));
    let mut entries = Vec::new();
    for (line, row) in rows {
        let Ok(row) = row else {
            entries.push(entry::faulty(line, String::new(), LineFault::Unterminated));
            continue;
        };
        if row.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        if row.len() > columns.len() {
            // a comma without quotation marks: what comes after it is part of some value
            let name = row.get(title).filter(|_| title < password).cloned().unwrap_or_default();
            entries.push(entry::faulty(line, name, LineFault::Surplus));
            continue;
        }
        let field = |at: Option<usize>| at.and_then(|at| row.get(at)).cloned();
        let tags = field(tags).unwrap_or_default();
        let draft = Draft {
            name: field(Some(title)).unwrap_or_default(),
            value: field(Some(password)),
            note: field(notes),
            tags: tags.split([';', ',']).map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
            ..Draft::default()
        };
        entries.push(entry::check(line, draft));
    }
    Ok(entries)
}

/// Whether the first row names the columns that are needed. No line of `NAME=value` does.
pub(super) fn is_meant(text: &str) -> bool {
    let first = Rows { rest: text, line: 1 }.next();
    first.and_then(|(_, row)| row.ok()).is_some_and(|columns| title_and_password(&columns).is_some())
}

fn title_and_password(columns: &[String]) -> Option<(usize, usize)> {
    Some((column(columns, &["title", "name"])?, column(columns, &["password", "value"])?))
}

fn column(columns: &[String], names: &[&str]) -> Option<usize> {
    columns.iter().position(|own| names.contains(&own.trim().to_lowercase().as_str()))
}

fn unknown() -> Error {
    Error::fault(Fault::new(
        "",
        FaultKind::Conflict(
            "The first row must name the columns, “Title” and “Password” among them.",
            "La première ligne doit nommer les colonnes, dont « Title » et « Password ».",
        ),
    ))
}

/// The rows of a text, each with the line in which it begins; an error where a quoted field never ends.
struct Rows<'a> {
    rest: &'a str,
    line: usize,
}

impl Iterator for Rows<'_> {
    type Item = (usize, Result<Vec<String>, ()>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, mut fields) = (self.line, Vec::new());
        loop {
            let Some(field) = self.field() else {
                self.rest = "";
                return Some((line, Err(())));
            };
            fields.push(field);
            if let Some(rest) = self.rest.strip_prefix(',') {
                self.rest = rest;
                continue;
            }
            let rest = self.rest.strip_prefix('\r').unwrap_or(self.rest);
            self.rest = rest.strip_prefix('\n').unwrap_or(rest);
            self.line += 1;
            return Some((line, Ok(fields)));
        }
    }
}

impl Rows<'_> {
    /// One field; what follows it is a comma or the end of the row.
    fn field(&mut self) -> Option<String> {
        let Some(mut rest) = self.rest.strip_prefix('"') else { return Some(self.bare()) };
        let mut field = String::new();
        loop {
            let (before, after) = rest.split_once('"')?;
            field.push_str(before);
            if let Some(after) = after.strip_prefix('"') {
                field.push('"');
                rest = after;
                continue;
            }
            self.line += field.matches('\n').count();
            self.rest = after;
            // what stands after the closing quote belongs to the field, as most readers see it
            field.push_str(&self.bare());
            return Some(field);
        }
    }

    fn bare(&mut self) -> String {
        let end = self.rest.find([',', '\n', '\r']).unwrap_or(self.rest.len());
        let (field, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_1password_are_found_wherever_they_stand() {
        let text = "Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes\r\nStripe,https://x,me,\"s\"\"e,c\r\nret\",,false,false,\"work;money\",a note\r\n\r\nAWS,,,key,,,,,\n\"open,x";

        let entries = read(text).expect("read");

        let told: Vec<_> = entries
            .iter()
            .map(|entry| {
                (
                    entry.line,
                    entry.name.as_str(),
                    entry
                        .content
                        .as_ref()
                        .map(|content| (content.value.expose().as_str(), content.tags.len(), content.note.as_deref()))
                        .map_err(LineFault::code),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (2, "Stripe", Ok(("s\"e,c\r\nret", 2, Some("a note")))),
                (5, "AWS", Ok(("key", 0, None))),
                (6, "", Err("unterminated_quote"))
            ]
        );
        assert!(read("a,b\n1,2").is_err() && read("").is_err());
    }

    #[test]
    fn a_row_with_more_columns_than_the_first_is_told_and_not_cut_off() {
        for row in ["A,pa,ss,word", "A,pa,", "A,\"pa\",ss"] {
            let entries = read(&format!("Title,Password\n{row}\nB,fine\n")).expect("read");

            let codes: Vec<_> = entries.iter().map(|entry| entry.content.as_ref().err().map(LineFault::code)).collect();
            assert_eq!(codes, [Some("surplus_columns"), None], "{row}");
            assert_eq!(entries[0].name, "A");
        }
        // here the name may be a part of the value
        let entries = read("Password,Title\npa,ss,A\n").expect("read");
        assert_eq!(entries[0].name, "");
    }
}
