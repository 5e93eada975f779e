//! What a person with limits sees of alerts: those of their own lines, and nothing by which others show: no name, no count,
//! no event, no page.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::http::Method;
use lalin_alerts::{Alert, Batch, Database, Language, Rule, RuleForm, State};
use lalin_fleet::{Alerting, AlertingSettings, AlertingStart, Fleet, Sampling};
use lalin_history::Zone;
use lalin_http::{ApiSettings, Auth, AuthSettings};
use lalin_stats::SourceError;
use lalin_store::{Access, EncryptionKey, Store, Timestamp, TokenKind};
use serde_json::{Value, json};
use tokio::time::{Duration, sleep};
use zeroize::Zeroizing;

use crate::auth_server::{AuthServer, Credentials, THERE, line};
use crate::test_server::{ScriptedSource, TestServer};

const BUDI: &str = "<pppoe-budi>";

fn rule(id: &str, body: &str) -> Rule {
    let form = format!("{{\"forSeconds\":0,\"keepSeconds\":0,{body}}}");
    RuleForm::read(&form).unwrap().rule(id, true).unwrap()
}

/// Two routers with alerts over them: of budi's line, of the other line of his router, of the other router.
struct World {
    server: AuthServer,
    alerting: Arc<Alerting>,
    other: Arc<ScriptedSource>,
    keys: HashMap<&'static str, Credentials>,
}

impl World {
    async fn new() -> Self {
        let fleet = Fleet::new(Sampling::default(), None);
        let line = |name: &str| format!("\"target\":{{\"router\":\"pop-1\",\"interface\":\"{name}\"}}");
        let settings = AlertingSettings {
            zone: Zone::utc(),
            language: Language::En,
            file_rules: vec![
                rule("own", &format!("\"kind\":\"traffic-above\",\"bound\":1,{}", line(BUDI))),
                rule("port", &format!("\"kind\":\"traffic-above\",\"bound\":1,{}", line("ether1"))),
                rule("dead", "\"kind\":\"router-unreachable\""),
                rule("links", "\"kind\":\"line-down\""),
            ],
            data_dir: None,
        };
        let database = Database::in_memory().unwrap();
        let start = AlertingStart { database, history: None, settings, channels: None, states: None };
        let alerting = Alerting::start(&fleet, start).await.unwrap();
        let api = ApiSettings { alerts: Some(alerting.clone()), ..ApiSettings::default() };
        let world = TestServer::over(fleet.monitor(), api);
        let (source, other) = (world.router("pop-1"), world.router("pop-2"));
        let store = Store::in_memory(EncryptionKey::random().unwrap()).unwrap();
        let auth = Auth::new(store.clone(), AuthSettings::default()).await.unwrap();
        let server = AuthServer { world, auth, store, source };
        server.add_administrator().await;
        let mut keys = HashMap::from([("sari", server.log_in("sari").await)]);
        let people = [("budi", self::line(Some(BUDI))), ("wati", self::line(None)), ("tono", Access::viewer())];
        for (name, access) in people {
            let password = Zeroizing::new("kata sandi".into());
            server.store.add_user(name, password, access, Timestamp::now()).await.unwrap();
            keys.insert(name, server.log_in(name).await);
        }
        let link = server.token(TokenKind::Share, self::line(Some(BUDI))).await;
        keys.insert("a link", Credentials { token: Some(link), ..Credentials::default() });
        let world = Self { server, alerting, other, keys };
        // Everything that is always so: both lines of the first router carry traffic.
        world.until("sari", |alerts| rules(alerts) == ["own", "port"]).await;
        world
    }

    fn keys(&self, who: &str) -> &Credentials {
        &self.keys[who]
    }

    async fn list(&self, who: &str, query: &str) -> Value {
        let answer = self.server.get(&format!("/api/v1/alerts{query}"), self.keys(who)).await;
        assert_eq!(answer.status, 200, "{who}: {}", answer.body);
        answer.body
    }

