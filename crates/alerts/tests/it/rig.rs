//! A database with the outbox's tables, an outbox over it, and what is queued there.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use lalin_alerts::channel::{ChannelSettings, Secrets, Transport, build};
use lalin_alerts::outbox::{self, ChannelCounters, Outbox, OutboxChannel, WallClock};
use lalin_alerts::{Language, Notice, NoticeKind, Severity};
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

pub struct Rig {
    folder: TempDir,
    pub outbox: Outbox,
}

impl Rig {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("alerts.db");
        make(&database);
        Self { outbox: Outbox::start(&database, WallClock::system()).unwrap(), folder }
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join("alerts.db")
    }

    pub fn put(&self, channel: &str, notice: &Notice) {
        put(&self.database(), &[channel], notice);
        self.outbox.wake();
    }

    /// Waits for what the counters of a channel show.
    pub async fn until(&self, channel: &str, shows: impl Fn(&ChannelCounters) -> bool) -> ChannelCounters {
        until(&self.outbox, channel, shows).await
    }
}

pub async fn until(outbox: &Outbox, channel: &str, shows: impl Fn(&ChannelCounters) -> bool) -> ChannelCounters {
    let counters = || outbox.counters().into_iter().find(|one| one.id == channel);
    let waited = tokio::time::timeout(Duration::from_secs(90), async {
        loop {
            if let Some(counters) = counters().filter(|counters| shows(counters)) {
                return counters;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("never: {:?}", counters()))
}

/// The tables, as the alerts' own migrations make them.
pub fn make(database: &Path) {
    let connection = Connection::open(database).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.execute_batch(outbox::TABLES).unwrap();
}

/// Queues a notice on channels in one transaction, as it is with the state of its alert.
pub fn put(database: &Path, channels: &[&str], notice: &Notice) {
    let mut connection = Connection::open(database).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    connection.pragma_update(None, "synchronous", "FULL").unwrap();
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    for channel in channels {
        outbox::enqueue(&transaction, notice, channel).unwrap();
    }
    transaction.commit().unwrap();
}

pub fn channel(id: &str, settings: Value, secrets: &Secrets, transport: &Transport) -> OutboxChannel {
    let settings: ChannelSettings = serde_json::from_value(settings).unwrap();
    let channel = build(&settings, secrets, transport).unwrap();
    OutboxChannel { id: id.to_owned(), name: id.to_owned(), language: Language::Id, channel }
}

pub fn fired(id: &str, text: &str) -> Notice {
    let now = jiff::Timestamp::now().as_millisecond();
    Notice {
        id: id.to_owned(),
        alert: format!("alert of {id}"),
        kind: NoticeKind::Fired,
        severity: Severity::Critical,
        rule: "Uplink".into(),
        router: Some("pusat".into()),
        interface: Some("ether1".into()),
        title: text.to_owned(),
        text: text.to_owned(),
        language: Language::Id,
        at_ms: now,
        since_ms: now,
        answers: None,
        told_with: None,
    }
}

pub fn cleared(of: &Notice, id: &str, text: &str) -> Notice {
    Notice {
        id: id.to_owned(),
        kind: NoticeKind::Cleared,
        title: text.to_owned(),
        text: text.to_owned(),
        answers: Some(of.id.clone()),
        ..of.clone()
    }
}

/// Telegram with its server elsewhere.
pub fn telegram(base: &str, transport: &Transport) -> OutboxChannel {
    let secrets = Secrets::new().with("token", "123456789:AAFabcdefghij");
    channel("telegram", serde_json::json!({ "kind": "telegram", "chatId": "42", "baseUrl": base }), &secrets, transport)
}

/// A webhook that is signed.
pub fn webhook(url: &str, transport: &Transport) -> OutboxChannel {
    let secrets = Secrets::new().with("signing", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let settings = serde_json::json!({ "kind": "webhook", "url": url, "signature": "standard" });
    channel("webhook", settings, &secrets, transport)
}

pub fn transport() -> Arc<Transport> {
    Arc::new(Transport::new(None).unwrap())
}
