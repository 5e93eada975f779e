//! What the history costs: bytes a sample, recording, reading. `cargo xtask bench history` runs it.
//!
//! Arguments: `sizes`, `recording`, `reading`, `starting`, `beside`, or nothing for all of them. A bar that is missed fails the run.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark: it says what it finds and stops at what fails"
)]
#![expect(clippy::disallowed_types, reason = "this measures real time, there is no runtime to pause")]

mod beside;
mod generator;
mod reading;
mod recording;
mod sizes;
mod starting;
mod victoria;

use std::path::Path;

/// A bar, and whether it was met.
#[derive(Debug, Default)]
pub(crate) struct Bars(Vec<String>);

impl Bars {
    pub(crate) fn hold(&mut self, what: &str, found: f64, most: f64, unit: &str) {
        let met = found <= most;
        println!("| {what} | {found:.3} {unit} | {most} {unit} | {} |", if met { "yes" } else { "**no**" });
        if !met {
            self.0.push(format!("{what}: {found:.3} {unit}, at most {most}"));
        }
    }
}

pub(crate) fn bytes_in(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let bytes = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => bytes_in(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    };
    entries.flatten().map(bytes).sum()
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |word: &str| words.is_empty() || words.iter().any(|one| one == word);
    let mut bars = Bars::default();
    if wanted("sizes") {
        sizes::run(&mut bars);
    }
    if wanted("recording") {
        recording::run(&mut bars);
    }
    if wanted("reading") {
        reading::run(&mut bars);
    }
    if wanted("starting") {
        starting::run(&mut bars);
    }
    if wanted("beside") {
        beside::run(&mut bars);
    }
    if !bars.0.is_empty() {
        eprintln!("missed:\n{}", bars.0.join("\n"));
        std::process::exit(1);
    }
}
