//! Who takes part in `cargo xtask bench codec`.
//!
//! Other clients are installed into `target/bench/`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::clients;
use crate::process::{cargo, done};

/// The column a contestant is in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// Rows decoded, or commands encoded, without a socket.
    Memory,
    /// Rows of a print over loopback.
    Print,
    /// Commands answered by one row, so many in flight.
    Trips(usize),
}

/// Whose it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// A loop without a client: nobody is faster.
    Limit,
    Ours,
    Rival,
}

/// One row of the table.
pub(crate) struct Contestant {
    pub(crate) name: String,
    pub(crate) side: Side,
    pub(crate) task: Task,
    program: PathBuf,
    words: Vec<String>,
    /// Where node looks for packages.
    modules: Option<PathBuf>,
}

impl Contestant {
    /// What runs it.
    pub(crate) fn command(&self, port: &str, seconds: f64) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.words);
        if self.task != Task::Memory {
            command.arg(port);
        }
        command.arg(seconds.to_string());
        if let Some(modules) = &self.modules {
            command.env("NODE_PATH", modules);
        }
        command
    }
}

/// Ours and the limits. The names are keys of the bars.
pub(crate) fn ours(contest: &Path) -> Vec<Contestant> {
    use Side::{Limit, Ours};
    let new = |name: &str, side, task, words: &[&str]| Contestant {
        name: name.into(),
        side,
        task,
        program: contest.into(),
        words: words.iter().copied().map(String::from).collect(),
        modules: None,
    };
    vec![
        new("decode", Ours, Task::Memory, &["decode"]),
        new("decode, walk", Ours, Task::Memory, &["walk"]),
        new("encode", Ours, Task::Memory, &["encode"]),
        new("prefix walk", Limit, Task::Print, &["prefixes"]),
        new("bare loop", Limit, Task::Print, &["pairs"]),
        new("run, one thread", Ours, Task::Print, &["print", "one"]),
        new("run, tokio::main", Ours, Task::Print, &["print", "many"]),
        new("stream, one thread", Ours, Task::Print, &["stream", "one"]),
        new("stream, tokio::main", Ours, Task::Print, &["stream", "many"]),
        new("ours, one thread", Ours, Task::Trips(1), &["1", "one"]),
        new("ours, tokio::main", Ours, Task::Trips(1), &["1", "many"]),
        new("ours, one thread", Ours, Task::Trips(64), &["64", "one"]),
        new("ours, tokio::main", Ours, Task::Trips(64), &["64", "many"]),
    ]
}

/// The others, and why some are missing.
pub(crate) fn rivals(root: &Path, target: &Path) -> (Vec<Contestant>, Vec<String>) {
    let here = root.join("xtask").join("bench");
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    let mut add = |name: &str, contestants: Result<Vec<Contestant>>| match contestants {
        Ok(contestants) => found.extend(contestants),
        Err(error) => missing.push(format!("{name}: {error:#}")),
    };
    for (name, shown) in [("mikrotik_api", "mikrotik_api 0.4.2"), ("mikrotik-rs", "mikrotik-rs 0.10.0")] {
        add(name, rust(&here.join(name), &target.join(name), name, shown));
    }
    add("Python", python(&here, &target.join("python")));
    add("node-routeros", node(&here, &target.join("node")));
    (found, missing)
}

fn rival(name: String, task: Task, program: &Path, words: &[&str]) -> Contestant {
    let words = words.iter().copied().map(String::from).collect();
    Contestant { name, side: Side::Rival, task, program: program.into(), words, modules: None }
}

fn rust(folder: &Path, target: &Path, name: &str, shown: &str) -> Result<Vec<Contestant>> {
    let words = ["build", "--release", "--locked", "--quiet", "--target-dir"];
    done(cargo().args(words).arg(target).current_dir(folder))?;
    let program = target.join("release").join(format!("bench-{name}{}", std::env::consts::EXE_SUFFIX));
    let mut all = Vec::new();
    for (threads, how) in [("one", "one thread"), ("many", "tokio::main")] {
        let mut add = |more: &str, task, what| {
            all.push(rival(format!("{shown}{more}, {how}"), task, &program, &[what, threads]));
        };
        add("", Task::Print, "print");
        if name == "mikrotik_api" {
            add(" typed", Task::Print, "typed");
        }
        add("", Task::Trips(1), "1");
        add("", Task::Trips(64), "64");
    }
    Ok(all)
}

fn python(here: &Path, folder: &Path) -> Result<Vec<Contestant>> {
    let python = clients::python(folder)?;
    let new = |name: &str, program: &str, what: &str, task| {
        let program = here.join(program).to_string_lossy().into_owned();
        rival(name.into(), task, &python, &[&program, what])
    };
    Ok(vec![
        new("librouteros 4.2.2", "librouteros_peer.py", "print", Task::Print),
        new("librouteros 4.2.2", "librouteros_peer.py", "1", Task::Trips(1)),
        new("RouterOS-api 0.21.0", "routeros_api_peer.py", "print", Task::Print),
        new("RouterOS-api 0.21.0", "routeros_api_peer.py", "1", Task::Trips(1)),
        new("RouterOS-api 0.21.0", "routeros_api_peer.py", "64", Task::Trips(64)),
    ])
}

fn node(here: &Path, folder: &Path) -> Result<Vec<Contestant>> {
    clients::node(folder)?;
    let program = here.join("node_routeros_peer.js").to_string_lossy().into_owned();
    let new = |what: &str, task| Contestant {
        modules: Some(folder.join("node_modules")),
        ..rival("node-routeros 1.6.9".into(), task, Path::new("node"), &[&program, what])
    };
    Ok(vec![new("print", Task::Print), new("1", Task::Trips(1)), new("64", Task::Trips(64))])
}
