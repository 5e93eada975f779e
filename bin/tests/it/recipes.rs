//! The manual's recipes for proxies, run: from the first account to a live stream, with the right address in the log; and a
//! proxy without any recipe, through which nobody becomes the administrator.

#![cfg(target_os = "linux")]

use routeros_simulator::{Config, InterfaceSpec, Traffic};
use serde_json::{Value, json};

use crate::program::{Lalin, Server};
use crate::reverse_proxy::{BROWSER, Browser, ReverseProxy, lalin, recipe};
use crate::simulated_router::SimulatedRouter;

const PASSWORD: &str = "s3cr3t-of-the-router";

struct Router {
    simulator: SimulatedRouter,
}

impl Router {
    fn new() -> Self {
        let steady = |bps: f64| Traffic::Constant { bps };
        let ether1 = InterfaceSpec::ether("ether1").traffic(steady(100e6), steady(10e6));
        let config = Config::default().password(PASSWORD).interfaces([ether1]);
        Self { simulator: SimulatedRouter::start(config) }
    }

    fn serve(&self, lines: &str) -> Server {
        lalin(&format!("admin@{}", self.simulator.addr().unwrap()), PASSWORD, lines)
    }
}

fn code(server: &Server) -> String {
    let line = server.line();
    line.rsplit_once(": ").unwrap_or_else(|| panic!("no code: {line}")).1.trim().to_owned()
}

/// What somebody adds who wants to seem to be elsewhere.
const INVENTED: [&str; 3] =
    ["X-Forwarded-For: 198.51.100.1", "X-Forwarded-For: 198.51.100.2", "Forwarded: for=198.51.100.3"];

/// From the first account to the live stream, below `base`; the session's cookie.
fn all_the_way(browser: &mut Browser, code: &str, base: &str) -> String {
    let page = browser.get(&format!("{base}/prepaid/dashboard"));
    assert_eq!(page.status, 200, "{}", page.head());
    let assets = page.text.replace("&#x2F;", "/");
    let script =
        assets.split("src=\"").find_map(|rest| rest.split('"').next().filter(|src| src.ends_with("/app/dashboard.js")));
    let script = script.unwrap_or_else(|| panic!("no script: {assets}"));
    assert!(script.starts_with(&format!("{base}/assets/")), "{script}");
    assert_eq!(browser.get(script).status, 200, "{script}");
    let nobody = browser.get(&format!("{base}/api/v1/interfaces"));
    assert_eq!((nobody.status, &nobody.json["code"]), (403, &json!("setup-needed")), "{}", nobody.text);

    let account = json!({"code": code, "name": "sari", "password": "kata sandi panjang"});
    browser.set_up(&format!("{base}/api/v1/setup"), &account, &INVENTED);
    let wrong = json!({"name": "sari", "password": "salah semua"});
    let refused = browser.post(&format!("{base}/api/v1/login"), &wrong, &INVENTED);
    assert_eq!(refused.status, 401, "{}", refused.text);
    let right = json!({"name": "sari", "password": "kata sandi panjang"});
    let answer = browser.set_up(&format!("{base}/api/v1/login"), &right, &INVENTED);

    let head = browser.first_tick(&format!("{base}/api/v1/stream"));
    assert!(head.to_ascii_lowercase().contains("text/event-stream"), "{head}");
    let audit = browser.get(&format!("{base}/api/v1/audit"));
    let entries = audit.json["entries"].as_array().unwrap_or_else(|| panic!("{}", audit.text)).clone();
    assert!(entries.len() >= 3, "{entries:?}");
    let address = |entry: &Value| entry["address"].as_str().map(str::to_owned);
    for entry in &entries {
        assert_eq!(address(entry).as_deref(), Some(&*BROWSER.to_string()), "{entry}");
    }
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.contains("; Secure"), "{cookie}");
    cookie
}

fn works(heading: &str, language: &str, start: fn(&str, &str) -> ReverseProxy) {
    let router = Router::new();
    let server = router.serve(&recipe("## Before the proxy", "toml"));
    let code = code(&server);
    let proxy = start(&recipe(heading, language), &server.address);
    let cookie = all_the_way(&mut proxy.browser("lalin.example.id"), &code, "");
    assert!(cookie.contains("; Path=/;"), "{cookie}");
}

#[test]
fn the_recipe_for_nginx_works() {
    works("## nginx", "nginx", ReverseProxy::nginx);
}

#[test]
fn the_recipe_for_caddy_works() {
    works("## Caddy", "caddy", ReverseProxy::caddy);
}

#[test]
fn the_recipe_for_apache_works() {
    works("## Apache", "apache", ReverseProxy::apache);
}

#[test]
fn the_recipe_for_haproxy_works() {
    works("## HAProxy", "haproxy", ReverseProxy::haproxy);
}

