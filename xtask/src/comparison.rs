//! The comparison in `docs/reference/conformance.md`: what each client makes of what routers really send, and of what
//! a hostile one could. The router is a script whose encoder is librouteros' own, so that our client meets a
//! stranger's bytes, too.

#![expect(clippy::disallowed_types, reason = "clients that hang are ended in real time")]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::process::Owned;

/// A client that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(6);
const POLL: Duration = Duration::from_millis(1);

/// What is tried: in words, the command's path, what a right client must say (any case), and must not.
struct Trial {
    title: &'static str,
    path: &'static str,
    must: &'static [&'static str],
    never: &'static [&'static str],
}

const fn trial(title: &'static str, path: &'static str, must: &'static [&'static str]) -> Trial {
    Trial { title, path, must, never: &[] }
}

const TRIALS: &[Trial] = &[
    trial("two rows", "/t/rows", &["1", "2"]),
    trial("`!empty` before and between rows", "/t/empty-then-rows", &["1", "2"]),
    trial("two traps", "/t/two-traps", &["first", "second"]),
    trial("a trap with an unknown attribute", "/t/unknown-trap-attribute", &["strange"]),
    trial("a reply without its tag", "/t/untagged", &["untagged"]),
    trial("the tag at the end, and `!done =ret=`", "/t/tag-last", &["1", "*7"]),
    trial("`!done =ret=` alone", "/t/ret", &["*7"]),
    trial("a row without attributes", "/t/bare-row", &[]),
    trial("an unknown reply word", "/t/unknown-word", &["1"]),
    trial("`!fatal` with a bare word", "/t/fatal-word", &["gone"]),
    trial("`!fatal` with an attribute", "/t/fatal-attribute", &["gone"]),
    trial("a name in Windows-1252", "/t/bytes", &["café"]),
    trial("a word of 2 GiB announced", "/t/hostile-length", &[]),
    trial("a command that is never answered", "/t/silent", &[]),
    Trial { title: "old router, right password", path: "login rahasia", must: &["logged in"], never: &[] },
    Trial { title: "old router, wrong password", path: "login wrong", must: &[], never: &["logged in"] },
];

/// A client: its name, and the words that start it.
pub(crate) type Client = (&'static str, Vec<PathBuf>);

/// What came of a trial.
struct Outcome {
    said: String,
    hung: bool,
    /// The most memory it held, MiB.
    memory: u64,
}

/// Tries every client; the table, and whether ours (the first) was right everywhere.
pub(crate) fn run(fake: &mut Command, clients: &[Client]) -> Result<(String, bool)> {
    let mut router = Owned::start(fake.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()))?;
    let mut output = BufReader::new(router.stdout.take().context("no output")?);
    let mut address = String::new();
    output.read_line(&mut address)?;
    let address = address.trim();
    ensure!(!address.is_empty(), "the scripted router did not start");
    let mut lines = vec![
        format!("| | {} |", clients.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" | ")),
        format!("| --- |{}", " --- |".repeat(clients.len())),
    ];
    let mut ours_right = true;
    for trial in TRIALS {
        let mut cells = vec![trial.title.to_owned()];
        for (at, (_, words)) in clients.iter().enumerate() {
            let outcome = attempt(words, address, trial.path)?;
            let right = trial.is_right(&outcome);
            ours_right &= right || at > 0;
            cells.push(cell(trial, &outcome, right));
        }
        lines.push(format!("| {} |", cells.join(" | ")));
    }
    Ok((lines.join("\n") + "\n", ours_right))
}

impl Trial {
    fn is_right(&self, outcome: &Outcome) -> bool {
        let said = outcome.said.to_lowercase();
        let says = |word: &&str| said.contains(&word.to_lowercase());
        let right = !outcome.hung && self.must.iter().all(says) && !self.never.iter().any(says);
        match self.path {
            // Two rows, one of them empty; a client that drops it says that there was one.
            "/t/bare-row" => {
                right && ["[], [", "[{}, {", "[{},{", "replyresponse"].iter().any(|start| said.contains(start))
            }
            "/t/hostile-length" => right && !said.starts_with("rows") && outcome.memory < 512,
            // Ends by itself, and the connection goes on.
            "/t/silent" => right && said.contains("and then 2 rows"),
            _ => right,
        }
    }
}

fn cell(trial: &Trial, outcome: &Outcome, right: bool) -> String {
    let memory = if trial.path == "/t/hostile-length" { format!(" ({} MiB)", outcome.memory) } else { String::new() };
    if right {
        return format!("right{memory}");
    }
    let said = if outcome.said.is_empty() { "says nothing" } else { &outcome.said };
    let short: String = said.replace(['|', '`', '\n'], " ").chars().take(90).collect();
    if outcome.hung { format!("**no end within 6 s**{memory}") } else { format!("**{}**{memory}", short.trim()) }
}

fn attempt(words: &[PathBuf], address: &str, path: &str) -> Result<Outcome> {
    let (program, first) = words.split_first().context("no program")?;
    let mut command = Command::new(program);
    command.args(first).arg(address);
    match path.strip_prefix("login ") {
        Some(password) => command.args(["/t/rows", "old", password]),
        None => command.arg(path),
    };
    let mut client = Owned::start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()))?;
    let began = Instant::now();
    let (mut memory, mut hung) = (0, false);
    while client.try_wait()?.is_none() {
        memory = memory.max(peak(client.id()));
        hung = began.elapsed() > LIMIT;
        if hung {
            client.kill()?;
            break;
        }
        std::thread::park_timeout(POLL);
    }
    let mut said = String::new();
    if let Some(mut output) = client.stdout.take() {
        output.read_to_string(&mut said)?;
    }
    Ok(Outcome { said: said.trim().to_owned(), hung, memory })
}

/// The most memory a process held so far, MiB.
fn peak(id: u32) -> u64 {
    let status = fs::read_to_string(Path::new("/proc").join(id.to_string()).join("status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).map_or(0, |kib| kib / 1_024)
}
