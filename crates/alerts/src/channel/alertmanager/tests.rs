//! The state is told whole, ends are repeated, and one bad alert spoils no other.

use std::sync::Mutex;

use super::*;

/// Keeps the last telling of each alert by name; refuses what is called `Bad` as Alertmanager does: the batch is 400,
/// and what is valid in it is taken.
#[derive(Default)]
struct Fake {
    taken: Mutex<HashMap<String, Value>>,
    asked: Mutex<usize>,
}

#[async_trait]
impl Server for Fake {
    fn count(&self) -> usize {
        1
    }

    async fn tell(&self, _: usize, alerts: &[Value]) -> Result<(), SendError> {
        *self.asked.lock().unwrap() += 1;
        let mut bad = false;
        for alert in alerts {
            let name = alert["labels"]["alertname"].as_str().unwrap().to_owned();
            bad |= name == "Bad";
            if name != "Bad" {
                self.taken.lock().unwrap().insert(name, alert.clone());
            }
        }
        if bad { Err(SendError::MessageFinal { status: Some(400), why: "bad".into() }) } else { Ok(()) }
    }
}

impl Fake {
    fn ends_ms(&self, name: &str) -> i64 {
        let taken = self.taken.lock().unwrap();
        let ends: jiff::Timestamp = taken[name]["endsAt"].as_str().unwrap().parse().unwrap();
        ends.as_millisecond()
    }

    fn clear(&self) -> usize {
        self.taken.lock().unwrap().clear();
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

fn alert(name: &str) -> FiringAlert {
    FiringAlert {
        alertname: name.into(),
        severity: Severity::Critical,
        router: Some("pusat".into()),
        interface: Some(String::new()),
        rule: "uplink".into(),
        summary: "PUTUS".into(),
        description: "412 pelanggan".into(),
        since_ms: 1_000,
    }
}

#[tokio::test(start_paused = true)]
async fn what_stands_is_repeated_and_what_ended_is_ended() {
    let (fake, mut told) = (Fake::default(), Told::default());
    told.sync(&fake, &[alert("A"), alert("B")], 10_000).await.unwrap();
    assert_eq!(fake.ends_ms("A"), 10_000 + LASTS_MS);
    assert_eq!(
        fake.taken.lock().unwrap()["A"]["labels"],
        json!({
            "alertname": "A", "severity": "critical", "rule": "uplink", "source": "lalin", "router": "pusat",
        })
    );
    told.sync(&fake, &[alert("B")], 70_000).await.unwrap();
    assert_eq!((fake.ends_ms("A"), fake.ends_ms("B")), (70_000, 70_000 + LASTS_MS));
    // Repeated for a while with the time it ended at, then no more.
    fake.clear();
    tokio::time::advance(Duration::from_secs(60)).await;
    told.sync(&fake, &[alert("B")], 130_000).await.unwrap();
    assert_eq!(fake.ends_ms("A"), 70_000);
    fake.clear();
    tokio::time::advance(REPEATED).await;
    told.sync(&fake, &[alert("B")], 1_000_000).await.unwrap();
    assert!(!fake.taken.lock().unwrap().contains_key("A"));
    // And it may begin again.
    told.sync(&fake, &[alert("A")], 2_000_000).await.unwrap();
    assert_eq!(fake.ends_ms("A"), 2_000_000 + LASTS_MS);
}

#[tokio::test(start_paused = true)]
async fn a_bad_alert_is_found_by_halves() {
    let (fake, mut told) = (Fake::default(), Told::default());
    let mut all: Vec<_> = (0..63).map(|n| alert(&format!("A{n}"))).collect();
    all.insert(31, alert("Bad"));
    assert_eq!(told.sync(&fake, &all, 0).await, Ok(1));
    assert_eq!(fake.taken.lock().unwrap().len(), 63);
    // The whole, and then two halves each time.
    assert_eq!(fake.clear(), 13);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_what_is_measured_is_no_other_alert() {
    let (fake, mut told) = (Fake::default(), Told::default());
    told.sync(&fake, &[alert("A")], 0).await.unwrap();
    let worse = FiringAlert { summary: "94 Mbit/s".into(), ..alert("A") };
    told.sync(&fake, &[worse], 60_000).await.unwrap();
    assert_eq!(told.alerts.len(), 1);
    assert_eq!(fake.taken.lock().unwrap()["A"]["annotations"]["summary"], "94 Mbit/s");
}

#[test]
fn addresses_are_checked() {
    let transport = Transport::new(None).unwrap();
    let made = |urls: &[&str]| {
        let settings = AlertmanagerSettings { urls: urls.iter().map(|u| (*u).to_owned()).collect(), user: None };
        Client::new(&settings, &Secrets::new(), &transport).map(|client| client.urls[0].to_string())
    };
    assert_eq!(made(&["http://h:9093/prefix/"]).unwrap(), "http://h:9093/prefix/api/v2/alerts");
    assert!(made(&[]).is_err() && made(&["h:9093"]).is_err());
}
