//! HTTP/2 on the server's own TLS: all streams of a page share one connection.
//!
//! Actix speaks HTTP/2 too, but accepts any number of streams at once, with 16 MiB of headers each, and carries on with a
//! request that its client has reset. Here streams, header lists, unread bodies, unsent answers and resets are all limited,
//! and the request of a reset stream is dropped at once, which also ends its viewer.

use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use actix_http::header::{HeaderName, HeaderValue, HttpDate};
use actix_http::{HttpMessage, Method, Payload, Request, Response, Uri, Version};
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::Service;
use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::Stream;
use h2::server::{Builder, SendResponse};
use h2::{Reason, RecvStream, SendStream};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use super::connection::Connection;
use super::connection_limits::LARGEST_HEAD;

/// How many requests may be under way on one connection: a page's scripts and its streams.
const STREAMS: u32 = 64;
/// How much of a stream's body may arrive before it is read; for all streams of a connection, the protocol's initial value.
const WINDOW: u32 = 16 << 10;
const WINDOW_OF_ALL: u32 = (64 << 10) - 1;
/// How much of one answer may wait for the client.
const UNSENT: usize = 16 << 10;
/// A connection without a request for this long is closed.
const IDLE: Duration = Duration::from_secs(60);

/// Answers the requests of one connection with `service`, until it ends, or `stopping` and its requests are answered.
pub(super) async fn serve<T, S, B>(
    io: T,
    connection: Arc<Connection>,
    peer: Option<std::net::SocketAddr>,
    service: Rc<S>,
    stopping: impl Future<Output = ()>,
) -> Result<(), h2::Error>
where
    T: AsyncRead + AsyncWrite + Unpin,
    S: Service<Request, Response = Response<B>> + 'static,
    S::Error: Into<Response<BoxBody>>,
    B: MessageBody + 'static,
{
    let mut builder = Builder::new();
    builder
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(LARGEST_HEAD as u32)
        .initial_window_size(WINDOW)
        .initial_connection_window_size(WINDOW_OF_ALL)
        .max_send_buffer_size(UNSENT);
    let request_time = connection.limits().request_time;
    let handshake = timeout(request_time, builder.handshake::<_, Bytes>(io));
    let Ok(handshake) = handshake.await else { return Ok(()) };
    let mut http2 = handshake?;
    let mut stopping = std::pin::pin!(stopping);
    let mut stops = false;
    // Owned here, so that they end with the connection.
    let mut requests = JoinSet::new();
    let mut idle_until = Instant::now() + IDLE;
    loop {
        tokio::select! {
            request = http2.accept() => {
                let Some(request) = request else { return Ok(()) };
                let (request, mut respond) = request?;
                // A request that was reset counts until it is dropped.
                if requests.len() >= 2 * STREAMS as usize {
                    respond.send_reset(Reason::REFUSED_STREAM);
                    continue;
                }
                requests.spawn_local(answer(request, respond, peer, connection.clone(), service.clone()));
            }
            Some(_) = requests.join_next() => idle_until = Instant::now() + IDLE,
            () = sleep_until(idle_until), if requests.is_empty() && !stops => {
                stops = true;
                http2.graceful_shutdown();
            }
            () = &mut stopping, if !stops => {
                stops = true;
                http2.graceful_shutdown();
            }
        }
    }
}

/// Answers one request, unless its client resets it first.
async fn answer<S, B>(
    request: http::Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    peer: Option<std::net::SocketAddr>,
    connection: Arc<Connection>,
    service: Rc<S>,
) where
    S: Service<Request, Response = Response<B>>,
    S::Error: Into<Response<BoxBody>>,
    B: MessageBody + 'static,
{
    let is_head = request.method() == http::Method::HEAD;
    let stalled_time = connection.limits().stalled_time;
    let Some(request) = read(request, peer, connection) else {
        respond.send_reset(Reason::PROTOCOL_ERROR);
        return;
    };
    let response = tokio::select! {
        biased;
        _ = poll_fn(|cx| respond.poll_reset(cx)) => return,
        response = service.call(request) => response,
    };
    let sent = match response {
        Ok(response) => send(response, respond, is_head, stalled_time).await,
        Err(error) => send(error.into(), respond, is_head, stalled_time).await,
    };
    if let Err(error) = sent {
        tracing::debug!(%error, "an answer was not sent");
    }
}

