//! An answer that has to be waited for is given up when the right to it ends.

use std::pin::pin;
use std::task::Poll;

use actix_web::HttpRequest;

use crate::auth::revoked;
use crate::{Auth, Problem};

/// The result of `wait`, unless the right of whoever made the request ends first.
///
/// # Errors
/// [`Problem::login_needed`], or [`Problem::forbidden`] where something else may be seen now.
pub(crate) async fn answer_while_allowed<T>(
    request: &HttpRequest,
    wait: impl Future<Output = T>,
) -> Result<T, Problem> {
    let mut wait = pin!(wait);
    // Most answers need no waiting: those cost no lease.
    if let Poll::Ready(answer) = futures_util::poll!(&mut wait) {
        return Ok(answer);
    }
    let mut lease = Auth::lease_of(request);
    tokio::select! {
        biased;
        reason = revoked(&mut lease) => match reason {
            "access-changed" => Err(Problem::forbidden("what may be seen here has changed: ask again")),
            _ => Err(Problem::login_needed()),
        },
        answer = wait => Ok(answer),
    }
}
