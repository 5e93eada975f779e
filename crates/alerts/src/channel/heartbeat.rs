//! A dead man's switch: a URL is asked each minute while alerts are evaluated, and whoever watches it tells when it is not.
//!
//! Fed by the loop that evaluates, after a full turn: a process that lives but judges nothing must not look alive.

use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};
use url::Url;
use zeroize::Zeroizing;

use super::transport::ask;
use super::transport::http_url;
use super::{Transport, shown};
use crate::Error;

/// healthchecks.io drops some above five a minute.
const EVERY: Duration = Duration::from_secs(60);
/// A change between good and bad is told sooner.
const LEAST: Duration = Duration::from_secs(15);
/// A self-hosted one reads 10 kB.
const LONGEST_LINE: usize = 1_000;

/// The pinging task; it ends with this.
#[derive(Debug)]
pub struct Heartbeat {
    beats: watch::Sender<Option<Beat>>,
    task: JoinHandle<()>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Beat {
    good: bool,
    line: String,
}

impl Heartbeat {
    /// Begins with the first [`Heartbeat::beat`]. The URL is a secret.
    ///
    /// A URL with a query (Uptime Kuma's push) is asked by GET and left alone while rules cannot be evaluated; another
    /// one gets a POST with a line of state, and `/fail` then, as healthchecks.io has it.
    ///
    /// # Errors
    /// [`Error::Channel`] where it is no URL.
    pub fn start(url: &str, transport: &Transport) -> Result<Self, Error> {
        let url = http_url(url)?;
        let (beats, heard) = watch::channel(None);
        Ok(Self { beats, task: tokio::spawn(run(url, transport.clone(), heard).boxed()) })
    }

    /// One full evaluation is done, or could not be. Waits for nothing.
    pub fn beat(&self, state: Result<&str, &str>) {
        let (good, line) = match state {
            Ok(line) => (true, line),
            Err(line) => (false, line),
        };
        let end = line.floor_char_boundary(LONGEST_LINE);
        self.beats.send_replace(Some(Beat { good, line: line[..end].to_owned() }));
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(url: Url, transport: Transport, mut heard: watch::Receiver<Option<Beat>>) {
    let mut last: Option<(Instant, bool)> = None;
    let mut plain = url.query().is_some();
    let mut silent = false;
    while heard.changed().await.is_ok() {
        // The newest state goes, at its time; what is said meanwhile replaces it.
        while let Some((at, good)) = last {
            let changed = heard.borrow_and_update().as_ref().is_some_and(|beat| beat.good != good);
            let next = at + if changed { LEAST } else { EVERY };
            tokio::select! {
                () = sleep_until(next) => break,
                more = heard.changed() => if more.is_err() { return },
            }
        }
        let Some(beat) = heard.borrow_and_update().clone() else { continue };
        last = Some((Instant::now(), beat.good));
        let outcome = ping(&url, &transport, &beat, &mut plain).await;
        match outcome {
            Err(why) if !silent => {
                silent = true;
                tracing::warn!(error = why, "the heartbeat's URL cannot be asked");
            }
            Ok(()) if silent => {
                silent = false;
                tracing::info!("the heartbeat's URL is asked again");
            }
            _ => {}
        }
    }
}

async fn ping(url: &Url, transport: &Transport, beat: &Beat, plain: &mut bool) -> Result<(), String> {
    if *plain && !beat.good {
        return Ok(());
    }
    let address = Zeroizing::new(match (*plain, beat.good) {
        (false, false) => format!("{}/fail", url.as_str().trim_end_matches('/')),
        _ => url.as_str().to_owned(),
    });
    let client = transport.client().await.map_err(|error| error.to_string())?;
    let request =
        if *plain { client.get(address.as_str()) } else { client.post(address.as_str()).body(beat.line.clone()) };
    let answer = ask(request).await.map_err(|error| error.to_string())?;
    if answer.status == 405 && !*plain {
        *plain = true;
        return Box::pin(ping(url, transport, beat, plain)).await;
    }
    if answer.is_success() { Ok(()) } else { Err(shown(&format!("HTTP {}: {}", answer.status, answer.body))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::receiver::Receiver;

    #[tokio::test]
    async fn a_turn_pings_with_its_line_and_a_fault_asks_for_fail() {
        let receiver = Receiver::start(|_| (200, "OK".into())).await;
        let url = Url::parse(&receiver.url("/uuid")).unwrap();
        let transport = Transport::new(None).unwrap();
        let mut plain = false;
        for (good, line) in [(true, "3 rules"), (false, "no database")] {
            ping(&url, &transport, &Beat { good, line: line.into() }, &mut plain).await.unwrap();
        }
        let asked = receiver.requests();
        assert_eq!((asked[0].line.as_str(), asked[0].body.as_str()), ("POST /uuid", "3 rules"));
        assert_eq!((asked[1].line.as_str(), asked[1].body.as_str()), ("POST /uuid/fail", "no database"));
    }

    #[tokio::test]
    async fn a_plain_url_is_asked_by_get_and_left_alone_on_a_fault() {
        let receiver =
            Receiver::start(|asked| if asked.line.starts_with("GET") { (200, "{}".into()) } else { (405, "".into()) })
                .await;
        let transport = Transport::new(None).unwrap();
        let url = Url::parse(&receiver.url("/push/token")).unwrap();
        let (mut plain, good) = (false, Beat { good: true, line: "x".into() });
        ping(&url, &transport, &good, &mut plain).await.unwrap();
        assert!(plain);
        ping(&url, &transport, &Beat { good: false, line: "x".into() }, &mut plain).await.unwrap();
        let lines: Vec<_> = receiver.requests().into_iter().map(|asked| asked.line).collect();
        assert_eq!(lines, ["POST /push/token", "GET /push/token"]);
    }

    #[tokio::test]
    async fn a_beat_reaches_the_url_and_the_next_waits_its_minute() {
        let receiver = Receiver::start(|_| (200, "OK".into())).await;
        let heartbeat = Heartbeat::start(&receiver.url("/x"), &Transport::new(None).unwrap()).unwrap();
        heartbeat.beat(Ok("one"));
        receiver.wait_for(1).await;
        for _ in 0..100 {
            heartbeat.beat(Ok("two"));
            tokio::task::yield_now().await;
        }
        assert_eq!(receiver.requests().len(), 1);
    }

    #[test]
    fn what_is_no_url_is_refused() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let _inside = runtime.enter();
        assert!(Heartbeat::start("hc-ping.com/uuid", &Transport::new(None).unwrap()).is_err());
    }
}
