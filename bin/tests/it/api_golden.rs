//! What the API answers, held against a file: every route's status, kind and JSON, with what differs from run to run
//! taken out. A change of it is seen in the change that makes it; `LALIN_GOLDEN=write` takes the answers as they are.

use std::fmt::Write;
use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use lalin_test_client::Answer;
use routeros_simulator::{Config, InterfaceSpec, Traffic};
use serde_json::{Value, json};

use crate::program::{Lalin, Server};
use crate::simulated_router::SimulatedRouter;

const FILE: &str = "tests/golden/api.txt";
/// Whatever stands there is another one each time.
const RANDOM: &[&str] = &["guard", "secret", "epoch", "lastUsed", "revision"];

#[test]
fn the_api_answers_as_it_did() {
    let interfaces = vec![
        InterfaceSpec::ether("ether1").traffic(Traffic::Constant { bps: 8e6 }, Traffic::Constant { bps: 1e6 }),
        InterfaceSpec::ether("ether2"),
    ];
    let config = Config::default().password("rahasia").interfaces(interfaces);
    let simulator = SimulatedRouter::start(config);
    let router = simulator.addr().unwrap().to_string();
    let server = Lalin::new(&["serve", "--listen", "127.0.0.1:0"]).serve();
    let mut golden = Golden { server: &server, router: &router, text: String::new() };
    golden.record();

    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if std::env::var("LALIN_GOLDEN").is_ok_and(|word| word == "write") {
        std::fs::write(&file, &golden.text).unwrap();
    }
    let before = std::fs::read_to_string(&file).unwrap();
    let differs = before.lines().zip(golden.text.lines()).find(|(old, new)| old != new);
    assert!(before == golden.text, "{FILE} has other answers, the first: {differs:?}\n\n{}", golden.text);
}

struct Golden<'a> {
    server: &'a Server,
    router: &'a str,
    text: String,
}

