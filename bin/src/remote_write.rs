//! Remote write: started from the configuration, fed by the fleet while the server runs.

use std::sync::Arc;

use lalin_config::{Config, RemoteProtocol, RemoteWrite as Configured};
use lalin_fleet::{Fleet, RemoteWriting};
use lalin_remote_write::{Credentials, Protocol, RemoteWrite, Settings};

/// Sends what the configuration wants. `None` where no receiver is named, and where it cannot begin: then the log says why,
/// and everything else is served all the same.
pub(crate) fn start(config: &Config, fleet: &Fleet) -> Option<RemoteWriting> {
    let wanted = &config.remote_write;
    let url = wanted.url.as_deref()?;
    // The first of all clients chooses it; whoever comes later finds it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let started = settings(url, config).and_then(RemoteWrite::start);
    let write = started.inspect_err(|error| tracing::error!(%error, "nothing is sent by remote write")).ok()?;
    let dynamic = wanted.dynamic;
    Some(RemoteWriting::start(fleet.monitor(), write, Arc::new(move |interface| dynamic || !interface.dynamic)))
}

fn settings(url: &str, config: &Config) -> Result<Settings, lalin_remote_write::Error> {
    let Configured { protocol, token, login, labels, queue_bytes, max_age, .. } = &config.remote_write;
    let credentials = match (token, login) {
        (Some(token), _) => Credentials::Bearer(token.expose().to_owned()),
        (None, Some((user, password))) => Credentials::Basic(user.clone(), password.expose().to_owned()),
        (None, None) => Credentials::None,
    };
    let protocol = match protocol {
        RemoteProtocol::Auto => Protocol::Auto,
        RemoteProtocol::V1 => Protocol::V1,
        RemoteProtocol::V2 => Protocol::V2,
    };
    Ok(Settings {
        protocol,
        credentials,
        labels: labels.clone(),
        most_bytes: *queue_bytes,
        oldest: *max_age,
        ..Settings::new(url, config.data_dir.join("remote-write"))?
    })
}
