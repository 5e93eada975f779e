//! The server: fleet, authentication, API and pages on one address, until it is asked to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_cors::Cors;
use actix_web::App;
use actix_web::http::Method;
use actix_web::http::header::HeaderName;
use actix_web::middleware::{DefaultHeaders, from_fn};
use futures_util::FutureExt as _;
use lalin_alerts::SharedStates;
use lalin_config::Config;
use lalin_dashboard::{Dashboard, DemoAccount, EmbedOrigins, Settings};
use lalin_fleet::{Alerting, Fleet, Recording, RecordingPolicy};
use lalin_http::{
    Api, ApiSettings, Auth, AuthSettings, ConnectionLimits, LogLevel, MetricsSettings, StreamLimits, WebServer,
};
use lalin_monitor::Monitor;
use lalin_store::Store;
use tokio::time::{sleep, timeout};

use crate::addresses;
use crate::alerts;
#[cfg(feature = "tls")]
use crate::certificate::Certificate;
#[cfg(feature = "cluster")]
use crate::cluster::Node;
use crate::error::Error;
use crate::history;
use crate::metrics;
#[cfg(feature = "remote-write")]
use crate::remote_write;
use crate::signals::stop_asked;
use crate::supervisor::Supervisor;
use crate::words::say;

/// How long open requests may take to end; with the rest the program ends within 5 s.
const GRACE: Duration = Duration::from_secs(3);

/// Begins to record.
type Record<'a> = dyn FnOnce(&Config, &Fleet, &RecordingPolicy) -> Option<Arc<Recording>> + 'a;

/// What there is beside a server: of a demonstration, or of a cluster.
pub(crate) struct Beside<'a> {
    /// What is recorded, and where.
    pub(crate) record: Box<Record<'a>>,
    /// Whether alerts are kept and told: by a demonstration they are only shown.
    pub(crate) tells: bool,
    /// The accounts that the login page tells.
    pub(crate) accounts: Vec<DemoAccount>,
    /// Lines for the terminal, after the address.
    pub(crate) said: Vec<String>,
    /// Does what it does with the routers.
    pub(crate) begin: Box<dyn FnOnce(Arc<Monitor>) + 'a>,
    /// Where alerts are had in common with other machines; `None` on a machine alone.
    pub(crate) states: Option<Arc<dyn SharedStates>>,
    /// The cluster that this machine is one of.
    #[cfg(feature = "cluster")]
    pub(crate) node: Option<Arc<Node>>,
}

impl Beside<'_> {
    pub(crate) fn none() -> Self {
        let record = Box::new(history::record);
        Self {
            record,
            tells: true,
            accounts: Vec::new(),
            said: Vec::new(),
            begin: Box::new(drop),
            states: None,
            #[cfg(feature = "cluster")]
            node: None,
        }
    }
}

