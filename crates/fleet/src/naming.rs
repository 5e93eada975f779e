//! A router that was added without a name is called by its own identity, as soon as that is known. A name that a person
//! gave stays.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_config::{RouterOrigin, RouterSettings};
use lalin_mikrotik::RouterSource;
use lalin_monitor::Label;
use lalin_stats::{RouterId, RouterState};
use lalin_store::Timestamp;
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use crate::shared::Shared;

/// How often is looked whether the router is read, and so can be asked.
const LOOK: Duration = Duration::from_secs(5);
/// The longest pause after a name could not be written down.
const RETRY: Duration = Duration::from_secs(60);
/// The longest name, bytes.
const LONGEST: usize = 255;

/// Waits until the router is live and names it. `None` where it has a name, is not kept in the store, or this machine
/// stands at a site and so changes nothing: the centre names that site's routers. Ends when dropped.
pub(crate) fn start(
    shared: &Arc<Shared>,
    settings: &RouterSettings,
    source: Option<&Arc<RouterSource>>,
) -> Option<AbortOnDropHandle<()>> {
    let is_of_a_site = shared.others.as_ref().is_some_and(|others| others.own_site().is_some());
    let may_name = is_nameless(settings) && shared.store.is_some() && !is_of_a_site;
    let source = source.filter(|_| may_name)?.clone();
    let (id, fleet) = (settings.id.clone(), Arc::downgrade(shared));
    let naming = async move {
        let mut pause = LOOK;
        loop {
            sleep(pause).await;
            let Some(shared) = fleet.upgrade() else { return };
            let live = shared.monitor.get(&id).is_some_and(|router| router.status().state == RouterState::Live);
            // Nobody watches: then it is not asked either.
            if !live {
                continue;
            }
            let Ok(info) = source.system_info().await else { continue };
            let Some(identity) = info.identity else { continue };
            if name(&shared, &id, &identity).await {
                return;
            }
            pause = (pause * 2).min(RETRY);
        }
    };
    Some(AbortOnDropHandle::new(tokio::spawn(naming.in_current_span().boxed())))
}

fn is_nameless(settings: &RouterSettings) -> bool {
    settings.origin == RouterOrigin::Stored && settings.name.is_none()
}

/// Names the router by its identity, unless it has a name by now; false where that has to be tried again.
pub(crate) async fn name(shared: &Shared, id: &RouterId, identity: &str) -> bool {
    let identity: String = identity.trim().chars().filter(|letter| !letter.is_control()).collect();
    if identity.is_empty() || identity.len() > LONGEST {
        return true;
    }
    let _turn = shared.changes.lock().await;
    let Some(store) = &shared.store else { return true };
    let Ok(settings) = shared.stored(store, id).await else { return false };
    let Some((settings, seen)) = settings.filter(|(settings, _)| is_nameless(settings)) else { return true };
    let named = RouterSettings { name: Some(identity), ..settings };
    if let Err(error) = store.change_router_seen(named.clone(), seen, Timestamp::now()).await {
        shared.unwritten_names.failed(&error);
        return false;
    }
    shared.unwritten_names.written();
    if let Some(router) = shared.monitor.get(id) {
        let sampled = crate::source_stack::monitor_settings(&shared.sampling, Some(&named));
        shared.monitor.change(id, Label::new(named.label(), &router.label().address), sampled);
    }
    if let Some(mut entry) = shared.entries.get_mut(id) {
        entry.settings.name = named.name;
    }
    true
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::io;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    use lalin_config::Sampling;
    use lalin_store::{EncryptionKey, Refused, RowChange, SharedChanges, SharedPart, SharedRows, Store};

    use super::*;
    use crate::Fleet;

    /// What a cluster remembers, while it has a quorum.
    #[derive(Debug, Default)]
    struct Cluster {
        sequence: AtomicU64,
        has_no_quorum: AtomicBool,
    }

    impl SharedRows for Cluster {
        fn commit(&self, changes: &[RowChange]) -> Result<Vec<Option<u64>>, Refused> {
            if self.has_no_quorum.load(Ordering::Relaxed) {
                return Err(Refused::Unanswered("no quorum".to_owned()));
            }
            Ok(changes.iter().map(|_| Some(1 + self.sequence.fetch_add(1, Ordering::Relaxed))).collect())
        }

        fn since(&self, _: SharedPart, sequence: u64) -> Result<SharedChanges, Refused> {
            Ok(SharedChanges { up_to: sequence, ..SharedChanges::default() })
        }

        fn append(&self, _: &str, _: &[u8]) -> Result<u64, Refused> {
            Err(Refused::ReadOnly)
        }

        fn age(&self) -> Duration {
            Duration::ZERO
        }
    }

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

    #[tokio::test]
    async fn while_the_cluster_does_not_answer_it_is_said_once_and_no_error_and_once_when_it_does_again() {
        let captured = Captured::default();
        let writer = captured.clone();
        let lines = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false);
        let _on = tracing::subscriber::set_default(lines.with_max_level(tracing::Level::INFO).finish());
        let (store, cluster) =
            (Store::in_memory(EncryptionKey::random().unwrap()).unwrap(), Arc::new(Cluster::default()));
        store.share(cluster.clone());
        let id: RouterId = "pop".parse().unwrap();
        let nameless =
            RouterSettings { origin: RouterOrigin::Stored, ..RouterSettings::new(id.clone(), "192.0.2.1", 8728, "u") };
        store.add_router(nameless.clone(), Timestamp::now()).await.unwrap();
        let fleet = Fleet::new(Sampling::default(), Some(store));

        cluster.has_no_quorum.store(true, Ordering::Relaxed);
        for _ in 0..5 {
            assert!(!name(&fleet.0, &id, "POP-1").await, "it is tried again");
        }
        cluster.has_no_quorum.store(false, Ordering::Relaxed);
        assert!(name(&fleet.0, &id, "POP-1").await);

        let text = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
        let ours: Vec<&str> = text.lines().filter(|line| line.contains("lalin_fleet")).collect();
        assert!(!text.contains("ERROR"), "{text}");
        assert_eq!(ours.len(), 2, "{text}");
        assert!(ours[0].contains("WARN") && ours[0].contains("for now") && ours[1].contains("again"), "{text}");
    }
}
