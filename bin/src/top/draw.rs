//! The screen: a line about the router, the table, the chosen line's chart, and the keys. What does not fit goes, the
//! figures last.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Cell, Row, Table as Rows};

use super::chart::chart;
use super::feed::LineNow;
use super::figures::{of_rate, spark};
use super::look::Look;
use super::table::{Point, Table};
use crate::visible_text::visible;
use crate::words::{known, say};

/// Wide enough for `999.9 Mbit/s`.
const FIGURE: u16 = 13;
const CHART: u16 = 9;
/// Rows above the first line of the table.
const HEAD: u16 = 2;

/// Draws all of it; where the table's rows are.
pub(super) fn draw(frame: &mut Frame<'_>, table: &mut Table, look: Look) -> Rect {
    let area = frame.area();
    let with_chart = area.height >= 18 && !look.plain;
    let chart_height = if with_chart { CHART } else { 0 };
    let parts = [Constraint::Length(1), Constraint::Min(2), Constraint::Length(chart_height), Constraint::Length(1)];
    let [top, middle, bottom, keys] = Layout::vertical(parts).areas(area);
    frame.render_widget(head(table), top);
    rows(frame, middle, table, look);
    if with_chart {
        let parts = [Constraint::Length(1), Constraint::Min(0)];
        let [title, below] = Layout::vertical(parts).areas(bottom);
        if let Some(line) = table.chosen_line() {
            frame.render_widget(about(line, look), title);
            let points: Vec<Point> = table.points(&line.key).collect();
            chart(frame, below, &points, look);
        }
    }
    frame.render_widget(foot(table), keys);
    Rect { y: middle.y + HEAD - 1, height: middle.height.saturating_sub(HEAD - 1), ..middle }
}

fn head(table: &Table) -> Line<'static> {
    let state = &table.sample.state;
    let word = known(&format!("state.{state}")).unwrap_or(state).to_owned();
    let mut spans = vec![Span::styled(visible(&table.sample.router).into_owned(), Style::new().bold())];
    spans.push(Span::raw(format!("  {word}")));
    if let Some(why) = table.trouble.as_ref().or(table.sample.detail.as_ref()) {
        spans.push(Span::raw(format!("  {}", visible(why))));
    }
    Line::from(spans)
}

fn foot(table: &Table) -> Line<'static> {
    if table.searching || !table.search.is_empty() {
        let search = say("top.search", &[("text", &visible(&table.search))]);
        let cursor = if table.searching { "_" } else { "" };
        return Line::from(format!("{search}{cursor}"));
    }
    let order = say(&format!("top.order-{}", table.order.code()), &[]);
    Line::from(say("top.keys", &[("order", &order)])).style(Style::new().dim())
}

fn about(line: &LineNow, look: Look) -> Line<'static> {
    let name = Span::styled(visible(&line.name).into_owned(), Style::new().bold());
    let comment = line.comment.as_deref().map(|comment| format!("  {}", visible(comment))).unwrap_or_default();
    Line::from(vec![
        name,
        Span::styled(format!("  DOWN {}", of_rate(line.down)), look.down),
        Span::styled(format!("  UP {}", of_rate(line.up)), look.up),
        Span::raw(comment),
    ])
}

fn rows(frame: &mut Frame<'_>, area: Rect, table: &mut Table, look: Look) {
    let room = usize::from(area.height.saturating_sub(1));
    table.scroll(room);
    let curve: u16 = match area.width {
        0..60 => 0,
        60..100 => 16,
        _ => 30,
    };
    let name = area.width.saturating_sub(2 * (FIGURE + 1) + if curve > 0 { curve + 1 } else { 0 });
    let shown = table.shown();
    let row = |line: &&LineNow| {
        let mut cells = vec![Cell::from(cut(&visible(&line.name), usize::from(name)))];
        if curve > 0 {
            let points: Vec<Point> = table.points(&line.key).collect();
            cells.push(Cell::from(spark(&points, curve.into(), look.plain)));
        }
        let right = |text: String| format!("{text:>width$}", width = usize::from(FIGURE));
        cells.push(Cell::from(right(of_rate(line.down))).style(look.down));
        cells.push(Cell::from(right(of_rate(line.up))).style(look.up));
        let mut style = if line.running { Style::new() } else { Style::new().dim() };
        if table.chosen.as_deref() == Some(&line.key) {
            style = style.reversed();
        }
        Row::new(cells).style(style)
    };
    let rows: Vec<Row<'_>> = shown.iter().skip(table.first).take(room).map(row).collect();
    let mut widths = vec![Constraint::Length(name)];
    let mut heads = vec![say("top.name", &[("shown", &shown.len()), ("all", &table.sample.lines.len())])];
    if curve > 0 {
        widths.push(Constraint::Length(curve));
        heads.push(String::new());
    }
    widths.extend([Constraint::Length(FIGURE); 2]);
    heads.extend(["DOWN", "UP"].map(|head| format!("{head:>width$}", width = usize::from(FIGURE))));
    let heads = Row::new(heads).style(Style::new().bold());
    frame.render_widget(Rows::new(rows, widths).header(heads).column_spacing(1), area);
}

