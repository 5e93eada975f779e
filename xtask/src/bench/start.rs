//! `cargo xtask bench start`: how soon the release binary answers, and how large it is.

#![expect(clippy::disallowed_types, reason = "this measures real time, there is no runtime to pause")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process::{Owned, built, cargo, done, target};

use super::row::Row;

const RUNS: usize = 10;
/// From the start of the process to the first answer, with one router.
const SLOWEST: Duration = Duration::from_millis(50);
/// Of the release binary, in bytes: with everything, and with as little as can be.
const LARGEST: u64 = 16_000_000;
const LARGEST_MINIMAL: u64 = 10_000_000;
/// When a run is given up.
const LIMIT: Duration = Duration::from_secs(10);

pub(crate) fn start(root: &Path, words: &[&str]) -> Result<()> {
    let quick = match words {
        [] => false,
        ["--quick"] => true,
        _ => bail!("bench start [--quick]"),
    };
    let mut missed = false;
    for [what, measured, bar, reached] in rows(root, quick)? {
        println!("{what}: {measured} (bar: {bar}): {reached}");
        missed |= reached != "yes";
    }
    if missed && !quick {
        bail!("over the bar");
    }
    Ok(())
}

/// What is measured, as rows of the table.
pub(super) fn rows(root: &Path, quick: bool) -> Result<Vec<Row>> {
    let words = ["build", "--release", "--locked", "--package", "lalin"];
    done(cargo().args(words).current_dir(root))?;
    let binary = built(root, "release", "lalin");
    let router = SimulatedRouter::start(&binary)?;
    let runs = if quick { 3 } else { RUNS };
    let mut times = (0..runs).map(|_| first_answer(&binary, &router)).collect::<Result<Vec<_>>>()?;
    times.sort();
    let median = times[runs / 2];
    let millis = |time: Duration| time.as_secs_f64() * 1_000.0;
    let row = |what: &str, measured: String, bar: String, reached: bool| {
        [what.to_owned(), measured, bar, if reached { "yes" } else { "**no**" }.to_owned()]
    };
    let measured =
        format!("median {:.1} ms of {runs}, {:.1} to {:.1}", millis(median), millis(times[0]), millis(times[runs - 1]));
    let bar = format!("under {} ms", SLOWEST.as_millis());
    let mut rows = vec![row("start to the first answer, one router", measured, bar, median < SLOWEST)];
    let mut size = |what: &str, binary: &Path, bar: u64| -> Result<()> {
        let bytes = fs::metadata(binary).with_context(|| binary.display().to_string())?.len();
        let bar_text = format!("under {} MB", bar / 1_000_000);
        rows.push(row(what, format!("{:.1} MB", bytes as f64 / 1e6), bar_text, bytes < bar));
        Ok(())
    };
    size("the program, with everything", &binary, LARGEST)?;
    if !quick {
        // In a folder of its own, so that neither build undoes the other.
        let folder = target(root).join("minimal");
        let mut build = cargo();
        build.args(words).args(["--no-default-features", "--features", "minimal"]).arg("--target-dir").arg(&folder);
        done(build.current_dir(root))?;
        let name = format!("lalin{}", std::env::consts::EXE_SUFFIX);
        size(
            "the program, `--no-default-features --features minimal`",
            &folder.join("release").join(name),
            LARGEST_MINIMAL,
        )?;
    }
    Ok(rows)
}

/// `lalin simulate` as a process of its own.
pub(super) struct SimulatedRouter {
    address: String,
    _process: Owned,
}

impl SimulatedRouter {
    pub(super) fn start(binary: &Path) -> Result<Self> {
        let words = ["simulate", "--port", "0", "--interfaces", "50", "--lang", "en"];
        let mut command = Command::new(binary);
        command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = Owned::start(&mut command)?;
        let line = first_line(process.stdout.take().context("no output")?, |line| {
            let address = line.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ':');
            address
                .map(|word| word.trim_matches(['.', ':']))
                .find(|word| word.starts_with("127.0.0.1:"))
                .map(str::to_owned)
        });
        Ok(Self { address: line.context("the simulated router does not say where it is")?, _process: process })
    }

    /// Of a server that watches it.
    pub(super) fn configuration(&self) -> String {
        format!("[[router]]\nid = \"r\"\naddress = \"{}\"\nuser = \"admin\"\npassword = \"\"\n", self.address)
    }
}

fn first_answer(binary: &Path, router: &SimulatedRouter) -> Result<Duration> {
    let folder = std::env::temp_dir().join(format!("lalin-bench-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("lalin.toml"), router.configuration())?;
    let begin = Instant::now();
    let mut server = Owned::start(
        Command::new(binary)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .current_dir(&folder)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null()),
    )?;
    let stdout = server.stdout.take().context("no output")?;
    let address = address(stdout).context("no line with the address within the limit")?;
    let mut stream = TcpStream::connect(&address)?;
    stream.set_read_timeout(Some(LIMIT))?;
    write!(stream, "GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut status = [0; 12];
    stream.read_exact(&mut status)?;
    let took = begin.elapsed();
    drop(server);
    fs::remove_dir_all(&folder)?;
    if &status != b"HTTP/1.1 200" {
        bail!("/healthz answered {}", String::from_utf8_lossy(&status));
    }
    Ok(took)
}

/// `ADDR:PORT` from the line `Lalin: http://ADDR:PORT/`.
pub(super) fn address(stdout: ChildStdout) -> Option<String> {
    first_line(stdout, |line| Some(line.strip_prefix("Lalin: http://")?.trim().trim_end_matches('/').to_owned()))
}

/// What is found in the first line that has it. The reader goes on, so that the process never meets a closed pipe; it
/// ends with it.
fn first_line(stdout: ChildStdout, find: impl Fn(&str) -> Option<String> + Send + 'static) -> Option<String> {
    let (sender, receiver) = mpsc::sync_channel(1);
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(std::io::Result::ok) {
            if let Some(found) = find(&line) {
                let _ = sender.try_send(found);
            }
        }
    });
    receiver.recv_timeout(LIMIT).ok()
}
