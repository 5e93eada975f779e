//! The switch of the recording: kept, in force at once, beside what the configuration leaves out, and told.

use std::sync::Arc;

use actix_web::http::Method;
use lalin_fleet::{Recording, RecordingPolicy};
use lalin_history::{History, LineName, LineReading, Settings, Tick, Zone};
use lalin_http::{Api, ApiSettings};
use lalin_stats::Counters;
use lalin_store::TokenKind;
use serde_json::{Value, json};

use crate::auth_server::{AuthServer, Credentials, THERE, line};

const PATH: &str = "/api/v1/recording";
/// 2023-11-15 00:00 UTC.
const FIRST_HOUR_MS: i64 = 1_700_006_400_000;

/// A server with one router that records, and an administrator who is logged in.
async fn recording(configured: RecordingPolicy) -> (AuthServer, Credentials, Arc<Recording>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let history = History::open(Settings { zone: Zone::utc(), ..Settings::new(folder.path()) }).unwrap();
    let mut server = AuthServer::with_administrator(false).await;
    let chosen = RecordingPolicy::from(&server.store.recording().await.unwrap());
    let recording = Arc::new(Recording::start(server.world.monitor.clone(), Arc::new(history), configured, &chosen));
    let settings = ApiSettings { history: Some(recording.clone()), ..ApiSettings::default() };
    server.world.api = Api::with_admin(server.world.monitor.clone(), settings, server.world.admin.clone());
    let sari = server.log_in("sari").await;
    (server, sari, recording, folder)
}

async fn put(server: &AuthServer, keys: &Credentials, body: Value) -> crate::test_server::Answer {
    server.ask(&Method::PUT, PATH, THERE, keys, Some(body)).await
}