/// A name that is too long ends in a mark: names are cut, figures never.
fn cut(text: &str, width: usize) -> String {
    use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
    if text.width() <= width {
        return text.to_owned();
    }
    let mut taken = 0;
    let fits = |sign: &char| {
        taken += sign.width().unwrap_or_default();
        taken < width
    };
    let mut short: String = text.chars().take_while(fits).collect();
    short.push('~');
    short
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::super::table::Order;
    use super::super::table::tests::{line, sample};
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(Order::Rate);
        for tick in 0..20 {
            let mut lines = vec![line("ether1-WAN", 80_000_000 + tick * 1_000_000, 8_000_000), line("budi", 0, 0)];
            lines.push(LineNow { down: None, up: None, ..line("a-customer-with-a-name-that-is-long-indeed", 0, 0) });
            table.take(Ok(sample(2_000 * (tick + 1), lines)));
        }
        table
    }

    fn shown(width: u16, height: u16, table: &mut Table, look: Look) -> Vec<String> {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| _ = draw(frame, table, look)).unwrap();
        let buffer = terminal.backend().buffer().clone();
        let row = |y| (0..width).map(|x| buffer[(x, y)].symbol().to_owned()).collect::<String>();
        (0..height).map(|y| row(y).trim_end().to_owned()).collect()
    }

    #[test]
    fn a_usual_terminal_has_the_table_the_curves_and_the_chart() {
        let lines = shown(80, 24, &mut table(), Look::default());
        assert_eq!(lines[0], "Kantor  live");
        assert_eq!(lines[1], format!("{:<62}DOWN            UP", "3 of 3 lines"));
        assert!(lines[2].starts_with("ether1-WAN") && lines[2].contains('█'), "{lines:#?}");
        assert!(lines[2].ends_with("99.0 Mbit/s    8.0 Mbit/s"), "{lines:#?}");
        assert!(lines[3].starts_with("a-customer-with-a-name-that-is-lon~") && lines[3].ends_with('-'), "{lines:#?}");
        assert!(lines[4].starts_with("budi") && lines[4].ends_with("0 bit/s       0 bit/s"), "{lines:#?}");
        assert_eq!(lines[14], "ether1-WAN  DOWN 99.0 Mbit/s  UP 8.0 Mbit/s");
        assert!(lines[15].contains("100.0 Mbit/s"), "{lines:#?}");
        let braille = |line: &String| line.chars().any(|sign| ('\u{2801}'..='\u{28ff}').contains(&sign));
        // The curve of what came down is at the top, the middle line where the axis says 0.
        assert!(braille(&lines[15]) && lines[19].starts_with('0') && braille(&lines[19]), "{lines:#?}");
        assert!(lines[23].contains('q'), "{lines:#?}");
    }

    #[test]
    fn a_narrow_and_low_one_keeps_the_figures_and_one_without_utf8_gets_no_sign_that_it_lacks() {
        let lines = shown(40, 8, &mut table(), Look::default());
        assert!(lines[2].starts_with("ether1-WAN") && lines[2].ends_with("99.0 Mbit/s    8.0 Mbit/s"), "{lines:#?}");
        assert!(lines[3].starts_with("a-customer-~"), "{lines:#?}");
        let plain = Look { plain: true, ..Look::default() };
        let lines = shown(80, 24, &mut table(), plain);
        assert!(lines.iter().all(|line| line.is_ascii()), "{lines:#?}");
        assert!(lines[2].contains('#'), "{lines:#?}");
        // Nothing panics, however small it is.
        for (width, height) in [(1, 1), (5, 3), (20, 2), (200, 60)] {
            shown(width, height, &mut table(), Look::default());
        }
    }

    #[test]
    fn what_was_searched_and_why_nothing_comes_is_said() {
        let mut table = table();
        (table.search, table.searching) = ("bud".to_owned(), true);
        table.take(Err("connection refused \u{202e}".to_owned()));
        let lines = shown(80, 10, &mut table, Look::default());
        assert!(lines[0].contains("connection refused ⟦U+202E⟧"), "{lines:#?}");
        assert!(lines[1].starts_with("1 of 3 lines") && lines[2].starts_with("budi"), "{lines:#?}");
        assert!(lines[9].contains("bud_"), "{lines:#?}");
    }

    #[test]
    fn the_look_is_what_the_terminal_can_show() {
        let look = |vars: &[(&str, &str)]| {
            let vars: Vec<(String, String)> = vars.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            Look::of(move |name| vars.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()))
        };
        let usual = look(&[("TERM", "xterm-256color"), ("LANG", "id_ID.UTF-8")]);
        assert!(usual.down.fg.is_some() && !usual.plain);
        assert!(look(&[("TERM", "xterm"), ("NO_COLOR", "1"), ("LANG", "en.utf8")]).down.fg.is_none());
        assert!(look(&[("TERM", "vt100"), ("LC_ALL", "C.UTF-8")]).up.fg.is_none());
        if !cfg!(windows) {
            assert!(look(&[("TERM", "xterm"), ("LC_ALL", "C"), ("LANG", "id_ID.UTF-8")]).plain);
        }
    }
}
