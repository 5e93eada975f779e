//! How far long work has come, on one line of a terminal that is written over: percent, how quick, how long still.
//! Into a file or a pipe nothing is written.

use std::io::{IsTerminal, Write, stderr};
use std::time::Duration;

use tokio::time::Instant;

use crate::figures::{bytes, count, length};
use crate::words::say;

/// What the work is counted in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unit {
    Bytes,
    Rows,
    /// Nothing that means anything to somebody.
    Steps,
}

/// The line.
pub(crate) struct ProgressLine {
    shown: bool,
    unit: Unit,
    begun: Instant,
    written: Option<Instant>,
    width: usize,
}

/// A terminal is not written to more often.
const EVERY: Duration = Duration::from_millis(200);
/// Before that nobody knows how long it will take.
const KNOWN_AFTER: Duration = Duration::from_secs(2);

impl ProgressLine {
    pub(crate) fn new(unit: Unit) -> Self {
        Self { shown: stderr().is_terminal(), unit, begun: Instant::now(), written: None, width: 0 }
    }

    /// So much is done of so much; `amount` is what of the unit was moved so far.
    pub(crate) fn tell(&mut self, done: u64, of: u64, amount: u64) {
        let now = Instant::now();
        if !self.shown || self.written.is_some_and(|at| now.duration_since(at) < EVERY) {
            return;
        }
        self.written = Some(now);
        let line = said(self.unit, done, of, amount, now.duration_since(self.begun));
        let width = line.chars().count();
        eprint!("\r{line}{}", " ".repeat(self.width.saturating_sub(width)));
        let _ = stderr().flush();
        self.width = width;
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if self.width > 0 {
            eprint!("\r{}\r", " ".repeat(self.width));
        }
    }
}

fn said(unit: Unit, done: u64, of: u64, amount: u64, took: Duration) -> String {
    let share = if of == 0 { 1.0 } else { (done as f64 / of as f64).min(1.0) };
    let percent = (share * 100.0).floor();
    let a_second = (amount as f64 / took.as_secs_f64().max(0.001)) as u64;
    let quick = match unit {
        Unit::Bytes => format!("  {}/s", bytes(a_second)),
        Unit::Rows => format!("  {}", say("progress.rows", &[("n", &count(a_second))])),
        Unit::Steps => String::new(),
    };
    let left = if took >= KNOWN_AFTER && share > 0.0 {
        let seconds = (took.as_secs_f64() * (1.0 - share) / share).ceil() as u64;
        format!("  {}", say("progress.left", &[("time", &length(seconds))]))
    } else {
        String::new()
    };
    format!("{percent} %{quick}{left}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_far_how_quick_and_how_long_still() {
        let took = Duration::from_secs(60);
        assert_eq!(said(Unit::Bytes, 25, 100, 600_000_000, took), "25 %  10.0 MB/s  3 min left");
        assert_eq!(said(Unit::Rows, 1, 1, 120_000, took), "100 %  2,000 rows/s  0 s left");
        assert_eq!(said(Unit::Steps, 1, 4, 0, Duration::from_secs(1)), "25 %");
        assert_eq!(said(Unit::Steps, 0, 0, 0, Duration::ZERO), "100 %");
    }
}