/// Serves until SIGTERM or Ctrl+C. Without a store nothing is kept and nobody has an account.
pub(crate) async fn run(
    config: &Config,
    store: Option<Store>,
    log: Arc<dyn LogLevel>,
    beside: Beside<'_>,
) -> Result<(), Error> {
    #[cfg(feature = "cluster")]
    let node = beside.node;
    #[cfg(feature = "cluster")]
    let fleet = match (&node, &store) {
        (Some(node), Some(store)) => Fleet::among(config.sampling, store.clone(), node.clone()),
        _ => Fleet::new(config.sampling, store.clone()),
    };
    #[cfg(not(feature = "cluster"))]
    let fleet = Fleet::new(config.sampling, store.clone());
    for router in &config.routers {
        fleet.apply(router.clone())?;
    }
    for unusable in fleet.add_stored().await? {
        tracing::error!(router = %unusable.id, detail = unusable.detail, "a stored router cannot be used");
    }
    if fleet.monitor().routers().is_empty() && !fleet.is_in_a_cluster() {
        tracing::warn!(
            "MikroTik not configured: add a router in the page, start with --router user@address, or name one in lalin.toml"
        );
    }
    (beside.begin)(fleet.monitor());
    let recording = (beside.record)(config, &fleet, &history::chosen(store.as_ref()).await);
    if let Some(recording) = &recording {
        history::zoned(recording, store.as_ref()).await;
    }
    #[cfg(feature = "remote-write")]
    let remote_writing = remote_write::start(config, &fleet).map(Arc::new);
    let alerting =
        alerts::watch(config, &fleet, store.clone(), recording.as_ref(), beside.tells, beside.states).await?;
    #[cfg(feature = "cluster")]
    let _followed = store
        .as_ref()
        .filter(|store| store.is_shared())
        .map(|store| crate::cluster::follow(store, &fleet, recording.as_ref(), alerting.as_ref()));
    #[cfg(feature = "cluster")]
    let together = node.as_ref().zip(store.as_ref()).map(|(node, store)| node.join(&fleet, store));
    let sources = metrics::Sources {
        fleet: fleet.clone(),
        recording: recording.clone(),
        alerting: alerting.clone(),
        #[cfg(feature = "remote-write")]
        remote_writing: remote_writing.clone(),
        #[cfg(feature = "cluster")]
        node,
    };
    let auth = auth(config, store).await?;
    auth.follow(&fleet.monitor());
    let supervisor = Supervisor::begin(&fleet.monitor());
    let limits = connection_limits(config);
    let settings = api_settings(config, limits, recording.clone(), alerting);
    // The name tells clusters apart, and is the same on all machines of one.
    let stream_epoch = config.cluster.as_ref().map(|cluster| format!("c{}", cluster.name));
    let settings =
        ApiSettings { extra_metrics: Some(sources.into_metrics()), log: Some(log), stream_epoch, ..settings };
    let api = Api::with_admin(fleet.monitor(), settings, Arc::new(fleet));
    let (stop_streams, readiness) = (api.stop_token(), api.readiness());
    let lang = match config.server.lang {
        lalin_config::Lang::Id => lalin_dashboard::Lang::Id,
        lalin_config::Lang::En => lalin_dashboard::Lang::En,
    };
    let (origins, asked) = (auth.embed_origins().clone(), auth.embed_origins().clone());
    let (embed, base_path) = (EmbedOrigins::asking(move || asked.all()), config.server.base_path.clone());
    let dashboard =
        Dashboard::new(Settings { lang, version: env!("CARGO_PKG_VERSION"), embed, base_path, demo: beside.accounts });
    let listen = config.server.listen;
    let code = auth.needed_code();
    let app = move || {
        App::new()
            .wrap(from_fn(lalin_http::guard))
            .wrap(others(&origins))
            .wrap(headers())
            .configure(lalin_http::request_bodies)
            .configure(auth.routes())
            .configure(api.routes())
            .configure(dashboard.routes())
    };
    #[cfg(feature = "tls")]
    let certificate = match &config.server.tls {
        Some((chain, key)) => Some(Certificate::of(chain, key)?),
        None => None,
    };
    #[cfg(not(feature = "tls"))]
    if let Some((chain, _)) = &config.server.tls {
        let detail = "this program was built without TLS of the pages".to_owned();
        return Err(Error::Certificate { path: chain.clone(), detail });
    }
    let failed = |reason| Error::Listen { address: listen, reason };
    let listener = lalin_http::listen(listen).map_err(failed)?;
    let address = listener.local_addr().unwrap_or(listen);
    let server = web_server(config, limits);
    #[cfg(feature = "tls")]
    let server = WebServer { tls: certificate.as_ref().map(|certificate| certificate.config.clone()), ..server };
    let server = server.serve(listener, app).map_err(failed)?;
    let scheme = if config.server.tls.is_some() { "https" } else { "http" };
    let url = |address: SocketAddr| format!("{scheme}://{address}/");
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "Lalin serves");
    println!("Lalin: {}", url(reachable(address)));
    supervisor.ready();
    if let Some(code) = code {
        println!("{}", say("start.code", &[("code", &*code)]));
        tracing::warn!("no administrator yet: nothing is shown before one is made with the one-time code {}", *code);
    }
    if address.ip().is_unspecified() {
        for ip in addresses::others(address.ip()) {
            println!("{}", say("start.others", &[("url", &url(SocketAddr::new(ip, address.port())))]));
        }
    }
    for line in beside.said {
        println!("{line}");
    }
    let handle = server.handle();
    let mut server = tokio::spawn(server.boxed());
    tokio::select! {
        ended = &mut server => return ended.unwrap_or(Ok(())).map_err(Error::Server),
        () = stop_asked() => {}
    }
    tracing::info!("stopping");
    readiness.stopping();
    supervisor.stopping();
    // Whoever is in a hurry asks a second time.
    #[cfg(feature = "cluster")]
    let handed_over = async {
        if let Some(together) = &together {
            together.hand_over().await;
        }
    };
    #[cfg(not(feature = "cluster"))]
    let handed_over = std::future::ready(());
    tokio::select! {
        ((), ()) = async { tokio::join!(sleep(config.limits.drain_time), handed_over) } => {}
        () = stop_asked() => {}
    }
    stop_streams.cancel();
    // In order, and within the grace; what is not done by then ends with the process.
    let _ = timeout(GRACE + Duration::from_secs(1), handle.stop(true)).await;
    #[cfg(feature = "cluster")]
    if let Some(together) = together {
        together.leave().await;
    }
    if let Some(recording) = recording {
        // What was recorded is written already; this makes it safe from a loss of power too.
        let synced = tokio::task::spawn_blocking(move || recording.flush());
        let _ = timeout(Duration::from_secs(1), synced).await;
    }
    Ok(())
}

