//! What is kept: routers that were added while it ran, accounts, and no password in the clear.

use std::io::Write;
use std::process::Stdio;

use routeros_simulator::{Config, InterfaceSpec};
use serde_json::json;

use crate::program::Lalin;
use crate::simulated_router::SimulatedRouter;

const PASSWORD: &str = "s3cr3t-of-the-router";

fn router() -> (SimulatedRouter, String) {
    let interfaces = vec![InterfaceSpec::ether("ether1")];
    let config = Config::default().password(PASSWORD).interfaces(interfaces);
    let router = SimulatedRouter::start(config);
    let address = router.addr().unwrap().to_string();
    (router, address)
}

#[test]
fn a_router_that_is_added_in_the_page_is_live_survives_a_crash_and_is_gone_when_removed() {
    let (_router, address) = router();
    let server = Lalin::new(&["serve", "--listen", "127.0.0.1:0"]).serve();
    let form = json!({"name": "Kantor", "address": address, "user": "admin", "password": PASSWORD}).to_string();
    let checked = server.send("POST", "/api/v1/check", &form);
    assert_eq!((checked.status, &checked.json["ok"]), (200, &json!(true)), "{}", checked.text);
    let made = server.send("POST", "/api/v1/routers", &form);
    assert_eq!((made.status, &made.json["id"]), (201, &json!("kantor")), "{}", made.text);
    server.eventually("/api/v1/interfaces", |answer| answer.json["state"]["code"] == "live");

    let folder = server.kill();
    let kept: Vec<u8> = ["lalin.db", "lalin.db-wal", "lalin.key"]
        .iter()
        .filter_map(|name| std::fs::read(folder.path().join("lalin-data").join(name)).ok())
        .flatten()
        .collect();
    assert!(kept.len() > 4_096);
    assert!(!kept.windows(PASSWORD.len()).any(|bytes| bytes == PASSWORD.as_bytes()), "the password is in the clear");

    let server = Lalin::new(&["serve", "--listen", "127.0.0.1:0"]).again(folder).serve();
    server.eventually("/api/v1/interfaces", |answer| answer.json["state"]["code"] == "live");
    let moved = server.send("PATCH", "/api/v1/routers/kantor", "{\"address\": \"127.0.0.2\"}");
    assert_eq!((moved.status, &moved.json["field"]), (400, &json!("password")), "it is not sent elsewhere");
    let off = server.send("PATCH", "/api/v1/routers/kantor", "{\"enabled\": false}");
    assert_eq!((off.status, &off.json["enabled"]), (200, &json!(false)), "{}", off.text);
    assert_eq!(server.get("/api/v1/interfaces").json["code"], "no-router");
    assert_eq!(server.send("DELETE", "/api/v1/routers/kantor", "").status, 204);
    assert_eq!(server.get("/api/v1/routers").json["routers"], json!([]));
}

#[test]
fn a_router_of_the_file_is_shown_and_changed_only_there() {
    let (_router, address) = router();
    let file = format!(
        "[[router]]\nid = 'pop'\naddress = '{address}'\nuser = 'admin'\npassword = '{PASSWORD}'\ntags = ['utara']\n"
    );
    let server = Lalin::new(&["serve", "--listen", "127.0.0.1:0"]).file("lalin.toml", &file).serve();
    let shown = server.get("/api/v1/routers/pop").json;
    assert_eq!((&shown["origin"], &shown["tags"][0]), (&json!("file"), &json!("utara")));
    assert_eq!(server.send("DELETE", "/api/v1/routers/pop", "").json["code"], "not-editable");
    let metadata = json!({"address": "169.254.169.254", "user": "x", "password": "y"}).to_string();
    assert_eq!(server.send("POST", "/api/v1/routers", &metadata).json["field"], "address");
    let again = json!({"id": "pop", "address": "192.0.2.1", "user": "x", "password": "y"}).to_string();
    assert_eq!(server.send("POST", "/api/v1/routers", &again).json["code"], "taken");
}

