//! The server: monitor, API and pages on one address, until it is asked to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::middleware::Compress;
use actix_web::{App, HttpServer};
use lalin_config::Config;
use lalin_dashboard::{Dashboard, Settings};
use lalin_http::{Api, Limits};
use lalin_monitor::Monitor;
use tokio::time::timeout;

use crate::error::Error;
use crate::signals::stop_asked;
use crate::sources;

/// How long open requests may take to end; with the rest the program ends within 5 s.
const GRACE: Duration = Duration::from_secs(3);

/// Serves until SIGTERM or Ctrl+C.
pub(crate) async fn run(config: &Config) -> Result<(), Error> {
    let monitor = Arc::new(Monitor::new(sources::settings(&config.sampling)));
    for router in &config.routers {
        sources::add(&monitor, &config.sampling, router);
    }
    if config.routers.is_empty() {
        tracing::warn!("MikroTik not configured: start with --router user@address, or name a router in lalin.toml");
    }
    let api = Api::new(monitor, Limits::default());
    let stop_streams = api.stop_token();
    let lang = match config.server.lang {
        lalin_config::Lang::Id => lalin_dashboard::Lang::Id,
        lalin_config::Lang::En => lalin_dashboard::Lang::En,
    };
    let embed = config.embed.origins.clone();
    let dashboard = Dashboard::new(Settings { lang, version: env!("CARGO_PKG_VERSION"), embed })?;
    let listen = config.server.listen;
    let server = HttpServer::new(move || {
        App::new().wrap(Compress::default()).configure(api.routes()).configure(dashboard.routes())
    })
    .workers(workers())
    .on_connect(lalin_http::forget_dead_peers)
    .client_request_timeout(Duration::from_secs(10))
    .shutdown_timeout(GRACE.as_secs())
    .disable_signals()
    .bind(listen)
    .map_err(|source| Error::Listen { address: listen, source })?;
    let address = server.addrs().first().copied().unwrap_or(listen);
    announce(address);
    let server = server.run();
    let handle = server.handle();
    let mut server = tokio::spawn(server);
    tokio::select! {
        ended = &mut server => return ended.unwrap_or(Ok(())).map_err(Error::Server),
        () = stop_asked() => {}
    }
    tracing::info!("stopping");
    stop_streams.cancel();
    // In order, and within the grace; what is not done by then ends with the process.
    let _ = timeout(GRACE + Duration::from_secs(1), handle.stop(true)).await;
    Ok(())
}

/// Says where the dashboard is: on standard output, so that scripts can read it.
fn announce(address: SocketAddr) {
    let reachable = match address.ip() {
        ip if ip.is_unspecified() => SocketAddr::from(([127, 0, 0, 1], address.port())),
        _ => address,
    };
    println!("Lalin: http://{reachable}/");
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "Lalin serves");
}

/// As many threads as help: a tick is made once, whoever watches.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).min(4)
}
