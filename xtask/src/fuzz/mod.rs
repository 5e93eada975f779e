//! `cargo xtask fuzz`: every fuzz target for a share of the time, a table of what came of it, and the corpus kept.
//!
//! What the targets do is in `fuzz/harness`; this builds and runs them, and knows nothing of their bytes.

#![expect(clippy::disallowed_types, reason = "this measures real time, there is no runtime to pause")]

mod args;
mod corpus;
mod report;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process::Owned;

use args::Args;
use report::Report;

/// Every target, as in `fuzz/Cargo.toml`.
const TARGETS: &[&str] = &["codec", "values", "typed", "login", "client", "mndp"];
/// A machine of the kind that RouterOS' neighbours have.
const TRIPLE: &str = "x86_64-unknown-linux-gnu";
/// The longest input, bytes: longer ones say nothing new and are slow.
const LONGEST: usize = 1_024;
/// How much longer than its share a target may take to end, seconds.
const PATIENCE: u64 = 60;

/// Runs what the words ask for.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<()> {
    let args = Args::read(words, TARGETS)?;
    let fuzzer = Fuzzer { root, scratch: root.join("target/fuzz") };
    fuzzer.build()?;
    let share = (args.seconds / args.targets.len() as u64).max(1);
    println!("{} targets, {share} s each, {} at a time", args.targets.len(), args.jobs);
    let mut reports = Vec::new();
    for some in args.targets.chunks(args.jobs) {
        let running: Result<Vec<Running>> = some.iter().map(|target| fuzzer.start(target, share)).collect();
        for running in running? {
            reports.push(running.end(Duration::from_secs(share + PATIENCE))?);
        }
    }
    if args.keep {
        for report in &mut reports {
            report.kept = Some(fuzzer.keep(report.target)?);
        }
    }
    report::print(&reports);
    let broken: Vec<String> = reports.iter().flat_map(|report| report.crashes.iter().cloned()).collect();
    if !broken.is_empty() {
        bail!("{} inputs break a promise: {}", broken.len(), broken.join(", "));
    }
    Ok(())
}

struct Fuzzer<'a> {
    root: &'a Path,
    /// What is built and found; only what is kept goes to `fuzz/corpus`.
    scratch: PathBuf,
}

impl Fuzzer<'_> {
    fn build(&self) -> Result<()> {
        let status = Command::new("rustup")
            .args([
                "run",
                "nightly",
                "cargo",
                "fuzz",
                "build",
                "--no-trace-compares",
                "--target",
                TRIPLE,
                "--target-dir",
            ])
            .arg(&self.scratch)
            .current_dir(self.root)
            // Our own toolchain is not the one that builds these.
            .env_remove("CARGO")
            .env_remove("RUSTC")
            .env_remove("RUSTUP_TOOLCHAIN")
            // tokio's order of things is seeded only so: the same input then always does the same.
            .env("RUSTFLAGS", "--cfg tokio_unstable")
            .status()
            .context("rustup; the nightly toolchain and `cargo install cargo-fuzz` are needed")?;
        if !status.success() {
            bail!("the targets do not build (rustup toolchain install nightly; cargo install cargo-fuzz --locked)");
        }
        Ok(())
    }

    fn binary(&self, target: &str) -> Command {
        let mut command = Command::new(self.scratch.join(TRIPLE).join("release").join(target));
        command.current_dir(self.root).stdin(Stdio::null());
        // A leak is a fault; frames are found by line tables.
        command.env("ASAN_OPTIONS", "detect_odr_violation=0:detect_leaks=1");
        command
    }

    fn start(&self, target: &'static str, seconds: u64) -> Result<Running> {
        let found = self.scratch.join("corpus").join(target);
        corpus::unpack(&self.root.join("fuzz/corpus"), target, &found)?;
        let artifacts = self.root.join("fuzz/artifacts").join(target);
        fs::create_dir_all(&artifacts)?;
        let log = self.scratch.join(format!("{target}.txt"));
        let output = File::create(&log).with_context(|| log.display().to_string())?;
        let mut fuzzer = self.binary(target);
        fuzzer
            .arg(format!("-max_total_time={seconds}"))
            .args(["-rss_limit_mb=512", "-malloc_limit_mb=64", "-timeout=10", "-print_final_stats=1", "-reload=0"])
            .arg(format!("-max_len={LONGEST}"))
            .arg("-dict=fuzz/dictionary.txt")
            .arg(format!("-artifact_prefix={}/", artifacts.display()))
            .arg(&found)
            .arg(self.root.join("fuzz/corpus").join(target))
            .stdout(Stdio::null())
            .stderr(output);
        Ok(Running { target, child: Owned::start(&mut fuzzer)?, log, found })
    }

    /// Replaces the target's pack by the smallest inputs that reach all that was reached. How many, and their bytes.
    fn keep(&self, target: &'static str) -> Result<(usize, usize)> {
        let found = self.scratch.join("corpus").join(target);
        let merged = self.scratch.join("merged").join(target);
        if merged.exists() {
            fs::remove_dir_all(&merged)?;
        }
        fs::create_dir_all(&merged)?;
        let seeds = self.root.join("fuzz/corpus").join(target);
        let status = self
            .binary(target)
            .args(["-set_cover_merge=1", "-rss_limit_mb=512", "-timeout=10"])
            .arg(&merged)
            .arg(&seeds)
            .arg(&found)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if !status.success() {
            bail!("the corpus of {target} cannot be merged");
        }
        corpus::pack(&merged, &self.root.join("fuzz/corpus"), target)
    }
}

struct Running {
    target: &'static str,
    child: Owned,
    log: PathBuf,
    found: PathBuf,
}

impl Running {
    /// Waits for its end, and ends it where that takes too long.
    fn end(mut self, limit: Duration) -> Result<Report> {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait()? {
                break Some(status);
            }
            if start.elapsed() > limit {
                self.child.kill()?;
                self.child.wait()?;
                break None;
            }
            std::thread::park_timeout(Duration::from_millis(200));
        };
        let log = String::from_utf8_lossy(&fs::read(&self.log)?).into_owned();
        let mut report = Report::read(self.target, &log);
        report.corpus = fs::read_dir(&self.found)?.count();
        if status.is_none() {
            report.crashes.push(format!("{}: did not end, see {}", self.target, self.log.display()));
        } else if status.is_some_and(|status| !status.success()) && report.crashes.is_empty() {
            report.crashes.push(format!("{}: ended ill, see {}", self.target, self.log.display()));
        }
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_its_binary_and_its_seeds() {
        let root = crate::root();
        let manifest = fs::read_to_string(root.join("fuzz/Cargo.toml")).unwrap();
        let built: Vec<&str> = manifest
            .split("[[bin]]")
            .skip(1)
            .filter_map(|bin| bin.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')))
            .collect();
        assert_eq!(built, TARGETS);
        for target in TARGETS {
            assert!(root.join("fuzz/corpus").join(target).is_dir(), "{target}");
        }
    }
}
