//! Real reverse proxies, started from the recipes of `docs/how-to/reverse-proxies.md`, and a browser's requests through them.
//!
//! Only ports and paths are put in their places: what the manual says is what is run.

use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use lalin_test_client::{Answer, Client, Request, block_on, free_port, program};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::time::Instant;

use crate::program::Lalin;

/// The longest anything here may take, on a busy machine.
const LIMIT: Duration = Duration::from_secs(30);

const MANUAL: &str = include_str!("../../../docs/how-to/reverse-proxies.md");

/// The block of code in a language that follows a heading of the manual.
pub fn recipe(heading: &str, language: &str) -> String {
    let (_, section) = MANUAL.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
    let (_, block) = section.split_once(&format!("```{language}\n")).unwrap_or_else(|| panic!("{heading}: no block"));
    block.split_once("```").unwrap().0.to_owned()
}

/// A proxy with its own folder and certificate, ended when dropped.
pub struct ReverseProxy {
    child: Child,
    folder: TempDir,
    pub port: u16,
    root: Vec<u8>,
}

/// What a recipe is turned into: the configuration's text, and how the proxy is started with its file.
type Start = fn(&Place, &str) -> (String, Command);

/// Where a proxy's things lie.
pub struct Place {
    folder: PathBuf,
    port: u16,
    lalin: String,
}

impl Place {
    /// The recipe with the ports and paths of the test.
    fn fit(&self, recipe: &str) -> String {
        let folder = self.folder.display();
        // The address of Lalin comes last: its port may begin with 443 too.
        recipe
            .replace(":443", &format!(":{}", self.port))
            .replace("listen 443", &format!("listen {}", self.port))
            .replace("/etc/ssl/lalin", &folder.to_string())
            .replace("127.0.0.1:3000", &self.lalin)
    }
}

impl ReverseProxy {
    /// Starts a proxy with this recipe in front of a Lalin, and waits until it accepts.
    pub fn start(recipe: &str, lalin: &str, start: Start) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let names = ["lalin.example.id", "isp.example.id"].map(str::to_owned);
        let rcgen::CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(names).unwrap();
        let (chain, key) = (cert.pem(), signing_key.serialize_pem());
        for (name, text) in [("fullchain.pem", &chain), ("key.pem", &key), ("both.pem", &format!("{chain}{key}"))] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let place = Place { folder: folder.path().to_owned(), port: free_port(), lalin: lalin.to_owned() };
        let (text, mut command) = start(&place, &place.fit(recipe));
        std::fs::write(folder.path().join("config"), text).unwrap();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).current_dir(folder.path());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, place.port)).is_err() {
            let ended = child.try_wait().unwrap();
            let log = || std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
            assert!(ended.is_none() && begun.elapsed() < LIMIT, "{command:?}: {ended:?}: {}", log());
            thread::park_timeout(Duration::from_millis(20));
        }
        Self { child, port: place.port, folder, root: cert.der().to_vec() }
    }

    pub fn nginx(recipe: &str, lalin: &str) -> Self {
        Self::start(recipe, lalin, |place, recipe| {
            let folder = place.folder.display();
            let temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
            let temp: String = temp.iter().map(|name| format!("{name}_temp_path {folder}/{name};\n")).collect();
            let head =
                format!("daemon off;\npid {folder}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n");
            let mut command = Command::new(program("nginx", "nginx-light"));
            command.args(["-e", "stderr", "-p"]).arg(&place.folder).args(["-c", "config"]);
            (format!("{head}{temp}{recipe}}}\n"), command)
        })
    }

    pub fn caddy(recipe: &str, lalin: &str) -> Self {
        Self::start(recipe, lalin, |place, recipe| {
            let folder = place.folder.display();
            // The name with the test's port, and the test's certificate instead of one from outside.
            let site =
                format!("https://lalin.example.id:{} {{\n    tls {folder}/fullchain.pem {folder}/key.pem", place.port);
            let text = recipe.replacen("lalin.example.id {", &site, 1);
            let mut command = Command::new(program("caddy", "caddy"));
            command.args(["run", "--adapter", "caddyfile", "--config", "config"]);
            command
                .env("HOME", &place.folder)
                .env("XDG_DATA_HOME", &place.folder)
                .env("XDG_CONFIG_HOME", &place.folder);
            (format!("{{\n    admin off\n    auto_https disable_redirects\n}}\n{text}"), command)
        })
    }

    pub fn apache(recipe: &str, lalin: &str) -> Self {
        Self::start(recipe, lalin, |place, recipe| {
            let folder = place.folder.display();
            let modules = ["mpm_event", "authz_core", "socache_shmcb", "ssl", "headers", "proxy", "proxy_http"];
            let modules: String = modules
                .iter()
                .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"))
                .collect();
            let head = format!(
                "ServerRoot {folder}\nServerName localhost\nPidFile {folder}/pid\nDefaultRuntimeDir {folder}\n\
                 ErrorLog /dev/stderr\nUser nobody\nGroup nogroup\nListen {}\n",
                place.port
            );
            let mut command = Command::new(program("apache2", "apache2"));
            command.args(["-D", "FOREGROUND", "-f"]).arg(place.folder.join("config"));
            (format!("{modules}{head}{recipe}"), command)
        })
    }

    pub fn haproxy(recipe: &str, lalin: &str) -> Self {
        Self::start(recipe, lalin, |place, recipe| {
            let mut command = Command::new(program("haproxy", "haproxy"));
            command.arg("-db").arg("-f").arg(place.folder.join("config"));
            (recipe.to_owned(), command)
        })
    }

    /// A browser that asks by TLS, for this name.
    pub fn browser(&self, name: &'static str) -> Browser {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.clone().into()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_root_certificates(roots).with_no_client_auth();
        Browser { from: BROWSER, tls: Some(Arc::new(config)), name, port: self.port, keys: Vec::new() }
    }

    /// A browser that asks without TLS.
    pub fn plain_browser(&self) -> Browser {
        Browser { from: BROWSER, tls: None, name: "isp.example.id", port: self.port, keys: Vec::new() }
    }
}

