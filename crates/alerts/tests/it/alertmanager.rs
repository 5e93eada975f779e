//! Debian's Alertmanager: what stands is there once, what ended is ended, and a restart of it loses nothing.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use lalin_alerts::Severity;
use lalin_alerts::channel::{Alertmanager, AlertmanagerSettings, FiringAlert, Secrets, Transport};
use lalin_test_client::{Client, free_port};
use serde_json::Value;
use tokio::sync::watch;

use crate::receiver::Receiver;

/// A real one, ended with this.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path, port: u16, tells: &str) -> Self {
        let settings = format!(
            "route:\n  receiver: test\n  group_by: [alertname, router]\n  group_wait: 100ms\n  group_interval: 300ms\n  \
             repeat_interval: 1h\nreceivers:\n  - name: test\n    webhook_configs:\n      - url: {tells}\n        \
             send_resolved: true\n"
        );
        let file = folder.join("alertmanager.yml");
        std::fs::write(&file, settings).unwrap();
        let address = format!("127.0.0.1:{port}");
        let child = Command::new("prometheus-alertmanager")
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .arg("--cluster.listen-address=")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("prometheus-alertmanager is Debian's package of that name");
        Self { child, address }
    }

    /// The alerts that stand, once they are as wanted.
    async fn until(&self, what: &str, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let waited = tokio::time::timeout(Duration::from_secs(60), async {
            loop {
                if tokio::net::TcpStream::connect(&self.address).await.is_ok() {
                    let answer = Client::new(&self.address).get("/api/v2/alerts?active=true").await;
                    let alerts: Vec<Value> = serde_json::from_str(&answer.text).unwrap_or_default();
                    if answer.status == 200 && wanted(&alerts) {
                        return alerts;
                    }
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        waited.await.unwrap_or_else(|_| panic!("never: {what}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn alert(interface: &str, summary: &str) -> FiringAlert {
    FiringAlert {
        alertname: "LineDown".into(),
        severity: Severity::Critical,
        router: Some("pusat".into()),
        interface: Some(interface.into()),
        rule: "uplink".into(),
        summary: summary.into(),
        description: "412 pelanggan <di> \"belakangnya\" terdampak".into(),
        since_ms: jiff::Timestamp::now().as_millisecond() - 60_000,
    }
}

#[tokio::test]
async fn an_alertmanager_knows_what_stands_through_failures_and_a_restart_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let told = Receiver::start(|_| (200, String::new())).await;
    let port = free_port();
    let settings = AlertmanagerSettings { urls: vec![format!("http://127.0.0.1:{port}")], user: None };
    let (tell, firing) = watch::channel(Arc::new(vec![alert("ether1", "PUTUS"), alert("ether2", "PUTUS")]));
    let transport = Transport::new(None).unwrap();
    // It is not there yet: that is counted, and tried again.
    let sync = Alertmanager::start(&settings, &Secrets::new(), &transport, firing).unwrap();
    let failed = tokio::time::timeout(Duration::from_secs(30), async {
        while sync.state().failed == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    failed.await.unwrap();
    assert!(sync.state().why.is_some());

    let server = Server::start(folder.path(), port, &told.url("/told"));
    let alerts = server.until("two alerts", |alerts| alerts.len() == 2).await;
    assert_eq!(alerts[0]["labels"]["router"], "pusat");
    told.wait_for(1).await;
    let message = told.requests()[0].json();
    assert_eq!(message["status"], "firing");
    assert_eq!(message["alerts"].as_array().unwrap().len(), 2, "one message for both: {message}");

    // What is measured changes; it stays the same alert, and nobody is told again.
    tell.send_replace(Arc::new(vec![alert("ether1", "PUTUS 5 mnt"), alert("ether2", "PUTUS")]));
    let changed = |alerts: &[Value]| alerts.iter().any(|one| one["annotations"]["summary"] == "PUTUS 5 mnt");
    assert_eq!(server.until("the other summary", changed).await.len(), 2);

    // It forgets all in a restart, and is told all.
    drop(server);
    std::fs::remove_dir_all(folder.path().join("data")).unwrap();
    let server = Server::start(folder.path(), port, &told.url("/told"));
    server.until("an empty start", <[Value]>::is_empty).await;
    tell.send_replace(Arc::new(vec![alert("ether1", "PUTUS"), alert("ether2", "PUTUS")]));
    server.until("two alerts again", |alerts| alerts.len() == 2).await;

    // One ends: at once, not when its time is over.
    tell.send_replace(Arc::new(vec![alert("ether2", "PUTUS")]));
    let alerts = server.until("one alert", |alerts| alerts.len() == 1).await;
    assert_eq!(alerts[0]["labels"]["interface"], "ether2");
    let state = sync.state();
    assert_eq!((state.refused, state.why), (0, None));
    assert!(sync.send_test().await.is_ok());
}
