//! The log of an outage: every line about a router carries its id, in both formats.

use std::io;
use std::sync::{Arc, Mutex};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::*;

/// What was logged.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Captured {
    fn lines(&self) -> Vec<String> {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap().lines().map(str::to_owned).collect()
    }
}

/// A router comes, is asked, fails, is retried, comes back, is changed and removed.
async fn outage() {
    let identity = TlsIdentity::self_signed(&["127.0.0.1"]).unwrap();
    let (simulator, address) = simulator(Some(identity)).await;
    let fleet = Fleet::new(Sampling::default(), Some(store()));
    let form = RouterChange {
        tls: Some("first-use".into()),
        interval: Some(Duration::from_millis(1_000)),
        ..change(&address)
    };
    let kantor = fleet.add(form).await.unwrap();
    live(&fleet, &kantor).await;
    fleet.refresh_system_info();
    fleet.check(Some(&kantor), RouterChange::default()).await.unwrap();
    let handle = simulator.handle();
    handle.set_fault(Fault::Refuse);
    handle.cut_connections();
    let router = fleet.monitor().get(&kantor).unwrap();
    let wait_for = async |code: &str| {
        for _ in 0..1_500 {
            router.touch();
            if router.status().state.code() == code {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
        panic!("{code}: {:?}", router.status());
    };
    wait_for("stale").await;
    fleet.retry(&kantor);
    handle.clear_faults();
    wait_for("live").await;
    fleet
        .change(&kantor, RouterChange { interval: Some(Duration::from_millis(2_000)), ..RouterChange::default() })
        .await
        .unwrap();
    fleet.remove(&kantor).await.unwrap();
    drop(router);
    sleep(Duration::from_millis(100)).await;
}

#[tokio::test]
async fn every_line_of_an_outage_carries_the_routers_id_for_people() {
    let captured = Captured::default();
    let lines = tracing_subscriber::fmt().with_writer(captured.clone()).with_ansi(false).with_target(false);
    // As the program's, at a level at which nothing of a router is left out.
    let ours = EnvFilter::new("trace,routeros_simulator=off,mio=off,rustls=off");
    let on = tracing::subscriber::set_default(lines.with_env_filter(ours).finish());
    outage().await;
    drop(on);
    let lines = captured.lines();
    let about = |words: &str| assert!(lines.iter().any(|line| line.contains(words)), "{words}: {lines:#?}");
    for words in ["Connected to MikroTik", "MikroTik session ended", "Cannot connect to MikroTik", "using cache"] {
        about(words);
    }
    let without: Vec<_> = lines.iter().filter(|line| !line.contains("router=kantor")).collect();
    assert!(without.is_empty(), "{without:#?}");
}

#[tokio::test]
async fn every_line_of_an_outage_carries_the_routers_id_for_programs() {
    let captured = Captured::default();
    let lines = tracing_subscriber::fmt().with_writer(captured.clone()).json().flatten_event(true);
    let on = tracing::subscriber::set_default(lines.with_max_level(tracing::Level::DEBUG).finish());
    outage().await;
    drop(on);
    let lines: Vec<serde_json::Value> =
        captured.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ours = |line: &&serde_json::Value| {
        let target = line["target"].as_str().unwrap();
        target.starts_with("lalin") || target.split("::").next() == Some("routeros")
    };
    let (with, without): (Vec<_>, Vec<_>) =
        lines.iter().filter(ours).partition(|line| line["span"]["router"] == "kantor" || line["router"] == "kantor");
    assert!(with.len() > 20 && without.is_empty(), "{without:#?}");
}

#[tokio::test]
async fn a_router_that_falls_is_one_line_and_its_return_another_with_how_often_and_how_long() {
    let captured = Captured::default();
    let lines = tracing_subscriber::fmt().with_writer(captured.clone()).with_ansi(false).with_target(false);
    let on = tracing::subscriber::set_default(lines.with_max_level(tracing::Level::INFO).finish());
    outage().await;
    drop(on);
    let lines = captured.lines();
    let with = |words: &str| lines.iter().filter(|line| line.contains(words)).collect::<Vec<_>>();
    assert_eq!(with("MikroTik session ended").len(), 1, "{lines:#?}");
    assert!(with("Cannot connect to MikroTik").is_empty(), "{lines:#?}");
    let returns: Vec<_> = with("Connected to MikroTik").into_iter().filter(|line| line.contains("failures=")).collect();
    assert!(returns.len() == 1 && returns[0].contains("down_ms="), "{lines:#?}");
    assert_eq!(with("MikroTik read failed, using cache").len(), 1, "{lines:#?}");
    let updated: Vec<_> = with("updated successfully").into_iter().filter(|line| line.contains("failed_ms=")).collect();
    assert_eq!(updated.len(), 1, "{lines:#?}");
}
