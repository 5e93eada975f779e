//! Other programs: cargo itself, one that has to succeed, one that says something, and one that ends with its owner.

use std::io::{BufRead, BufReader};
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The cargo that runs us, in the workspace, with these words.
pub(crate) fn cargo_in(root: &Path, words: &[&str]) -> Command {
    let mut command = cargo();
    command.args(words).current_dir(root);
    command
}

/// Where cargo puts what it builds.
pub(crate) fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into)
}

/// A built program.
pub(crate) fn built(root: &Path, profile: &str, name: &str) -> PathBuf {
    target(root).join(profile).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// Runs to its end, which has to be a good one.
pub(crate) fn done(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{command:?}"))?;
    if !status.success() {
        bail!("{command:?} failed");
    }
    Ok(())
}

/// The lines a process prints, and whether it ended by itself: one that is silent for longer than the patience is ended.
pub(crate) fn said(command: &mut Command, patience: Duration) -> Result<(String, bool)> {
    let mut process = Owned::start(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let output = BufReader::new(process.stdout.take().context("no output")?);
    let (sender, lines) = mpsc::channel();
    // Ends with the process.
    std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    let mut text = String::new();
    loop {
        match lines.recv_timeout(patience) {
            Ok(line) => text += &(line + "\n"),
            Err(why) => return Ok((text, why == RecvTimeoutError::Disconnected)),
        }
    }
}

/// A process that does not outlive its owner.
pub(crate) struct Owned(Child);

impl Owned {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        Ok(Self(command.spawn().with_context(|| format!("{command:?}"))?))
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // Gone already is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Deref for Owned {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl DerefMut for Owned {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn what_a_process_says_is_heard_up_to_its_end() {
        let (text, ended) = said(&mut shell("echo one; echo two"), Duration::from_secs(60)).unwrap();
        assert_eq!((text.as_str(), ended), ("one\ntwo\n", true));
        assert!(said(&mut Command::new("/no/such/program"), Duration::from_secs(60)).is_err());
    }

    #[test]
    fn one_that_hangs_is_not_waited_for() {
        let (_, ended) = said(&mut shell("exec sleep 600"), Duration::from_millis(50)).unwrap();
        assert!(!ended);
    }

    #[test]
    fn what_has_to_succeed_says_what_failed() {
        done(&mut shell("true")).unwrap();
        assert!(done(&mut shell("exit 3")).unwrap_err().to_string().contains("exit 3"));
    }
}
