//! How much a request may carry, and for how long it may be on its way.
//!
//! Whoever has no account yet sends a name and a password, and no more. That is decided before the body is read; the
//! extractors of actix decide afterwards, and wait for a slow body for ever.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpMessage;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_LENGTH;
use bytes::Bytes;
use futures_util::Stream;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::Problem;
use crate::server::{AwaitedBody, Connection, ConnectionLimits};

/// The most of a body that anybody may send, bytes.
pub(crate) const OF_ANYBODY: usize = 4 << 10;
/// The most of a body, bytes: no request of ours is larger.
pub(crate) const LARGEST: usize = 64 << 10;

/// Bounds the body of a request to `most` bytes.
pub(crate) fn limit(request: &mut ServiceRequest, most: usize) -> Result<(), Problem> {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let length = length.and_then(|length| length.trim().parse::<u64>().ok());
    if length.is_some_and(|length| length > most as u64) {
        return Err(Problem::too_large(most));
    }
    let body = request.take_payload();
    if matches!(body, Payload::None) {
        return Ok(());
    }
    let connection = request.extensions().get::<Arc<Connection>>().cloned();
    let receive_timeout =
        connection.as_ref().map_or(ConnectionLimits::default().receive_timeout, |own| own.limits().receive_timeout);
    let body = LimitedBody {
        body,
        left: most,
        // Made when it is first waited for: a body that is there with its head needs no clock.
        until: None,
        receive_timeout,
        awaiting: connection.as_ref().map(Connection::awaits_body),
    };
    request.set_payload(Payload::Stream { payload: Box::pin(body) });
    Ok(())
}

/// A body that is bounded in size and time.
struct LimitedBody {
    body: Payload,
    left: usize,
    until: Option<Pin<Box<Sleep>>>,
    receive_timeout: Duration,
    awaiting: Option<AwaitedBody>,
}

impl Stream for LimitedBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_next(cx) {
            Poll::Ready(Some(Ok(bytes))) => {
                if let Some(awaiting) = &this.awaiting {
                    awaiting.used(bytes.len());
                }
                match this.left.checked_sub(bytes.len()) {
                    Some(left) => this.left = left,
                    None => return Poll::Ready(Some(Err(PayloadError::Overflow))),
                }
                Poll::Ready(Some(Ok(bytes)))
            }
            Poll::Ready(end) => {
                this.awaiting = None;
                Poll::Ready(end)
            }
            Poll::Pending => {
                let receive_timeout = this.receive_timeout;
                let until = this.until.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + receive_timeout)));
                match until.as_mut().poll(cx) {
                    Poll::Ready(()) => Poll::Ready(Some(Err(PayloadError::Io(std::io::ErrorKind::TimedOut.into())))),
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }
}

/// What is said of a body that could not be read.
pub(crate) fn problem(error: actix_web::error::JsonPayloadError) -> Problem {
    use actix_web::error::JsonPayloadError;
    match error {
        JsonPayloadError::Payload(PayloadError::Overflow)
        | JsonPayloadError::Overflow { .. }
        | JsonPayloadError::OverflowKnownLength { .. } => Problem::too_large(LARGEST),
        JsonPayloadError::Payload(PayloadError::Io(error)) if error.kind() == std::io::ErrorKind::TimedOut => {
            Problem::too_slow()
        }
        error => Problem::bad_parameter("body", error),
    }
}
