//! From what was said of a router to the stack that its snapshots come through.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use lalin_cache::{Cached, ReadLog, Timeout};
use lalin_config::{Sampling, TlsPolicy};
use lalin_http::{Source, may_be_router};
use lalin_mikrotik::{ConnectLimit, Fingerprint, RouterSource, Settings as Session, Tls};
use lalin_monitor::Settings;
use lalin_stats::StatsSource;

use crate::Said;

/// How often the router is sampled.
pub(crate) fn interval(sampling: &Sampling, said: Option<&Said>) -> Duration {
    said.and_then(|said| said.interval).unwrap_or(sampling.interval)
}

/// The engine's settings, as they were said: it raises what does not fit the interval or the router.
pub(crate) fn settings(sampling: &Sampling, said: Option<&Said>) -> Settings {
    let interval = interval(sampling, said);
    if sampling.poll_lease < interval * 2 {
        let (lease_ms, interval_ms) = (sampling.poll_lease.as_millis(), interval.as_millis());
        tracing::info!(lease_ms, interval_ms, "poll-lease is shorter than two intervals, which it therefore is");
    }
    Settings {
        interval,
        window: sampling.window,
        poll_lease: sampling.poll_lease,
        fresh_for: sampling.cache_life,
        // A little longer than the read: its own reason is a better answer than ours.
        first_sample: sampling.read_limit + sampling.read_limit / 30,
        ..Settings::default()
    }
}

/// How the router is talked to.
///
/// # Errors
/// A sentence, where a certificate of an authority cannot be used.
pub(crate) fn session(said: &Said, sampling: &Sampling, connects: Option<&ConnectLimit>) -> Result<Session, String> {
    let interval = interval(sampling, Some(said));
    let mut session = Session::new(&said.host, said.port, &said.user, said.password.expose());
    session.read_limit = sampling.read_limit;
    session.connect_limit = sampling.connect_limit;
    session.login_limit = sampling.login_limit;
    session.tls = tls(said)?;
    session.connects = connects.cloned();
    // A session is not idle, nor unwanted, because its router is asked seldom.
    session.trusted_for = session.trusted_for.max(interval * 3);
    session.wanted_for = session.wanted_for.max(interval * 2);
    // Who writes the file is the machine's own operator, and may mean anything.
    session.may_be_router = (said.source == Source::Stored).then_some(may_be_router as fn(IpAddr) -> bool);
    Ok(session)
}

fn tls(said: &Said) -> Result<Option<Tls>, String> {
    Ok(match (&said.tls, &said.tls_ca) {
        (TlsPolicy::Off, _) => None,
        (TlsPolicy::System, Some(path)) => {
            let pem = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
            Some(Tls::ca(&pem).map_err(|error| format!("{}: {error}", path.display()))?)
        }
        (TlsPolicy::System, None) => Some(Tls::system_roots()),
        (TlsPolicy::FirstUse, _) => Some(Tls::first_use()),
        (TlsPolicy::Pin(bytes), _) => Some(Tls::pinned(Fingerprint::from(bytes.0))),
        (TlsPolicy::Insecure, _) => Some(Tls::insecure()),
    })
}

/// Session, time limit, cache. The limit is that of the connecting: a read under way is watched over by the session.
pub(crate) fn stack(source: Arc<RouterSource>, sampling: &Sampling, settings: &Settings) -> Arc<dyn StatsSource> {
    let limited: Arc<dyn StatsSource> = Arc::new(Timeout::new(source, sampling.read_limit));
    // The engine's own tick must never be served a sample it has had: its interval bounds the cache's life.
    let life = sampling.cache_life.min(settings.longest_cache_life());
    Arc::new(Cached::new(limited, life).with_observer(ReadLog::default()))
}
