//! What waits or goes on for long ends with the right to it.

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;

use actix_web::HttpRequest;
use actix_web::web::Data;
use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt};
use serde::Serialize;

use super::event_cache::event;
use crate::auth::AccessLease;
use crate::{Auth, Principal, Problem};

/// The last event of a stream.
#[derive(Serialize)]
struct End {
    reason: &'static str,
}

/// The right of whoever made a request; `None` where nothing can end it.
fn lease(request: &HttpRequest) -> Option<AccessLease> {
    let principal = Principal::of(request)?;
    request.app_data::<Data<Auth>>()?.lease(&principal)
}

/// Events for as long as whoever asked for them may see them; then one that says why there are no more.
pub(crate) fn while_allowed(
    request: &HttpRequest,
    events: impl Stream<Item = Result<Bytes, Infallible>> + 'static,
) -> impl Stream<Item = Result<Bytes, Infallible>> + 'static {
    let begin = Some((Box::pin(events), lease(request)));
    stream::unfold(begin, |going| async move {
        let (mut events, mut lease) = going?;
        tokio::select! {
            biased;
            reason = ended(&mut lease) => Some((Ok(event("end", None, &End { reason })), None)),
            next = events.next() => next.map(|next| (next, Some((events, lease)))),
        }
    })
}

/// What `wait` brings, unless the right to it is over before.
///
/// # Errors
/// [`Problem::login_needed`], or that something else may be seen now.
pub(crate) async fn answer_while_allowed<T>(
    request: &HttpRequest,
    wait: impl Future<Output = T>,
) -> Result<T, Problem> {
    let mut wait = pin!(wait);
    // Most answers are there at once.
    if let std::task::Poll::Ready(answer) = futures_util::poll!(&mut wait) {
        return Ok(answer);
    }
    let mut lease = lease(request);
    tokio::select! {
        biased;
        reason = ended(&mut lease) => match reason {
            "access-changed" => Err(Problem::forbidden("what may be seen here has changed: ask again")),
            _ => Err(Problem::login_needed()),
        },
        answer = wait => Ok(answer),
    }
}

async fn ended(lease: &mut Option<AccessLease>) -> &'static str {
    match lease {
        Some(lease) => lease.ended().await,
        None => std::future::pending().await,
    }
}
