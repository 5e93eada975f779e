//! The web server: one address, HTTP/1.1 by actix, HTTP/2 where TLS agreed on it, and the bounds of both.
//!
//! Not actix's own `HttpServer`: it has no place between a connection's arrival and its first byte, where it could be
//! counted, and none below its HTTP, where what is read ahead could be bounded.

use std::fmt;
use std::future::ready;
use std::io;
use std::marker::PhantomData;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_http::body::{BodySize, BoxBody, MessageBody};
use actix_http::{Extensions, HttpMessage, HttpService, KeepAlive, Request, Response};
use actix_service::{
    IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt as _, fn_factory, fn_service, map_config,
};
use actix_web::dev::{AppConfig, Server};
use actix_web::rt::net::TcpStream;
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use socket2::{Domain, Socket, Type};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

use super::keepalive::watch_for_death;
use crate::server::{ActiveRequest, Connection, Connections, Exempt, LimitedStream};
use crate::server::{ConnectionLimits, http2};

/// How long a connection without a request stays open, HTTP/1.1.
const IDLE: Duration = Duration::from_secs(15);
/// How long the rest of a request that was answered early is thrown away, so that the answer is read before the end.
const LINGER: Duration = Duration::from_secs(2);
/// As many connections may wait to be accepted.
const BACKLOG: i32 = 1_024;
/// What the system keeps of a connection's bytes until they are read: a request of ours is small.
const RECEIVED: usize = 32 << 10;
/// What is said where there is no room, as far as one can speak without TLS.
const NO_ROOM: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// What the server needs to know.
#[derive(Clone)]
pub struct WebServer {
    /// The bounds of what connections may take.
    pub limits: ConnectionLimits,
    /// Whose connections stand for many people's: trusted proxies'.
    pub exempt: Exempt,
    /// With it the server speaks TLS.
    pub tls: Option<Arc<ServerConfig>>,
    /// How many threads.
    pub workers: usize,
    /// How long requests may take to end when the server stops.
    pub grace: Duration,
}

impl fmt::Debug for WebServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebServer").field("limits", &self.limits).field("tls", &self.tls.is_some()).finish()
    }
}

impl WebServer {
    /// A server with these bounds, and nothing else special.
    pub fn new(limits: ConnectionLimits) -> Self {
        Self { limits, exempt: Arc::new(|_| false), tls: None, workers: 1, grace: Duration::from_secs(3) }
    }

