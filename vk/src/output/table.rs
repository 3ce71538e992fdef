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
        Self { headings, rows: Vec::new() }
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
            text.push_str(&written(screen, row, &widths));
            text.push('\n');
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
            let Some(widest) = widths.iter_mut().max() else { break };
            if *widest <= LEAST {
                break;
            }
            *widest -= 1;
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
    fn the_widest_column_gives_way_to_the_terminal() {
        let mut table = table();
        table.row(vec![Cell::new(&"x".repeat(80)), Cell::default(), Cell::new("k")]);

        assert_eq!(table.widths(Some(40)), [30, 0, 8]);
        assert_eq!(shortened("日本語の鍵", 5), "日本…");
        assert_eq!(shortened("short", 5), "short");
    }
}
