//! `vk export`: all values, to stdout or into a file for its owner alone.

use std::{io::Write as _, path::Path};

use crate::{
    arguments::ExportOptions,
    client::{Client, with_query},
    failure::{Failure, Kind},
    output::{Screen, escape, files, progress::Progress},
    texts::Text,
};

/// Exports values.
pub fn run(screen: &Screen, options: &ExportOptions) -> Result<(), Failure> {
    if let Some(path) = &options.output
        && !options.force
        && path.symlink_metadata().is_ok()
    {
        // before anything is revealed
        return Err(Failure::new(Kind::Invalid, Text::FileExists).with(path.display()));
    }
    let client = Client::open(screen)?;
    let word = if screen.json { "json" } else { options.format.word() };
    let query = [("format", word), ("environment", options.place.name().unwrap_or_default())];
    let progress = Progress::begin(screen, screen.say(Text::Exporting, &[]));
    let answer = client.send("GET", &with_query("/api/keys/export", &query), None)?;
    drop(progress);
    if let Some(path) = &options.output {
        write(path, &answer, options.force)?;
        screen.note(Text::Exported, &[&path.display().to_string()]);
        return Ok(());
    }
    let text = String::from_utf8_lossy(&answer);
    let text = if screen.out_is_terminal { escape::block(&text) } else { text.into_owned() };
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    screen.print(&format!("{text}{end}"))
}

fn write(path: &Path, content: &[u8], may_replace: bool) -> Result<(), Failure> {
    if may_replace {
        return files::replace(path, content);
    }
    let mut file = files::create(path).map_err(|error| Failure::of_io(Text::CanNotWrite, path.display(), &error))?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(|error| {
        let _ = std::fs::remove_file(path);
        Failure::of_io(Text::CanNotWrite, path.display(), &error)
    })
}
