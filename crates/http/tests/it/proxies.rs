//! Behind proxies: which address counts, who counts as the user of this machine, which host names are answered.

use actix_web::http::Method;
use lalin_http::AuthSettings;
use serde_json::{Value, json};

use crate::auth_server::{AuthServer, Credentials, HERE};
use crate::test_server::Answer;

/// Where the proxy that is trusted asks from.
const PROXY: &str = "10.0.0.1:50000";

fn by_proxy(headers: &[(&'static str, &str)]) -> Credentials {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Credentials { headers, host: Some("lalin.example"), ..Credentials::default() }
}

async fn behind_a_proxy() -> AuthServer {
    let server = AuthServer::with(|settings| settings.proxies = vec!["10.0.0.1".parse().unwrap()]).await;
    server.add_administrator().await;
    server
}

async fn log_in(server: &AuthServer, keys: &Credentials, password: &str) -> Answer {
    let login = json!({"name": "sari", "password": password});
    server.ask(&Method::POST, "/api/v1/login", PROXY, keys, Some(login)).await
}

/// Forty wrong passwords, each from an address that the client has made up; how many were looked at, and the addresses in
/// the log of changes.
async fn forty_guesses(invented: impl Fn(u8) -> Vec<(&'static str, String)>) -> (usize, Vec<String>) {
    let server = behind_a_proxy().await;
    let mut looked_at = 0;
    for guess in 1..=40 {
        let keys = Credentials { headers: invented(guess), host: Some("lalin.example"), ..Credentials::default() };
        let answer = log_in(&server, &keys, "salah semua").await;
        looked_at += usize::from(answer.status == 401);
    }
    let mut addresses: Vec<_> =
        server.store.audit_log(100).await.unwrap().into_iter().map(|one| one.event.actor.address).collect();
    addresses.sort();
    addresses.dedup();
    (looked_at, addresses)
}

#[tokio::test(start_paused = true)]
async fn a_client_does_not_choose_its_address_behind_a_proxy_that_adds_a_line() {
    let (looked_at, addresses) = forty_guesses(|guess| {
        vec![("x-forwarded-for", format!("198.51.100.{guess}")), ("x-forwarded-for", "203.0.113.9".into())]
    })
    .await;
    assert!(looked_at <= 6, "{looked_at}");
    assert_eq!(addresses, ["203.0.113.9"]);
    let (looked_at, addresses) = forty_guesses(|guess| {
        vec![("forwarded", format!("for=198.51.100.{guess}")), ("forwarded", "for=203.0.113.9;proto=https".into())]
    })
    .await;
    assert!(looked_at <= 6, "{looked_at}");
    assert_eq!(addresses, ["203.0.113.9"]);
}

#[tokio::test(start_paused = true)]
async fn of_two_headers_that_disagree_neither_is_believed() {
    // A proxy that writes X-Forwarded-For and passes on whatever Forwarded there is; and the other way round.
    for (by_client, by_proxy) in [("forwarded", "x-forwarded-for"), ("x-forwarded-for", "forwarded")] {
        let written = |name: &str, address: &str| match name {
            "forwarded" => format!("for={address}"),
            _ => address.to_owned(),
        };
        let (looked_at, addresses) = forty_guesses(|guess| {
            let invented = written(by_client, &format!("198.51.100.{guess}"));
            vec![(by_client, invented), (by_proxy, written(by_proxy, "203.0.113.9"))]
        })
        .await;
        assert!(looked_at <= 6, "{looked_at}");
        assert_eq!(addresses, ["10.0.0.1"], "the proxy's own");
    }
}

#[tokio::test]
async fn a_cookie_is_secure_where_a_trusted_proxy_says_https() {
    let server = behind_a_proxy().await;
    for (headers, secure) in [
        (&[("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "https")][..], true),
        (&[("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "http")], false),
        (&[("forwarded", "for=203.0.113.9;proto=https")], true),
        (&[("x-forwarded-for", "203.0.113.9")], false),
    ] {
        let answer = log_in(&server, &by_proxy(headers), "kata sandi").await;
        assert_eq!(answer.header("Set-Cookie").contains("; Secure"), secure, "{headers:?}");
    }
    let strange = server.post_from("203.0.113.7:1", &by_proxy(&[("x-forwarded-proto", "https")])).await;
    assert!(!strange.header("Set-Cookie").contains("; Secure"), "not from somebody who is no proxy of ours");
}

impl AuthServer {
    async fn post_from(&self, from: &str, keys: &Credentials) -> Answer {
        let login = json!({"name": "sari", "password": "kata sandi"});
        let answer = self.ask(&Method::POST, "/api/v1/login", from, keys, Some(login)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer
    }

    async fn state(&self, keys: &Credentials) -> Value {
        self.ask(&Method::GET, "/api/v1/me", HERE, keys, None).await.body["state"].clone()
    }
}

#[tokio::test]
async fn the_origin_may_be_the_host_that_the_browser_asked_the_proxy_for() {
    let server = behind_a_proxy().await;
    let asked = |origin, headers: &[(&'static str, &str)]| {
        let keys = by_proxy(headers);
        Credentials { host: Some("10.0.0.9:3000"), origin: Some(origin), ..keys }
    };
    let told = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-host", "lalin.example")];
    assert_eq!(log_in(&server, &asked("https://lalin.example", &told), "kata sandi").await.status, 200);
    assert_eq!(log_in(&server, &asked("https://evil.example", &told), "kata sandi").await.status, 421);
    assert_eq!(log_in(&server, &asked("https://lalin.example", &[]), "kata sandi").await.status, 421);
}

#[tokio::test]
async fn without_an_account_any_sign_of_a_proxy_makes_a_stranger() {
    for sign in [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-proto", "http"),
        ("x-real-ip", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1"),
        ("via", "1.1 proxy"),
        ("cf-connecting-ip", "203.0.113.9"),
        ("true-client-ip", "203.0.113.9"),
        ("connection", "close"),
        ("referer", "http://isp.example/prepaid/dashboard"),
        ("user-agent", "Mozilla/5.0"),
        ("x-lalin-page", "https://isp.example"),
    ] {
        let server = AuthServer::new(true).await;
        assert_eq!(server.state(&Credentials::default()).await, "open");
        let keys = Credentials { headers: vec![(sign.0, sign.1.to_owned())], ..Credentials::default() };
        assert_eq!(server.state(&keys).await, "setup", "{sign:?}");
        for (method, path, body) in [
            (Method::GET, "/api/v1/interfaces", None),
            (Method::GET, "/api/v1/users", None),
            (
                Method::POST,
                "/api/v1/users",
                Some(json!({"name": "x", "password": "kata sandi", "role": "administrator"})),
            ),
            (Method::POST, "/api/v1/setup", Some(json!({"code": "", "name": "x", "password": "kata sandi"}))),
        ] {
            let answer = server.ask(&method, path, HERE, &keys, body).await;
            assert_eq!(answer.status, 403, "{sign:?} {method} {path}: {}", answer.body);
        }
        assert!(!server.store.has_administrator().await.unwrap());
    }
}

#[tokio::test]
async fn once_a_proxy_was_seen_nobody_is_taken_for_the_machine_s_own_user() {
    let server = AuthServer::new(true).await;
    let doubtful = Credentials { headers: vec![("connection", "close".into())], ..Credentials::default() };
    assert_eq!(server.state(&doubtful).await, "setup");
    assert_eq!(server.state(&Credentials::default()).await, "open", "a simple program is no proxy");
    let proxied = Credentials { headers: vec![("x-forwarded-for", "203.0.113.9".into())], ..Credentials::default() };
    assert_eq!(server.state(&proxied).await, "setup");
    assert_eq!(server.state(&Credentials::default()).await, "setup", "from now on an account is needed");
    let code = server.auth.setup_code().unwrap().to_string();
    let setup = json!({"code": code, "name": "sari", "password": "kata sandi"});
    assert_eq!(
        server.ask(&Method::POST, "/api/v1/setup", HERE, &Credentials::default(), Some(setup)).await.status,
        200
    );
}

#[tokio::test]
async fn a_configured_proxy_needs_the_first_account_from_the_start() {
    let configured: [fn(&mut AuthSettings); 3] = [
        |settings| settings.proxies = vec!["127.0.0.1".parse().unwrap()],
        |settings| settings.hosts = vec!["lalin.example".into()],
        |settings| settings.base_path = "/lalin".into(),
    ];
    for set in configured {
        let server = AuthServer::with(|settings| {
            settings.loopback = true;
            set(settings);
        })
        .await;
        assert_eq!(server.state(&Credentials::default()).await, "setup");
        assert_eq!(server.auth.needed_code().map(|code| code.len()), Some(14), "it is printed at the start");
    }
    assert!(AuthServer::new(true).await.auth.needed_code().is_none());
    assert!(AuthServer::new(false).await.auth.needed_code().is_some());
}

#[tokio::test]
async fn without_an_account_only_a_page_of_this_server_changes_anything() {
    let server = AuthServer::new(true).await;
    let user = json!({"name": "sari", "password": "kata sandi", "role": "administrator"});
    let post = async |origin, headers: &[(&'static str, &str)]| {
        let keys = Credentials { origin: Some(origin), host: None, ..by_proxy(headers) };
        server.ask(&Method::POST, "/api/v1/users", HERE, &keys, Some(user.clone())).await.status
    };
    // Through a proxy that shows nothing of itself the page is another's, whatever the browser says of the site.
    assert_eq!(post("https://isp.example", &[("sec-fetch-site", "same-origin")]).await, 403);
    assert_eq!(post("https://isp.example", &[]).await, 421);
    assert_eq!(post("http://localhost:3000", &[]).await, 201);
}

#[tokio::test]
async fn a_server_on_loopback_answers_to_what_a_trusted_proxy_passes_on_and_to_its_configured_names() {
    let trusting = AuthServer::with(|settings| {
        settings.loopback = true;
        settings.proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let named = AuthServer::with(|settings| {
        settings.loopback = true;
        settings.hosts = vec!["lalin.example".into()];
    })
    .await;
    let passed_on = [("x-forwarded-for", "203.0.113.9")];
    let status = async |server: &AuthServer, host, headers: &[(&'static str, &str)]| {
        let keys = Credentials { host: Some(host), origin: None, ..by_proxy(headers) };
        server.ask(&Method::GET, "/api/v1/me", HERE, &keys, None).await.status
    };
    assert_eq!(status(&trusting, "lalin.example", &passed_on).await, 200);
    assert_eq!(status(&trusting, "lalin.example", &[]).await, 421, "a browser on this machine that was led here");
    assert_eq!(status(&trusting, "localhost:3000", &[]).await, 200);
    assert_eq!(status(&named, "lalin.example", &[]).await, 200);
    assert_eq!(status(&named, "evil.example", &passed_on).await, 421);
    let untrusting = AuthServer::new(true).await;
    assert_eq!(status(&untrusting, "lalin.example", &passed_on).await, 421);
}

#[tokio::test]
async fn a_cookie_stays_below_the_base_path() {
    let server = AuthServer::with(|settings| settings.base_path = "/lalin".into()).await;
    server.add_administrator().await;
    let answer =
        server.post_from("203.0.113.7:1", &Credentials { host: Some("isp.example"), ..Credentials::default() }).await;
    assert!(answer.header("Set-Cookie").contains("; Path=/lalin;"), "{}", answer.header("Set-Cookie"));
    let root = AuthServer::with_administrator(false).await;
    assert!(root.post_from("203.0.113.7:1", &Credentials::default()).await.header("Set-Cookie").contains("; Path=/;"));
}

#[tokio::test]
async fn a_proxy_may_take_the_base_path_away_or_leave_it() {
    let server = AuthServer::with(|settings| settings.base_path = "/lalin".into()).await;
    server.add_administrator().await;
    for (path, status) in [
        ("/api/v1/me", 200),
        ("/lalin/api/v1/me", 200),
        ("/lalin/healthz", 200),
        ("/lalin/api/v1/users", 401),
        ("/lalin/api/v1/routers/pop-1/interfaces", 401),
        ("/lalin/lalin/api/v1/me", 401),
        ("/laliner/api/v1/me", 401),
    ] {
        assert_eq!(server.get(path, &Credentials::default()).await.status, status, "{path}");
    }
    let root = AuthServer::with_administrator(false).await;
    assert_eq!(root.get("/lalin/api/v1/me", &Credentials::default()).await.status, 401, "nobody said that path");
}
