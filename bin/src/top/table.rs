//! What is on the screen, without a screen: the lines in their order, which one is chosen, what is searched, and what each
//! carried of late.

use std::collections::{HashMap, VecDeque};

use super::feed::{LineNow, Sample};

/// By what lines are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    #[default]
    Rate,
    Down,
    Up,
    Name,
}

impl Order {
    pub(super) const ALL: [Self; 4] = [Self::Rate, Self::Down, Self::Up, Self::Name];

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Down => "down",
            Self::Up => "up",
            Self::Name => "name",
        }
    }

    pub(super) fn named(code: &str) -> Self {
        Self::ALL.into_iter().find(|order| order.code() == code).unwrap_or_default()
    }

    pub(super) fn next(self) -> Self {
        let place = Self::ALL.iter().position(|order| *order == self).unwrap_or_default();
        Self::ALL[(place + 1) % Self::ALL.len()]
    }
}

/// What a line carried at a moment, down and up; `None` where it was not measured.
pub(super) type Point = (Option<u64>, Option<u64>);

/// Everything that is shown.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) sample: Sample,
    /// Why nothing new came, where nothing did.
    pub(super) trouble: Option<String>,
    pub(super) order: Order,
    pub(super) search: String,
    /// Keys go into the search.
    pub(super) searching: bool,
    /// The key of the line that is chosen.
    pub(super) chosen: Option<String>,
    /// The first row that is shown.
    pub(super) first: usize,
    history: HashMap<String, VecDeque<Point>>,
    seen_ms: u64,
}

/// Points of each line: five minutes at 2 s.
pub(super) const POINTS: usize = 150;
/// Lines come and go; more than this are not remembered.
const MOST: usize = 20_000;

impl Table {
    pub(super) fn new(order: Order) -> Self {
        Self { order, ..Self::default() }
    }

    /// Takes what was heard.
    pub(super) fn take(&mut self, heard: Result<Sample, String>) {
        let sample = match heard {
            Ok(sample) => sample,
            Err(trouble) => {
                self.trouble = Some(trouble);
                return;
            }
        };
        self.trouble = None;
        if sample.router != self.sample.router {
            self.history.clear();
            (self.chosen, self.first) = (None, 0);
        }
        // The same reading again is no new point; a few ms are how long it took to ask.
        let new = sample.at_ms.abs_diff(self.seen_ms) > 300;
        if new && sample.state == "live" {
            self.seen_ms = sample.at_ms;
            if self.history.len() > MOST {
                self.history.clear();
            }
            let now: HashMap<&str, Point> =
                sample.lines.iter().map(|line| (line.key.as_str(), (line.down, line.up))).collect();
            self.history
                .retain(|key, points| now.contains_key(key.as_str()) || points.iter().any(|p| *p != (None, None)));
            for (key, points) in &mut self.history {
                push(points, now.get(key.as_str()).copied().unwrap_or_default());
            }
            for (key, point) in now {
                if !self.history.contains_key(key) {
                    self.history.insert(key.to_owned(), VecDeque::from([point]));
                }
            }
        }
        self.sample = sample;
        if self.chosen.is_none() {
            self.chosen = self.shown().first().map(|line| line.key.clone());
        }
    }

