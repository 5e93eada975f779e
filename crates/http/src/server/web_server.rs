//! The web server: one address, HTTP/1.1 by actix, HTTP/2 where TLS agreed on it, and the limits of both.
//!
//! Actix's own `HttpServer` does not do, because nothing can be put between a connection's arrival and its first byte, where
//! connections are counted, nor below its HTTP, where read-ahead is limited.

use std::fmt;
use std::future::ready;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_http::body::{BoxBody, MessageBody};
use actix_http::{Extensions, HttpService, KeepAlive, Request, Response};
use actix_service::{
    IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt as _, fn_factory, fn_service, map_config,
};
use actix_web::dev::{AppConfig, Server};
use actix_web::rt::net::TcpStream;
use futures_util::future::LocalBoxFuture;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;
#[cfg(feature = "tls")]
use tokio_rustls::TlsAcceptor;
#[cfg(feature = "tls")]
use tokio_rustls::rustls::ServerConfig;

use super::active_requests::CountRequests;
use super::connection::Connection;
use super::connection_limits::{ConnectionLimits, Exempt};
use super::connections::Connections;
use super::hand_over::HandOver;
#[cfg(feature = "tls")]
use super::http2;
use super::keepalive::notice_dead_peer;
use super::limited_stream::LimitedStream;
use super::repeats::{Changes, Repeats};
use super::transport::Transport;
use super::viewer;

/// How long a connection without a request stays open, HTTP/1.1.
const IDLE: Duration = Duration::from_secs(15);
/// How long the rest of a request that was answered early is still read and discarded, so that the client gets to read the
/// answer.
const LINGER: Duration = Duration::from_secs(2);
/// The answer where there is no room for the connection. With TLS there is none, because it would need a handshake first.
const NO_ROOM: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// A web server, before it serves.
#[derive(Clone)]
pub struct WebServer {
    /// How much connections may take.
    pub limits: ConnectionLimits,
    /// Which addresses stand for many people: those of trusted proxies.
    pub exempt: Exempt,
    /// Makes the server speak TLS.
    #[cfg(feature = "tls")]
    pub tls: Option<Arc<ServerConfig>>,
    /// How many threads serve requests.
    pub workers: usize,
    /// How long requests may go on when the server stops.
    pub grace: Duration,
}

impl fmt::Debug for WebServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebServer").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl WebServer {
    /// A server with these limits and one thread, without TLS.
    pub fn new(limits: ConnectionLimits) -> Self {
        Self {
            limits,
            exempt: Arc::new(|_| false),
            #[cfg(feature = "tls")]
            tls: None,
            workers: 1,
            grace: Duration::from_secs(3),
        }
    }

    /// Serves on `listener` the application that `factory` makes once for each worker.
    ///
    /// # Errors
    /// When the listener cannot be used.
    pub fn serve<F, I, S, B>(self, listener: TcpListener, factory: F) -> io::Result<Server>
    where
        F: Fn() -> I + Send + Clone + 'static,
        I: IntoServiceFactory<S, Request>,
        S: ServiceFactory<Request, Config = AppConfig> + 'static,
        S::Error: Into<actix_web::Error> + 'static,
        S::InitError: fmt::Debug,
        S::Response: Into<Response<B>> + 'static,
        S::Service: 'static,
        <S::Service as Service<Request>>::Future: 'static,
        B: MessageBody + 'static,
    {
        #[cfg(feature = "tls")]
        let tls = self.tls.map(|config| {
            let mut config = ServerConfig::clone(&config);
            config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
            TlsAcceptor::from(Arc::new(config))
        });
        let Self { limits, exempt, workers, grace, .. } = self;
        let connections = Connections::new(limits, exempt);
        // More than there can ever be, because actix stops accepting at its own limit, whoever comes. Ours is `Connections`.
        let builder = Server::build().workers(workers).max_concurrent_connections(usize::MAX / 2);
        let builder = builder.shutdown_timeout(grace.as_secs()).disable_signals();
        let stopping = builder.graceful_shutdown_signal();
        let changes = Changes::default();
        let made = move || {
            let (factory, connections, stopping) = (factory.clone(), connections.clone(), stopping.clone());
            let changes = changes.clone();
            #[cfg(feature = "tls")]
            let tls = tls.clone();
            fn_factory(move || {
                let app = factory().into_factory().map_err(|error| error.into().error_response());
                let app = map_config(app, |()| AppConfig::default());
                let (connections, stopping) = (connections.clone(), stopping.clone());
                let repeats = Repeats::new(changes.clone());
                #[cfg(feature = "tls")]
                let tls = tls.clone();
                async move {
                    let failed = |error| tracing::error!(?error, "the web server cannot begin");
                    let service = Rc::new(CountRequests::new(app.new_service(()).await.map_err(failed)?, repeats));
                    let stops = {
                        let stopping = stopping.clone();
                        move || {
                            let stopping = stopping.clone();
                            async move { stopping.notified().await }
                        }
                    };
                    let http1 = http1(service.clone(), stops.clone(), connections.limits().request_time).await?;
                    #[cfg(feature = "tls")]
                    let http2: Protocol = Box::new(move |io, peer| {
                        let connection = io.connection().clone();
                        let serving = http2::serve(io, connection, peer, service.clone(), stops());
                        Box::pin(async move {
                            let _ = serving.await.inspect_err(|error| tracing::debug!(%error, "an HTTP/2 connection"));
                        })
                    });
                    let worker = Rc::new(Worker {
                        connections,
                        http1,
                        #[cfg(feature = "tls")]
                        tls,
                        #[cfg(feature = "tls")]
                        http2,
                    });
                    Ok::<_, ()>(fn_service(move |stream: TcpStream| {
                        let worker = worker.clone();
                        async move {
                            worker.connection(stream).await;
                            Ok::<(), ()>(())
                        }
                    }))
                }
            })
        };
        Ok(builder.listen("lalin", listener, made)?.run())
    }
}

