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
    if let Some(path) = &options.output {
        // before anything is revealed
        may_be_written(path, options.force)?;
    }
    let client = Client::open(screen)?;
    let word = if screen.json { "json" } else { options.format.word() };
    let query = [("format", word), ("environment", options.place.name().unwrap_or_default())];
    let progress = Progress::begin(screen, screen.say(Text::Exporting, &[]));
    let answer = client.ask("GET", &with_query("/api/keys/export", &query), None)?;
    drop(progress);
    if answer.left_out > 0 {
        screen.warn(Text::ExportLeftOut, &[&answer.left_out.to_string()]);
    }
    let answer = answer.body;
    if let Some(path) = &options.output {
        write(path, &answer, options.force)?;
        screen.note(Text::Exported, &[&path.display().to_string()]);
        return Ok(());
    }
    let text = String::from_utf8_lossy(&answer);
    let text = match screen.out_is_terminal {
        true if word == "json" => escape::json(&text),
        true => escape::block(&text),
        false => text.into_owned(),
    };
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    screen.print(&format!("{text}{end}"))
}

/// Whether a file may stand at this path: in the place of nothing, or of a file where that was asked for. A link is
/// replaced and not followed; a device, a pipe, and a link to one are left alone.
fn may_be_written(path: &Path, may_replace: bool) -> Result<(), Failure> {
    let Ok(there) = path.symlink_metadata() else { return Ok(()) };
    if !may_replace {
        return Err(Failure::new(Kind::Invalid, Text::FileExists).with(path.display()));
    }
    let is_ordinary = (there.is_file() || there.is_symlink()) && path.metadata().is_ok_and(|there| there.is_file());
    let leads_nowhere = there.is_symlink() && path.metadata().is_err();
    if is_ordinary || leads_nowhere {
        return Ok(());
    }
    Err(Failure::new(Kind::Invalid, Text::OutputIsNoFile).with(path.display()))
}

fn write(path: &Path, content: &[u8], may_replace: bool) -> Result<(), Failure> {
    if may_replace {
        may_be_written(path, may_replace)?;
        return files::replace(path, content);
    }
    let mut file = files::create(path).map_err(|error| Failure::of_io(Text::CanNotWrite, path.display(), &error))?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(|error| {
        let _ = std::fs::remove_file(path);
        Failure::of_io(Text::CanNotWrite, path.display(), &error)
    })
}
