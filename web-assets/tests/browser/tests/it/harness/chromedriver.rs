//! The one chromedriver of all tests that run at the moment: started by the first, ended by the last.

use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak, mpsc};
use std::thread;
use std::time::Duration;

use tokio::time::Instant;

/// The longest its start may take, on a busy machine.
const START: Duration = Duration::from_secs(20);
/// The longest its end may take before it is killed.
const END: Duration = Duration::from_secs(5);

static SHARED: Mutex<Weak<Chromedriver>> = Mutex::new(Weak::new());

/// A running chromedriver.
pub struct Chromedriver {
    child: Child,
    port: u16,
}

impl Chromedriver {
    /// The running one, or a new one. Blocks.
    pub fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = shared.upgrade() {
            return running;
        }
        let started = Arc::new(Self::start());
        *shared = Arc::downgrade(&started);
        started
    }

    /// Where it takes commands.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// It asks for a free port of IPv6 and takes the same of IPv4: somebody else may have that one, and it ends.
    fn start() -> Self {
        let begun = Instant::now();
        loop {
            if let Some(started) = Self::try_start() {
                return started;
            }
            assert!(begun.elapsed() < START, "chromedriver finds no port");
        }
    }

    fn try_start() -> Option<Self> {
        let program = env::var_os("E2E_CHROMEDRIVER").unwrap_or_else(|| OsString::from("chromedriver"));
        // Browsers give way to the server and the router: what these do in time must not depend on how many there are.
        let mut command = Command::new("nice");
        command
            .args(["-n", "10"])
            .arg(&program)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{program:?}: {error}"));
        let port = port(child.stdout.take().expect("a pipe"));
        if port.is_none() {
            let _ = child.kill();
            let _ = child.wait();
        }
        port.map(|port| Self { child, port })
    }
}

/// The port it says it listens on; none where it ended or says nothing. What it says later is read and dropped, so that it never waits for a reader.
fn port(out: ChildStdout) -> Option<u16> {
    let (said, heard) = mpsc::channel();
    thread::spawn(move || {
        let mut out = BufReader::new(out);
        let mut line = String::new();
        while out.read_line(&mut line).is_ok_and(|read| read > 0) {
            let port = line
                .trim()
                .trim_end_matches('.')
                .rsplit_once("successfully on port ")
                .and_then(|(_, port)| port.parse().ok());
            if let Some(port) = port {
                let _ = said.send(port);
                break;
            }
            line.clear();
        }
        let _ = out.read_to_end(&mut Vec::new());
    });
    heard.recv_timeout(START).ok()
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        // Asked to end, it takes the browsers along; killed, it would leave them behind.
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        if let Ok(mut stream) = TcpStream::connect_timeout(&address, END) {
            let _ = stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        }
        let begun = Instant::now();
        while begun.elapsed() < END {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::park_timeout(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