/// Turns a request into one of actix.
fn read(
    request: http::Request<RecvStream>,
    peer: Option<std::net::SocketAddr>,
    connection: Arc<Connection>,
) -> Option<Request> {
    let (parts, body) = request.into_parts();
    let payload = match body.is_end_stream() {
        true => Payload::None,
        false => Payload::Stream { payload: Box::pin(Body(body)) as actix_http::BoxedPayloadStream },
    };
    let mut request = Request::with_payload(payload);
    let head = request.head_mut();
    head.method = Method::from_bytes(parts.method.as_str().as_bytes()).ok()?;
    head.version = Version::HTTP_2;
    head.peer_addr = peer;
    head.uri = parts.uri.path_and_query().map_or("/", |path| path.as_str()).parse::<Uri>().ok()?;
    for (name, value) in &parts.headers {
        let name = HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
        head.headers.append(name, HeaderValue::from_bytes(value.as_bytes()).ok()?);
    }
    // The rest of the server looks for the host name in this header.
    if let Some(authority) = parts.uri.authority() {
        let host = HeaderValue::from_str(authority.as_str()).ok()?;
        head.headers.insert(HeaderName::from_static("host"), host);
    }
    request.extensions_mut().insert(connection);
    Some(request)
}

/// The bytes of a body. What has been read frees room for the client to send more.
struct Body(RecvStream);

impl Stream for Body {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let failed = |error: h2::Error| PayloadError::Io(std::io::Error::other(error));
        let Some(bytes) = ready!(self.0.poll_data(cx)) else { return Poll::Ready(None) };
        let bytes = bytes.map_err(failed)?;
        self.0.flow_control().release_capacity(bytes.len()).map_err(failed)?;
        Poll::Ready(Some(Ok(bytes)))
    }
}

async fn send<B: MessageBody>(
    response: Response<B>,
    mut respond: SendResponse<Bytes>,
    is_head: bool,
    stalled_time: Duration,
) -> Result<(), h2::Error> {
    let (response, body) = response.into_parts();
    let size = body.size();
    let ends = is_head || matches!(size, BodySize::None | BodySize::Sized(0));
    let mut stream = respond.send_response(head(&response, size), ends)?;
    if ends {
        return Ok(());
    }
    let mut body = std::pin::pin!(body);
    loop {
        // A page that closes its stream resets it, which is noticed at once and not only at the next tick.
        let bytes = tokio::select! {
            biased;
            _ = poll_fn(|cx| stream.poll_reset(cx)) => return Ok(()),
            bytes = poll_fn(|cx| body.as_mut().poll_next(cx)) => bytes,
        };
        match bytes {
            None => return stream.send_data(Bytes::new(), true),
            Some(Ok(bytes)) => match timeout(stalled_time, send_all(&mut stream, bytes)).await {
                Ok(sent) => sent?,
                // The client opened a stream and reads nothing of it.
                Err(_) => {
                    stream.send_reset(Reason::CANCEL);
                    return Ok(());
                }
            },
            Some(Err(error)) => {
                tracing::debug!(error = %error.into(), "an answer broke off");
                stream.send_reset(Reason::INTERNAL_ERROR);
                return Ok(());
            }
        }
    }
}

/// Sends `bytes` as fast as the client accepts them. The rest waits here and not in a buffer.
async fn send_all(stream: &mut SendStream<Bytes>, mut bytes: Bytes) -> Result<(), h2::Error> {
    while !bytes.is_empty() {
        stream.reserve_capacity(bytes.len().min(UNSENT));
        // No capacity will come any more: the stream is closed.
        let Some(room) = poll_fn(|cx| stream.poll_capacity(cx)).await else { return Ok(()) };
        let part = bytes.split_to(room?.min(bytes.len()));
        stream.send_data(part, false)?;
    }
    Ok(())
}

/// The head of an answer, without the headers that only HTTP/1.1 has.
fn head(response: &Response<()>, size: BodySize) -> http::Response<()> {
    const ONLY_HTTP1: [&str; 5] = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"];
    let mut head = http::Response::new(());
    *head.status_mut() = http::StatusCode::from_u16(response.status().as_u16()).unwrap_or_default();
    let mut set = |name: &str, value: &[u8]| {
        let name = http::HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, http::HeaderValue::from_bytes(value)) {
            head.headers_mut().append(name, value);
        }
    };
    for (name, value) in response.headers() {
        if !ONLY_HTTP1.contains(&name.as_str()) && name != "content-length" {
            set(name.as_str(), value.as_bytes());
        }
    }
    if let BodySize::Sized(size) = size {
        set("content-length", size.to_string().as_bytes());
    }
    if !response.headers().contains_key("date") {
        set("date", HttpDate::from(SystemTime::now()).to_string().as_bytes());
    }
    head
}
