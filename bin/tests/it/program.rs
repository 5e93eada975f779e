//! A running `lalin`, ended when the test ends.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::Instant;
use ureq::Agent;

/// The longest anything here may take, on a busy machine.
const LIMIT: Duration = Duration::from_secs(20);

/// A command line in an empty folder and environment.
pub struct Lalin {
    folder: TempDir,
    command: Command,
}

impl Lalin {
    pub fn new(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_lalin"));
        command.args(arguments).current_dir(folder.path()).env_clear().stdin(Stdio::null());
        Self { folder, command }
    }

    pub fn env(mut self, key: &str, value: &str) -> Self {
        self.command.env(key, value);
        self
    }

    pub fn file(self, name: &str, text: &str) -> Self {
        std::fs::write(self.folder.path().join(name), text).unwrap();
        self
    }

    /// Runs to its end.
    pub fn output(mut self) -> Output {
        self.command.output().unwrap()
    }

    /// Starts a server and waits for the line that says where it is.
    pub fn serve(mut self) -> Server {
        let mut child = self.command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (line, child) = (first_line(child.stdout.take().unwrap()), Running(child));
        let address = line.trim().strip_prefix("Lalin: http://").unwrap_or_else(|| panic!("not an address: {line:?}"));
        Server { address: address.trim_end_matches('/').to_owned(), child, _folder: self.folder }
    }
}

fn first_line(out: ChildStdout) -> String {
    let (said, heard) = mpsc::channel();
    thread::spawn(move || {
        let mut out = BufReader::new(out);
        let mut line = String::new();
        let _ = out.read_line(&mut line);
        let _ = said.send(line);
        // Read on, so that the program never waits for us.
        let _ = out.read_to_end(&mut Vec::new());
    });
    heard.recv_timeout(LIMIT).unwrap()
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A serving `lalin`.
pub struct Server {
    pub address: String,
    child: Running,
    _folder: TempDir,
}

impl Server {
    /// Asks once.
    pub fn get(&self, path: &str) -> Answer {
        let agent: Agent = Agent::config_builder()
            .timeout_global(Some(LIMIT))
            .http_status_as_error(false)
            .max_redirects(0)
            .build()
            .into();
        let mut answer = agent.get(format!("http://{}{path}", self.address)).call().unwrap();
        let header =
            |name: &str| answer.headers().get(name).map_or(String::new(), |value| value.to_str().unwrap().into());
        let (location, kind) = (header("Location"), header("Content-Type"));
        let text = answer.body_mut().read_to_string().unwrap();
        Answer {
            status: answer.status().as_u16(),
            location,
            kind,
            json: serde_json::from_str(&text).unwrap_or_default(),
            text,
        }
    }

    /// Asks until the answer is as wanted.
    pub fn eventually(&self, path: &str, wanted: impl Fn(&Answer) -> bool) -> Answer {
        let begun = Instant::now();
        loop {
            let answer = self.get(path);
            if wanted(&answer) {
                return answer;
            }
            assert!(begun.elapsed() < LIMIT, "{path}: {} {}", answer.status, answer.text);
            thread::park_timeout(Duration::from_millis(20));
        }
    }

    /// SIGTERM, as a supervisor sends it; how long the end took.
    #[cfg(unix)]
    pub fn terminate(mut self) -> (ExitStatus, Duration) {
        let begun = Instant::now();
        let id = self.child.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        loop {
            if let Some(status) = self.child.0.try_wait().unwrap() {
                return (status, begun.elapsed());
            }
            assert!(begun.elapsed() < LIMIT, "does not end");
            thread::park_timeout(Duration::from_millis(5));
        }
    }
}

/// An answer over HTTP.
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub kind: String,
    pub text: String,
    pub json: serde_json::Value,
}