/// How the API answers, as the configuration asks for.
fn api_settings(
    config: &Config,
    limits: ConnectionLimits,
    history: Option<Arc<Recording>>,
    alerts: Option<Arc<Alerting>>,
) -> ApiSettings {
    let lalin_config::Metrics { record, dynamic, timestamps, most_lines } = config.metrics;
    ApiSettings {
        extra_metrics: None,
        metrics: MetricsSettings { record, dynamic, timestamps, most_lines },
        history,
        alerts,
        business: history::business(&config.business),
        streams: StreamLimits {
            streams: limits.viewers,
            streams_per_address: config.limits.viewers_per_address,
            ..StreamLimits::default()
        },
        stream_epoch: None,
        log: None,
    }
}

/// The limits that the configuration asks for, as far as the system's open files reach.
fn connection_limits(config: &Config) -> ConnectionLimits {
    let configured = config.limits;
    let mut limits = ConnectionLimits::default();
    limits.connections = configured.connections;
    limits.connections_per_address = configured.connections_per_address;
    limits.kept_for_this_machine = configured.kept_for_this_machine;
    limits.handshakes = configured.tls_handshakes;
    limits.request_time = configured.request_time;
    limits.stalled_time = configured.stalled_time;
    limits.viewers = configured.viewers;
    limits.within_descriptors()
}

/// The server that the configuration asks for.
fn web_server(config: &Config, limits: ConnectionLimits) -> WebServer {
    let mut server = WebServer::new(limits);
    let proxies = config.server.trusted_proxies.clone();
    server.exempt = Arc::new(move |address| proxies.contains(&address));
    server.workers = workers();
    server.grace = GRACE;
    server
}

async fn auth(config: &Config, store: Option<Store>) -> Result<Auth, Error> {
    let mut settings = AuthSettings::default();
    settings.loopback = config.server.listen.ip().to_canonical().is_loopback();
    settings.open = config.server.open;
    settings.proxies.clone_from(&config.server.trusted_proxies);
    settings.hosts.clone_from(&config.server.hosts);
    settings.base_path.clone_from(&config.server.base_path);
    settings.tls = config.server.tls.is_some();
    settings.embed_origins.clone_from(&config.embed.origins);
    if settings.open && !settings.loopback {
        tracing::warn!("open: everybody who reaches {} may see the traffic", config.server.listen);
    }
    Ok(match store {
        Some(store) => Auth::new(store, settings).await?,
        None => Auth::without_accounts(settings),
    })
}

/// What other sites' pages may do: read, without cookies, if their origin is one of those that may.
fn others(origins: &lalin_http::EmbedOrigins) -> Cors {
    let origins = origins.clone();
    Cors::default()
        .allowed_origin_fn(move |origin, _| origin.to_str().is_ok_and(|origin| origins.allow(origin)))
        .allowed_methods([Method::GET])
        .allowed_headers(["authorization", "last-event-id", "cache-control"].map(HeaderName::from_static))
        .expose_headers(["x-lalin-age-ms", "x-lalin-delay-ms", "x-lalin-reason", "x-lalin-state"])
        .max_age(3_600)
}

/// On every answer, whoever made it.
fn headers() -> DefaultHeaders {
    DefaultHeaders::new().add(("X-Content-Type-Options", "nosniff")).add(("Referrer-Policy", "no-referrer"))
}

/// Where this machine itself opens the dashboard, printed so that scripts can read it.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() { SocketAddr::from(([127, 0, 0, 1], address.port())) } else { address }
}

/// As many threads as help: a tick is made once, whoever watches.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).min(4)
}
