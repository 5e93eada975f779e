//! `cargo xtask bench codec`: our client of the RouterOS API beside others', in one run, on the same bytes.
//!
//! One server on loopback answers all of them; its CPU time is nobody's. Each contestant is a process with one
//! connection that works for a second (docs/reference/benchmarks.md says what each does). They take turns, several
//! rounds of it, so that whatever else the machine does hits all of them; what is compared are ratios within a round.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::peers::{Contestant, ours, rivals};
use super::table::{self, Sample};
use crate::process::{Owned, cargo, said};

/// How often each has its turn, unless told otherwise.
const ROUNDS: usize = 7;
/// How long a contestant works.
const SECONDS: f64 = 1.0;
/// When one is given up.
const LIMIT: Duration = Duration::from_secs(20);

/// Measures, prints the table, and fails under a bar. `words` may be a number of rounds.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<()> {
    let rounds = match words {
        [] => ROUNDS,
        [rounds] => rounds.parse().ok().filter(|rounds| *rounds > 0).context("how many rounds?")?,
        _ => bail!("bench codec takes a number of rounds"),
    };
    let target = crate::process::target(root).join("bench");
    let contest = build(root)?;
    let mut contestants = ours(&contest);
    let (others, missing) = rivals(root, &target);
    contestants.extend(others);
    for reason in &missing {
        println!("left out: {reason}");
    }
    let server = Server::start(&contest)?;
    let mut samples: Vec<Vec<Option<Sample>>> = vec![Vec::new(); contestants.len()];
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        for (contestant, samples) in contestants.iter().zip(&mut samples) {
            let sample = turn(contestant, &server.port);
            if let Err(error) = &sample {
                eprintln!("{}: {error:#}", contestant.name);
            }
            samples.push(sample.ok());
        }
    }
    drop(server);
    table::print(&contestants, &samples);
    table::judge(&contestants, &samples)
}

/// The path of our own program, which is the server, too.
fn build(root: &Path) -> Result<std::path::PathBuf> {
    let words = ["bench", "--package", "routeros", "--bench", "contest", "--no-run", "--locked"];
    let mut child = cargo()
        .args(words)
        .arg("--message-format=json-render-diagnostics")
        .current_dir(root)
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo bench")?;
    let output = BufReader::new(child.stdout.take().context("no output")?);
    let mut path = None;
    for message in cargo_metadata::Message::parse_stream(output) {
        if let cargo_metadata::Message::CompilerArtifact(artifact) = message?
            && artifact.target.name == "contest"
        {
            path = artifact.executable;
        }
    }
    if !child.wait()?.success() {
        bail!("the benchmark does not build");
    }
    Ok(path.context("no program was built")?.into())
}

/// Ends with its input, and with this process at the latest.
struct Server {
    _child: Owned,
    port: String,
}

impl Server {
    fn start(contest: &Path) -> Result<Self> {
        let mut child = Owned::start(Command::new(contest).arg("server").stdin(Stdio::piped()).stdout(Stdio::piped()))?;
        let mut port = String::new();
        BufReader::new(child.stdout.take().context("no output")?).read_line(&mut port)?;
        Ok(Self { _child: child, port: port.trim().to_owned() })
    }
}

/// One contestant's second.
fn turn(contestant: &Contestant, port: &str) -> Result<Sample> {
    let (text, ended) = said(&mut contestant.command(port, SECONDS), LIMIT)?;
    ensure!(ended, "it did not end");
    Sample::read(&text).with_context(|| format!("it said {text:?}"))
}
