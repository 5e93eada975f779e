//! Viewers as the page is one: an open event stream, come back with growing pauses and with the number of the last event,
//! and the curve that results from what came.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::time::{sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

use crate::client::{Event, EventStream};
use crate::sizes::until;

/// The page's pauses.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Longer than any router is without a holder; signs of life do not count here.
const SILENCE: Duration = Duration::from_secs(60);

/// A point of a curve: the sample's number, 0 where only a window told it, and what `ether1` received.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) seq: u64,
    pub(crate) rx: Option<f64>,
}

/// What a viewer has seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// By the sample's time, ms.
    pub(crate) curve: BTreeMap<u64, Point>,
    /// Streams that were opened.
    pub(crate) opened: usize,
    /// The last state that was told.
    pub(crate) state: String,
    last: Option<String>,
}

/// One viewer of one router.
pub(crate) struct Viewer {
    seen: Arc<Mutex<Seen>>,
    _task: AbortOnDropHandle<()>,
}

impl Viewer {
    /// Watches a router at the first of these addresses; where that ends, at the next one, as behind a load balancer.
    pub(crate) fn open(addresses: Vec<String>, router: &str) -> Self {
        let seen = Arc::default();
        let path = format!("/api/v1/stream?router={router}&interface=ether1&only=1");
        let task = tokio::spawn(watch(addresses, path, Arc::clone(&seen)));
        Self { seen, _task: AbortOnDropHandle::new(task) }
    }

    pub(crate) fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }
}

impl Seen {
    /// The longest stretch without a value from this time on, ms.
    pub(crate) fn longest_gap(&self, from: u64) -> u64 {
        let values: Vec<u64> =
            self.curve.range(from..).filter(|(_, point)| point.rx.is_some()).map(|(t, _)| *t).collect();
        values.windows(2).map(|two| two[1] - two[0]).max().unwrap_or(u64::MAX)
    }

    /// The time of the last value, ms.
    pub(crate) fn end(&self) -> u64 {
        self.curve.iter().rfind(|(_, point)| point.rx.is_some()).map_or(0, |(t, _)| *t)
    }

    fn values_after(&self, t: u64) -> usize {
        self.curve.range(t + 1..).filter(|(_, point)| point.rx.is_some()).count()
    }

    fn takes(&mut self, event: Event) {
        let Ok(data) = serde_json::from_str::<Value>(&event.data) else { return };
        if !event.id.is_empty() {
            self.last = Some(event.id.clone());
        }
        match event.name.as_str() {
            "state" => data["code"].as_str().unwrap_or_default().clone_into(&mut self.state),
            "window" => {
                if data["resumed"] != true {
                    self.curve.clear();
                }
                let line = data["series"].as_array().and_then(|all| all.iter().find(|one| one["name"] == "ether1"));
                let times = data["t"].as_array().into_iter().flatten().filter_map(Value::as_u64);
                let rates = line.and_then(|line| line["rx"].as_array()).into_iter().flatten();
                for (t, rx) in times.zip(rates) {
                    self.curve.entry(t).or_insert(Point { seq: 0, rx: rx.as_f64() });
                }
            }
            "tick" => {
                let (seq, t) = (data["seq"].as_u64().unwrap(), data["t"].as_u64().unwrap());
                self.curve.insert(t, Point { seq, rx: data["rx"][0].as_f64() });
            }
            _ => {}
        }
    }
}

/// Waits until each of them has so many more values.
pub(crate) async fn all_go_on(viewers: &[Viewer], more: usize, limit: Duration) {
    let ends: Vec<_> = viewers.iter().map(|viewer| viewer.seen().end()).collect();
    until("each viewer's curve goes on", limit, async || {
        let seen = viewers.iter().map(Viewer::seen).zip(&ends).enumerate();
        let dark = seen.filter(|(_, (seen, end))| seen.values_after(**end) < more);
        let dark: Vec<_> = dark.map(|(at, (seen, _))| (at, seen.state, seen.opened)).collect();
        if dark.is_empty() { Ok(()) } else { Err(dark) }
    })
    .await;
}

async fn watch(addresses: Vec<String>, path: String, seen: Arc<Mutex<Seen>>) {
    let (mut at, mut failures) = (0, 0_u32);
    loop {
        let last = seen.lock().unwrap().last.clone();
        let address = &addresses[at % addresses.len()];
        if let Ok(mut stream) = EventStream::open_again(address, &path, last.as_deref()).await {
            seen.lock().unwrap().opened += 1;
            while let Ok(Some(event)) = timeout(SILENCE, stream.next()).await {
                failures = 0;
                seen.lock().unwrap().takes(event);
            }
        }
        at += 1;
        failures += 1;
        sleep(LONGEST_PAUSE.min(FIRST_PAUSE * 2_u32.pow((failures - 1).min(8)))).await;
    }
}
