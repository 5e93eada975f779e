//! The history in a store that does not answer as it should: an error with its cause on every route, never an empty answer.

use std::sync::{Arc, Mutex};

use lalin_fleet::{Recording, RecordingPolicy};
use lalin_history::{
    Error, History, LineName, LineReading, LineSamples, PromQl, RemoteStore, SampleSink, Series, Settings, SinkCounts,
    StoreFault, Tick, When, Zone,
};
use lalin_http::{Api, ApiSettings};
use lalin_stats::{Counters, RouterId};
use serde_json::json;

use crate::auth_server::AuthServer;

/// A store that says what it is told to.
#[derive(Debug, Default)]
struct Away {
    fault: Mutex<Option<StoreFault>>,
}

impl PromQl for Away {
    fn ask(&self, _: &str, _: When) -> Result<Vec<Series>, Error> {
        let fault = *self.fault.lock().unwrap();
        fault.map_or(Ok(Vec::new()), |fault| Err(Error::Store { fault, detail: "http://user:secret@store".into() }))
    }
}

impl SampleSink for Away {
    fn push(&self, _: &RouterId, _: i64, _: Vec<LineSamples>) -> bool {
        true
    }

    fn flush(&self) {}

    fn counts(&self) -> SinkCounts {
        SinkCounts { waiting: 3, bytes: 4_096, lost: 0 }
    }
}

#[tokio::test]
async fn what_a_store_cannot_answer_is_told_with_its_cause() {
    let (folder, away) = (tempfile::tempdir().unwrap(), Arc::new(Away::default()));
    let parts = RemoteStore { questions: away.clone(), sink: away.clone() };
    let settings = Settings { zone: Zone::utc(), ..Settings::new(folder.path()) };
    let history = Arc::new(History::open_remote(settings, parts).unwrap());
    let reading = LineReading {
        name: LineName::interface("ether1"),
        shown: "ether1".into(),
        incarnation: 1,
        born: false,
        counters: Counters::bytes(1, 2),
    };
    let (router, wall_ms) = ("pop-1".parse().unwrap(), 1_795_402_800_000);
    let tick = Tick { router, wall_ms, mono_ms: 1, interval_ms: 10_000, readings: vec![reading] };
    assert!(history.recorder().record(tick));
    history.flush().unwrap();

    let mut server = AuthServer::with_administrator(false).await;
    let policy = RecordingPolicy::default();
    let recording = Arc::new(Recording::start(server.world.monitor.clone(), history, policy.clone(), &policy));
    let settings = ApiSettings { history: Some(recording), ..ApiSettings::default() };
    server.world.api = Api::with_admin(server.world.monitor.clone(), settings, server.world.admin.clone());
    let sari = server.log_in("sari").await;
    let routes = [
        "/api/v1/history?router=pop-1&interface=ether1",
        "/api/v1/usage?router=pop-1&interface=ether1",
        "/api/v1/usage?router=pop-1&format=csv",
        "/api/v1/percentile?router=pop-1&interface=ether1&month=2026-11",
        "/api/v1/percentile?router=pop-1&month=2026-11",
        "/api/v1/top",
    ];
    let faults = [
        (StoreFault::Unreachable, 502, "history-unreachable"),
        (StoreFault::TooSlow, 504, "history-slow"),
        (StoreFault::Refused, 502, "history-refused"),
        (StoreFault::Denied, 502, "history-refused"),
        (StoreFault::Partial, 502, "history-partial"),
    ];
    for (fault, status, code) in faults {
        *away.fault.lock().unwrap() = Some(fault);
        for route in routes {
            let answer = server.get(route, &sari).await;
            assert_eq!((answer.status, &answer.body["code"]), (status, &json!(code)), "{route}: {}", answer.body);
            assert!(!answer.body.to_string().contains("secret"), "its words may hold one: {}", answer.body);
        }
    }
    *away.fault.lock().unwrap() = None;
    for route in routes {
        assert_eq!(server.get(route, &sari).await.status, 200, "{route}");
    }
    let told = server.get("/api/v1/recording", &sari).await.body;
    assert_eq!((&told["store"], &told["disk"]["usedBytes"]), (&json!("prometheus"), &json!(4_096)));
}
