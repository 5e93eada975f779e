//! From a router's settings to the stack that its snapshots come through: session, time limit, cache.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use lalin_cache::{Cached, ReadLog, Timeout};
use lalin_config::{RouterOrigin, RouterSettings, Sampling, TlsPolicy};
use lalin_mikrotik::{ConnectLimit, Fingerprint, Settings as SessionSettings, Tls};
use lalin_monitor::Settings as MonitorSettings;
use lalin_stats::StatsSource;

use crate::UnusableRouter;
use crate::address_policy::may_be_router;
use crate::cache_counts::{CacheCounters, CacheObserver};

/// How often the router is sampled.
fn interval(sampling: &Sampling, settings: Option<&RouterSettings>) -> Duration {
    settings.and_then(|settings| settings.interval).unwrap_or(sampling.interval)
}

/// The monitor's settings, as they were configured: it raises what does not fit the interval or the router.
pub(crate) fn monitor_settings(sampling: &Sampling, settings: Option<&RouterSettings>) -> MonitorSettings {
    let interval = interval(sampling, settings);
    if sampling.poll_lease < interval * 2 {
        let (lease_ms, interval_ms) = (sampling.poll_lease.as_millis(), interval.as_millis());
        tracing::info!(lease_ms, interval_ms, "poll-lease is shorter than two intervals, which it therefore is");
    }
    MonitorSettings {
        interval,
        recording_interval: sampling.recording_interval,
        window: sampling.window,
        poll_lease: sampling.poll_lease,
        fresh_for: sampling.cache_life,
        // A little longer than the read: its own reason is a better answer than ours.
        first_sample: sampling.read_limit + sampling.read_limit / 30,
        ..MonitorSettings::default()
    }
}

/// How the session with a router is held. Without `connects` it does not queue with the connecting of others.
///
/// # Errors
/// [`UnusableRouter`] where the certificate of its authority cannot be used.
pub fn session_settings(
    settings: &RouterSettings,
    sampling: &Sampling,
    connects: Option<&ConnectLimit>,
) -> Result<SessionSettings, UnusableRouter> {
    let interval = interval(sampling, Some(settings));
    let password = settings.password.as_ref().map_or("", |password| password.expose());
    let mut session = SessionSettings::new(&settings.host, settings.port, &settings.user, password);
    session.read_limit = sampling.read_limit;
    session.connect_limit = sampling.connect_limit;
    session.login_limit = sampling.login_limit;
    session.tls = tls(settings).map_err(|detail| UnusableRouter { id: settings.id.clone(), detail })?;
    session.connects = connects.cloned();
    // A session is not idle, nor unwanted, because its router is asked seldom.
    session.trusted_for = session.trusted_for.max(interval * 3);
    session.wanted_for = session.wanted_for.max(interval * 2);
    // Whoever writes the configuration file operates this machine, and may mean any address.
    let limited = settings.origin == RouterOrigin::Stored;
    session.may_be_router = limited.then_some(may_be_router as fn(IpAddr) -> bool);
    Ok(session)
}

fn tls(settings: &RouterSettings) -> Result<Option<Tls>, String> {
    Ok(match (&settings.tls, &settings.tls_ca) {
        (TlsPolicy::Off, _) => None,
        (TlsPolicy::System, Some(path)) => {
            let pem = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
            Some(Tls::ca(&pem).map_err(|error| format!("{}: {error}", path.display()))?)
        }
        (TlsPolicy::System, None) => Some(Tls::system_roots()),
        (TlsPolicy::FirstUse, _) => Some(Tls::first_use()),
        (TlsPolicy::Pin(fingerprint), _) => Some(Tls::pinned(Fingerprint::from(fingerprint.0))),
        (TlsPolicy::Insecure, _) => Some(Tls::insecure()),
    })
}

/// Session, time limit, cache. The limit is for connecting: the session itself watches over a read under way.
pub(crate) fn stack(
    source: Arc<dyn StatsSource>,
    sampling: &Sampling,
    settings: &MonitorSettings,
    counters: Arc<CacheCounters>,
) -> Arc<dyn StatsSource> {
    let limited: Arc<dyn StatsSource> = Arc::new(Timeout::new(source, sampling.read_limit));
    // The monitor's own tick must never be served a sample it has had: its interval bounds the cache's life.
    let life = sampling.cache_life.min(settings.longest_cache_life());
    Arc::new(Cached::new(limited, life).with_observer(CacheObserver { log: ReadLog::default(), counters }))
}
