//! A stream ends when the right to it does, with an event that says why.

use actix_web::HttpRequest;
use futures_util::stream::{self, Stream, StreamExt};
use serde::Serialize;

use crate::Auth;
use crate::auth::revoked;

use super::event_bytes::EventBytes;
use super::sse_event::sse_event;

/// The data of the `end` event, the last one of a stream.
#[derive(Serialize)]
struct EndEvent {
    reason: &'static str,
}

/// Passes `events` on for as long as whoever made the request may see them, then ends with an `end` event.
pub(crate) fn while_allowed(
    request: &HttpRequest,
    events: impl Stream<Item = EventBytes> + 'static,
) -> impl Stream<Item = EventBytes> + 'static {
    let begin = Some((Box::pin(events), Auth::lease_of(request)));
    stream::unfold(begin, |state| async move {
        let (mut events, mut lease) = state?;
        tokio::select! {
            biased;
            reason = revoked(&mut lease) => Some((sse_event("end", None, &EndEvent { reason }).into(), None)),
            event = events.next() => event.map(|event| (event, Some((events, lease)))),
        }
    })
}
