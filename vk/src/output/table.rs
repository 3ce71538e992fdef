//! Tables for people: columns as wide as their content, in the width of a terminal's cells.

use rustix::{stdio, termios};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::{Screen, Style, escape};
use crate::failure::Failure;

/// Between two columns.
const GAP: usize = 2;
/// A column is never made narrower than this.
const LEAST: usize = 12;

/// A table with its headings.
pub struct Table {
    headings: Vec<String>,
    rows: Vec<Vec<Cell>>,
    has_sentences: bool,
}

/// One cell.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// A cell; what is in it is made safe to show.
    pub fn new(text: &str) -> Self {
        Self { text: escape::line(text), style: Style::Plain }
    }

    /// A cell with a look of its own.
    pub fn styled(text: &str, style: Style) -> Self {
        Self { style, ..Self::new(text) }
    }
}

impl Table {
    /// An empty table.
    pub fn new(headings: Vec<String>) -> Self {
        Self { headings, rows: Vec::new(), has_sentences: false }
    }

    /// The same, where the last column says what to do: it goes on below and is not cut off.
    pub fn with_sentences(self) -> Self {
        Self { has_sentences: true, ..self }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// Shows it; columns in which nothing stands are left out.
    pub fn show(&self, screen: &Screen) -> Result<(), Failure> {
        let room = if screen.out_is_terminal { terminal_width() } else { None };
        let widths = self.widths(room);
        let headings = self.headings.iter().map(|text| Cell::styled(text, Style::Bold)).collect::<Vec<_>>();
        let mut text = String::new();
        for row in std::iter::once(&headings).chain(&self.rows) {
            let lines = if self.has_sentences { below(row, &widths) } else { vec![row.clone()] };
            for line in lines {
                text.push_str(&written(screen, &line, &widths));
                text.push('\n');
            }
        }
        screen.print(&text)
    }

    /// The columns' widths, 0 for an empty one; the widest give way until all fit into the room.
    fn widths(&self, room: Option<usize>) -> Vec<usize> {
        let mut widths: Vec<usize> = Vec::new();
        for (at, heading) in self.headings.iter().enumerate() {
            let cells = self.rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.text.width());
            let widest = cells.max().unwrap_or(0);
            widths.push(if widest == 0 && !self.rows.is_empty() { 0 } else { widest.max(heading.width()) });
        }
        let Some(room) = room else { return widths };
        while total(&widths) > room {
            // the first one names the row: it gives way last
            let others = widths.iter_mut().skip(1).max().filter(|width| **width > LEAST);
            match others {
                Some(widest) => *widest -= 1,
                None => match widths.first_mut().filter(|width| **width > LEAST) {
                    Some(first) => *first -= 1,
                    None => break,
                },
            }
        }
        widths
    }
}

fn total(widths: &[usize]) -> usize {
    let shown = widths.iter().filter(|width| **width > 0);
    shown.clone().sum::<usize>() + GAP * shown.count().saturating_sub(1)
}

fn written(screen: &Screen, row: &[Cell], widths: &[usize]) -> String {
    let last = widths.iter().rposition(|width| *width > 0).unwrap_or(0);
    let mut text = String::new();
    for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
        if *width == 0 {
            continue;
        }
        let shown = shortened(&cell.text, *width);
        text.push_str(&screen.paint(cell.style, &shown));
        if at != last {
            text.push_str(&" ".repeat(width.saturating_sub(shown.width()) + GAP));
        }
    }
    text.trim_end().to_owned()
}

/// A row as several, whose last column holds a part of the sentence each.
fn below(row: &[Cell], widths: &[usize]) -> Vec<Vec<Cell>> {
    let (Some((last, others)), Some(width)) = (row.split_last(), widths.last()) else { return vec![row.to_vec()] };
    let mut parts = vec![String::new()];
    for word in last.text.split(' ') {
        match parts.last_mut() {
            Some(part) if part.is_empty() => part.push_str(word),
            Some(part) if part.width() + 1 + word.width() <= *width => part.extend([" ", word]),
            _ => parts.push(word.to_owned()),
        }
    }
    let row_of = |(at, text): (usize, String)| {
        let mut cells = if at == 0 { others.to_vec() } else { vec![Cell::default(); others.len()] };
        cells.push(Cell { text, style: last.style });
        cells
    };
    parts.into_iter().enumerate().map(row_of).collect()
}

/// A text that fits into so many cells; `…` stands for what is cut off.
fn shortened(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (mut kept, mut used) = (String::new(), 0);
    for letter in text.chars() {
        used += letter.width().unwrap_or(0);
        if used >= width {
            break;
        }
        kept.push(letter);
    }
    kept + "…"
}

fn terminal_width() -> Option<usize> {
    let size = termios::tcgetwinsize(stdio::stdout()).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(["NAME", "TAGS", "KEY"].map(String::from).to_vec());
        table.row(vec![Cell::new("日本"), Cell::default(), Cell::new("sk-…1234")]);
        table.row(vec![Cell::new("été"), Cell::default(), Cell::new("vk_…9999")]);
        table
    }

    #[test]
    fn a_column_without_content_takes_no_room_and_wide_letters_count_twice() {
        assert_eq!(table().widths(None), [4, 0, 8]);
    }

    #[test]
    fn a_sentence_goes_on_below_and_loses_no_word() {
        let row = [Cell::new("5"), Cell::new("Write NAME=value, or a comment.")];

        let lines = below(&row, &[4, 18]);

        let texts: Vec<_> = lines.iter().flatten().map(|cell| cell.text.as_str()).collect();
        assert_eq!(texts, ["5", "Write NAME=value,", "", "or a comment."]);
        assert_eq!(below(&row, &[4, 40]).len(), 1);
    }

    #[test]
    fn the_widest_column_gives_way_to_the_terminal() {
        let mut table = table();
        table.row(vec![Cell::new(&"x".repeat(80)), Cell::default(), Cell::new("k")]);

        assert_eq!(table.widths(Some(40)), [30, 0, 8]);
        assert_eq!(shortened("日本語の鍵", 5), "日本…");
        assert_eq!(shortened("short", 5), "short");
    }
}
