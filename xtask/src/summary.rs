//! Steps run one after the other, each timed, and what came of them.

#![expect(clippy::disallowed_types, reason = "this measures real time, there is no runtime to pause")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It did what it should.
    Passed,
    /// It did not.
    Failed(String),
    /// It could not be run for want of a program; a fault where `CI=true`.
    Missing(String),
    /// It does not apply here.
    Skipped(String),
}

impl From<Result<()>> for Outcome {
    fn from(result: Result<()>) -> Self {
        match result {
            Ok(()) => Self::Passed,
            Err(error) => Self::Failed(format!("{error:#}")),
        }
    }
}

/// Tests counted from what the test programs print.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    passed: u64,
    failed: u64,
    /// Rust's tests that failed, by name.
    names: Vec<String>,
}

impl Count {
    /// Adds a line like `test result: ok. 3 passed; 0 failed; ..`, or node's `# pass 3`.
    fn add(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix("test result: ") {
            let number = |what: &str| {
                rest.split([';', '.']).find_map(|part| part.trim().strip_suffix(what)?.trim().parse::<u64>().ok())
            };
            self.passed += number("passed").unwrap_or(0);
            self.failed += number("failed").unwrap_or(0);
        } else if let Some(rest) = line.strip_prefix("# ").or(line.strip_prefix("ℹ ")) {
            let number = |what: &str| rest.strip_prefix(what).and_then(|n| n.trim().parse::<u64>().ok());
            self.passed += number("pass ").unwrap_or(0);
            self.failed += number("fail ").unwrap_or(0);
        } else if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
            self.names.push(name.to_owned());
        }
    }

    /// How many of Rust's tests failed since they were last taken out.
    pub(crate) fn failed_now(&self) -> usize {
        self.names.len()
    }

    /// Those that failed, taken out of the count: they are run once more.
    pub(crate) fn take_failed(&mut self) -> Vec<String> {
        let names = std::mem::take(&mut self.names);
        self.failed = self.failed.saturating_sub(names.len() as u64);
        names
    }
}

/// All steps so far.
pub(crate) struct Summary {
    rows: Vec<(&'static str, Outcome, Duration)>,
    count: Count,
    only: Vec<String>,
    strict: bool,
}

impl Summary {
    /// Runs only the named steps, or all if none is named; `strict` makes a missing program a fault.
    pub(crate) fn new(only: &[&str], strict: bool) -> Self {
        Self { rows: Vec::new(), count: Count::default(), only: only.iter().map(|s| s.to_string()).collect(), strict }
    }

    /// Runs a step now, unless others were asked for. `true` if what follows may rely on it.
    pub(crate) fn step(&mut self, name: &'static str, run: impl FnOnce(&mut Count) -> Outcome) -> bool {
        if !self.only.is_empty() && !self.only.iter().any(|only| only == name) {
            return true;
        }
        println!("\n==> {name}");
        let start = Instant::now();
        let outcome = run(&mut self.count);
        let passed = outcome == Outcome::Passed;
        self.rows.push((name, outcome, start.elapsed()));
        passed
    }

    /// Prints everything again in short and says whether all is well.
    pub(crate) fn end(self) -> Result<()> {
        println!("\n==> summary");
        let mut faults = 0;
        for (name, outcome, took) in &self.rows {
            let (word, why, fault) = match outcome {
                Outcome::Passed => ("ok", "", false),
                Outcome::Failed(why) => ("FAILED", why.as_str(), true),
                Outcome::Missing(why) => ("NOT RUN", why.as_str(), self.strict),
                Outcome::Skipped(why) => ("skipped", why.as_str(), false),
            };
            faults += usize::from(fault);
            println!("{name:<10} {word:<8} {:>7.1} s  {why}", took.as_secs_f64());
        }
        let total: Duration = self.rows.iter().map(|row| row.2).sum();
        println!("{:<10} {:<8} {:>7.1} s", "total", "", total.as_secs_f64());
        println!("{} passed, {} failed", self.count.passed, self.count.failed);
        if self.rows.is_empty() {
            bail!("no such step");
        }
        if faults > 0 {
            bail!("{faults} of {} steps failed", self.rows.len());
        }
        Ok(())
    }
}

/// Runs a command to its end, its output shown as it comes and its tests counted.
pub(crate) fn run(command: &mut Command, count: &mut Count) -> Outcome {
    let mut child = match command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => return Outcome::Failed(format!("{}: {error}", command.get_program().display())),
    };
    if let Some(stdout) = child.stdout.take() {
        let mut lines = BufReader::new(stdout);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            // A closed terminal must not end the tests.
            let _ = std::io::stdout().write_all(&line);
            count.add(String::from_utf8_lossy(&line).trim());
            line.clear();
        }
    }
    match child.wait() {
        Ok(status) if status.success() => Outcome::Passed,
        Ok(status) => Outcome::Failed(status.to_string()),
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_counted_from_what_is_printed() {
        let mut count = Count::default();
        for line in [
            "test result: ok. 11 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 22 passed; 1 failed; 0 ignored; 0 measured",
            "# pass 4",
            "ℹ fail 2",
            "# passing thoughts",
            "test it ... ok",
        ] {
            count.add(line);
        }
        assert_eq!(count, Count { passed: 37, failed: 3, names: Vec::new() });
        count.add("test places::a_wall ... FAILED");
        assert_eq!(count.take_failed(), ["places::a_wall"]);
        assert_eq!(count, Count { passed: 37, failed: 2, names: Vec::new() });
    }

    #[test]
    fn a_missing_program_is_a_fault_only_where_it_is_strict() {
        let end = |strict| {
            let mut summary = Summary::new(&[], strict);
            summary.step("browser", |_| Outcome::Missing("no Chromium".into()));
            summary.end()
        };
        assert!(end(false).is_ok());
        assert!(end(true).is_err());
    }

    #[test]
    fn a_failed_step_fails_the_whole_and_the_others_run() {
        let mut summary = Summary::new(&[], false);
        assert!(!summary.step("fmt", |_| Outcome::Failed("x".into())));
        assert!(summary.step("tests", |_| Outcome::Passed));
        assert!(summary.end().is_err());
    }

    #[test]
    fn only_the_named_steps_run_and_an_unknown_name_is_an_error() {
        let mut summary = Summary::new(&["tests"], false);
        assert!(summary.step("fmt", |_| Outcome::Failed("x".into())));
        assert!(summary.step("tests", |_| Outcome::Passed));
        assert!(summary.end().is_ok());
        assert!(Summary::new(&["tets"], false).end().is_err());
    }
}
