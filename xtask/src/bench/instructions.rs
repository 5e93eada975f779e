//! `cargo xtask bench instructions`: how many instructions decoding, a tick and an answer take, counted by callgrind.
//! Unlike times they are nearly the same on every run, so that a check can hold them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process::{cargo, done, target};
use crate::summary::Outcome;
use crate::tools::{VALGRIND, provide};

/// What is counted, each with the rounds of the longer run; the shorter one is of one round.
const PATHS: [(&str, usize); 3] = [("decode", 11), ("tick", 11), ("encode", 6)];
/// By so much a count may grow, as a part of it.
const MAY_GROW: f64 = 0.10;
/// The recorded counts, a line each.
const RECORDED: &str = "xtask/bench/instructions.txt";

/// Holds the counts against the recorded ones.
pub(crate) fn check(root: &Path) -> Result<()> {
    let [valgrind] = provide([&VALGRIND]).map_err(anyhow::Error::msg)?;
    let recorded = read(&fs::read_to_string(root.join(RECORDED))?)?;
    let counted = count(root, &valgrind)?;
    let mut grown = Vec::new();
    for (path, now) in &counted {
        let before = *recorded.get(path).with_context(|| format!("{RECORDED} has no {path}"))?;
        let by = *now as f64 / before as f64 - 1.0;
        println!("{path}: {now} instructions, recorded {before} ({:+.1} %)", by * 100.0);
        if by > MAY_GROW {
            grown.push(format!("{path} by {:.0} %", by * 100.0));
        }
    }
    if !grown.is_empty() {
        bail!(
            "more than {:.0} % more instructions: {}; mend it, or record them with cargo xtask bench instructions --write",
            MAY_GROW * 100.0,
            grown.join(", ")
        );
    }
    Ok(())
}

/// The same as a step of `cargo xtask test`.
pub(crate) fn step(root: &Path) -> Outcome {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Outcome::Skipped("instructions are recorded for Linux on x86-64 alone".into());
    }
    if !root.join(RECORDED).is_file() {
        return Outcome::Skipped("none are recorded yet: cargo xtask bench instructions --write".into());
    }
    match provide([&VALGRIND]) {
        Ok(_) => check(root).into(),
        Err(why) => Outcome::Missing(format!("instructions cannot be counted without valgrind: {why}")),
    }
}

/// Records them.
pub(crate) fn write(root: &Path) -> Result<()> {
    let [valgrind] = provide([&VALGRIND]).map_err(anyhow::Error::msg)?;
    let mut text = String::from(
        "# Instructions by callgrind, for one round of each: `cargo xtask bench instructions --write`. x86-64.\n",
    );
    for (path, count) in count(root, &valgrind)? {
        let _ = writeln!(text, "{path} {count}");
    }
    print!("{text}");
    fs::write(root.join(RECORDED), text)?;
    Ok(())
}

fn read(text: &str) -> Result<BTreeMap<String, u64>> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let (path, count) = line.split_once(' ').with_context(|| format!("{RECORDED}: {line}"))?;
            Ok((path.to_owned(), count.trim().parse().with_context(|| format!("{RECORDED}: {line}"))?))
        })
        .collect()
}

/// Of one round of each.
fn count(root: &Path, valgrind: &Path) -> Result<BTreeMap<String, u64>> {
    let build = ["build", "--profile", "counted", "--locked", "--package", "lalin", "--no-default-features"];
    done(cargo().args(build).args(["--example", "instructions"]).current_dir(root))?;
    let program = target(root).join("counted/examples/instructions");
    let folder = target(root).join("bench");
    fs::create_dir_all(&folder)?;
    let mut counts = BTreeMap::new();
    for (path, rounds) in PATHS {
        let few = run(valgrind, &program, &folder, path, 1)?;
        let many = run(valgrind, &program, &folder, path, rounds)?;
        counts.insert(path.to_owned(), many.saturating_sub(few) / (rounds as u64 - 1));
    }
    Ok(counts)
}

fn run(valgrind: &Path, program: &Path, folder: &Path, path: &str, rounds: usize) -> Result<u64> {
    let file: PathBuf = folder.join(format!("callgrind.{path}.{rounds}"));
    let mut command = Command::new(valgrind);
    command.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", file.display()));
    let output = command.arg(program).args([path, &rounds.to_string()]).stdin(Stdio::null()).output()?;
    if !output.status.success() {
        bail!("{path} under valgrind: {}", String::from_utf8_lossy(&output.stderr));
    }
    let text = fs::read_to_string(&file)?;
    collected(&text).with_context(|| format!("{} has no totals", file.display()))
}

/// The sum of a file of callgrind's.
fn collected(text: &str) -> Option<u64> {
    let of = |key: &str| text.lines().find_map(|line| line.strip_prefix(key));
    of("totals: ").or_else(|| of("summary: "))?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_counts_are_read_and_what_is_none_is_refused() {
        assert_eq!(read("# head\ndecode 12\n\ntick 3\n").unwrap(), [("decode".into(), 12), ("tick".into(), 3)].into());
        assert!(read("decode many").is_err());
        assert!(read("decode").is_err());
    }

    #[test]
    fn the_totals_of_callgrind_are_found() {
        assert_eq!(collected("version: 1\nevents: Ir\nsummary: 5\nfn=(1)\ntotals: 7\n"), Some(7));
        assert_eq!(collected("summary: 5\n"), Some(5));
        assert_eq!(collected("nothing"), None);
    }
}
