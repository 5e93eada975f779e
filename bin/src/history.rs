//! The history of the server: opened from the configuration, and recorded into while the server runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lalin_config::{Business as BusinessConfig, Config, HistoryStore, Keep as KeepConfig};
use lalin_fleet::{Except, Fleet, Recording, RecordingPolicy};
use lalin_history::{History, Keep, Retention, Settings, Zone};
#[cfg(feature = "remote-write")]
use lalin_history_remote::Address;
use lalin_http::{Business, Logo};
#[cfg(feature = "remote-write")]
use lalin_remote_write::{self as remote_write, Credentials};
use lalin_store::Store;

use crate::error::Error;

/// The largest picture that is read, bytes; the API refuses those over half of it.
const LARGEST_LOGO: u64 = 1 << 20;

/// What an administrator left to be recorded.
pub(crate) async fn chosen(store: Option<&Store>) -> RecordingPolicy {
    let Some(store) = store else { return RecordingPolicy::default() };
    store.recording().await.map(|chosen| RecordingPolicy::from(&chosen)).unwrap_or_else(|error| {
        tracing::error!(%error, "what is not to be recorded cannot be read: everything is recorded");
        RecordingPolicy::default()
    })
}

/// Days begin where an administrator chose.
pub(crate) async fn zoned(recording: &Arc<Recording>, store: Option<&Store>) {
    let Some(store) = store else { return };
    let Ok(Some(zone)) = store.recording().await.map(|chosen| chosen.zone) else { return };
    let recording = recording.clone();
    let done = tokio::task::spawn_blocking(move || recording.choose_zone(Some(&zone))).await;
    if let Ok(Err(error)) = done {
        tracing::error!(%error, "the time zone that was chosen cannot be used");
    }
}

/// Records what the configuration wants. `None` where nothing is to be recorded, and where the history cannot be opened:
/// then the log says why, and everything else is served all the same.
pub(crate) fn record(config: &Config, fleet: &Fleet, chosen: &RecordingPolicy) -> Option<Arc<Recording>> {
    if !config.history.enabled {
        return None;
    }
    let history = opened(open_configured(config))?;
    Some(Arc::new(Recording::start(fleet.monitor(), history, policy(config), chosen)))
}

/// `None` where it cannot be opened; the log says why.
pub(crate) fn opened(history: Result<History, Error>) -> Option<Arc<History>> {
    match history {
        Ok(history) => Some(Arc::new(history)),
        Err(error) => {
            tracing::error!(%error, "the history cannot be opened: nothing is recorded");
            None
        }
    }
}

/// The history of the configuration: in files, or in a store.
pub(crate) fn open_configured(config: &Config) -> Result<History, Error> {
    match &config.history.store {
        None => Ok(open(config, config.data_dir.join("history"))?),
        Some(store) => in_store(config, store),
    }
}

/// Beside the files that there may be: lines and events are in a folder of their own.
#[cfg(feature = "remote-write")]
fn in_store(config: &Config, store: &HistoryStore) -> Result<History, Error> {
    // The first of all clients chooses it; whoever comes later finds it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = config.data_dir.join("history-store");
    let HistoryStore { write, query, token, login, tenant, labels, queue_bytes, max_age } = store;
    let credentials = match (token, login) {
        (Some(token), _) => Credentials::Bearer(token.expose().to_owned()),
        (None, Some((user, password))) => Credentials::Basic(user.clone(), password.expose().to_owned()),
        (None, None) => Credentials::None,
    };
    let write = remote_write::Settings {
        credentials: credentials.clone(),
        tenant: tenant.clone(),
        labels: labels.clone(),
        most_bytes: *queue_bytes,
        oldest: *max_age,
        ..remote_write::Settings::new(write, folder.join("queue")).map_err(lalin_history_remote::Error::from)?
    };
    let mut address = Address::new(query)?;
    (address.credentials, address.tenant) = (credentials, tenant.clone());
    let parts = lalin_history_remote::Store::open(write, address)?.parts();
    Ok(History::open_remote(Settings { folder, ..settings(config)? }, parts)?)
}

#[cfg(not(feature = "remote-write"))]
fn in_store(_: &Config, _: &HistoryStore) -> Result<History, Error> {
    Err(Error::NoStores)
}

/// The history in a folder, kept as the configuration says.
pub(crate) fn open(config: &Config, folder: PathBuf) -> Result<History, lalin_history::Error> {
    History::open(Settings { folder, ..settings(config)? })
}

/// Where the history of a configuration is, and how long it is kept.
pub(crate) fn settings(config: &Config) -> Result<Settings, lalin_history::Error> {
    let wanted = &config.history;
    let zone = match &wanted.time_zone {
        Some(name) => Zone::named(name)?,
        None => Zone::system(),
    };
    let retention = Retention {
        raw: keep(wanted.raw),
        minute: keep(wanted.minutes),
        five_minutes: keep(wanted.five_minutes),
        hours: keep(wanted.hours),
    };
    let folder = config.data_dir.join("history");
    Ok(Settings { zone, interval: wanted.interval, retention, ..Settings::new(folder) })
}

fn keep(KeepConfig { days, bytes }: KeepConfig) -> Keep {
    Keep { days, bytes }
}

pub(crate) fn policy(config: &Config) -> RecordingPolicy {
    let except = config.history.except.iter().filter_map(|except| match except.router.parse() {
        Ok(router) => Some(Except { router, interface: except.interface.clone() }),
        Err(_) => {
            tracing::warn!(router = except.router, "[history] except names no router");
            None
        }
    });
    RecordingPolicy {
        enabled: true,
        except: except.collect(),
        except_kinds: config.history.except_kinds.iter().cloned().collect(),
    }
}

/// What stands at the head of a report. A picture that cannot be used is left out, and the log says so.
pub(crate) fn business(BusinessConfig { name, address, logo }: &BusinessConfig) -> Business {
    Business { name: name.clone(), address: address.clone(), logo: logo.as_deref().and_then(picture) }
}

fn picture(path: &Path) -> Option<Logo> {
    let small = fs::metadata(path).is_ok_and(|file| file.len() <= LARGEST_LOGO);
    let logo = small.then(|| fs::read(path).ok()).flatten().and_then(Logo::new);
    if logo.is_none() {
        tracing::warn!(path = %path.display(), "business.logo is no PNG, JPEG or WebP of at most 512 kB");
    }
    logo
}
