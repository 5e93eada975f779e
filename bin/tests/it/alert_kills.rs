//! The whole `lalin` is killed between firing and sending, again and again: no alert is lost; what has a key to tell a double
//! by comes once; and where there is none, a kill makes one double at most, which says so.
//!
//! Three kills as a rule; `LALIN_KILLS=20` has as many as are asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use lalin_test_client::{Client, block_on, free_port, program};
use routeros_simulator::{Config, InterfaceSpec};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::time::Instant;

use self::mail_server::{MailServer, Manners};
use self::receiver::{Receiver, Reply, Request};
use crate::program::{Lalin, Server};
use crate::simulated_router::SimulatedRouter;

/// Those of the alerts' own tests.
#[path = "../../../crates/alerts/tests/it/mail_server.rs"]
#[allow(dead_code, reason = "more is looked at there")]
mod mail_server;
#[path = "../../../crates/alerts/tests/it/receiver.rs"]
mod receiver;

/// The longest anything here may take, on a busy machine.
const LIMIT: Duration = Duration::from_secs(90);
const PASSWORD: &str = "s3cr3t-of-the-router";
const REMARK: &str = " (mungkin terkirim dua kali)";

/// When it is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// The alert stands; whether it is written down or anything of it is sent is chance.
    Fired,
    /// A receiver has the message, and its answer never comes.
    Webhook,
    Chat,
    Mail,
}

/// The running server, and when it is to be killed.
#[derive(Default)]
struct Victim(Mutex<(Option<u32>, Option<Moment>)>);

impl Victim {
    /// Kills it if this is the moment.
    fn at(&self, moment: Moment) -> bool {
        let mut state = self.0.lock().unwrap();
        let (Some(process), true) = (state.0, state.1 == Some(moment)) else { return false };
        *state = (None, None);
        let killed = Command::new("kill").args(["-KILL", &process.to_string()]).status().unwrap();
        assert!(killed.success());
        true
    }

    fn wants(&self, process: u32, moment: Option<Moment>) {
        *self.0.lock().unwrap() = (Some(process), moment);
    }

    fn is_killed(&self) -> bool {
        self.0.lock().unwrap().0.is_none()
    }
}

/// Everybody who is told, each a server of its own.
struct World {
    runtime: Runtime,
    router: SimulatedRouter,
    victim: Arc<Victim>,
    http: Receiver,
    mail: MailServer,
    alertmanager: Alertmanager,
    folder: TempDir,
}

impl World {
    fn new(lines: usize) -> Self {
        let runtime = Runtime::new().unwrap();
        let victim = Arc::new(Victim::default());
        let (by_http, by_mail) = (victim.clone(), victim.clone());
        let answer = move |request: &Request| {
            let moment = if request.line.contains("/bot") { Moment::Chat } else { Moment::Webhook };
            // What ended a while ago is sent as nothing that counts.
            if request.json()["type"] != "alert.cleared" && by_http.at(moment) {
                return Reply::breaking();
            }
            (200, r#"{"ok":true,"result":{"message_id":1}}"#.to_owned()).into()
        };
        let after_letter = Arc::new(move |_: &str| {
            by_mail.at(Moment::Mail);
            "250 2.0.0 queued".to_owned()
        });
        let http = runtime.block_on(Receiver::start(answer));
        let mail = runtime.block_on(MailServer::start(Manners { after_letter, ..Manners::default() }));
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("mail.pem"), &mail.pem).unwrap();
        let lines = (0..lines).map(|at| InterfaceSpec::ether(name(at)));
        let router = SimulatedRouter::start(Config::default().password(PASSWORD).interfaces(lines));
        let alertmanager = Alertmanager::start(folder.path());
        Self { runtime, router, victim, http, mail, alertmanager, folder }
    }

    fn serve(&self, before: Option<TempDir>) -> Server {
        let channel = |id: &str, settings: &str, secrets: &str| {
            format!("[[alerts.channel]]\nid = \"{id}\"\nsettings = {{ {settings} }}\nsecrets = {{ {secrets} }}\n")
        };
        let configuration = [
            "[history]\ninterval = \"2s\"\n".to_owned(),
            format!("[alerts]\nca = \"{}\"\n", self.folder.path().join("mail.pem").display()),
            "[[alerts.rule]]\nid = \"lines\"\nkind = \"line-down\"\nfor = \"0s\"\nkeep = \"1h\"\n".to_owned(),
            channel("hook", &format!("kind = \"webhook\", url = \"{}\"", self.http.url("/hook")), ""),
            channel(
                "chat",
                &format!("kind = \"telegram\", chatId = \"7\", baseUrl = \"{}\"", self.http.url("")),
                "token = \"123456789:AAFabcdefghij\"",
            ),
            channel(
                "mail",
                &format!(
                    "kind = \"mail\", host = \"localhost\", port = {}, user = \"noc\", from = \"noc@isp.test\", \
                     to = [\"a@isp.test\"]",
                    self.mail.port
                ),
                "password = \"rahasia\"",
            ),
            channel(
                "states",
                &format!("kind = \"alertmanager\", urls = [\"http://{}\"]", self.alertmanager.address),
                "",
            ),
        ];
        let router = format!("admin@{}", self.router.addr().unwrap());
        let lalin = Lalin::new(&["serve", "--router", &router, "--listen", "127.0.0.1:0", "--config", "lalin.toml"]);
        let lalin = match before {
            Some(folder) => lalin.again(folder),
            None => lalin,
        };
        lalin
            .env("LALIN_ROUTER_PASSWORD", PASSWORD)
            .env("LALIN_ALERTS", "true")
            .file("lalin.toml", &configuration.concat())
            .serve()
    }

