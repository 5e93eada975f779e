//! How large the body of a request may be, and how long it may take to arrive.
//!
//! Someone who is not logged in has to send a name and a password, and no more. This limit applies before the body is read.
//! The extractors of actix check the size only afterwards, and wait for a slow body forever.

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

use super::connection::{AwaitedBody, Connection};
use super::connection_limits::ConnectionLimits;

/// The largest body on a route for everyone, bytes.
pub(crate) const LARGEST_ANONYMOUS_BODY: usize = 4 << 10;
/// The largest body, bytes. None of our requests needs more.
pub(crate) const LARGEST_BODY: usize = 64 << 10;

/// Limits the body of a request to `most` bytes.
pub(crate) fn limit_body(request: &mut ServiceRequest, most: usize) -> Result<(), Problem> {
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
    let time_limit =
        connection.as_ref().map_or(ConnectionLimits::default().request_time, |own| own.limits().request_time);
    let body = LimitedBody {
        body,
        left: most,
        // Started at the first wait: a body that arrives together with its head needs no timer.
        until: None,
        time_limit,
        awaiting: connection.as_ref().map(Connection::awaits_body),
    };
    request.set_payload(Payload::Stream { payload: Box::pin(body) });
    Ok(())
}

/// A body that is limited in size and time.
struct LimitedBody {
    body: Payload,
    left: usize,
    until: Option<Pin<Box<Sleep>>>,
    time_limit: Duration,
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
                let time_limit = this.time_limit;
                let until = this.until.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + time_limit)));
                match until.as_mut().poll(cx) {
                    Poll::Ready(()) => Poll::Ready(Some(Err(PayloadError::Io(std::io::ErrorKind::TimedOut.into())))),
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }
}
