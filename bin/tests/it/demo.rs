//! `lalin demo`: what there is to see before there is a router.

use lalin_test_client::{Answer, Client, Request, block_on};
use serde_json::{Value, json};

use crate::program::{Lalin, Server};

fn demo(arguments: &[&str]) -> Server {
    Lalin::new(&[&["demo", "--listen", "127.0.0.1:0"], arguments].concat()).serve()
}

/// Who is logged in: the cookie, and what every change has to carry.
#[derive(Default)]
struct Session {
    cookie: String,
    guard: String,
}

fn send(server: &Server, method: &str, path: &str, session: &Session, body: &Value) -> Answer {
    let origin = format!("http://{}", server.address);
    let request = Request::new(method, path).header("Origin", &origin).header("Cookie", &session.cookie);
    let request = request.header("X-Lalin-Guard", &session.guard).json(&body.to_string());
    block_on(Client::new(&server.address).send(&request))
}

fn login(server: &Server, name: &str, password: &str) -> Session {
    let body = json!({"name": name, "password": password});
    let answer = send(server, "POST", "/api/v1/login", &Session::default(), &body);
    assert_eq!(answer.status, 200, "{}", answer.text);
    let cookie = answer.header("Set-Cookie").split(';').next().unwrap().to_owned();
    let mut session = Session { cookie, guard: String::new() };
    let me = send(server, "GET", "/api/v1/me", &session, &json!({}));
    session.guard = me.json["guard"].as_str().unwrap().to_owned();
    session
}

#[test]
fn three_routers_are_there_one_of_them_far_away_and_one_dead() {
    let server = demo(&[]);
    let state = |answer: &Answer, id: &str| {
        let routers = answer.json["routers"].as_array().cloned().unwrap_or_default();
        routers.into_iter().find(|router| router["id"] == id).map(|router| router["state"].clone()).unwrap_or_default()
    };
    let answer = server.eventually("/api/v1/routers?watch=1", |answer| {
        state(answer, "sukamaju")["code"] == "live"
            && state(answer, "bukit")["code"] == "live"
            && state(answer, "pasar")["code"] == "unreachable"
    });
    assert_eq!(state(&answer, "pasar")["reason"], "refused", "{}", answer.text);
    let wan = server.get("/api/v1/lines?router=sukamaju").json["lines"][0].clone();
    assert_eq!((&wan["interface"], &wan["limitDownBps"]), (&json!("ether1"), &json!(500_000_000)), "{wan}");
    assert_eq!(answer.json["routers"].as_array().unwrap().len(), 3);
}

#[test]
fn an_hour_of_past_is_there_at_the_start_and_it_is_the_truth_of_the_simulated_router() {
    let server = demo(&[]);
    let path = "/api/v1/window?router=sukamaju&interface=ether1,vlan20-cctv&window=3600";
    let answer = server.eventually(path, |answer| answer.json["t"].as_array().is_some_and(|times| times.len() > 1_500));
    let times: Vec<u64> = answer.json["t"].as_array().unwrap().iter().map(|t| t.as_u64().unwrap()).collect();
    let span = times.last().unwrap() - times[0];
    assert!((3_500_000..=3_620_000).contains(&span), "{span}");
    assert!(times.windows(2).all(|pair| (1..=12_000).contains(&(pair[1] - pair[0]))), "in order, and without a gap");
    let series = answer.json["series"].as_array().unwrap();
    let rates = |name: &str, way: &str| -> Vec<f64> {
        let one = series.iter().find(|one| one["name"] == name);
        let one = one.unwrap_or_else(|| panic!("{name} in {}", answer.json["series"]));
        one[way].as_array().unwrap().iter().filter_map(Value::as_f64).collect()
    };
    // The camera's line is steady; the WAN's is a wave around 300 Mbps.
    let camera = rates("vlan20-cctv", "rx");
    assert!(camera.len() > 1_500 && camera.iter().all(|bps| (bps / 6.2e6 - 1.0).abs() < 0.05));
    let wan = rates("ether1", "rx");
    assert!(wan.iter().all(|bps| (185e6..415e6).contains(bps)));
    assert!(wan.iter().any(|bps| *bps > 380e6) && wan.iter().any(|bps| *bps < 220e6), "it moves");
}

#[test]
fn everybody_may_look_and_the_accounts_that_the_page_tells_may_change() {
    let server = demo(&[]);
    assert_eq!(server.get("/api/v1/interfaces").status, 200);
    assert_eq!(server.send("DELETE", "/api/v1/routers/pasar", "").status, 401);
    let page = server.get("/login").text;
    assert!(page.contains("demo-admin") && page.contains("demo-budi"), "the login page knows the accounts");
    let admin = login(&server, "admin", "demo-admin");
    let renamed = send(&server, "PATCH", "/api/v1/routers/pasar", &admin, &json!({"name": "Pasar Lama"}));
    assert_eq!((renamed.status, &renamed.json["name"]), (200, &json!("Pasar Lama")), "{}", renamed.text);
    let settings = send(&server, "GET", "/api/v1/users", &admin, &json!({}));
    assert_eq!(settings.status, 200, "the settings have nothing to complain of: {}", settings.text);
    let budi = login(&server, "budi", "demo-budi");
    assert_eq!(send(&server, "DELETE", "/api/v1/routers/pasar", &budi, &json!({})).status, 403);
}

#[test]
fn the_terminal_tells_the_accounts_in_the_language_of_the_call() {
    for (lang, word) in [("id", "Login untuk mengubah: admin, sandi demo-admin"), ("en", "admin, password demo-admin")]
    {
        let server = demo(&["--lang", lang]);
        let said: Vec<String> = (0..3).map(|_| server.line()).collect();
        assert!(said.iter().any(|line| line.contains(word)), "{said:?}");
    }
}

#[test]
fn where_others_reach_it_the_page_tells_no_password() {
    let server = Lalin::new(&["demo", "--listen", "0.0.0.0:0"]).serve();
    assert!(
        !server.get("/login").text.contains("\"password\":\"") && !server.get("/login").text.contains("demo-admin")
    );
    assert_eq!(server.get("/api/v1/interfaces").status, 401);
}
