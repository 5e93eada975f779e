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

use crate::process::{Owned, built, cargo, done};

const RUNS: usize = 10;
/// From the start of the process to the first answer.
const SLOWEST: Duration = Duration::from_millis(200);
/// Of the release binary, in bytes.
const LARGEST: u64 = 20_000_000;
/// When a run is given up.
const LIMIT: Duration = Duration::from_secs(10);

pub(crate) fn start(root: &Path) -> Result<()> {
    done(cargo().args(["build", "--release", "--locked", "--package", "lalin"]).current_dir(root))?;
    let binary = built(root, "release", "lalin");
    let size = fs::metadata(&binary).with_context(|| binary.display().to_string())?.len();

    let mut times = (0..RUNS).map(|_| first_answer(&binary)).collect::<Result<Vec<_>>>()?;
    times.sort();
    let median = times[RUNS / 2];
    let millis = |time: Duration| time.as_secs_f64() * 1_000.0;
    println!(
        "start to first answer, {RUNS} runs: median {:.1} ms, least {:.1} ms, most {:.1} ms (bar {} ms)",
        millis(median),
        millis(times[0]),
        millis(times[RUNS - 1]),
        SLOWEST.as_millis()
    );
    println!("binary: {:.1} MB (bar {} MB)", size as f64 / 1e6, LARGEST / 1_000_000);
    if median > SLOWEST || size > LARGEST {
        bail!("over the bar");
    }
    Ok(())
}

fn first_answer(binary: &Path) -> Result<Duration> {
    let folder = std::env::temp_dir().join(format!("lalin-bench-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let begin = Instant::now();
    let mut server = Owned::start(
        Command::new(binary)
            .args(["demo", "--listen", "127.0.0.1:0"])
            .current_dir(&folder)
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

/// `ADDR:PORT` from the line `Lalin: http://ADDR:PORT/`. The reader goes on, so that the server never meets a
/// closed pipe; it ends with the server.
pub(super) fn address(stdout: ChildStdout) -> Option<String> {
    let (sender, receiver) = mpsc::sync_channel(1);
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(std::io::Result::ok) {
            if let Some(address) = line.strip_prefix("Lalin: http://") {
                let _ = sender.try_send(address.trim().trim_end_matches('/').to_owned());
            }
        }
    });
    receiver.recv_timeout(LIMIT).ok()
}