/// Serves one connection until it ends.
type Protocol = Box<dyn Fn(LimitedStream<Transport>, Option<SocketAddr>) -> LocalBoxFuture<'static, ()>>;

/// What one worker thread serves connections with.
struct Worker {
    connections: Connections,
    http1: Protocol,
    #[cfg(feature = "tls")]
    tls: Option<TlsAcceptor>,
    #[cfg(feature = "tls")]
    http2: Protocol,
}

impl Worker {
    /// Serves one connection: counts it, does the TLS handshake, and speaks the protocol that was agreed on.
    async fn connection(&self, mut stream: TcpStream) {
        let Ok(peer) = stream.peer_addr() else { return };
        let Some(connection) = self.connections.admit(peer.ip()) else {
            tracing::debug!(%peer, "no room for a connection");
            if !self.speaks_tls() {
                let _ = timeout(Duration::from_millis(100), stream.write_all(NO_ROOM)).await;
            }
            return;
        };
        notice_dead_peer(&stream);
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            return self.secured(stream, connection, peer, tls).await;
        }
        self.http1(Transport::Plain(stream), connection, peer).await;
    }

    #[cfg(feature = "tls")]
    fn speaks_tls(&self) -> bool {
        self.tls.is_some()
    }

    #[cfg(not(feature = "tls"))]
    fn speaks_tls(&self) -> bool {
        false
    }

    #[cfg(feature = "tls")]
    async fn secured(&self, stream: TcpStream, connection: Arc<Connection>, peer: SocketAddr, tls: &TlsAcceptor) {
        let handshake = self.connections.handshake(&connection);
        let accepted = tokio::select! {
            () = connection.ended().cancelled() => return,
            accepted = timeout(connection.limits().request_time, tls.accept(stream)) => accepted,
        };
        drop(handshake);
        let Ok(Ok(stream)) = accepted else { return };
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        let stream = Transport::Tls(Box::new(stream));
        match is_http2 {
            true => (self.http2)(LimitedStream::for_http2(stream, connection), Some(peer)).await,
            false => self.http1(stream, connection, peer).await,
        }
    }

    /// Speaks HTTP/1.1, and serves the event stream that may come of it.
    async fn http1(&self, stream: Transport, connection: Arc<Connection>, peer: SocketAddr) {
        let hand_over = HandOver::new();
        let limited = LimitedStream::new(stream, connection.clone()).handing_over(hand_over.clone());
        (self.http1)(limited, Some(peer)).await;
        if let Some((stream, answer)) = hand_over.take() {
            drop(hand_over);
            Box::pin(viewer::serve(stream, connection, answer)).await;
        }
    }
}

/// HTTP/1.1 by actix.
async fn http1<S, B, G, F>(
    service: Rc<CountRequests<S, B>>,
    stops: G,
    receive_timeout: Duration,
) -> Result<Protocol, ()>
where
    S: Service<Request> + 'static,
    S::Future: 'static,
    S::Response: Into<Response<B>> + 'static,
    S::Error: Into<Response<BoxBody>> + 'static,
    B: MessageBody + 'static,
    G: Fn() -> F + 'static,
    F: Future<Output = ()> + 'static,
{
    let http1 = HttpService::build()
        .keep_alive(KeepAlive::Timeout(IDLE))
        .client_request_timeout(receive_timeout)
        .client_disconnect_timeout(LINGER)
        .graceful_shutdown_signal(stops)
        .on_connect_ext(|io: &LimitedStream<Transport>, data: &mut Extensions| {
            data.insert(io.connection().clone());
            if let Some(hand_over) = io.hand_over() {
                data.insert(hand_over.clone());
            }
        })
        .h1(fn_factory(move || ready(Ok::<_, ()>(service.clone()))));
    let http1 = Rc::new(http1.new_service(()).await?);
    Ok(Box::new(move |io, peer| {
        let served = http1.call((io, peer));
        Box::pin(async move {
            let _ = served.await.inspect_err(|error| tracing::debug!(%error, "an HTTP/1.1 connection"));
        })
    }))
}
