//! What an observer is told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use lalin_cache::{Cached, Event, Observer, Source};
use tokio::time::advance;

use crate::temperature::{Thermometer, Unreadable};

const LIFE: Duration = Duration::from_secs(5);

/// Writes every event down.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Notes {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Observer<f64, Unreadable> for Notes {
    fn on_event(&self, event: &Event<'_, f64, Unreadable>) {
        let note = match event {
            Event::Hit { age } => format!("hit {}", age.as_secs()),
            Event::Miss => "miss".to_owned(),
            Event::SharedRead => "shared".to_owned(),
            Event::HeldFailure { .. } => "held".to_owned(),
            Event::Refreshed { reading } => format!("refreshed {}", reading.data),
            Event::Failed { age, .. } => format!("failed {:?}", age.map(|age| age.as_secs())),
            Event::StaleServed { age, .. } => format!("stale {}", age.as_secs()),
            _ => "?".to_owned(),
        };
        self.0.lock().unwrap().push(note);
    }
}

#[tokio::test(start_paused = true)]
async fn each_call_and_each_read_is_told_once() {
    let notes = Arc::new(Notes::default());
    let cached = Cached::new(Thermometer::reading(&["?", "1", "?", "2"]), LIFE).with_observer(notes.clone());

    cached.read().await.unwrap_err();
    assert_eq!(notes.take(), ["miss", "failed None"]);
    cached.read().await.unwrap_err();
    assert_eq!(notes.take(), ["held"]);

    advance(Cached::FAILURE_HOLD).await;
    join_all((0..3).map(|_| cached.read())).await;
    assert_eq!(notes.take(), ["miss", "shared", "shared", "refreshed 1"]);
    advance(Duration::from_secs(3)).await;
    cached.read().await.unwrap();
    assert_eq!(notes.take(), ["hit 3"]);

    advance(Duration::from_secs(4)).await;
    cached.read().await.unwrap();
    assert_eq!(notes.take(), ["miss", "failed Some(7)", "stale 7"]);
    cached.read().await.unwrap();
    assert_eq!(notes.take(), ["held", "stale 7"]);
    cached.invalidate();
    cached.read().await.unwrap();
    assert_eq!(notes.take(), ["miss", "refreshed 2"]);
}

#[tokio::test(start_paused = true)]
async fn an_observer_that_panics_wedges_nobody() {
    struct Broken;
    impl Observer<f64, Unreadable> for Broken {
        fn on_event(&self, _: &Event<'_, f64, Unreadable>) {
            panic!("on purpose");
        }
    }
    let cached = Cached::new(Thermometer::reading(&["1", "?", "2"]), LIFE).with_observer(Broken);
    assert_eq!(*cached.read().await.unwrap().data, 1.0);
    assert_eq!(*cached.read().await.unwrap().data, 1.0);
    advance(LIFE).await;
    assert_eq!(*cached.read().await.unwrap().data, 1.0);
    advance(Cached::FAILURE_HOLD).await;
    assert_eq!(*cached.read().await.unwrap().data, 2.0);
}