#[test]
fn where_others_reach_it_nothing_is_shown_before_the_one_time_code_made_an_administrator() {
    let server = Lalin::new(&["serve", "--listen", "0.0.0.0:0"]).serve();
    let line = server.line();
    let code = line.rsplit(' ').next().unwrap();
    for path in ["/api/interface-stats", "/api/v1/interfaces", "/api/v1/routers", "/api/v1/stream", "/api/v1/window"] {
        assert_eq!(server.get(path).json["code"], "setup-needed", "{path}");
    }
    let wrong = json!({"code": "AAAA-BBBB-CCCC", "name": "sari", "password": "kata sandi panjang"}).to_string();
    assert_eq!(server.send("POST", "/api/v1/setup", &wrong).status, 403);
    let right = json!({"code": code, "name": "sari", "password": "kata sandi panjang"}).to_string();
    assert_eq!(server.send("POST", "/api/v1/setup", &right).json["role"], "administrator");
    assert_eq!(server.get("/api/v1/routers").json["code"], "login-needed");
}

#[test]
fn an_administrator_is_made_on_the_machine_itself_and_everybody_else_is_a_viewer_later() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").to_str().unwrap().to_owned();
    let add = |arguments: &[&str]| {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_lalin"))
            .args(["user"])
            .args(arguments)
            .args(["--data-dir", &data])
            .env_clear()
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(b"kata sandi panjang\n").unwrap();
        let output = child.wait_with_output().unwrap();
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    };
    assert!(add(&["add", "budi", "--viewer"]).contains("administrator's"));
    assert!(add(&["add", "sari"]).contains("administrator sari was added"));
    assert!(add(&["add", "sari"]).contains("exists already"));
    assert!(add(&["add", "budi", "--viewer"]).contains("viewer budi was added"));
    let list = add(&["list"]);
    assert!(list.contains("administrator  sari") && list.contains("viewer         budi"), "{list}");
    assert!(add(&["password", "SARI"]).contains("the password of sari is a new one"), "however it is written");
    assert!(add(&["remove", "sari"]).contains("last administrator"));
    assert!(add(&["remove", "tono"]).contains("no user tono"));
    let server = Lalin::new(&["serve", "--listen", "127.0.0.1:0", "--data-dir", &data]).serve();
    assert_eq!(server.get("/api/v1/routers").json["code"], "login-needed", "there is an account now");
    let status = Lalin::new(&["status", "--listen", &server.address]).output();
    let said = String::from_utf8(status.stdout).unwrap();
    assert!(status.status.success() && said.contains("runs at") && said.contains("logged in"), "{said}");
}

#[test]
fn a_check_says_what_works_and_what_mends_what_does_not() {
    let (_router, address) = router();
    let login = format!("admin@{address}");
    let check = |password| Lalin::new(&["check", "--router", &login]).env("LALIN_ROUTER_PASSWORD", password).output();
    let good = check(PASSWORD);
    let said = String::from_utf8(good.stdout).unwrap();
    assert!(good.status.success() && said.contains("1 interfaces"), "{said}");
    let bad = check("salah");
    let said = String::from_utf8(bad.stdout).unwrap();
    assert_eq!(bad.status.code(), Some(1));
    assert!(said.contains("FAILED  login") && said.contains("on the router: /user set"), "{said}");
    assert!(!said.contains("salah"), "{said}");
}