    /// Serves what `factory` makes, once a worker, on `listener`.
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
        let Self { limits, exempt, tls, workers, grace } = self;
        let connections = Connections::new(limits, exempt);
        let tls = tls.map(|config| {
            let mut config = ServerConfig::clone(&config);
            config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
            TlsAcceptor::from(Arc::new(config))
        });
        // More than there can be: the bound is ours. At its own actix would stop accepting, whoever comes.
        let builder = Server::build().workers(workers).max_concurrent_connections(usize::MAX / 2);
        let builder = builder.shutdown_timeout(grace.as_secs()).disable_signals();
        let stopping = builder.graceful_shutdown_signal();
        let made = move || {
            let (factory, connections, tls) = (factory.clone(), connections.clone(), tls.clone());
            let stopping = stopping.clone();
            fn_factory(move || {
                let app = factory().into_factory().map_err(|error| error.into().error_response());
                let app = map_config(app, |()| AppConfig::default());
                let (connections, tls, stopping) = (connections.clone(), tls.clone(), stopping.clone());
                async move {
                    let failed = |error| tracing::error!(?error, "the web server cannot begin");
                    let service = Rc::new(Counted(app.new_service(()).await.map_err(failed)?, PhantomData));
                    let stops = {
                        let stopping = stopping.clone();
                        move || {
                            let stopping = stopping.clone();
                            async move { stopping.notified().await }
                        }
                    };
                    let http1 = http1(service.clone(), stops.clone(), connections.limits().receive_timeout).await?;
                    let http2: Protocol = Box::new(move |io, peer| {
                        let connection = io.connection().clone();
                        let serving = http2::serve(io, connection, peer, service.clone(), stops());
                        Box::pin(async move {
                            let _ = serving.await.inspect_err(|error| tracing::debug!(%error, "an HTTP/2 connection"));
                        })
                    });
                    let worker = Rc::new(Worker { connections, tls, http1, http2 });
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

/// Listens on `address`, as the server wants it.
///
/// # Errors
/// When the address is taken or is none of ours.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(socket2::Protocol::TCP))?;
    // On Windows it would mean that two programs may listen at once.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    // Inherited by every connection; only smaller, and no failure where it cannot be.
    let _ = socket.set_recv_buffer_size(RECEIVED);
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Serves one connection until it ends.
type Protocol = Box<dyn Fn(LimitedStream<Transport>, Option<SocketAddr>) -> LocalBoxFuture<'static, ()>>;

/// One worker's part of the server.
struct Worker {
    connections: Connections,
    tls: Option<TlsAcceptor>,
    http1: Protocol,
    http2: Protocol,
}

impl Worker {
    /// Serves one connection: counted, perhaps behind a handshake, in the protocol that was agreed on.
    async fn connection(&self, mut stream: TcpStream) {
        let Ok(peer) = stream.peer_addr() else { return };
        let Some(connection) = self.connections.admit(peer.ip()) else {
            tracing::debug!(%peer, "no room for a connection");
            if self.tls.is_none() {
                let _ = timeout(Duration::from_millis(100), stream.write_all(NO_ROOM)).await;
            }
            return;
        };
        watch_for_death(&stream);
        let Some(tls) = &self.tls else {
            return (self.http1)(LimitedStream::new(Transport::Plain(stream), connection), Some(peer)).await;
        };
        let handshake = self.connections.handshake(&connection);
        let accepted = tokio::select! {
            () = connection.ended().cancelled() => return,
            accepted = timeout(connection.limits().receive_timeout, tls.accept(stream)) => accepted,
        };
        drop(handshake);
        let Ok(Ok(stream)) = accepted else { return };
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        let stream = Transport::Tls(Box::new(stream));
        match is_http2 {
            true => (self.http2)(LimitedStream::for_http2(stream, connection), Some(peer)).await,
            false => (self.http1)(LimitedStream::new(stream, connection), Some(peer)).await,
        }
    }
}

/// HTTP/1.1 by actix.
async fn http1<S, B, G, F>(service: Rc<Counted<S, B>>, stops: G, receive_timeout: Duration) -> Result<Protocol, ()>
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

/// A connection's bytes as they come from the system, or out of TLS.
enum Transport {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Transport {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Transport {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

/// The application, with each of its requests counted for its connection.
struct Counted<S, B>(S, PhantomData<B>);

impl<S, B> Service<Request> for Counted<S, B>
where
    S: Service<Request>,
    S::Future: 'static,
    S::Response: Into<Response<B>>,
    S::Error: Into<Response<BoxBody>>,
    B: MessageBody + 'static,
{
    type Response = Response<CountedBody<B>>;
    type Error = Response<BoxBody>;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(cx).map_err(Into::into)
    }

    fn call(&self, request: Request) -> Self::Future {
        // HTTP/1.1 has it with the connection, HTTP/2 with each request.
        let with_connection = request.conn_data::<Arc<Connection>>().cloned();
        let connection = with_connection.or_else(|| request.extensions().get::<Arc<Connection>>().cloned());
        let serving = connection.as_ref().map(Connection::begin);
        if let Some(connection) = connection {
            request.extensions_mut().insert(connection);
        }
        let answered = self.0.call(request);
        Box::pin(async move {
            let response = answered.await.map_err(Into::into)?.into();
            Ok(response.map_body(|_, body| CountedBody { body: Box::pin(body), _serving: serving }))
        })
    }
}

/// An answer's body: its request is under way until it is dropped.
struct CountedBody<B> {
    body: Pin<Box<B>>,
    _serving: Option<ActiveRequest>,
}

impl<B: MessageBody> MessageBody for CountedBody<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, B::Error>>> {
        self.body.as_mut().poll_next(cx)
    }
}
