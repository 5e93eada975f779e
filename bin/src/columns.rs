//! Tables for a terminal: columns as wide as their widest cell, counted in the places that signs take there, so that
//! 30 routers with long names, IPv6 addresses and names of any script stand under each other.

use unicode_width::UnicodeWidthChar;

use crate::visible_text::visible;

/// A cell wider than this is cut, and ends in an ellipsis.
const WIDEST: usize = 40;
const BETWEEN: &str = "  ";

/// The rows as lines. Every cell is shown on one line, with nothing hidden; the last one of a row may be of any length.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let cell = |row: &[String], at: usize| {
        let text = visible(&row[at]).into_owned();
        if at + 1 == row.len() { text } else { cut(text) }
    };
    let shown: Vec<Vec<String>> = rows.iter().map(|row| (0..row.len()).map(|at| cell(row, at)).collect()).collect();
    let columns = shown.iter().map(Vec::len).max().unwrap_or_default();
    let widest = |at: usize| {
        // The last cell of a row widens no column.
        let cells = shown.iter().filter(|row| at + 1 < row.len()).filter_map(|row| row.get(at));
        cells.map(|text| width(text)).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(widest).collect();
    let mut text = String::new();
    for row in &shown {
        let mut line = String::new();
        for (at, cell) in row.iter().enumerate() {
            line.push_str(cell);
            if at + 1 < row.len() {
                line.push_str(&" ".repeat(widths[at].saturating_sub(width(cell))));
                line.push_str(BETWEEN);
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn width(text: &str) -> usize {
    text.chars().map(|sign| sign.width().unwrap_or_default()).sum()
}

fn cut(text: String) -> String {
    if width(&text) <= WIDEST {
        return text;
    }
    let mut taken = 0;
    let fits = |sign: &char| {
        taken += sign.width().unwrap_or_default();
        taken < WIDEST
    };
    let mut short: String = text.chars().take_while(fits).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a word begins in a line, in places of a terminal.
    fn place(line: &str, word: &str) -> usize {
        width(line.split_once(word).unwrap().0)
    }

    #[test]
    fn thirty_routers_stand_under_each_other_whatever_their_names() {
        let names =
            ["Kantor", "客戶機房", "Menara \u{202e}\u{200b}", "POP Desa Sukamaju Kecamatan Cibeureum Kabupaten"];
        let rows: Vec<Vec<String>> = (0..30)
            .map(|at| {
                let address = if at % 2 == 0 { "10.0.0.1:8728" } else { "[2001:db8:1234:5678:9abc:def0:1:2]:8728" };
                vec![format!("pop-{at}"), names[at % 4].to_owned(), address.to_owned(), "STATE".to_owned()]
            })
            .collect();
        let text = table(&rows);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 30);
        let places: Vec<usize> = lines.iter().map(|line| place(line, "STATE")).collect();
        assert!(places.iter().all(|at| *at == places[0]), "{text}");
        assert!(lines[3].contains("…") && lines[2].contains("⟦U+202E⟧"), "{text}");
    }

    #[test]
    fn a_long_last_cell_moves_nothing() {
        let rows = [vec!["a".to_owned(), "b".to_owned()], vec!["a".to_owned(), "b".repeat(100)]];
        assert_eq!(table(&rows), format!("a  b\na  {}\n", "b".repeat(100)));
    }
}
