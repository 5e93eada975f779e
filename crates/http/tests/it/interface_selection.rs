//! Interfaces are asked for by their names, whatever characters these contain, and by key where they share a name.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use lalin_monitor::Label;
use lalin_stats::{Counters, Failure, Interface, Reading, Row, Snapshot, Source};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::stream::Reader;
use crate::test_server::TestServer;

/// `(id, name, type)` of the interfaces a router has now.
type Listed = Vec<(&'static str, String, &'static str)>;

struct Named {
    interfaces: Mutex<Listed>,
    begun: Instant,
    wall: Duration,
}

#[async_trait]
impl Source for Named {
    type Data = Snapshot;
    type Error = Failure;

    async fn read(&self) -> Result<Reading, Failure> {
        let bytes = u64::try_from(self.begun.elapsed().as_millis()).unwrap() * 1_000;
        let interfaces = self.interfaces.lock().unwrap().clone();
        let row = |(place, (id, name, kind)): (usize, &(&str, String, &str))| {
            let counters = Counters::bytes(bytes * (place as u64 + 1), bytes);
            Row::new(Arc::new(Interface::new(id, name, kind)), counters)
        };
        let rows = interfaces.iter().enumerate().map(row).collect();
        // What may be asked for is told from the wall clock.
        let since_1970 = self.wall + self.begun.elapsed();
        let unix_ms = u64::try_from(since_1970.as_millis()).unwrap();
        Ok(Reading::fresh(Arc::new(Snapshot::at(Instant::now(), unix_ms, rows))))
    }
}

fn router(world: &TestServer, id: &str, interfaces: Listed) -> Arc<Named> {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let named = Arc::new(Named { interfaces: Mutex::new(interfaces), begun: Instant::now(), wall });
    world.monitor.add(id.parse().unwrap(), Label::new(id, "192.0.2.1:8728"), named.clone());
    world.admin.know(id);
    named
}

/// Names with all that a keyboard has, and more.
fn odd_names() -> Vec<String> {
    let mut names: Vec<String> = ('!'..='~').map(|sign| format!("a{sign}b")).collect();
    names.extend(
        ["a,b,c", "a b", " a", "a%2Cb", "100%", "<script>alert(1)</script>", "😀", "é", "市", "a\nb"].map(Into::into),
    );
    names
}

fn odd() -> Listed {
    odd_names().into_iter().map(|name| ("*1", name, "ether")).collect()
}

