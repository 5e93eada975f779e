//! Whether the connection carries, and to what kind of server: followed by one task of the connection's.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::{Client, Event, ServerError};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout};

use crate::error::Error;

/// How the connection is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Health {
    /// No server has answered yet.
    Connecting,
    /// A server that can be used answers.
    Connected {
        /// The server's name.
        server: String,
        /// Its version.
        version: String,
    },
    /// The server is gone; another one, or the same, is being tried without end.
    Lost,
    /// A server answers that must not or cannot be used.
    Refused(Error),
}

impl Health {
    /// Whether there is a server to ask.
    pub fn is_connected(&self) -> bool {
        matches!(self, Self::Connected { .. })
    }
}

/// The last permission that was missing: its caller only notices that no answer comes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Violations(Arc<Mutex<Option<(Instant, String)>>>);

impl Violations {
    fn note(&self, words: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), words));
    }

    /// What was refused since then about this subject.
    pub(crate) fn since(&self, then: Instant, subject: &str) -> Option<String> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().filter(|(when, words)| *when >= then && words.contains(subject)).map(|(_, words)| words.clone())
    }
}

/// Follows the client's events until the connection is dropped.
pub(crate) async fn follow(
    client: Client,
    mut events: mpsc::Receiver<Event>,
    health: watch::Sender<Health>,
    violations: Violations,
) {
    while let Some(event) = events.recv().await {
        match event {
            Event::Connected => {
                // The answer to a flush comes after the new server's words about itself were taken in.
                let _ = timeout(Duration::from_secs(1), client.flush()).await;
                let now = judged(client.try_server_info());
                match &now {
                    Health::Connected { server, version } => tracing::info!(%server, %version, "connected to NATS"),
                    Health::Refused(error) => tracing::error!(%error, "this NATS server cannot be used"),
                    Health::Connecting | Health::Lost => {}
                }
                health.send_replace(now);
            }
            Event::Disconnected => {
                tracing::warn!("the connection to NATS is lost");
                // A refusal stays to be read until a server is connected to that is better.
                health.send_if_modified(|health| {
                    let was = health.is_connected();
                    if was {
                        *health = Health::Lost;
                    }
                    was
                });
            }
            Event::ServerError(ServerError::AuthorizationViolation) => refuse(&health),
            Event::ServerError(ServerError::Other(words)) if words.to_lowercase().contains("permissions violation") => {
                tracing::error!(%words, "this node's NATS user lacks a permission");
                violations.note(words);
            }
            Event::ServerError(ServerError::Other(words)) if words.to_lowercase().contains("authorization") => {
                refuse(&health);
            }
            Event::ClientError(error) => {
                let words = error.to_string();
                if words.contains("authorization violation") || words.contains("authentication error") {
                    refuse(&health);
                }
                tracing::debug!(%words, "NATS");
            }
            Event::LameDuckMode => tracing::info!("the NATS server is going to stop"),
            Event::SlowConsumer(_) => tracing::debug!("a subscription is read too slowly, and lost messages"),
            Event::ServerError(_) | Event::Draining | Event::Closed => {}
        }
    }
}

fn refuse(health: &watch::Sender<Health>) {
    let refused = Health::Refused(Error::Credentials);
    health.send_if_modified(|health| {
        let new = *health != refused;
        if new {
            tracing::error!("the NATS server refused this node's credentials");
            *health = refused.clone();
        }
        new
    });
}

fn judged(info: Option<async_nats::ServerInfo>) -> Health {
    let Some(info) = info else { return Health::Lost };
    if !recent_enough(&info.version) {
        let (server, version) = (info.server_name, info.version);
        return Health::Refused(Error::ServerTooOld { server, version });
    }
    if !info.jetstream {
        return Health::Refused(Error::NoJetStream);
    }
    Health::Connected { server: info.server_name, version: info.version }
}

/// Whether compare-and-set can be trusted in this version. What is not understood is not trusted.
pub(crate) fn recent_enough(version: &str) -> bool {
    let numbers = version.split(['-', '+']).next().unwrap_or_default();
    let mut numbers = numbers.trim_start_matches('v').split('.').map(|number| number.parse::<u32>().ok());
    let (Some(Some(major)), Some(Some(minor)), Some(Some(patch))) = (numbers.next(), numbers.next(), numbers.next())
    else {
        return false;
    };
    (major, minor, patch) >= FLOOR
}

/// Tested; 2.9.10 was seen to let six clients win one claim, and its cure is not in every release after it.
const FLOOR: (u32, u32, u32) = (2, 10, 26);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_below_the_floor_is_refused_with_a_sentence() {
        for good in ["2.10.26", "2.10.27", "2.11.0", "2.12.8", "3.0.0", "2.14.0-RC.1", "v2.12.1"] {
            assert!(recent_enough(good), "{good}");
        }
        for bad in ["2.9.10", "2.10.25", "2.9.99", "1.12.30", "", "2.10", "2.x.1", "new"] {
            assert!(!recent_enough(bad), "{bad}");
        }
        let info = async_nats::ServerInfo {
            server_name: "n1".into(),
            version: "2.9.10".into(),
            jetstream: true,
            ..Default::default()
        };
        let Health::Refused(error) = judged(Some(info.clone())) else { panic!("taken") };
        let words = error.to_string();
        assert!(words.contains("n1") && words.contains("2.9.10") && words.contains("2.10.26"), "{words}");
        let newer = async_nats::ServerInfo { version: "2.12.8".into(), ..info };
        assert!(judged(Some(newer.clone())).is_connected());
        let without = async_nats::ServerInfo { jetstream: false, ..newer };
        assert_eq!(judged(Some(without)), Health::Refused(Error::NoJetStream));
        assert_eq!(judged(None), Health::Lost);
    }

    #[tokio::test(start_paused = true)]
    async fn a_missing_permission_is_told_to_whom_it_concerns() {
        let violations = Violations::default();
        let before = Instant::now();
        violations.note("Permissions Violation for Publish to \"$KV.b.s2.x\"".into());
        assert!(violations.since(before, "$KV.b.s2.x").is_some());
        assert!(violations.since(before, "$KV.b.s1.x").is_none());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(violations.since(Instant::now(), "$KV.b.s2.x").is_none());
    }
}