#[tokio::test]
async fn what_is_chosen_is_kept_in_force_at_once_and_leaves_the_file_alone() {
    let configured = RecordingPolicy { except_kinds: ["vlan".to_owned()].into(), ..RecordingPolicy::default() };
    let (server, sari, recording, _folder) = recording(configured).await;
    let body = json!({
        "routers": {"pop-1": false, "pop-9": false},
        "exceptKinds": ["pppoe-in"],
        "lines": [{"router": "pop-1", "interface": "ether2", "record": false}],
    });
    let answer = put(&server, &sari, body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(!recording.policy().records(&"pop-1".parse().unwrap()), "at once");
    let told = server.get(PATH, &sari).await.body;
    assert_eq!(told["exceptKinds"], json!(["pppoe-in", "vlan"]));
    assert_eq!(told["fromFile"], json!({"enabled": true, "except": [], "exceptKinds": ["vlan"]}));
    let chosen = json!({
        "enabled": true,
        "routers": {"pop-1": false, "pop-9": false},
        "exceptKinds": ["pppoe-in"],
        "lines": [{"router": "pop-1", "interface": "ether2", "record": false}],
        "zone": null,
    });
    assert_eq!(told["chosen"], chosen);
    assert_eq!((&told["routers"][0]["record"], &told["routers"][0]["readsPerMinute"]), (&json!(false), &json!(0.0)));

    // What is not named stays.
    let answer = put(&server, &sari, json!({"routers": {"pop-1": true}, "exceptKinds": []})).await;
    assert_eq!(answer.body["chosen"]["routers"], json!({"pop-9": false}));
    assert_eq!((&answer.body["exceptKinds"], &answer.body["routers"][0]["record"]), (&json!(["vlan"]), &json!(true)));
    assert_eq!(answer.body["chosen"]["lines"][0]["interface"], "ether2");
    let answer = put(&server, &sari, json!({"enabled": false})).await;
    assert_eq!((&answer.body["enabled"], &answer.body["fromFile"]["enabled"]), (&json!(false), &json!(true)));
    assert!(!recording.policy().enabled);

    let kept = RecordingPolicy::from(&server.store.recording().await.unwrap());
    assert!(!kept.enabled && kept.except.len() == 2, "{kept:?}");
    let audit = server.get("/api/v1/audit", &sari).await.body;
    let audit: Vec<_> =
        audit["entries"].as_array().unwrap().iter().filter(|one| one["action"] == "recording.change").collect();
    assert_eq!(audit.len(), 3);
    assert_eq!((&audit[0]["actor"], &audit[0]["target"]), (&json!("sari"), &json!("all=off")));
}

#[tokio::test]
async fn days_begin_where_an_administrator_says_until_that_is_taken_back() {
    let (server, sari, recording, _folder) = recording(RecordingPolicy::default()).await;
    let answer = put(&server, &sari, json!({"zone": "WITA"})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!((&answer.body["zone"], &answer.body["chosen"]["zone"]), (&json!("Asia/Makassar"), &json!("WITA")));
    let answer = put(&server, &sari, json!({"exceptKinds": []})).await;
    assert_eq!(answer.body["zone"], "Asia/Makassar", "what is not named stays");
    assert_eq!(put(&server, &sari, json!({"zone": "Mars"})).await.status, 400);
    assert_eq!(recording.history().reader().zone().name(), "Asia/Makassar");
    let answer = put(&server, &sari, json!({"zone": null})).await;
    assert_eq!((&answer.body["zone"], &answer.body["chosen"]["zone"]), (&json!("UTC"), &Value::Null));
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_changes_nothing() {
    let (server, sari, recording, _folder) = recording(RecordingPolicy::default()).await;
    for wrong in [
        json!({"enabled": "no"}),
        json!({"enabled": false, "else": 1}),
        json!({"enabled": false, "exceptKinds": [""]}),
        json!({"enabled": false, "lines": [{"router": "pop-1", "interface": "a\u{7}", "record": false}]}),
    ] {
        assert_eq!(put(&server, &sari, wrong.clone()).await.status, 400, "{wrong}");
    }
    assert_eq!(put(&server, &sari, json!({"enabled": false, "routers": {"a b": false}})).await.status, 404);
    assert_eq!(recording.policy(), RecordingPolicy::default());
}

#[tokio::test]
async fn what_it_takes_of_the_disk_is_told_to_who_sees_everything() {
    let (server, sari, _recording, _folder) = recording(RecordingPolicy::default()).await;
    let told = server.get(PATH, &sari).await.body;
    let disk = &told["disk"];
    assert_eq!((&disk["basis"], &disk["limitBytes"]), (&json!("lines"), &Value::Null));
    assert!(disk["estimatedBytes"].as_u64() >= disk["bytesPerDay"].as_u64(), "{disk}");
    #[cfg(unix)]
    assert!(disk["freeBytes"].as_u64().is_some_and(|free| free > 0), "{disk}");
    let limited = server.token(TokenKind::Api, line(Some("ether1"))).await;
    let limited = Credentials { bearer: Some(limited), ..Credentials::default() };
    let told = server.get(PATH, &limited).await;
    assert_eq!(told.status, 200);
    for details in ["disk", "chosen", "routers", "fromFile", "except"] {
        assert!(told.body.get(details).is_none(), "{details}");
    }
}

#[tokio::test]
async fn where_the_file_switches_the_history_off_the_page_cannot_switch_it_on() {
    let server = AuthServer::with_administrator(false).await;
    let sari = server.log_in("sari").await;
    let answer = put(&server, &sari, json!({"enabled": true})).await;
    assert_eq!((answer.status, &answer.body["code"]), (409, &json!("recording-off-in-file")));
}

#[tokio::test]
async fn a_flipped_bit_is_set_aside_and_told() {
    let (server, sari, recording, folder) = recording(RecordingPolicy::default()).await;
    let history = recording.history().clone();
    let fill = tokio::task::spawn_blocking(move || {
        // The first hour is sealed by a tick of the second.
        for number in 0..400u64 {
            let counters = Counters::bytes(number * (7_919 * number % 1_013), number);
            let name = LineName::interface("ether1");
            let reading = LineReading { name, shown: "ether1".into(), incarnation: 1, born: false, counters };
            let tick = Tick {
                router: "pop-1".parse().unwrap(),
                wall_ms: FIRST_HOUR_MS + number as i64 * 10_000,
                mono_ms: number * 10_000,
                interval_ms: 10_000,
                readings: vec![reading],
            };
            assert!(history.recorder().record(tick));
        }
        history.compact().unwrap();
    });
    fill.await.unwrap();
    assert_eq!(server.get(PATH, &sari).await.body["damagedChunks"], 0);
    // The recorder has written a segment too; this hour's is the larger one.
    let raw = std::fs::read_dir(folder.path().join("raw")).unwrap().map(|file| file.unwrap().path());
    let segment = raw.max_by_key(|path| path.metadata().unwrap().len()).unwrap();
    let mut bytes = std::fs::read(&segment).unwrap();
    let place = bytes.len() * 2 / 3;
    bytes[place] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let curve = format!("/api/v1/history?router=pop-1&interface=ether1&from={FIRST_HOUR_MS}&step=60");
    let curve = format!("{curve}&to={}", FIRST_HOUR_MS + 3_600_000);
    let answer = server.get(&curve, &sari).await;
    assert_eq!(answer.status, 200, "the rest is answered: {}", answer.body);
    assert_eq!(server.get(PATH, &sari).await.body["damagedChunks"], 1);
    assert_eq!(std::fs::read_dir(folder.path().join("aside")).unwrap().count(), 1);
}
