//! Telegram and a webhook through the outbox: failing, breaking off, slow, asking for patience, and back.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use lalin_alerts::channel::Transport;
use lalin_alerts::outbox::{ChannelState, told};
use rusqlite::Connection;
use serde_json::json;

use crate::receiver::{Receiver, Reply, Request};
use crate::rig::{Rig, cleared, fired, telegram, transport, webhook};

const TAKEN: &str = r#"{"ok":true,"result":{"message_id":77}}"#;

/// Answers by a script, then always well.
fn scripted(script: Vec<Reply>) -> impl Fn(&Request) -> Reply + Send + Sync + 'static {
    let next = AtomicUsize::new(0);
    move |_| {
        let place = next.fetch_add(1, Ordering::Relaxed);
        script.get(place).cloned().unwrap_or_else(|| (200, TAKEN.to_owned()).into())
    }
}

#[tokio::test]
async fn telegram_fails_breaks_off_asks_for_patience_and_takes_it_in_the_end() {
    let asked: &'static Mutex<Vec<SystemTime>> = Box::leak(Box::default());
    let patience = json!({ "ok": false, "description": "Too Many Requests", "parameters": { "retry_after": 3 } });
    let script = scripted(vec![
        (502, "<html>Bad Gateway</html>".to_owned()).into(),
        Reply::breaking(),
        Reply::from((429, patience.to_string())).with("Retry-After", "3"),
    ]);
    let receiver = Receiver::start(move |request| {
        asked.lock().unwrap().push(SystemTime::now());
        script(request)
    })
    .await;
    let rig = Rig::new();
    rig.outbox.set_channels(vec![telegram(&receiver.url(""), &transport())]);
    let down = fired("n-1", "🔴 PUTUS: <ether1> di Router Pusat sejak 02.03 WIB.");
    rig.put("telegram", &down);
    let counters = rig.until("telegram", |c| c.sent == 1).await;
    assert_eq!((counters.failed, counters.waiting, counters.state), (0, 0, ChannelState::Working));
    let times = asked.lock().unwrap().clone();
    assert_eq!(times.len(), 4);
    assert!(times[3].duration_since(times[2]).unwrap() >= Duration::from_millis(2_900), "{times:?}");
    // Two attempts broke off unanswered, so the one that arrived says what it may be.
    let text = receiver.requests()[3].json()["text"].as_str().unwrap().to_owned();
    assert_eq!(text, "🔴 PUTUS: &lt;ether1&gt; di Router Pusat sejak 02.03 WIB. (mungkin terkirim dua kali)");

    rig.put("telegram", &cleared(&down, "n-2", "🟢 PULIH: <ether1> setelah 4 mnt 12 dtk."));
    rig.until("telegram", |c| c.sent == 2).await;
    let asked = receiver.requests();
    assert_eq!(asked[4].json()["reply_parameters"]["message_id"], 77);
    let edit = asked[5].json();
    assert_eq!(edit["message_id"], 77);
    assert!(edit["text"].as_str().unwrap().starts_with("<s>🔴 PUTUS: &lt;ether1&gt;"), "{edit}");
    let history = told(&Connection::open(rig.database()).unwrap(), &down.alert).unwrap();
    assert!(history.iter().all(|told| told.state == "sent"), "{history:?}");
}

#[tokio::test]
async fn a_webhook_that_is_slow_is_sent_again_with_the_same_id_and_a_new_time() {
    let rig = Rig::new();
    let first = AtomicUsize::new(0);
    let receiver = Receiver::start(move |_| match first.fetch_add(1, Ordering::Relaxed) {
        0 => Reply::hanging(),
        _ => (204, String::new()).into(),
    })
    .await;
    let quick = Transport::with_timeout(None, Duration::from_millis(300)).unwrap();
    rig.outbox.set_channels(vec![webhook(&receiver.url("/hook"), &quick)]);
    rig.put("webhook", &fired("n-1", "PUTUS"));
    rig.until("webhook", |c| c.sent == 1).await;
    let asked = receiver.requests();
    assert_eq!(asked.len(), 2);
    let both = |name: &str| [0, 1].map(|place: usize| asked[place].header(name).unwrap().to_owned());
    assert_eq!(both("webhook-id"), ["n-1", "n-1"]);
    assert_eq!(asked[0].body, asked[1].body);
    assert!(!asked[1].body.contains("dua kali"), "the receiver can tell by the id");
    assert!(both("webhook-signature").iter().all(|signature| signature.starts_with("v1,")));
}

#[tokio::test]
async fn what_is_over_before_it_could_be_told_is_one_message() {
    let rig = Rig::new();
    let receiver = Receiver::start(scripted(vec![(503, String::new()).into(), (503, String::new()).into()])).await;
    rig.outbox.set_channels(vec![webhook(&receiver.url("/hook"), &transport())]);
    let down = fired("n-1", "🔴 PUTUS: ether1.");
    rig.put("webhook", &down);
    receiver.wait_for(1).await;
    rig.put("webhook", &cleared(&down, "n-2", "🟢 PULIH: ether1."));
    let counters = rig.until("webhook", |c| c.sent == 1 && c.waiting == 0).await;
    assert_eq!(counters.failed, 0);
    let last = receiver.requests().last().unwrap().json();
    assert_eq!(last["type"], "alert.cleared");
    assert_eq!(last["data"]["text"], "🟢 PULIH: ether1.\nKabar sebelumnya, tertunda: 🔴 PUTUS: ether1.");
    let history = told(&Connection::open(rig.database()).unwrap(), &down.alert).unwrap();
    assert_eq!(history.iter().map(|told| told.state.as_str()).collect::<Vec<_>>(), ["merged", "sent"]);
}

#[tokio::test]
async fn a_receiver_that_is_gone_stops_the_channel_and_a_test_shows_why() {
    let rig = Rig::new();
    let receiver = Receiver::start(|_| (410, "gone for good".to_owned())).await;
    rig.outbox.set_channels(vec![webhook(&receiver.url("/hook"), &transport())]);
    rig.put("webhook", &fired("n-1", "PUTUS"));
    let counters = rig.until("webhook", |c| !c.state.is_working()).await;
    assert_eq!(counters.state, ChannelState::Stopped { why: "HTTP 410: gone for good".into() });
    assert_eq!(counters.waiting, 1);
    let outcome = rig.outbox.send_test("webhook").await.unwrap();
    assert_eq!((outcome.ok, outcome.status, outcome.answer.as_str()), (false, Some(410), "HTTP 410: gone for good"));
    assert_eq!(receiver.requests().last().unwrap().json()["data"]["text"], "Tes Lalin, abaikan.");
}