    async fn until(&self, who: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..600 {
            let found = self.list(who, "").await;
            if wanted(&found) {
                return found;
            }
            sleep(Duration::from_millis(200)).await;
        }
        panic!("never: {}", self.list(who, "").await);
    }
}

/// The rules of which alerts stand, in order.
fn rules(found: &Value) -> Vec<&str> {
    let alerts = found["alerts"].as_array().unwrap().iter();
    let mut rules: Vec<&str> =
        alerts.filter(|one| one["state"] != "pending").map(|alert| alert["rule"].as_str().unwrap()).collect();
    rules.sort_unstable();
    rules
}

#[tokio::test(start_paused = true)]
async fn whoever_has_limits_sees_their_own_alerts_and_no_sign_of_others() {
    let world = World::new().await;
    *world.other.down.lock().unwrap() = true;
    world.until("sari", |found| rules(found) == ["links", "own", "port"]).await;
    for (who, expected) in [
        ("tono", vec!["links", "own", "port"]),
        ("wati", vec!["own", "port"]),
        ("budi", vec!["own"]),
        ("a link", vec!["own"]),
    ] {
        let found = world.list(who, "").await;
        assert_eq!(rules(&found), expected, "{who}");
        let said = found.to_string();
        assert_eq!(said.contains("pop-2"), who == "tono", "{who}: {said}");
        assert_eq!(said.contains("ether1"), who == "tono" || who == "wati", "{who}: {said}");
        let of_other = world.list(who, "?router=pop-2").await;
        let of_none = world.list(who, "?router=pop-9").await;
        assert_eq!(of_other == of_none, who != "tono", "{who}: another router is as one that is not there");
    }
    // That their router is away concerns them, and why that is does not.
    world.server.source.fail(SourceError::Refused { detail: "192.0.2.1:8728: secret-detail".into() });
    let found = world.until("budi", |found| rules(found) == ["dead", "own"]).await;
    let said = found.to_string();
    assert!(!said.contains("secret-detail") && !said.contains("API refuses"), "{said}");
    assert!(world.until("sari", |found| rules(found).contains(&"dead")).await.to_string().contains("API refuses"));
}