#[test]
fn under_a_path_the_recipe_for_nginx_works_whether_it_takes_the_path_away_or_not() {
    let router = Router::new();
    for pass in ["http://127.0.0.1:3000;", "http://127.0.0.1:3000/;"] {
        let server = router.serve(&recipe("## Under a path", "toml"));
        let code = code(&server);
        let recipe = recipe("## nginx", "nginx").replace("lalin.example.id", "isp.example.id");
        let recipe = recipe.replace("location / {", "location /lalin/ {").replace("http://127.0.0.1:3000;", pass);
        let proxy = ReverseProxy::nginx(&recipe, &server.address);
        let mut browser = proxy.browser("isp.example.id");
        let cookie = all_the_way(&mut browser, &code, "/lalin");
        assert!(cookie.contains("; Path=/lalin;"), "{cookie}");
        let home = browser.get("/lalin/");
        assert_eq!((home.status, home.header("location")), (302, "/lalin/prepaid/dashboard"), "{pass}");
        assert_eq!(server.get("/healthz").status, 200, "watchdogs of this machine know no path");
        let status = Lalin::new(&["status", "--listen", &server.address]).output();
        assert!(status.status.success(), "{status:?}");
    }
}

/// Nothing of Lalin's is told, and nobody becomes its administrator.
fn nobody_gets_in(browser: &Browser, server: &Server, what: &str) {
    for path in ["/api/v1/interfaces", "/api/v1/users", "/api/v1/stream"] {
        let answer = browser.get(path);
        assert_eq!(answer.status, 403, "{what} {path}: {}", answer.text);
    }
    assert_eq!(browser.get("/api/v1/me").json["state"], "setup", "{what}");
    let own = format!("Origin: http://{}", server.address);
    let user = json!({"name": "evil", "password": "kata sandi panjang", "role": "administrator"});
    let account = json!({"code": "", "name": "evil", "password": "kata sandi panjang"});
    for (path, body) in [("/api/v1/users", user), ("/api/v1/setup", account)] {
        for forged in [&[][..], &[&*own, "Sec-Fetch-Site: same-origin"]] {
            let status = browser.post(path, &body, forged).status;
            assert!([403, 421].contains(&status), "{what} {path} {forged:?}: {status}");
        }
    }
    assert!(server.logged().contains("one-time code"), "{what}: the way in is in the log");
}

#[test]
fn through_a_plain_nginx_nobody_is_the_administrator() {
    let router = Router::new();
    // As it comes, and with the line that every recipe for streams has.
    for more in ["", "proxy_http_version 1.1;"] {
        let server = router.serve("");
        let plain = format!("server {{ listen 443; location / {{ proxy_pass http://127.0.0.1:3000; {more} }} }}\n");
        let proxy = ReverseProxy::nginx(&plain, &server.address);
        nobody_gets_in(&proxy.plain_browser(), &server, more);
    }
}

#[test]
fn through_a_plain_haproxy_caddy_or_apache_nobody_is_the_administrator() {
    let router = Router::new();
    let haproxy = "frontend f\n  mode http\n  bind :443\n  timeout client 1m\n  http-request set-header Host 127.0.0.1\n  \
                   default_backend b\nbackend b\n  mode http\n  timeout connect 5s\n  timeout server 1m\n  server s 127.0.0.1:3000\n";
    let server = router.serve("");
    let proxy = ReverseProxy::haproxy(haproxy, &server.address);
    let browser = proxy.plain_browser();
    assert_eq!(browser.get("/api/v1/users").status, 403, "a browser that came without TLS says no Sec-Fetch-Site");
    assert_eq!(browser.get("/api/v1/me").json["state"], "setup");
    drop(proxy);

    let apache = "<VirtualHost *:443>\n  ProxyPass / http://127.0.0.1:3000/\n</VirtualHost>\n";
    let server = router.serve("");
    let proxy = ReverseProxy::apache(apache, &server.address);
    nobody_gets_in(&proxy.plain_browser(), &server, "apache");
    drop(proxy);

    let server = router.serve("");
    let caddy =
        "lalin.example.id {\n  reverse_proxy 127.0.0.1:3000 {\n    header_up Host {upstream_hostport}\n  }\n}\n";
    let proxy = ReverseProxy::caddy(caddy, &server.address);
    let browser = proxy.browser("lalin.example.id");
    nobody_gets_in(&browser, &server, "caddy");
}

/// What `cloudflared` sends to the service it is in front of, said by us: it is no Debian package.
#[test]
fn the_requests_of_a_cloudflare_tunnel_are_answered_for_the_visitor_s_address() {
    let router = Router::new();
    let server = router.serve(&recipe("## Before the proxy", "toml"));
    let code = code(&server);
    let port = server.address.rsplit_once(':').unwrap().1.parse().unwrap();
    assert!(recipe("## Cloudflare Tunnel", "yaml").contains("service: http://127.0.0.1:3000"));
    let mut tunnel = Browser::tunnel("lalin.example.id", port);
    let account = json!({"code": code, "name": "sari", "password": "kata sandi panjang"});
    let answer = tunnel.set_up("/api/v1/setup", &account, &[]);
    assert!(answer.header("set-cookie").contains("; Secure"), "{}", answer.head());
    tunnel.first_tick("/api/v1/stream");
    let audit = tunnel.get("/api/v1/audit");
    assert_eq!(audit.json["entries"][0]["address"], "203.0.113.9", "{}", audit.text);
}