    /// The lines that are searched for, in their order.
    pub(super) fn shown(&self) -> Vec<&LineNow> {
        let wanted = self.search.to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&wanted);
        let fits = |line: &&LineNow| {
            wanted.is_empty() || has(&line.name) || has(&line.kind) || line.comment.as_deref().is_some_and(has)
        };
        let mut lines: Vec<&LineNow> = self.sample.lines.iter().filter(fits).collect();
        let rate = |line: &LineNow| match self.order {
            Order::Down => line.down.unwrap_or_default(),
            Order::Up => line.up.unwrap_or_default(),
            Order::Rate | Order::Name => line.down.unwrap_or_default().saturating_add(line.up.unwrap_or_default()),
        };
        match self.order {
            Order::Name => lines.sort_by_key(|line| line.name.to_lowercase()),
            _ => lines.sort_by(|a, b| rate(b).cmp(&rate(a)).then_with(|| a.name.cmp(&b.name))),
        }
        lines
    }

    /// What a line carried, the oldest first.
    pub(super) fn points(&self, key: &str) -> impl ExactSizeIterator<Item = Point> + '_ {
        const NONE: &VecDeque<Point> = &VecDeque::new();
        self.history.get(key).unwrap_or(NONE).iter().copied()
    }

    /// The place of the chosen line among those that are shown.
    pub(super) fn place(&self) -> Option<usize> {
        let chosen = self.chosen.as_deref()?;
        self.shown().iter().position(|line| line.key == chosen)
    }

    /// Chooses the line so many rows further down.
    pub(super) fn step(&mut self, rows: isize) {
        let shown = self.shown();
        let last = shown.len().saturating_sub(1);
        let place = self.place().map_or(0, |place| place.saturating_add_signed(rows).min(last));
        self.chosen = shown.get(place).map(|line| line.key.clone());
    }

    /// Chooses the line of a row.
    pub(super) fn choose(&mut self, place: usize) {
        let key = self.shown().get(place).map(|line| line.key.clone());
        if key.is_some() {
            self.chosen = key;
        }
    }

    /// The chosen line.
    pub(super) fn chosen_line(&self) -> Option<&LineNow> {
        let chosen = self.chosen.as_deref()?;
        self.sample.lines.iter().find(|line| line.key == chosen)
    }

    /// Scrolls so that the chosen line is among so many rows.
    pub(super) fn scroll(&mut self, rows: usize) {
        let Some(place) = self.place() else {
            self.first = 0;
            return;
        };
        self.first = self.first.min(place).max((place + 1).saturating_sub(rows));
        self.first = self.first.min(self.shown().len().saturating_sub(rows.max(1)));
    }
}

fn push(points: &mut VecDeque<Point>, point: Point) {
    if points.len() == POINTS {
        points.pop_front();
    }
    points.push_back(point);
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::top) fn line(name: &str, down: u64, up: u64) -> LineNow {
        LineNow {
            key: name.to_owned(),
            name: name.to_owned(),
            kind: "ether".to_owned(),
            running: true,
            down: Some(down),
            up: Some(up),
            comment: None,
        }
    }

    pub(in crate::top) fn sample(at_ms: u64, lines: Vec<LineNow>) -> Sample {
        Sample { router: "Kantor".to_owned(), state: "live".to_owned(), detail: None, at_ms, lines }
    }

    fn names(table: &Table) -> Vec<&str> {
        table.shown().iter().map(|line| line.name.as_str()).collect()
    }

    #[test]
    fn lines_are_sorted_searched_and_chosen() {
        let mut table = Table::new(Order::Rate);
        table.take(Ok(sample(
            1_000,
            vec![
                line("ether1", 5, 9),
                line("ether2", 10, 1),
                LineNow { kind: "wlan".to_owned(), ..line("wlan", 7, 20) },
            ],
        )));
        assert_eq!(names(&table), ["wlan", "ether1", "ether2"]);
        assert_eq!(table.chosen.as_deref(), Some("wlan"));
        for (order, expected) in [
            (Order::Down, ["ether2", "wlan", "ether1"]),
            (Order::Up, ["wlan", "ether1", "ether2"]),
            (Order::Name, ["ether1", "ether2", "wlan"]),
        ] {
            table.order = order;
            assert_eq!(names(&table), expected, "{order:?}");
        }
        table.step(-5);
        assert_eq!(table.chosen.as_deref(), Some("ether1"));
        table.step(1);
        assert_eq!(table.place(), Some(1));
        table.search = "ETHER".to_owned();
        assert_eq!(names(&table), ["ether1", "ether2"]);
        table.step(100);
        assert_eq!(table.chosen.as_deref(), Some("ether2"));
        table.scroll(1);
        assert_eq!(table.first, 1);
    }

    #[test]
    fn a_reading_is_one_point_and_a_line_that_is_gone_has_a_gap() {
        let mut table = Table::new(Order::Rate);
        for at_ms in [2_000, 2_050, 4_000] {
            table.take(Ok(sample(at_ms, vec![line("ether1", at_ms, 1)])));
        }
        table.take(Err("refused".to_owned()));
        assert_eq!(table.trouble.as_deref(), Some("refused"));
        table.take(Ok(sample(6_000, vec![line("ether2", 1, 1)])));
        let points: Vec<Point> = table.points("ether1").collect();
        assert_eq!(points, [(Some(2_000), Some(1)), (Some(4_000), Some(1)), (None, None)]);
        for tick in 0..POINTS as u64 * 2 {
            table.take(Ok(sample(10_000 + tick * 2_000, vec![line("ether2", 1, 1)])));
        }
        assert_eq!((table.points("ether1").len(), table.points("ether2").len()), (0, POINTS));
    }
}
