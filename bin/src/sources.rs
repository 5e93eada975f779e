//! From a configured router to the stack its snapshots come through.

use std::io::IsTerminal;
use std::sync::Arc;

use lalin_cache::{Cached, Timeout};
use lalin_config::{Config, Router, Sampling, Secret};
use lalin_mikrotik::RouterSource;
use lalin_monitor::{Label, Monitor, Settings};
use lalin_stats::StatsSource;

use crate::error::Error;

/// The engine's settings.
pub(crate) fn settings(sampling: &Sampling) -> Settings {
    Settings {
        interval: sampling.interval,
        window: sampling.window,
        poll_lease: sampling.poll_lease,
        fresh_for: sampling.cache_life,
        // A little longer than the read: its own reason is a better answer than ours.
        first_sample: sampling.read_limit + sampling.read_limit / 30,
        ..Settings::default()
    }
}

/// Adds a router to the monitor: session, time limit, cache.
pub(crate) fn add(monitor: &Monitor, sampling: &Sampling, router: &Router) {
    let password = router.password.as_ref().map_or("", Secret::expose);
    let mut session = lalin_mikrotik::Settings::new(&router.host, router.port, &router.user, password);
    session.read_limit = sampling.read_limit;
    session.connect_limit = sampling.connect_limit;
    session.login_limit = sampling.login_limit;
    let source: Arc<dyn StatsSource> = Arc::new(RouterSource::new(session));
    let limited: Arc<dyn StatsSource> = Arc::new(Timeout::new(source, sampling.read_limit));
    // The engine's own tick must never be served a sample it has had: its interval bounds the cache's life.
    let life = sampling.cache_life.min(settings(sampling).longest_cache_life());
    let cached = Arc::new(Cached::new(limited, life));
    let host = if router.host.contains(':') { format!("[{}]", router.host) } else { router.host.clone() };
    let address = format!("{host}:{}", router.port);
    let name = router.name.as_deref().unwrap_or(router.id.as_str());
    monitor.add(router.id.clone(), Label::new(name, &address), cached);
}

/// Asks for the passwords that neither file nor environment gave.
pub(crate) fn ask_passwords(config: &mut Config) -> Result<(), Error> {
    for router in &mut config.routers {
        if router.password.is_some() {
            continue;
        }
        let name = router.id.to_string();
        if !std::io::stdin().is_terminal() {
            return Err(Error::NoPassword { router: name });
        }
        let prompt = format!("Password of {} on {}: ", router.user, router.host);
        let password = rpassword::prompt_password(prompt).map_err(|source| Error::Prompt { router: name, source })?;
        router.password = Some(Secret::new(password));
    }
    Ok(())
}
