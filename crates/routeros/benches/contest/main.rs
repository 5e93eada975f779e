//! Our side of `cargo xtask bench codec`, which starts this program once for each number and says what they mean.
//!
//! `contest server` answers on loopback until its input ends; every other word is a contestant that works for so many
//! seconds and then prints one line: things done, seconds, CPU seconds and, where it works on one thread, allocations.

#![allow(clippy::unwrap_used, reason = "a benchmark fails by panicking")]
#![expect(clippy::disallowed_types, reason = "this measures real time")]

mod client;
mod limits;
mod memory;
#[path = "../rows/mod.rs"]
mod rows;
mod server;

use std::time::{Duration, Instant};

use allocation_counter::measure;
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::Builder;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |word: &str| word.parse().unwrap();
    match words[..] {
        ["server"] => server::run(),
        ["decode", seconds] => memory::decode(budget(seconds)),
        ["walk", seconds] => memory::walk(budget(seconds)),
        ["encode", seconds] => memory::encode(budget(seconds)),
        ["prefixes", port, seconds] => limits::prefixes(number(port), budget(seconds)),
        ["pairs", port, seconds] => limits::pairs(number(port), budget(seconds)),
        [what, threads, port, seconds] => {
            let mut builder =
                if threads == "one" { Builder::new_current_thread() } else { Builder::new_multi_thread() };
            let runtime = builder.enable_all().build().unwrap();
            let client = runtime.block_on(client::ready(what, number(port)));
            let work = || runtime.block_on(client::run(&client, what, budget(seconds)));
            if threads == "one" {
                counted(work);
            } else {
                // Of several threads' allocations only this one's would be counted.
                println!("{}", work());
            }
        }
        // `cargo bench` runs every program it finds.
        _ => println!("contest: run by `cargo xtask bench codec`"),
    }
}

fn budget(seconds: &str) -> Duration {
    Duration::from_secs_f64(seconds.parse().unwrap())
}

/// Does it again and again until the time is up. Everything happens on this thread.
fn repeated(budget: Duration, mut once: impl FnMut() -> usize) {
    counted(|| {
        let mut watch = Watch::start(budget);
        while watch.goes_on(once()) {}
        watch.line()
    });
}

/// Prints what came of the work, and how often memory was asked for on this thread meanwhile.
fn counted(work: impl FnOnce() -> String) {
    let mut line = String::new();
    let allocations = measure(|| line = work());
    println!("{line} {}", allocations.count_total);
}

/// What is done from its beginning to its [`line`](Self::line).
struct Watch {
    begin: Instant,
    cpu: Duration,
    budget: Duration,
    done: u64,
}

impl Watch {
    fn start(budget: Duration) -> Self {
        Self { begin: Instant::now(), cpu: cpu(), budget, done: 0 }
    }

    /// Adds what was done; whether there is time for more.
    fn goes_on(&mut self, done: usize) -> bool {
        self.done += done as u64;
        self.begin.elapsed() < self.budget
    }

    fn line(self) -> String {
        let (wall, cpu) = (self.begin.elapsed().as_secs_f64(), (cpu() - self.cpu).as_secs_f64());
        format!("{} {wall} {cpu}", self.done)
    }
}

/// CPU time of all of this process's threads, user and system.
fn cpu() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().unwrap()
}
