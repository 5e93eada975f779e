//! A running `lalin`, ended when the test ends.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use lalin_test_client::{Answer, Client, Request, block_on};
use tempfile::TempDir;
use tokio::time::Instant;

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
        // Routers are read only when a test asks; those of the history switch it on.
        command.env("LALIN_HISTORY", "false").env("LALIN_ALERTS", "false");
        Self { folder, command }
    }

    pub fn env(mut self, key: &str, value: &str) -> Self {
        self.command.env(key, value);
        self
    }

    /// In the folder of one that ran before.
    pub fn again(mut self, folder: TempDir) -> Self {
        self.command.current_dir(folder.path());
        self.folder = folder;
        self
    }

    pub fn file(self, name: &str, text: &str) -> Self {
        std::fs::write(self.folder.path().join(name), text).unwrap();
        self
    }

    /// What it writes to its log is kept beside its data.
    fn log(&self) -> std::fs::File {
        std::fs::File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap()
    }

    /// The folder it runs in, as long as it does.
    pub fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Runs to its end.
    pub fn output(mut self) -> Output {
        self.command.output().unwrap()
    }

    /// Runs to its end, with this to read; and whether `made` is there then.
    pub fn output_with(mut self, input: &[u8], made: &Path) -> (Output, bool) {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        // One that ends without reading it has closed its end.
        let _ = child.stdin.take().unwrap().write_all(input);
        (child.wait_with_output().unwrap(), made.exists())
    }

    /// Starts a server and waits for the line that says where it is.
    pub fn serve(mut self) -> Server {
        let log = self.log();
        let mut child = self.command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let (said, child) = (lines(child.stdout.take().unwrap()), Running(child));
        let line = said.recv_timeout(LIMIT).unwrap();
        let address = line.trim().strip_prefix("Lalin: http").unwrap_or_else(|| panic!("not an address: {line:?}"));
        let address = address.trim_start_matches('s').trim_start_matches("://").trim_end_matches('/').to_owned();
        Server { address, said: Mutex::new(said), child, folder: self.folder }
    }
}

/// What the program says, line by line; read on whether anybody listens or not, so that it never waits for us.
fn lines(out: ChildStdout) -> mpsc::Receiver<String> {
    let (said, heard) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            let _ = said.send(line);
        }
    });
    heard
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
    said: Mutex<mpsc::Receiver<String>>,
    child: Running,
    folder: TempDir,
}

impl Server {
    /// Everything that it logged so far.
    pub fn logged(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.child.0.id()
    }

    /// The next line of the standard output.
    pub fn line(&self) -> String {
        self.said.lock().unwrap().recv_timeout(LIMIT).unwrap()
    }

    /// Ends it at once, as a power cut does; what it wrote stays for [`Server::again`].
    pub fn kill(self) -> TempDir {
        let Self { child, folder, .. } = self;
        drop(child);
        folder
    }

    /// Sends a change with a JSON body.
    pub fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        let origin = format!("http://{}", self.address);
        let request = Request::new(method, path).header("Origin", &origin).json(body);
        block_on(Client::new(&self.address).send(&request))
    }

    /// Asks once.
    pub fn get(&self, path: &str) -> Answer {
        block_on(Client::new(&self.address).get(path))
    }

    /// Asks until the answer is as wanted.
    pub fn eventually(&self, path: &str, wanted: impl Fn(&Answer) -> bool) -> Answer {
        self.within(LIMIT, path, wanted)
    }

    /// The same, for what takes its time.
    pub fn within(&self, limit: Duration, path: &str, wanted: impl Fn(&Answer) -> bool) -> Answer {
        let begun = Instant::now();
        loop {
            let answer = self.get(path);
            if wanted(&answer) {
                return answer;
            }
            assert!(begun.elapsed() < limit, "{path}: {} {}\n{}", answer.status, answer.text, self.logged());
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
