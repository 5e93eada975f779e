//! Counts the requests of each connection from their head until their answer is sent, and answers again what was answered
//! a moment ago.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_http::body::{BodySize, BoxBody, MessageBody};
use actix_http::{HttpMessage, Method, Request, Response, Version};
use actix_service::Service;
use bytes::Bytes;
use futures_util::future::{Either, LocalBoxFuture};

use super::connection::{ActiveRequest, ActiveStream, Connection};
use super::hand_over::{HandOver, Offer};
use super::repeats::{Head, Repeats};
use super::transport::Transport;

/// Among an answer's extensions: it is an event stream, whose connection belongs to a viewer.
pub(crate) struct EventStream;

/// The application, with each of its requests counted for its connection.
pub(super) struct CountRequests<S, B> {
    app: S,
    repeats: Rc<Repeats>,
    _body: PhantomData<B>,
}

/// What comes of a request.
type Answered<B> = Result<Response<CountedBody<B>>, Response<BoxBody>>;

impl<S, B> CountRequests<S, B> {
    pub(super) fn new(app: S, repeats: Repeats) -> Self {
        Self { app, repeats: Rc::new(repeats), _body: PhantomData }
    }
}

impl<S, B> Service<Request> for CountRequests<S, B>
where
    S: Service<Request>,
    S::Future: 'static,
    S::Response: Into<Response<B>>,
    S::Error: Into<Response<BoxBody>>,
    B: MessageBody + 'static,
{
    type Response = Response<CountedBody<B>>;
    type Error = Response<BoxBody>;
    type Future = Either<Ready<Answered<B>>, LocalBoxFuture<'static, Answered<B>>>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.app.poll_ready(cx).map_err(Into::into)
    }

    fn call(&self, request: Request) -> Self::Future {
        // HTTP/1.1 keeps it with the connection, HTTP/2 with each request.
        let of_connection = request.conn_data::<Arc<Connection>>().cloned();
        let connection = of_connection.or_else(|| request.extensions().get::<Arc<Connection>>().cloned());
        let active = connection.as_ref().map(Connection::begin);
        let place = self.repeats.place(&request);
        if let Some(repeated) = place.and_then(|place| self.repeats.repeated(&request, place)) {
            let counted = repeated.map_body(|_, bytes| CountedBody {
                body: Body::Whole(Some(bytes)),
                _stream: None,
                _active: active,
            });
            return Either::Left(ready(Ok(counted)));
        }
        if let Some(connection) = connection.clone() {
            request.extensions_mut().insert(connection);
        }
        // HTTP/2 has none: its streams share a connection.
        let hand_over = request.conn_data::<Rc<HandOver<Transport>>>().cloned();
        let hand_over = hand_over.filter(|_| request.method() == Method::GET);
        // Before HTTP/1.1, which many a proxy speaks with its servers, there were no chunks.
        let chunked = request.version() == Version::HTTP_11;
        let kept = place.and_then(|place| Some((Head::of(&request)?, place, self.repeats.clone())));
        let change = self.repeats.changes().begin(&request);
        let answered = self.app.call(request);
        Either::Right(Box::pin(async move {
            let _change = change;
            let mut response = answered.await.map_err(Into::into)?.into();
            if let Some((head, place, repeats)) = kept {
                repeats.keep(head, place, &mut response);
            }
            let is_stream = response.extensions().contains::<EventStream>();
            let stream = connection.filter(|_| is_stream).map(|connection| connection.watches());
            let response = response.map_body(|_, body| CountedBody {
                body: Body::Streamed(Box::pin(body)),
                _stream: stream,
                _active: active,
            });
            Ok(match hand_over.filter(|_| is_stream) {
                Some(hand_over) => Offer::new(hand_over, response, chunked).await,
                None => response,
            })
        }))
    }
}

/// The body of an answer. Its request is under way until the body is dropped.
pub(super) struct CountedBody<B> {
    body: Body<B>,
    _stream: Option<ActiveStream>,
    _active: Option<ActiveRequest>,
}

enum Body<B> {
    Streamed(Pin<Box<B>>),
    /// `None` once it was sent.
    Whole(Option<Bytes>),
}

impl<B: MessageBody> MessageBody for CountedBody<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        match &self.body {
            Body::Streamed(body) => body.size(),
            Body::Whole(bytes) => BodySize::Sized(bytes.as_ref().map_or(0, Bytes::len) as u64),
        }
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, B::Error>>> {
        match &mut self.body {
            Body::Streamed(body) => body.as_mut().poll_next(cx),
            Body::Whole(bytes) => Poll::Ready(bytes.take().filter(|bytes| !bytes.is_empty()).map(Ok)),
        }
    }
}