impl Golden<'_> {
    fn record(&mut self) {
        for path in [
            "/healthz",
            "/api/v1/me",
            "/api/v1/routers",
            "/api/v1/interfaces",
            "/api/interface-stats",
            "/api/v1/nothing",
            "/api/v1/setup-script?user=lalin",
        ] {
            self.get(path);
        }
        let form = json!({"name": "Kantor", "address": self.router, "user": "admin", "password": "rahasia", "tags": ["pusat"]});
        self.send("POST", "/api/v1/check", &json!({"address": self.router, "user": "admin", "password": "salah"}));
        self.send("POST", "/api/v1/check", &form);
        self.send("POST", "/api/v1/routers", &json!({"name": "Kantor"}));
        self.send("POST", "/api/v1/routers", &form);
        let with_rates = |answer: &Answer| answer.json["interfaces"][0]["rxBps"].is_number();
        self.server.eventually("/api/v1/interfaces", with_rates);
        for path in [
            "/api/v1/routers",
            "/api/v1/routers/kantor",
            "/api/v1/routers/nobody",
            "/api/v1/interfaces",
            "/api/v1/routers/kantor/interfaces",
            "/api/v1/interfaces?wrong=1",
            "/api/interface-stats",
            "/api/v1/window?interface=ether1",
            "/api/v1/window",
            "/api/v1/window?interface=ether1&window=999999999",
        ] {
            self.get(path);
        }
        self.stream("/api/v1/stream?interface=ether1");
        self.stream("/api/v1/stream?watch=kantor/ether1");
        self.send(
            "PATCH",
            "/api/v1/routers/kantor",
            &json!({"notes": "lantai 2", "intervalMs": 2_000, "wan": ["ether2"]}),
        );
        self.send("PATCH", "/api/v1/routers/kantor", &json!({"colour": "red"}));
        self.send("POST", "/api/v1/routers/kantor/retry", &json!({}));
        self.send("POST", "/api/v1/tokens", &json!({"kind": "share", "name": "pelanggan", "role": "viewer", "only": [{"router": "kantor", "interface": "ether1"}]}));
        self.send("POST", "/api/v1/tokens", &json!({"kind": "share", "name": "dua", "lines": [{"router": "kantor", "interface": "ether1"}, {"router": "kantor", "interface": "ether2"}]}));
        self.get("/api/v1/tokens");
        self.send("PUT", "/api/v1/lines", &json!({"router": "kantor", "interface": "ether1", "scope": "everyone", "pointOfView": "customer", "alias": "Pak Budi", "limitDownBps": 20_000_000}));
        self.send(
            "PUT",
            "/api/v1/lines",
            &json!({"router": "kantor", "interface": "ether1", "scope": "me", "alias": "x"}),
        );
        self.get("/api/v1/lines?router=kantor");
        let layout =
            json!({"name": "NOC", "shared": true, "tiles": [{"lines": [{"router": "kantor", "interface": "ether1"}]}]});
        self.send("POST", "/api/v1/layouts", &layout);
        self.get("/api/v1/layouts");
        self.send("PUT", "/api/v1/embed-origins", &json!({"origins": ["https://billing.example.id"]}));
        self.get("/api/v1/embed-origins");
        self.get("/api/v1/users");
        self.get("/api/v1/audit");
        self.send("DELETE", "/api/v1/routers/kantor", &json!({}));
        self.send("POST", "/api/v1/login", &json!({"name": "sari", "password": "salah"}));
    }

    fn get(&mut self, path: &str) {
        let answer = self.server.get(path);
        self.answer(&format!("GET {path}"), &answer);
    }

    fn send(&mut self, method: &str, path: &str, body: &Value) {
        let answer = self.server.send(method, path, &body.to_string());
        self.answer(&format!("{method} {path}"), &answer);
    }

    fn answer(&mut self, asked: &str, answer: &Answer) {
        let body = if answer.json.is_null() { json!(self.steady(&answer.text)) } else { self.shape("", &answer.json) };
        self.entry(asked, &format!("{} {}", answer.status, answer.header("Content-Type")), &body);
    }

    fn entry(&mut self, asked: &str, head: &str, body: &Value) {
        writeln!(self.text, "# {asked}\n{head}\n{body:#}\n").unwrap();
    }

    /// The first event of each kind; their order may differ.
    fn stream(&mut self, path: &str) {
        let mut socket = TcpStream::connect(&self.server.address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(socket, "GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.server.address).unwrap();
        let mut lines = BufReader::new(socket).lines();
        let mut events = std::collections::BTreeMap::new();
        while !["hello", "state", "interfaces", "window", "tick"].iter().all(|name| events.contains_key(*name)) {
            let line = lines.next().unwrap().unwrap();
            let Some(name) = line.strip_prefix("event: ") else { continue };
            let data =
                lines.by_ref().map_while(Result::ok).find_map(|line| line.strip_prefix("data: ").map(str::to_owned));
            let data: Value = serde_json::from_str(&data.unwrap()).unwrap();
            events.entry(name.to_owned()).or_insert(data);
        }
        for (name, data) in events {
            let data = self.shape("", &data);
            self.entry(&format!("GET {path}"), &format!("event {name}"), &data);
        }
    }

    /// The value with what differs from run to run taken out: every number, digits in texts, random secrets; of an
    /// array of numbers that it is one.
    fn shape(&self, key: &str, value: &Value) -> Value {
        match value {
            Value::Number(_) => json!("number"),
            Value::String(_) if RANDOM.contains(&key) => json!("random"),
            Value::String(text) => json!(self.steady(text)),
            Value::Array(all) if !all.is_empty() && all.iter().all(|one| one.is_number() || one.is_null()) => {
                json!(["numbers"])
            }
            Value::Array(all) => all.iter().map(|one| self.shape(key, one)).collect(),
            Value::Object(all) => all.iter().map(|(key, one)| (key.clone(), self.shape(key, one))).collect(),
            other => other.clone(),
        }
    }

    fn steady(&self, text: &str) -> String {
        let named = text.replace(self.router, "ROUTER").replace(&self.server.address, "SERVER");
        let mut steady = String::new();
        for letter in named.chars() {
            match letter {
                '0'..='9' if steady.ends_with('#') => {}
                '0'..='9' => steady.push('#'),
                other => steady.push(other),
            }
        }
        steady
    }
}