#[tokio::test(start_paused = true)]
async fn the_stream_of_a_person_with_limits_is_silent_while_others_alerts_come_and_go() {
    for path in ["/api/v1/alerts/stream?lang=id", "/api/v1/stream?router=pop-1"] {
        let world = World::new().await;
        let mut all = world.server.stream(path, world.keys("sari")).await;
        let mut own = world.server.stream(path, world.keys("budi")).await;
        assert_eq!(rules(&all.wait_for("alerts").await.data), ["own", "port"], "{path}");
        let first = own.wait_for("alerts").await.data;
        assert_eq!(rules(&first), ["own"], "{path}");
        assert_eq!(first.to_string().contains("Padat"), path.contains("lang=id"), "{first}");
        // Elsewhere something begins and ends, twice.
        for _ in 0..2 {
            *world.other.down.lock().unwrap() = true;
            while !rules(&all.wait_for("alerts").await.data).contains(&"links") {}
            *world.other.down.lock().unwrap() = false;
            while rules(&all.wait_for("alerts").await.data).contains(&"links") {}
        }
        // The next that they hear is of their own router.
        world.server.source.fail(SourceError::Refused { detail: "secret-detail".into() });
        let next = own.wait_for("alerts").await.data;
        let about: Vec<&Value> = next["alerts"].as_array().unwrap().iter().map(|alert| &alert["rule"]).collect();
        assert!(next != first && about.iter().all(|rule| ["own", "dead"].contains(&rule.as_str().unwrap())), "{next}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_alert_that_may_not_be_seen_cannot_be_acknowledged_and_is_as_one_that_is_not_there() {
    let world = World::new().await;
    let all = world.list("sari", "").await;
    let id = |rule: &str| {
        let alert = all["alerts"].as_array().unwrap().iter().find(|alert| alert["rule"] == rule).unwrap();
        alert["id"].as_str().unwrap().to_owned()
    };
    let ask = async |who: &str, method: Method, id: &str| {
        let path = format!("/api/v1/alerts/{id}/acknowledgement");
        world.server.ask(&method, &path, THERE, world.keys(who), Some(json!({}))).await
    };
    for method in [Method::POST, Method::DELETE] {
        let hidden = ask("budi", method.clone(), &id("port")).await;
        let nothing = ask("budi", method.clone(), "0123456789abcdef0123").await;
        assert_eq!((hidden.status, &hidden.body), (404, &nothing.body), "{method}");
        assert!([401, 403].contains(&ask("a link", method, &id("own")).await.status), "a link only looks");
    }
    let taken = ask("budi", Method::POST, &id("own")).await;
    assert_eq!(taken.status, 200, "{}", taken.body);
    assert_eq!(taken.body["acknowledged"], Value::Null, "who does is for those without limits");
    let found = world.list("sari", "").await;
    let by = found["alerts"].as_array().unwrap().iter().map(|alert| &alert["acknowledged"]["by"]);
    assert_eq!(by.filter(|by| !by.is_null()).collect::<Vec<_>>(), [&json!("budi")]);
}

#[tokio::test(start_paused = true)]
async fn what_rules_would_have_told_and_where_is_for_administrators() {
    let world = World::new().await;
    let rule = json!({"kind": "line-down"});
    for (method, path) in [
        (Method::POST, "/api/v1/alert-rules/dry-run"),
        (Method::GET, "/api/v1/alert-rules"),
        (Method::GET, "/api/v1/alert-channels"),
        (Method::GET, "/api/v1/maintenance"),
    ] {
        let body = || (method == Method::POST).then(|| rule.clone());
        for who in ["budi", "wati", "tono", "a link"] {
            let answer = world.server.ask(&method, path, THERE, world.keys(who), body()).await;
            assert!([401, 403].contains(&answer.status), "{who} {path}: {} {}", answer.status, answer.body);
        }
        let answer = world.server.ask(&method, path, THERE, world.keys("sari"), body()).await;
        assert!(![401, 403].contains(&answer.status), "{path}: {}", answer.body);
    }
}

#[tokio::test(start_paused = true)]
async fn pages_of_the_past_hold_what_may_be_seen_and_end_with_it() {
    let world = World::new().await;
    let rule = rule("links", "\"kind\":\"line-down\"");
    let mut batch = Batch::default();
    // One of ten is budi's; between them are those of others, of his router and of another one.
    for at in 0..30_i64 {
        let (router, line) = match at % 10 {
            0 => ("pop-1", BUDI),
            1..5 => ("pop-1", "ether1"),
            _ => ("pop-2", BUDI),
        };
        let mut alert = Alert::of(&rule, Some(router.to_owned()), Some(line.into()), 1_000 * at);
        (alert.id, alert.state, alert.cleared_ms) = (format!("past-{at:02}").into(), State::Cleared, Some(1_000 * at));
        batch.alerts.insert(alert.id.clone(), alert);
    }
    world.alerting.database().write(batch, 0).await.map_err(|(_, error)| error).unwrap();
    for (who, expected) in [("budi", 3), ("wati", 15), ("sari", 30)] {
        let (mut ids, mut query) = (Vec::new(), "?state=past&limit=2".to_owned());
        loop {
            let page = world.list(who, &query).await;
            let alerts = page["alerts"].as_array().unwrap();
            assert!(!alerts.is_empty(), "{who}: an empty page says that there is something else");
            ids.extend(alerts.iter().map(|alert| alert["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            let last = ids.last().unwrap();
            assert!(next.ends_with(last.as_str()), "{who}: {next} is not of what was shown");
            query = format!("?state=past&limit=2&before={next}");
        }
        assert_eq!(ids.len(), expected, "{who}: {ids:?}");
        assert!(ids.windows(2).all(|pair| pair[0] > pair[1]), "{who}: {ids:?}");
    }
}
