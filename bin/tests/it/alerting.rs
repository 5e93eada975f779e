//! Alerts of a serving `lalin`: a dead router is one message, a restart tells nothing again, and a channel's secret goes
//! in and never comes out.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use routeros_simulator::{Config, InterfaceSpec};
use serde_json::{Value, json};

use crate::program::{Lalin, Server};
use crate::simulated_router::SimulatedRouter;

const PASSWORD: &str = "s3cr3t-of-the-router";
/// The longest that a message may take: reads have to fail for ten seconds, and others are waited for ten more.
const LIMIT: Duration = Duration::from_secs(60);

/// A simulated router with 500 lines.
struct Router {
    simulator: SimulatedRouter,
}

impl Router {
    fn at(address: &str) -> Self {
        let lines = (0..500).map(|number| InterfaceSpec::ether(format!("ether{number}").as_str()));
        let config = Config::default().password(PASSWORD).interfaces(lines);
        Self { simulator: SimulatedRouter::start_at(config, address) }
    }

    fn address(&self) -> SocketAddr {
        self.simulator.addr().unwrap()
    }
}

/// A receiver of webhooks: what was posted to it, in order.
struct Receiver {
    address: SocketAddr,
    posted: mpsc::Receiver<Value>,
}

impl Receiver {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, (send, posted)) = (listener.local_addr().unwrap(), mpsc::channel());
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
                        break;
                    }
                    if let Some((_, value)) = line.to_lowercase().split_once("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                }
                let mut body = vec![0; length];
                if reader.read_exact(&mut body).is_err() {
                    continue;
                }
                let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                let _ = (&stream).write_all(answer.as_bytes());
                if send.send(serde_json::from_slice(&body).unwrap_or_default()).is_err() {
                    return;
                }
            }
        });
        Self { address, posted }
    }

    fn next(&self) -> Value {
        self.posted.recv_timeout(LIMIT).unwrap()
    }
}

fn command(router: SocketAddr, receiver: SocketAddr) -> Lalin {
    let configuration = format!(
        "[history]\ninterval = \"2s\"\n\
         [[alerts.rule]]\nid = \"dead\"\nkind = \"router-unreachable\"\nfor = \"1s\"\nkeep = \"1s\"\n\
         [[alerts.rule]]\nid = \"lines\"\nkind = \"line-down\"\n\
         [[alerts.channel]]\nid = \"hook\"\nsettings = {{ kind = \"webhook\", url = \"http://{receiver}/\" }}\n"
    );
    let router = format!("admin@{router}");
    Lalin::new(&["serve", "--router", &router, "--listen", "127.0.0.1:0", "--config", "lalin.toml"])
        .env("LALIN_ROUTER_PASSWORD", PASSWORD)
        .env("LALIN_ALERTS", "true")
        .file("lalin.toml", &configuration)
}

fn standing(server: &Server) -> Value {
    server.eventually("/api/v1/alerts", |answer| answer.json["alerts"][0]["state"] == "firing").json["alerts"].clone()
}

#[test]
fn a_dead_router_is_one_message_over_a_restart_and_one_when_it_is_back() {
    let (router, receiver) = (Router::at("127.0.0.1:0"), Receiver::start());
    let address = router.address();
    let server = command(address, receiver.address).serve();
    // Nobody watches, and the history is off: the rules alone have it read.
    server.eventually("/api/v1/interfaces", |answer| {
        answer.json["interfaces"].as_array().is_some_and(|all| all.len() == 500)
    });
    drop(router);
    let fire = receiver.next();
    assert_eq!(fire["type"], "alert.fired", "{fire}");
    assert!(fire.to_string().contains("tidak merespons"), "{fire}");
    let alerts = standing(&server);
    assert_eq!(alerts.as_array().unwrap().len(), 1, "{alerts}");
    let fires = format!("lalin_alerts_firing{{severity={}}} 1\n", alerts[0]["severity"]);
    let sent = "lalin_notifications_total{channel=\"hook\",result=\"sent\"} 1\n";
    server.eventually("/metrics", |answer| answer.text.contains(&fires) && answer.text.contains(sent));
    let id = alerts[0]["id"].as_str().unwrap().to_owned();
    let taken = server.send("POST", &format!("/api/v1/alerts/{id}/acknowledgement"), "{}");
    assert_eq!((taken.status, taken.json["acknowledged"]["by"].is_string()), (200, true), "{}", taken.text);

    let folder = server.kill();
    let server = command(address, receiver.address).again(folder).serve();
    let again = standing(&server);
    assert_eq!((&again[0]["id"], again[0]["acknowledged"].is_null()), (&json!(id), false), "{again}");
    let _router = Router::at(&address.to_string());
    let clear = receiver.next();
    assert_eq!(clear["type"], "alert.cleared", "nothing was told again: {clear}");
    let past = server.eventually("/api/v1/alerts?state=past", |answer| answer.json["alerts"][0]["id"] == json!(id));
    assert_eq!(past.json["alerts"][0]["state"], "cleared", "{}", past.text);
}

#[test]
fn rules_channels_and_maintenance_are_made_in_the_page_and_secrets_never_come_out() {
    let (router, receiver) = (Router::at("127.0.0.1:0"), Receiver::start());
    let user = format!("admin@{}", router.address());
    let server = Lalin::new(&["serve", "--router", &user, "--listen", "127.0.0.1:0"])
        .env("LALIN_ROUTER_PASSWORD", PASSWORD)
        .env("LALIN_ALERTS", "true")
        .serve();
    let first = server.get("/api/v1/alert-rules").json;
    let kinds: Vec<_> = first["rules"].as_array().unwrap().iter().map(|rule| rule["kind"].clone()).collect();
    assert_eq!(kinds, ["router-unreachable", "line-down"], "{first}");
    let made = server.send("POST", "/api/v1/alert-rules", r#"{"name":"Padat","kind":"traffic-above","bound":9e7}"#);
    assert_eq!((made.status, &made.json["forSeconds"]), (201, &json!(300)), "{}", made.text);
    let path = format!("/api/v1/alert-rules/{}", made.json["id"].as_str().unwrap());
    let wrong = server.send("PUT", &path, r#"{"kind":"traffic-above","bound":-1}"#);
    assert_eq!((wrong.status, &wrong.json["field"]), (400, &json!("bound")), "{}", wrong.text);
    assert_eq!(server.send("DELETE", &path, "{}").status, 204);

    let form = json!({ "name": "NOC", "language": "en", "secrets": { "token": "rahasia-123" },
        "settings": { "kind": "webhook", "url": format!("http://{}/", receiver.address) } });
    let made = server.send("POST", "/api/v1/alert-channels", &form.to_string());
    assert_eq!((made.status, &made.json["secrets"]), (201, &json!(["token"])), "{}", made.text);
    assert!(!server.get("/api/v1/alert-channels").text.contains("rahasia"));
    let id = made.json["id"].as_str().unwrap();
    let test = server.send("POST", &format!("/api/v1/alert-channels/{id}/test"), "{}");
    assert_eq!((test.status, &test.json["ok"]), (200, &json!(true)), "{}", test.text);
    assert_eq!(receiver.next()["type"], "alert.test");

    let planned = server.send("POST", "/api/v1/maintenance", r#"{"from":1000,"to":2000,"reason":"fibre"}"#);
    assert_eq!(planned.status, 201, "{}", planned.text);
    assert_eq!(server.get("/api/v1/maintenance").json["maintenance"][0]["reason"], "fibre");
    assert_eq!(server.send("DELETE", &format!("/api/v1/maintenance/{}", planned.json["id"]), "{}").status, 204);
}
