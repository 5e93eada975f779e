//! Keys and the mouse: what each of them does to the table.

use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind};
use ratatui::layout::Rect;

use super::table::Table;

/// What is left to do for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Draw again.
    Draw,
    /// Nothing changed.
    Nothing,
    /// The next router.
    NextRouter,
    /// The end.
    Quit,
}

/// Rows of a turn of the wheel.
const WHEEL: isize = 3;
/// No name that anybody looks for is longer.
const LONGEST_SEARCH: usize = 60;

/// Takes one event; `rows` is where the table's lines are.
pub(super) fn take(table: &mut Table, event: &Event, rows: Rect) -> Outcome {
    match event {
        // Windows tells of a key that is let go as well.
        Event::Key(key) if key.kind != KeyEventKind::Release => on_key(table, key, rows),
        Event::Mouse(mouse) => match mouse.kind {
            MouseEventKind::ScrollDown => step(table, WHEEL),
            MouseEventKind::ScrollUp => step(table, -WHEEL),
            MouseEventKind::Down(MouseButton::Left) if mouse.row >= rows.y && mouse.row < rows.bottom() => {
                table.choose(table.first + usize::from(mouse.row - rows.y));
                Outcome::Draw
            }
            MouseEventKind::Down(MouseButton::Left) if mouse.row + 1 == rows.y => {
                // On the heads: sorted otherwise.
                table.order = table.order.next();
                Outcome::Draw
            }
            _ => Outcome::Nothing,
        },
        Event::Resize(..) => Outcome::Draw,
        _ => Outcome::Nothing,
    }
}

fn step(table: &mut Table, rows: isize) -> Outcome {
    table.step(rows);
    Outcome::Draw
}

fn on_key(table: &mut Table, key: &KeyEvent, rows: Rect) -> Outcome {
    if key.modifiers.contains(KeyModifiers::CONTROL) && matches!(key.code, KeyCode::Char('c' | 'd')) {
        return Outcome::Quit;
    }
    if table.searching {
        match key.code {
            KeyCode::Enter => table.searching = false,
            KeyCode::Esc => (table.searching, table.search) = (false, String::new()),
            KeyCode::Backspace => drop(table.search.pop()),
            KeyCode::Char(sign) if table.search.len() < LONGEST_SEARCH => table.search.push(sign),
            KeyCode::Down => table.step(1),
            KeyCode::Up => table.step(-1),
            _ => return Outcome::Nothing,
        }
        if table.place().is_none() {
            table.choose(0);
        }
        return Outcome::Draw;
    }
    let page = isize::try_from(rows.height.max(1)).unwrap_or(1);
    match key.code {
        KeyCode::Char('q') => return Outcome::Quit,
        KeyCode::Esc if table.search.is_empty() => return Outcome::Quit,
        KeyCode::Esc => table.search.clear(),
        KeyCode::Char('/') => table.searching = true,
        KeyCode::Char('s') => table.order = table.order.next(),
        KeyCode::Char('r') | KeyCode::Tab => return Outcome::NextRouter,
        KeyCode::Char('j') | KeyCode::Down => table.step(1),
        KeyCode::Char('k') | KeyCode::Up => table.step(-1),
        KeyCode::PageDown | KeyCode::Char(' ') => table.step(page),
        KeyCode::PageUp => table.step(-page),
        KeyCode::Home | KeyCode::Char('g') => table.step(isize::MIN + 1),
        KeyCode::End | KeyCode::Char('G') => table.step(isize::MAX),
        _ => return Outcome::Nothing,
    }
    Outcome::Draw
}

#[cfg(test)]
mod tests {
    use ratatui::crossterm::event::MouseEvent;

    use super::super::table::Order;
    use super::super::table::tests::{line, sample};
    use super::*;

    const ROWS: Rect = Rect { x: 0, y: 2, width: 80, height: 10 };

    fn table() -> Table {
        let mut table = Table::new(Order::Rate);
        table.take(Ok(sample(1_000, vec![line("a", 30, 0), line("b", 20, 0), line("c", 10, 0)])));
        table
    }

    fn press(table: &mut Table, code: KeyCode) -> Outcome {
        take(table, &Event::Key(KeyEvent::new(code, KeyModifiers::NONE)), ROWS)
    }

    fn mouse(table: &mut Table, kind: MouseEventKind, row: u16) -> Outcome {
        let event = MouseEvent { kind, column: 3, row, modifiers: KeyModifiers::NONE };
        take(table, &Event::Mouse(event), ROWS)
    }

    #[test]
    fn keys_choose_sort_search_and_end() {
        let mut table = table();
        press(&mut table, KeyCode::Down);
        assert_eq!(table.chosen.as_deref(), Some("b"));
        press(&mut table, KeyCode::End);
        assert_eq!(table.chosen.as_deref(), Some("c"));
        press(&mut table, KeyCode::Home);
        assert_eq!(table.chosen.as_deref(), Some("a"));
        press(&mut table, KeyCode::Char('s'));
        assert_eq!(table.order, Order::Down);
        press(&mut table, KeyCode::Char('/'));
        assert_eq!(press(&mut table, KeyCode::Char('q')), Outcome::Draw, "in a search it is a letter");
        press(&mut table, KeyCode::Backspace);
        press(&mut table, KeyCode::Char('b'));
        assert_eq!((table.search.as_str(), table.chosen.as_deref()), ("b", Some("b")));
        press(&mut table, KeyCode::Enter);
        assert_eq!(press(&mut table, KeyCode::Esc), Outcome::Draw);
        assert_eq!(table.search, "");
        assert_eq!(press(&mut table, KeyCode::Char('r')), Outcome::NextRouter);
        assert_eq!(press(&mut table, KeyCode::Char('q')), Outcome::Quit);
        let interrupt = Event::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL));
        assert_eq!(take(&mut table, &interrupt, ROWS), Outcome::Quit);
    }

    #[test]
    fn the_mouse_chooses_scrolls_and_sorts() {
        let mut table = table();
        mouse(&mut table, MouseEventKind::Down(MouseButton::Left), 4);
        assert_eq!(table.chosen.as_deref(), Some("c"));
        mouse(&mut table, MouseEventKind::ScrollUp, 4);
        assert_eq!(table.chosen.as_deref(), Some("a"));
        mouse(&mut table, MouseEventKind::Down(MouseButton::Left), 1);
        assert_eq!(table.order, Order::Down);
        assert_eq!(mouse(&mut table, MouseEventKind::Moved, 4), Outcome::Nothing);
        assert_eq!(take(&mut table, &Event::Resize(10, 10), ROWS), Outcome::Draw);
    }
}
