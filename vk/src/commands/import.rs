//! `vk import`: the keys of a file. What would happen is shown first, line by line; all is stored, or nothing, or with
//! `--skip-invalid` all but the lines at fault.

use std::{
    fs::File,
    io::{self, Read as _},
    os::unix::fs::FileTypeExt as _,
    path::Path,
};

use serde_json::Value;
use zeroize::Zeroizing;

use crate::{
    arguments::ImportOptions,
    client::{Client, parsed, with_query},
    failure::{Failure, Kind},
    json::{number, rows, text},
    output::{
        Screen, Style,
        progress::Progress,
        prompt,
        table::{Cell, Table},
    },
    texts::Text,
};

/// What the server takes.
const MOST_BYTES: u64 = 8 * 1024 * 1024;
/// More lines than this are told, not shown; faults are always shown.
const MOST_LINES: usize = 60;
const SHOWN_FAULTS: usize = 200;

/// Imports a file.
pub fn run(screen: &Screen, options: &ImportOptions) -> Result<(), Failure> {
    let client = Client::open(screen)?;
    let content = read(&options.file)?;
    let kind = kind(&options.file, &content);
    let report = send(&client, options, kind, &content, true)?;
    let count = |name: &str| number(&report, name);
    if !screen.json {
        show(screen, &report)?;
    }
    let work = count("new") + count("changed");
    let is_refused = count("invalid") > 0 && (!options.skip_invalid || work + count("same") == 0);
    if is_refused {
        if screen.json {
            screen.value(&report)?;
        }
        let said = if work + count("same") == 0 { Text::NoSoundLine } else { Text::ImportInvalid };
        return Err(Failure::new(Kind::Invalid, said).with(count("invalid")));
    }
    if options.dry_run || work == 0 {
        return if screen.json { screen.value(&report) } else { Ok(()) };
    }
    if !options.yes && !prompt::is_sure(screen, Text::AskImport, &[&work.to_string()])? {
        return Err(Failure::new(Kind::Other, Text::Cancelled));
    }
    let stored = send(&client, options, kind, &content, false)?;
    if screen.json {
        return screen.value(&stored);
    }
    screen.note(Text::Imported, &[&number(&stored, "new").to_string(), &number(&stored, "changed").to_string()]);
    if number(&stored, "invalid") > 0 {
        screen.warn(Text::LinesLeftOut, &[&number(&stored, "invalid").to_string()]);
    }
    Ok(())
}

fn send(client: &Client, options: &ImportOptions, kind: &str, content: &str, is_dry: bool) -> Result<Value, Failure> {
    let doing = if is_dry { Text::Comparing } else { Text::Storing };
    let _progress = Progress::begin(client.screen, client.screen.say(doing, &[]));
    let dry_run = if is_dry { "true" } else { "false" };
    let query = [
        ("dry_run", dry_run),
        ("skip_invalid", if options.skip_invalid { "true" } else { "" }),
        ("environment", options.place.name().unwrap_or_default()),
    ];
    parsed(&client.send("POST", &with_query("/api/keys/import", &query), Some((kind, content.as_bytes())))?)
}

/// The file as text, if it can be one: what is no file, too large or binary is refused before anything is sent.
fn read(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let failed = |error: io::Error| Failure::of_io(Text::CanNotRead, path.display(), &error);
    let invalid = |text| Failure::new(Kind::Invalid, text).with(path.display());
    let mut bytes = Zeroizing::new(Vec::new());
    if path.as_os_str() == "-" {
        io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        let metadata = std::fs::metadata(path).map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                Failure::new(Kind::NotFound, Text::NoFile).with(path.display())
            } else {
                failed(error)
            }
        })?;
        let kind = metadata.file_type();
        if kind.is_dir() {
            return Err(invalid(Text::IsFolder));
        }
        // opening a FIFO would wait for a writer that may never come
        if kind.is_fifo() || kind.is_socket() || kind.is_char_device() || kind.is_block_device() {
            return Err(invalid(Text::IsNoFile));
        }
        File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes)).map_err(failed)?;
    }
    if bytes.len() as u64 > MOST_BYTES {
        return Err(invalid(Text::FileTooLarge).with(MOST_BYTES / 1024 / 1024));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    match std::str::from_utf8(bytes) {
        Ok(content) if content.contains('\0') => Err(invalid(Text::IsBinary)),
        Ok(content) if content.trim().is_empty() => Err(invalid(Text::IsEmpty)),
        Ok(content) => Ok(Zeroizing::new(content.to_owned())),
        Err(_) => Err(invalid(Text::IsBinary)),
    }
}

/// What the content is, by its beginning; a CSV also by its name.
fn kind(path: &Path, content: &str) -> &'static str {
    let first = content.trim_start().lines().next().unwrap_or_default();
    let is_csv = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    if first.starts_with(['{', '[']) {
        "application/json"
    } else if is_csv || (first.contains(',') && !first.contains('=') && !first.starts_with('#')) {
        "text/csv"
    } else {
        "text/plain"
    }
}

fn show(screen: &Screen, report: &Value) -> Result<(), Failure> {
    let lines = rows(report, "lines");
    let (faults, sound): (Vec<_>, Vec<_>) = lines.iter().partition(|line| text(line, "status") == "invalid");
    let worth: Vec<_> = sound.into_iter().filter(|line| text(line, "status") != "same").collect();
    let headings = [Text::Line, Text::Name, Text::Environment, Text::State, Text::Remark];
    let mut table = Table::new(headings.map(|heading| screen.say(heading, &[])).to_vec()).with_sentences();
    for line in worth.iter().take(MOST_LINES).chain(faults.iter().take(SHOWN_FAULTS)) {
        let (state, style) = match text(line, "status") {
            "new" => (Text::New, Style::Green),
            "changed" => (Text::Changed, Style::Yellow),
            _ => (Text::Faulty, Style::Red),
        };
        table.row(vec![
            Cell::styled(&number(line, "line").to_string(), Style::Dim),
            Cell::new(text(line, "name")),
            Cell::new(text(line, "environment")),
            Cell::styled(&screen.say(state, &[]), style),
            Cell::new(&remark(line)),
        ]);
    }
    if !worth.is_empty() || !faults.is_empty() {
        table.show(screen)?;
    }
    let counts = ["new", "changed", "same", "invalid"].map(|name| number(report, name).to_string());
    screen.note(Text::ImportSum, &counts.each_ref().map(String::as_str));
    Ok(())
}

/// What is wrong with a line, or what looks like a mistake.
fn remark(line: &Value) -> String {
    let warnings = rows(line, "warnings");
    let all = std::iter::once(text(line, "message")).chain(warnings.iter().map(|warning| text(warning, "message")));
    all.filter(|sentence| !sentence.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_is_told_by_the_content() {
        for (name, content, expected) in [
            (".env", "# a, b\nA=1\n", "text/plain"),
            (".env", "export A=1,2", "text/plain"),
            ("keys.json", "\n {\"A\": 1}", "application/json"),
            ("-", "[{}]", "application/json"),
            ("1password.csv", "Title=x", "text/csv"),
            ("-", "Title,Url,Username,Password\n", "text/csv"),
        ] {
            assert_eq!(kind(Path::new(name), content), expected, "{name}: {content}");
        }
    }
}
