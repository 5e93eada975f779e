//! The event stream.

use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::test::TestRequest;
use futures_util::future::poll_fn;
use lalin_http::StreamLimits;
use lalin_stats::SourceError;
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout};

use crate::test_server::{RX_BPS, TestServer};

/// An open stream, read event by event.
pub struct Reader {
    body: Pin<Box<BoxBody>>,
    text: String,
    interfaces: Vec<Value>,
}

#[derive(Debug)]
pub struct Event {
    name: String,
    pub id: String,
    pub data: Value,
}

impl Reader {
    pub async fn open(world: &TestServer, path: &str, last: Option<&str>) -> Self {
        let mut request = TestRequest::get().uri(path);
        if let Some(last) = last {
            request = request.insert_header(("Last-Event-ID", last));
        }
        Self::of(world.call(request).await)
    }

    pub fn of(response: ServiceResponse) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers().get("Content-Type").unwrap(), "text/event-stream");
        assert_eq!(response.headers().get("Content-Encoding").unwrap(), "identity");
        Self { body: Box::pin(response.into_body()), text: String::new(), interfaces: Vec::new() }
    }

    /// The next block, comment or event; `None` at the end.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let rest = self.text.split_off(end + 2);
                return Some(std::mem::replace(&mut self.text, rest));
            }
            let bytes = poll_fn(|context| self.body.as_mut().poll_next(context)).await?.unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// The next so many blocks, as they came.
    pub async fn blocks(&mut self, count: usize) -> String {
        let mut text = String::new();
        for _ in 0..count {
            let Some(block) = self.block().await else { break };
            text += &block;
        }
        text
    }

    async fn event(&mut self) -> Event {
        loop {
            let block = self.block().await.unwrap();
            let field = |name: &str| {
                let line = block.lines().find_map(|line| line.strip_prefix(name));
                line.and_then(|line| line.strip_prefix(": ")).unwrap_or_default().to_owned()
            };
            if !block.starts_with(':') {
                let data: Value = serde_json::from_str(&field("data")).unwrap();
                let (name, id) = (field("event"), field("id"));
                match name.as_str() {
                    "interfaces" => self.interfaces = data["interfaces"].as_array().unwrap().clone(),
                    "interfaces-changed" => self.take_in(&data),
                    _ => {}
                }
                return Event { name, id, data };
            }
        }
    }

    /// Whether nothing follows.
    pub async fn is_over(&mut self) -> bool {
        self.block().await.is_none()
    }

    /// The list of interfaces as the next event of it makes it, with its revision.
    pub async fn list(&mut self) -> Value {
        loop {
            let event = self.event().await;
            if event.name.starts_with("interfaces") {
                return serde_json::json!({"rev": event.data["rev"], "interfaces": self.interfaces});
            }
        }
    }

    /// Takes a change of the list in, as the documents say.
    fn take_in(&mut self, change: &Value) {
        let parts = |name: &str| change[name].as_array().cloned().unwrap_or_default();
        let place = |place: &Value| usize::try_from(place.as_u64().unwrap()).unwrap();
        for removed in parts("removed").iter().rev() {
            self.interfaces.remove(place(removed));
        }
        for added in parts("added") {
            self.interfaces.insert(place(&added[0]), added[1].clone());
        }
        for changed in parts("changed") {
            self.interfaces[place(&changed[0])] = changed[1].clone();
        }
    }

    pub async fn wait_for(&mut self, name: &str) -> Event {
        loop {
            let event = self.event().await;
            if event.name == name {
                return event;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn first_comes_who_and_how_it_stands_then_the_past_then_each_tick() {
    let world = TestServer::new();
    world.router("r");
    let mut first = Reader::open(&world, "/api/v1/stream", None).await;
    for _ in 0..5 {
        first.wait_for("tick").await;
    }
    let mut second = Reader::open(&world, "/api/v1/stream?interface=ether1", None).await;
    let hello = second.event().await;
    assert_eq!((hello.name.as_str(), &hello.data["router"]["id"]), ("hello", &"r".into()));
    assert_eq!(hello.data["intervalMs"], 2_000);
    let state = second.event().await;
    assert_eq!((state.name.as_str(), &state.data["code"]), ("state", &"live".into()));
    let list = second.event().await;
    assert_eq!((list.name.as_str(), &list.data["interfaces"][1]["pointOfView"]), ("interfaces", &"customer".into()));
    // The window is measured on the wall clock; the scripted samples are of long ago.
    let window = second.event().await;
    assert_eq!((window.name.as_str(), &window.data["resumed"]), ("window", &false.into()));
    assert!(window.id.ends_with("-5"));
    let tick = second.event().await;
    assert_eq!((tick.name.as_str(), &tick.data["seq"]), ("tick", &6.into()));
    assert_eq!(tick.data["rev"], list.data["rev"]);
    assert_eq!(tick.data["rx"], serde_json::json!([RX_BPS, RX_BPS]));
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_with_the_last_id_gets_the_rest_without_gap_or_repeat() {
    let world = TestServer::new();
    world.router("r");
    let mut stays = Reader::open(&world, "/api/v1/stream", None).await;
    let mut leaves = Reader::open(&world, "/api/v1/stream", None).await;
    let mut last = String::new();
    for _ in 0..3 {
        last = leaves.wait_for("tick").await.id;
    }
    drop(leaves);
    for turn in 0..8 {
        // The very first sample has no rate, and so nothing that could be off.
        let tick = stays.wait_for("tick").await.data;
        assert_eq!((tick["low"].is_number(), tick["high"].is_number()), (turn > 0, turn > 0), "{tick}");
    }
    let mut back = Reader::open(&world, "/api/v1/stream?interface=ether1", Some(&last)).await;
    let window = back.wait_for("window").await;
    assert_eq!(window.data["resumed"], true);
    assert_eq!(window.data["t"].as_array().unwrap().len(), 5);
    for factor in ["low", "high"] {
        let factors = window.data[factor].as_array().unwrap();
        assert!(factors.len() == 5 && factors.iter().all(serde_json::Value::is_number), "{factors:?}");
    }
    assert_eq!(window.data["series"].as_array().unwrap().len(), 1);
    assert_eq!(window.data["series"][0]["rx"][4], RX_BPS);
    assert_eq!(back.wait_for("tick").await.data["seq"], 9);
    // An id of another life of the server means nothing here.
    let mut stranger = Reader::open(&world, "/api/v1/stream", Some("f00d-8")).await;
    assert_eq!(stranger.wait_for("window").await.data["resumed"], false);
}

#[tokio::test(start_paused = true)]
async fn changes_of_state_and_of_interfaces_are_told() {
    let world = TestServer::new();
    let router = world.router("r");
    let mut reader = Reader::open(&world, "/api/v1/stream", None).await;
    let mut whole = Reader::open(&world, "/api/v1/stream?lists=whole", None).await;
    let before = reader.wait_for("interfaces").await.data["rev"].clone();
    whole.wait_for("tick").await;
    *router.comment.lock().unwrap() = "<img src=x onerror=alert(1)>";
    let after = reader.wait_for("interfaces-changed").await;
    assert_ne!(after.data["rev"], before);
    assert_eq!((&after.data["from"], after.data["changed"].as_array().unwrap().len()), (&before, 1));
    assert_eq!(after.data["changed"][0][0], 0);
    assert_eq!(after.data["changed"][0][1]["comment"], "<img src=x onerror=alert(1)>");
    assert_eq!(reader.wait_for("tick").await.data["rev"], after.data["rev"]);
    let list = whole.wait_for("interfaces").await.data;
    assert_eq!((&list["interfaces"][0], &list["rev"]), (&after.data["changed"][0][1], &after.data["rev"]));
    router.fail(SourceError::Refused { detail: "port".into() });
    let state = reader.wait_for("state").await;
    assert_eq!((&state.data["code"], &state.data["reason"]), (&"stale".into(), &"refused".into()));
    assert_eq!(state.data["attempt"], 2);
    assert!(state.data["ageMs"].is_u64());
}

#[tokio::test(start_paused = true)]
async fn what_a_watched_line_is_now_is_told_alone_and_a_line_that_is_gone_too() {
    let world = TestServer::new();
    let router = world.router("r");
    *router.ports.lock().unwrap() = vec![Some(1_000); 9];
    let mut reader = Reader::open(&world, "/api/v1/stream?watch=r/ether1,r/ether2,r/ether9,r/ether10", None).await;
    let list = reader.wait_for("interfaces").await.data;
    assert_eq!(list["interfaces"].as_array().unwrap().len(), 4);
    *router.down.lock().unwrap() = true;
    router.ports.lock().unwrap().truncate(8);
    let change = reader.wait_for("interfaces-changed").await.data;
    assert_eq!((&change["router"], &change["from"]), (&"r".into(), &list["rev"]));
    assert_eq!(change["removed"], serde_json::json!([3]));
    assert_eq!((&change["changed"][0][0], &change["changed"][0][1]["running"]), (&0.into(), &false.into()));
    assert_eq!(reader.wait_for("tick").await.data["rx"].as_array().unwrap().len(), 3);
    assert_eq!(world.get("/api/v1/stream?lists=some").await.body["field"], "lists");
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_never_silent_and_an_unconfigured_one_says_so() {
    let world = TestServer::new();
    let mut reader = Reader::open(&world, "/api/v1/stream", None).await;
    assert!(reader.event().await.data["router"].is_null());
    for _ in 0..3 {
        let begun = Instant::now();
        assert_eq!(reader.block().await.unwrap(), ": beat\n\n");
        assert_eq!(begun.elapsed(), StreamLimits::default().heartbeat);
    }
}

#[tokio::test(start_paused = true)]
async fn a_closed_stream_stops_the_reads_and_frees_its_place() {
    let world = TestServer::with_limits(StreamLimits { streams: 2, ..StreamLimits::default() });
    let router = world.router("r");
    let mut first = Reader::open(&world, "/api/v1/stream", None).await;
    let second = Reader::open(&world, "/api/v1/stream", None).await;
    first.wait_for("tick").await;
    let refused = world.get("/api/v1/stream").await;
    assert_eq!((refused.status, &refused.body["code"]), (503, &"too-many-viewers".into()));
    assert_eq!(refused.body["limit"], "viewers");
    drop((first, second));
    sleep(Duration::from_secs(1)).await;
    let left = router.reads.load(Ordering::SeqCst);
    sleep(Duration::from_secs(600)).await;
    assert_eq!(router.reads.load(Ordering::SeqCst), left);
    Reader::open(&world, "/api/v1/stream", None).await;
}

#[tokio::test(start_paused = true)]
async fn a_stopping_server_ends_its_streams() {
    let world = TestServer::new();
    world.router("r");
    let mut reader = Reader::open(&world, "/api/v1/stream", None).await;
    reader.wait_for("tick").await;
    world.api.stop_token().cancel();
    let end = async { while reader.block().await.is_some() {} };
    timeout(Duration::from_millis(10), end).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_back_is_told_by_a_whole_window_of_another_base_and_to_who_comes_back_too() {
    let world = TestServer::new();
    let script = world.router("r");
    let mut stream = Reader::open(&world, "/api/v1/stream", None).await;
    assert!(stream.wait_for("window").await.data.get("base").is_none(), "there is nothing yet");
    for _ in 0..4 {
        assert_eq!(stream.wait_for("tick").await.data["base"], 1);
    }
    let last = stream.wait_for("tick").await;
    *script.clock_off_ms.lock().unwrap() = -3_600_000;
    let window = stream.wait_for("window").await;
    let times = window.data["t"].as_array().unwrap();
    assert_eq!((&window.data["resumed"], &window.data["base"], times.len()), (&false.into(), &2.into(), 6));
    let step = &window.data["steps"][0];
    assert_eq!((&step["base"], &step["t"], &step["ms"]), (&2.into(), &times[5], &(-3_600_000).into()));
    assert!(times[4].as_u64() < last.data["t"].as_u64().map(|t| t - 3_500_000), "restated: {times:?}");
    let tick = stream.wait_for("tick").await.data;
    assert!(tick["t"].as_u64() > times[5].as_u64() && tick.get("step").is_none(), "{tick}");
    let mut back = Reader::open(&world, "/api/v1/stream", Some(&last.id)).await;
    assert_eq!(back.wait_for("window").await.data["resumed"], false, "what it has is at other times");
    let mut back = Reader::open(&world, "/api/v1/stream", Some(&window.id)).await;
    assert_eq!(back.wait_for("window").await.data["resumed"], true);
    assert_eq!(world.get("/api/interface-stats").await.header("X-Lalin-Time-Base"), "2");
    *script.clock_off_ms.lock().unwrap() = 0;
    let tick = stream.wait_for("tick").await.data;
    let tick = if tick["base"] == 3 { tick } else { stream.wait_for("tick").await.data };
    assert_eq!(
        (&tick["base"], &tick["step"], &tick["rx"][0]),
        (&3.into(), &3_600_000.into(), &serde_json::Value::Null)
    );
}

#[tokio::test(start_paused = true)]
async fn a_watched_router_that_is_removed_is_told_the_others_go_on_and_it_comes_back_when_it_is_added_again() {
    let world = TestServer::new();
    world.router("a");
    world.router("b");
    let mut reader = Reader::open(&world, "/api/v1/stream?watch=a/ether1,b/ether1", None).await;
    reader.wait_for("tick").await;
    world.monitor.remove(&"a".parse().unwrap());
    assert_eq!(reader.wait_for("removed").await.data, serde_json::json!({"router": "a"}));
    for _ in 0..5 {
        assert_eq!(reader.wait_for("tick").await.data["router"], "b");
    }
    world.router("a");
    let mut seen = Vec::new();
    while !seen.contains(&("tick".to_owned(), "a".to_owned())) {
        let event = reader.event().await;
        seen.push((event.name, event.data["router"].as_str().unwrap().to_owned()));
    }
    let of_a: Vec<&str> = seen.iter().filter(|(_, router)| router == "a").map(|(name, _)| name.as_str()).collect();
    assert!(of_a.starts_with(&["state", "window"]) && of_a.contains(&"interfaces"), "{of_a:?}");
    // All of them: the stream stays.
    world.monitor.remove(&"a".parse().unwrap());
    world.monitor.remove(&"b".parse().unwrap());
    reader.wait_for("removed").await;
    reader.wait_for("removed").await;
    assert_eq!(reader.block().await.unwrap(), ": beat\n\n");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_names_a_removed_router_opens_tells_it_and_goes_on_for_the_others() {
    let world = TestServer::new();
    world.router("b");
    let mut reader = Reader::open(&world, "/api/v1/stream?watch=a/ether1,b/ether1", None).await;
    let hello = reader.wait_for("hello").await.data;
    assert_eq!(
        (&hello["routers"][0]["id"], hello["routers"].as_array().map(Vec::len)),
        (&serde_json::json!("b"), Some(1))
    );
    assert_eq!(reader.wait_for("removed").await.data, serde_json::json!({"router": "a"}));
    for _ in 0..3 {
        assert_eq!(reader.wait_for("tick").await.data["router"], "b");
    }
    world.router("a");
    while reader.wait_for("tick").await.data["router"] != "a" {}
    assert_eq!(world.get("/api/v1/stream?watch=x/ether1,y/ether1").await.status, 404, "none of them is there");
}

#[tokio::test(start_paused = true)]
async fn a_page_that_opens_later_is_told_why_there_is_nothing() {
    let world = TestServer::new();
    let router = world.router("r");
    sleep(Duration::from_secs(60)).await;
    let mut first = Reader::open(&world, "/api/v1/stream", None).await;
    let open = first.wait_for("window").await.data["gaps"].clone();
    assert_eq!(open, serde_json::json!([{"from": null, "to": null, "reason": "unwatched"}]));
    let tick = first.wait_for("tick").await.data;
    assert_eq!((&tick["gap"][0]["reason"], &tick["gap"][0]["from"]), (&"restarted".into(), &Value::Null));
    assert_eq!((&tick["gap"][1]["reason"], &tick["gap"][1]["to"]), (&"unwatched".into(), &tick["t"]));
    assert!(first.wait_for("tick").await.data.get("gap").is_none());
    router.fail(SourceError::Refused { detail: "port of 192.0.2.1".into() });
    sleep(Duration::from_secs(60)).await;
    *router.failure.lock().unwrap() = None;
    let after = loop {
        let tick = first.wait_for("tick").await.data;
        if tick.get("gap").is_some() {
            break tick;
        }
    };
    let mut second = Reader::open(&world, "/api/v1/stream?interface=ether1", None).await;
    let window = second.wait_for("window").await.data;
    let gap = window["gaps"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(serde_json::json!([gap]), after["gap"]);
    assert_eq!((&gap["reason"], &gap["cause"], gap.get("detail")), (&"unreachable".into(), &"refused".into(), None));
    let at = |at: &Value| window["t"].as_array().unwrap().contains(at);
    assert!(at(&gap["from"]) && at(&gap["to"]), "from the last sample to the next: {gap}");
    assert_eq!(world.get("/api/v1/window?interface=ether1").await.body["gaps"], window["gaps"]);
}