#[test]
fn no_log_line_and_no_answer_has_a_password() {
    const ACCOUNT: &str = "kata sandi panjang 7";
    let (_router, address) = router();
    let server = Lalin::new(&["serve", "--listen", "127.0.0.1:0", "--log", "trace"]).serve();
    let mut said = Vec::new();
    let mut send = |method: &str, path: &str, body: serde_json::Value| {
        said.push(server.send(method, path, &body.to_string()).text);
    };
    let good = json!({"id": "pop", "address": address, "user": "admin", "password": PASSWORD});
    send("POST", "/api/v1/check", good.clone());
    send("POST", "/api/v1/routers", good.clone());
    send("POST", "/api/v1/routers", good);
    // Wrong in every way, with the password in it: what is wrong is said without it.
    send("POST", "/api/v1/routers", json!({"id": "x", "address": "a b", "user": "u", "password": PASSWORD}));
    send("POST", "/api/v1/routers", json!({"address": "h", "user": "u", "pasword": PASSWORD}));
    send("POST", "/api/v1/routers", json!({"address": "h", "user": "u", "password": [PASSWORD]}));
    send("PATCH", "/api/v1/routers/pop", json!({"password": PASSWORD, "port": 0}));
    send("POST", "/api/v1/routers/pop/check", json!({"password": "salah-sekali-9"}));
    server.eventually("/api/v1/interfaces", |answer| answer.json["state"]["code"] == "live");
    for path in
        ["/api/v1/routers?watch=1", "/api/v1/routers/pop", "/api/interface-stats", "/api/v1/me", "/prepaid/dashboard"]
    {
        said.push(server.get(path).text);
    }
    let account = json!({"name": "sari", "password": ACCOUNT, "role": "administrator"}).to_string();
    said.push(server.send("POST", "/api/v1/users", &account).text);
    said.push(server.send("POST", "/api/v1/login", &json!({"name": "sari", "password": ACCOUNT}).to_string()).text);
    said.push(server.send("POST", "/api/v1/login", &json!({"name": ACCOUNT, "password": "x"}).to_string()).text);
    said.push(server.logged());
    assert!(said.last().unwrap().len() > 1_000, "there is a log to look through");
    for secret in [PASSWORD, "salah-sekali-9"] {
        let found = said.iter().find(|text| text.contains(secret));
        assert!(found.is_none(), "{secret} in {found:?}");
    }
    let account = said.iter().find(|text| text.contains(ACCOUNT));
    assert!(account.is_none(), "{account:?}");
}

#[test]
fn first_starts_at_once_do_not_fail_and_only_one_of_them_serves() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").to_str().unwrap().to_owned();
    let lists: Vec<_> = (0..12)
        .map(|_| {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_lalin"));
            command.args(["user", "list", "--data-dir", &data]).env_clear().current_dir(folder.path());
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let server = Lalin::new(&["serve", "--listen", "127.0.0.1:0", "--data-dir", &data]).serve();
    for list in lists {
        let done = list.wait_with_output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let second = Lalin::new(&["serve", "--listen", "127.0.0.1:0", "--data-dir", &data]).output();
    let said = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("process {}", server.process())) && said.contains(&data), "{said}");
    // After its end, however it ended, the next one serves.
    server.kill();
    Lalin::new(&["serve", "--listen", "127.0.0.1:0", "--data-dir", &data]).serve();
}

#[test]
fn a_router_with_an_ipv6_address_is_shown_in_brackets_whether_it_is_watched_or_not() {
    let server = Lalin::new(&["serve", "--listen", "127.0.0.1:0"]).serve();
    let router = json!({"name": "Enam", "address": "[2001:db8::1]", "user": "admin", "password": PASSWORD});
    let made = server.send("POST", "/api/v1/routers", &router.to_string());
    assert_eq!(made.status, 201, "{}", made.text);
    for enabled in [true, false] {
        let changed = server.send("PATCH", "/api/v1/routers/enam", &json!({"enabled": enabled}).to_string());
        assert_eq!((changed.status, &changed.json["enabled"]), (200, &json!(enabled)), "{}", changed.text);
        let shown = &server.get("/api/v1/routers").json["routers"][0]["address"];
        assert_eq!(shown, &json!("[2001:db8::1]:8728"), "enabled: {enabled}");
    }
}