impl Drop for ReverseProxy {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!(
                "the proxy's log:\n{}",
                std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
            );
        }
        // Asked to end, it takes its workers along.
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let begun = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && begun.elapsed() < LIMIT {
            thread::park_timeout(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// From where the browser asks: not from the proxy's own address.
pub const BROWSER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// Asks as a browser does, one request a connection.
pub struct Browser {
    from: Ipv4Addr,
    tls: Option<Arc<ClientConfig>>,
    name: &'static str,
    port: u16,
    /// Headers of somebody who is logged in.
    keys: Vec<String>,
}

impl Browser {
    /// What a tunnel of Cloudflare's sends for a visitor at 203.0.113.9, who has made up an address of his own.
    pub fn tunnel(name: &'static str, port: u16) -> Self {
        let keys = [
            "X-Forwarded-For: 198.51.100.1,203.0.113.9",
            "X-Forwarded-Proto: https",
            "Cf-Connecting-Ip: 203.0.113.9",
            "Cf-Ray: 8d2f0a1b2c3d4e5f-CGK",
            "Cf-Visitor: {\"scheme\":\"https\"}",
            "Cf-Ipcountry: ID",
            "Cdn-Loop: cloudflare; loops=1",
        ];
        Self { from: Ipv4Addr::LOCALHOST, tls: None, name, port, keys: keys.map(str::to_owned).into() }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "", &[])
    }

    pub fn post(&self, path: &str, body: &serde_json::Value, more: &[&str]) -> Answer {
        self.ask("POST", path, &body.to_string(), more)
    }

    /// The first account, and with it the keys of somebody who is logged in.
    pub fn set_up(&mut self, path: &str, body: &serde_json::Value, more: &[&str]) -> Answer {
        let answer = self.post(path, body, more);
        assert_eq!(answer.status, 200, "{answer:?}");
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        let guard = answer.json["guard"].as_str().unwrap();
        self.keys.retain(|line| !line.starts_with("Cookie:") && !line.starts_with("X-Lalin-Guard:"));
        self.keys.extend([format!("Cookie: {cookie}"), format!("X-Lalin-Guard: {guard}")]);
        answer
    }

    fn ask(&self, method: &str, path: &str, body: &str, more: &[&str]) -> Answer {
        block_on(self.client().send(&self.request(method, path, body, more)))
    }

    /// Reads a stream of events until a tick has come; its head.
    pub fn first_tick(&self, path: &str) -> String {
        block_on(async {
            let mut stream = self.client().stream(&self.request("GET", path, "", &[])).await;
            assert_eq!(stream.status(), 200, "{}", stream.head());
            stream.next("tick").await;
            stream.head().to_owned()
        })
    }

    fn client(&self) -> Client {
        let client = Client::new(&format!("127.0.0.1:{}", self.port)).from(self.from);
        match &self.tls {
            Some(config) => client.tls(config.clone(), self.name),
            None => client,
        }
    }

    fn request(&self, method: &str, path: &str, body: &str, more: &[&str]) -> Request {
        let Self { name, port, .. } = self;
        // A tunnel says the name without the port of this machine, and its page is at the usual port of https.
        let (scheme, port) = match (self.from, &self.tls) {
            (BROWSER, Some(_)) => ("https", format!(":{port}")),
            (BROWSER, None) => ("http", format!(":{port}")),
            _ => ("https", String::new()),
        };
        let mut request = Request::new(method, path)
            .header("Host", &format!("{name}{port}"))
            .header("Connection", "close")
            .header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)");
        if scheme == "https" {
            request = request.header("Sec-Fetch-Site", "same-origin");
        }
        if method != "GET" {
            request = request.header("Origin", &format!("{scheme}://{name}{port}")).json(body);
        }
        for line in self.keys.iter().map(String::as_str).chain(more.iter().copied()) {
            let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("not a header: {line}"));
            request = request.header(name, value);
        }
        request
    }
}

/// A Lalin over a router, with these lines of configuration.
pub fn lalin(router: &str, password: &str, lines: &str) -> crate::program::Server {
    assert!(Path::new(env!("CARGO_BIN_EXE_lalin")).exists());
    let flags = ["serve", "--router", router, "--listen", "127.0.0.1:0", "--log", "debug"];
    Lalin::new(&flags).env("LALIN_ROUTER_PASSWORD", password).file("lalin.toml", lines).serve()
}