    /// The texts that came by each way, with what tells a double: `None` where nothing does.
    fn told(&self) -> BTreeMap<&'static str, Vec<(Option<String>, String)>> {
        let mut told: BTreeMap<&'static str, Vec<_>> = BTreeMap::new();
        for request in self.http.requests() {
            if request.line.contains("/bot") {
                let text = request.json()["text"].as_str().unwrap_or_default().to_owned();
                told.entry("chat").or_default().push((None, text));
            } else {
                let id = request.header("webhook-id").unwrap().to_owned();
                told.entry("hook").or_default().push((Some(id), request.body));
            }
        }
        for letter in self.mail.letters() {
            let id = letter.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().to_owned();
            let text = letter.split_once("\n\n").unwrap().1.to_owned();
            told.entry("mail").or_default().push((Some(id), decoded(&text)));
        }
        told
    }
}

fn name(at: usize) -> String {
    format!("sfp-{at:02}-x")
}

/// A letter's text: its transfer encoding leaves what is asked for as it is, but for breaks within lines.
fn decoded(text: &str) -> String {
    text.replace("=\n", "")
}

fn until(what: &str, wanted: impl Fn() -> bool) {
    let begun = Instant::now();
    while !wanted() {
        assert!(begun.elapsed() < LIMIT, "not in time: {what}");
        thread::park_timeout(Duration::from_millis(10));
    }
}

#[test]
fn a_server_that_is_killed_between_firing_and_sending_loses_nothing_and_doubles_only_what_says_so() {
    let kills: usize = std::env::var("LALIN_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    let world = World::new(kills + 1);
    let mut server = world.serve(None);
    let up = |server: &Server| {
        server.eventually("/api/v1/interfaces", |answer| {
            answer.json["interfaces"].as_array().is_some_and(|all| all.len() == kills + 1)
        });
    };
    up(&server);
    let moments = [Moment::Webhook, Moment::Chat, Moment::Mail, Moment::Fired];
    for round in 0..=kills {
        let moment = moments.get(round % moments.len()).copied().filter(|_| round < kills);
        world.victim.wants(server.process(), moment);
        world.router.handle().set_running(name(round), false);
        let Some(moment) = moment else { break };
        if moment == Moment::Fired {
            let stands = |answer: &lalin_test_client::Answer| {
                let alerts = answer.json["alerts"].as_array().cloned().unwrap_or_default();
                alerts.iter().any(|one| one["interface"] == name(round).as_str() && one["state"] == "firing")
            };
            server.eventually("/api/v1/alerts", stands);
            world.victim.at(moment);
        }
        until("it is killed", || world.victim.is_killed());
        server = world.serve(Some(server.kill()));
        up(&server);
    }

    // All that was decided is sent in the end.
    until("everything is sent", || {
        let channels = server.get("/api/v1/alert-channels").json;
        let waits = channels["channels"].as_array().unwrap().iter().any(|one| one["waiting"] != 0);
        let told = world.told();
        let all = |way: &Vec<(Option<String>, String)>| {
            (0..=kills).all(|line| way.iter().any(|(_, text)| text.contains(&name(line))))
        };
        !waits && told.len() == 3 && told.values().all(all)
    });
    let mut doubles = 0;
    for (way, messages) in world.told() {
        for line in 0..=kills {
            let mine: Vec<_> = messages.iter().filter(|(_, text)| text.contains(&name(line))).collect();
            if way == "chat" {
                let marked = mine[1..].iter().all(|(_, text)| text.ends_with(REMARK));
                assert!(marked, "a double that does not say so: {mine:?}");
                doubles += mine.len() - 1;
            } else {
                let ids: BTreeSet<_> = mine.iter().map(|(id, _)| id).collect();
                assert_eq!(ids.len(), 1, "{way}: told twice as two things: {mine:?}");
            }
        }
    }
    assert!(doubles <= kills, "{doubles} doubles of {kills} kills");
    // Whoever is told states knows each alert once.
    let standing = world.alertmanager.until_all(kills + 1);
    let mut lines: Vec<_> = standing.iter().map(|one| one["labels"]["interface"].as_str().unwrap()).collect();
    lines.sort_unstable();
    assert_eq!(lines, (0..=kills).map(name).collect::<Vec<_>>());
    // The router is ended before those who are told.
    let World { runtime, router, .. } = world;
    drop((router, server));
    runtime.shutdown_background();
}

/// Debian's, ended with this.
struct Alertmanager {
    child: Child,
    address: String,
}

impl Alertmanager {
    fn start(folder: &Path) -> Self {
        let file = folder.join("alertmanager.yml");
        std::fs::write(&file, "route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n").unwrap();
        let address = format!("127.0.0.1:{}", free_port());
        let child = Command::new(program("prometheus-alertmanager", "prometheus-alertmanager"))
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .arg("--cluster.listen-address=")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, address }
    }

    /// The alerts that stand there, once there are so many.
    fn until_all(&self, count: usize) -> Vec<Value> {
        let begun = Instant::now();
        loop {
            let answer = block_on(Client::new(&self.address).get("/api/v2/alerts?active=true"));
            let alerts = answer.json.as_array().cloned().unwrap_or_default();
            if alerts.len() >= count {
                return alerts;
            }
            assert!(begun.elapsed() < LIMIT, "{} of {count}: {}", alerts.len(), answer.text);
            thread::park_timeout(Duration::from_millis(100));
        }
    }
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
