//! The real `lalin`, started as a user starts it, in an empty folder and environment.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use lalin_test_client::{Answer, Client, EventStream, Request};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::harness::eventually::{eventually, when};
use crate::harness::router::Router;

/// The longest a start may take, on a busy machine.
const START: Duration = Duration::from_secs(20);

/// A server, ended when dropped.
pub struct Server {
    folder: TempDir,
    /// `serve` or `demo`.
    verb: &'static str,
    arguments: Vec<String>,
    password: Option<String>,
    /// What it finds in its environment beside that.
    environment: Vec<(&'static str, String)>,
    /// Where it listens; the same again after [`Server::restart`].
    pub address: String,
    child: Option<Child>,
}

impl Server {
    /// Over this router, with its right password.
    pub async fn over(router: &Router) -> Self {
        Self::with(&["--router", &router.login()], Some(Router::PASSWORD)).await
    }

    /// The same with two ticks where others have one: for tests that wait for ticks and not for time.
    pub async fn quick(router: &Router) -> Self {
        Self::configured(router, "[sampling]\ninterval = \"1s\"\n").await
    }

    /// Over this router, with these lines of configuration.
    pub async fn configured(router: &Router, lines: &str) -> Self {
        let mut server = Self::new(&["--router", &router.login()], Some(Router::PASSWORD));
        fs::write(server.folder.path().join("lalin.toml"), lines).unwrap();
        server.start().await;
        server
    }

    /// Over a router that is called `pusat`, with this past, which it goes on recording.
    pub async fn with_past(router: &Router, past: impl FnOnce(&Path), lines: &str) -> Self {
        let mut server = Self::new(&[], None);
        let login = router.login();
        let address = login.strip_prefix("admin@").unwrap_or(&login);
        let password = Router::PASSWORD;
        let router = format!("id = \"pusat\"\naddress = \"{address}\"\nuser = \"admin\"\npassword = \"{password}\"");
        let configured = format!("[[router]]\n{router}\n[sampling]\ninterval = \"1s\"\n{lines}");
        fs::write(server.folder.path().join("lalin.toml"), configured).unwrap();
        past(&server.folder.path().join("lalin-data").join("history"));
        server.environment = ["LALIN_HISTORY", "LALIN_ALERTS"].map(|name| (name, "true".to_owned())).to_vec();
        server.start().await;
        server
    }

    /// With this configuration file alone.
    pub async fn from_file(lines: &str) -> Self {
        let mut server = Self::new(&[], None);
        fs::write(server.folder.path().join("lalin.toml"), lines).unwrap();
        server.start().await;
        server
    }

    /// Over this router, with two ticks where others have one, with more in its environment.
    pub async fn within(router: &Router, environment: Vec<(&'static str, String)>) -> Self {
        let mut server = Self::new(&["--router", &router.login()], Some(Router::PASSWORD));
        fs::write(server.folder.path().join("lalin.toml"), "[sampling]\ninterval = \"1s\"\n").unwrap();
        server.environment = environment;
        server.start().await;
        server
    }

    /// `lalin serve` with these arguments.
    pub async fn with(arguments: &[&str], password: Option<&str>) -> Self {
        let mut server = Self::new(arguments, password);
        server.start().await;
        server
    }

    /// The demonstration, in English.
    pub async fn demo() -> Self {
        let mut server = Self::new(&["--lang", "en"], None);
        server.verb = "demo";
        server.start().await;
        server
    }

    fn new(arguments: &[&str], password: Option<&str>) -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            verb: "serve",
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            password: password.map(str::to_owned),
            environment: Vec::new(),
            address: "127.0.0.1:0".to_owned(),
            child: None,
        }
    }

    /// An account, made on the machine itself while the server runs, which knows of it afterwards.
    pub async fn add_administrator(&self, name: &str, password: &str) {
        let mut command = Command::new(binary());
        command.args(["user", "add", name]).current_dir(self.folder.path()).env_clear();
        command.stdin(Stdio::piped()).stdout(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        child.stdin.take().expect("a pipe").write_all(format!("{password}\n").as_bytes()).await.unwrap();
        assert!(timeout(START, child.wait()).await.expect("it ends in time").unwrap().success());
        // It hears of what another process writes within a second.
        eventually(START, "the server asks who one is", async || {
            when(self.get("/api/v1/me").await.text, |me| me.contains("\"login\""))
        })
        .await;
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Asks once, as a program on this machine does.
    pub async fn get(&self, path: &str) -> Answer {
        Client::new(&self.address).get(path).await
    }

    /// Opens the event stream: a viewer without a page.
    pub async fn stream(&self) -> EventStream {
        Client::new(&self.address).stream(&Request::new("GET", "/api/v1/stream")).await
    }

    /// Runs the program beside it, over the same data, and gives it this to read.
    pub async fn command(&self, arguments: &[&str], input: &str) {
        let mut command = Command::new(binary());
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        child.stdin.take().expect("a pipe").write_all(input.as_bytes()).await.unwrap();
        let output = timeout(START, child.wait_with_output()).await.expect("it ends in time").unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Ends it at once, as a crash does.
    pub async fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().await.unwrap();
    }

    /// Starts it again where it was.
    pub async fn restart(&mut self) {
        assert!(self.child.is_none(), "it still runs");
        self.start().await;
    }

    async fn start(&mut self) {
        let log = fs::File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let program = binary();
        let mut command = Command::new(&program);
        command.arg(self.verb).args(&self.arguments).args(["--listen", &self.address, "--log", "debug"]);
        command.current_dir(self.folder.path()).env_clear();
        if let Some(password) = &self.password {
            command.env("LALIN_ROUTER_PASSWORD", password);
        }
        // Routers are read only while a test watches; those of the history switch it on.
        command.env("LALIN_HISTORY", "false").env("LALIN_ALERTS", "false");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let mut out = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        self.child = Some(child);
        let line = timeout(START, out.next_line()).await.expect("it says in time where it is").unwrap();
        let Some(line) = line else { panic!("it ended: {}", self.log()) };
        let address = line.strip_prefix("Lalin: http://").and_then(|rest| rest.strip_suffix('/'));
        self.address = address.unwrap_or_else(|| panic!("no address: {line:?}")).to_owned();
        // Read on, so that the program never waits for us; ends with the program.
        tokio::spawn(async move { while let Ok(Some(_)) = out.next_line().await {} });
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let last: Vec<&str> = log.lines().rev().take(40).collect();
            eprintln!("the server's last lines, newest first:\n{}", last.join("\n"));
        }
    }
}

fn binary() -> PathBuf {
    let built = || build_folder().join(format!("lalin{}", env::consts::EXE_SUFFIX));
    env::var_os("LALIN_BIN").map_or_else(built, PathBuf::from)
}

/// Where cargo puts programs: this test lies in its folder `deps`.
pub fn build_folder() -> PathBuf {
    let test = env::current_exe().unwrap();
    test.parent().and_then(|deps| deps.parent()).expect("target/PROFILE/deps").to_owned()
}
