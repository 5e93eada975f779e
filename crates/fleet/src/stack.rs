//! From what was said of a router to the stack that its snapshots come through.

use std::net::IpAddr;
use std::sync::Arc;

use lalin_cache::{Cached, Timeout};
use lalin_config::{Sampling, TlsPolicy};
use lalin_http::{Source, may_be_router};
use lalin_mikrotik::{Fingerprint, RouterSource, Settings as Session, Tls};
use lalin_monitor::Settings;
use lalin_stats::StatsSource;
use tokio::sync::Semaphore;

use crate::Said;

/// The engine's settings.
pub(crate) fn settings(sampling: &Sampling, said: Option<&Said>) -> Settings {
    let interval = said.and_then(|said| said.interval).unwrap_or(sampling.interval);
    Settings {
        interval,
        window: sampling.window,
        // A lease shorter than the interval would end between two samples of somebody who polls.
        poll_lease: sampling.poll_lease.max(interval * 2),
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
pub(crate) fn session(said: &Said, sampling: &Sampling, connects: &Arc<Semaphore>) -> Result<Session, String> {
    let mut session = Session::new(&said.host, said.port, &said.user, said.password.expose());
    session.read_limit = sampling.read_limit;
    session.connect_limit = sampling.connect_limit;
    session.login_limit = sampling.login_limit;
    session.tls = tls(said)?;
    session.connects = Some(connects.clone());
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
        (TlsPolicy::Pin(bytes), _) => Some(Tls::pinned(Fingerprint::from(*bytes))),
        (TlsPolicy::Insecure, _) => Some(Tls::insecure()),
    })
}

/// Session, time limit, cache.
pub(crate) fn stack(source: Arc<RouterSource>, sampling: &Sampling, settings: &Settings) -> Arc<dyn StatsSource> {
    let limited: Arc<dyn StatsSource> = Arc::new(Timeout::new(source, sampling.read_limit));
    // The engine's own tick must never be served a sample it has had: its interval bounds the cache's life.
    Arc::new(Cached::new(limited, sampling.cache_life.min(settings.longest_cache_life())))
}
