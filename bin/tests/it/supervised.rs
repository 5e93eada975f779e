//! The server under a supervisor: a socket of the test's in the place of systemd's.

#![cfg(unix)]

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use tempfile::TempDir;

use crate::program::Lalin;

const LIMIT: Duration = Duration::from_secs(20);

/// What a service manager hears.
struct Supervisor {
    _folder: TempDir,
    socket: UnixDatagram,
    path: String,
}

impl Supervisor {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify").to_str().unwrap().to_owned();
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        Self { _folder: folder, socket, path }
    }

    fn hear(&self) -> String {
        let mut bytes = [0; 4_096];
        let length = self.socket.recv(&mut bytes).unwrap();
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    }

    fn until(&self, words: &str) -> String {
        (0..200).map(|_| self.hear()).find(|said| said.contains(words)).unwrap()
    }
}

#[test]
fn it_says_that_it_is_ready_that_it_is_alive_without_a_viewer_and_that_it_stops() {
    let supervisor = Supervisor::new();
    let serving = Lalin::new(&["serve", "--listen", "127.0.0.1:0", "--lang", "en"]);
    let server = serving.env("NOTIFY_SOCKET", &supervisor.path).env("WATCHDOG_USEC", "2000000").serve();
    let ready = supervisor.until("READY=1");
    assert!(ready.contains("STATUS=0 of 0 routers as they should be, 0 viewers"), "{ready}");
    let answer = server.get("/readyz");
    assert_eq!((answer.status, answer.text.as_str()), (200, "{\"status\":\"ready\"}"));
    for _ in 0..3 {
        supervisor.until("WATCHDOG=1");
    }
    let (status, _) = server.terminate();
    assert!(status.success());
    supervisor.until("STOPPING=1");
}

#[test]
fn while_it_drains_it_serves_and_says_that_it_is_not_ready() {
    let file = "[limits]\ndrain-time = \"30s\"\n";
    let supervisor = Supervisor::new();
    let serving = Lalin::new(&["serve", "--listen", "127.0.0.1:0", "--config", "lalin.toml"]).file("lalin.toml", file);
    let server = serving.env("NOTIFY_SOCKET", &supervisor.path).serve();
    supervisor.until("READY=1");
    let terminate = || std::process::Command::new("kill").args(["-TERM", &server.process().to_string()]).status();
    assert!(terminate().unwrap().success());
    supervisor.until("STOPPING=1");
    let answer = server.get("/readyz");
    assert_eq!((answer.status, answer.text.as_str()), (503, "{\"status\":\"stopping\"}"));
    assert_eq!(server.get("/healthz").status, 200);
    // Asked a second time it stops at once.
    let (status, took) = server.terminate();
    assert!(status.success() && took < Duration::from_secs(15), "{took:?}");
}

#[test]
fn the_logs_level_is_changed_while_it_runs() {
    let server = Lalin::new(&["serve", "--listen", "127.0.0.1:0"]).serve();
    assert_eq!(server.get("/api/v1/log-level").json["filter"], "info");
    let refused = server.send("PUT", "/api/v1/log-level", "{\"filter\": \"lalin=loudly\"}");
    assert_eq!((refused.status, &refused.json["field"]), (400, &"filter".into()), "{}", refused.text);
    let changed = server.send("PUT", "/api/v1/log-level", "{\"filter\": \"debug\"}");
    assert_eq!((changed.status, &changed.json["filter"]), (200, &"debug".into()), "{}", changed.text);
    assert!(server.logged().contains("the log's level is changed"), "{}", server.logged());
    assert_eq!(server.send("PUT", "/api/v1/log-level", "{\"filter\": \"error\"}").status, 200);
    assert_eq!(server.get("/api/v1/log-level").json["filter"], "error");
}