fn encoded(name: &str) -> String {
    name.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn keys(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn every_name_can_be_asked_for_alone_and_with_another() {
    let world = TestServer::new();
    router(&world, "r", odd());
    let _open = Reader::open(&world, "/api/v1/stream", None).await;
    sleep(Duration::from_secs(5)).await;
    for name in odd_names() {
        let text = encoded(&name);
        let alone = world.get(&format!("/api/v1/window?window=60&interface={text}")).await;
        assert_eq!(keys(&alone.body["series"]), [&name], "{name}");
        assert!(alone.body["series"][0]["rx"][1].is_u64(), "{name}: {}", alone.body);
        let both = world.get(&format!("/api/v1/window?interface={text}&interface=a_b")).await;
        let expected = if name == "a_b" { 1 } else { 2 };
        assert_eq!(both.body["series"].as_array().unwrap().len(), expected, "{name}");
        // As one part of a list; what is a name as it stands comes first.
        let escaped = name.replace('%', "%25").replace(',', "%2C");
        let escaped = if escaped == "a%2Cb" { name.clone() } else { escaped };
        for path in [
            format!("/api/v1/stream?only=1&interface={text}"),
            format!("/api/v1/stream?only=1&interface={}", encoded(&escaped)),
            format!("/api/v1/stream?watch=r%2F{text}"),
            format!("/api/v1/stream?watch=r/{text}&watch=r/{text}"),
        ] {
            let mut reader = Reader::open(&world, &path, None).await;
            assert_eq!(keys(&reader.list().await["interfaces"]), [&name], "{path}");
            assert_eq!(keys(&reader.wait_for("window").await.data["series"]), [&name], "{path}");
            assert_eq!(reader.wait_for("tick").await.data["rx"].as_array().unwrap().len(), 1, "{path}");
        }
    }
    let all = world.get("/api/v1/interfaces").await;
    assert_eq!(keys(&all.body["interfaces"]), odd_names());
    let old = world.get("/api/interface-stats").await;
    assert_eq!(keys(&old.body), odd_names());
}

#[tokio::test(start_paused = true)]
async fn a_list_with_commas_is_still_a_list() {
    let world = TestServer::new();
    let named = router(&world, "r", ["a", "b", "c"].map(|name| ("*1", name.to_owned(), "ether")).into());
    let _open = Reader::open(&world, "/api/v1/stream", None).await;
    sleep(Duration::from_secs(5)).await;
    let window = async |path: &str| world.get(&format!("/api/v1/window?interface={path}")).await.body["series"].clone();
    assert_eq!(keys(&window("a,c").await), ["a", "c"]);
    assert_eq!(keys(&window("a,c&interface=b").await), ["a", "b", "c"]);
    let watch = |path: &str| format!("/api/v1/stream?watch={path}");
    for (path, status) in
        [("r/a,r/b", 200), ("r/a,r/b&watch=r/c", 200), ("r/a,b", 400), ("r/a,gone/b", 200), ("gone/b", 404)]
    {
        assert_eq!(world.get_status(&watch(path)).await, status, "{path}");
    }
    // Only where there is such a name is the whole value one: it may come while somebody looks.
    let mut reader = Reader::open(&world, "/api/v1/stream?only=1&interface=a,b", None).await;
    assert_eq!(keys(&reader.list().await["interfaces"]), ["a", "b"]);
    named.interfaces.lock().unwrap().push(("*4", "a,b".to_owned(), "ether"));
    assert_eq!(keys(&reader.list().await["interfaces"]), ["a,b"]);
}

#[tokio::test(start_paused = true)]
async fn two_of_one_name_have_each_its_own_key_and_history() {
    let world = TestServer::new();
    let shared = |id, kind| (id, "management".to_owned(), kind);
    router(&world, "r", vec![shared("*1", "ether"), shared("*5", "vlan"), ("*6", "other".into(), "ether")]);
    let mut open = Reader::open(&world, "/api/v1/stream", None).await;
    sleep(Duration::from_secs(5)).await;
    let twins = ["management (ether *1)", "management (vlan *5)"];
    let listed = open.list().await["interfaces"].clone();
    assert_eq!(keys(&listed), [twins[0], twins[1], "other"]);
    assert_eq!([&listed[0]["name"], &listed[1]["name"]], ["management", "management"]);
    let both = world.get("/api/v1/window?interface=management").await.body["series"].clone();
    assert_eq!(keys(&both), twins);
    assert_eq!((&both[0]["rx"][1], &both[1]["rx"][1]), (&json!(8_000_000), &json!(16_000_000)), "{both}");
    let one = world.get(&format!("/api/v1/window?interface={}", encoded(twins[1]))).await.body["series"].clone();
    assert_eq!((keys(&one), &one[0]["id"], &one[0]["line"]), (vec![twins[1]], &json!("*5"), &both[1]["line"]));
    let mut reader =
        Reader::open(&world, &format!("/api/v1/stream?only=1&interface={}", encoded(twins[0])), None).await;
    assert_eq!(keys(&reader.list().await["interfaces"]), [twins[0]]);
    assert_eq!(reader.wait_for("tick").await.data["rx"], json!([8_000_000]));
}

#[tokio::test(start_paused = true)]
async fn a_rename_keeps_its_past_and_its_rate() {
    let world = TestServer::new();
    let named = router(&world, "r", vec![("*1", "ether1".into(), "ether")]);
    let mut open = Reader::open(&world, "/api/v1/stream", None).await;
    let line = open.list().await["interfaces"][0]["line"].clone();
    sleep(Duration::from_secs(5)).await;
    named.interfaces.lock().unwrap()[0].1 = "WAN".into();
    sleep(Duration::from_secs(4)).await;
    let renamed = open.list().await["interfaces"][0].clone();
    assert_eq!((&renamed["name"], &renamed["line"]), (&json!("WAN"), &line));
    let series = world.get("/api/v1/window?interface=WAN").await.body["series"].clone();
    let rx = series[0]["rx"].as_array().unwrap();
    assert!(rx.len() > 3 && rx[1..].iter().all(|rate| *rate == 8_000_000), "no gap at the rename: {series}");
    assert_eq!(series[0]["line"], line);
}

#[tokio::test(start_paused = true)]
async fn a_cache_buster_is_no_parameter() {
    let world = TestServer::new();
    router(&world, "r", odd());
    for path in ["/api/interface-stats?_=1700000000", "/api/v1/interfaces?_=1&_=2", "/api/v1/routers?_"] {
        assert_eq!(world.get(path).await.status, 200, "{path}");
    }
}
