//! What readers see of the session, and what they tell its keeper.

use std::sync::Arc;

use lalin_stats::{Failure, SourceError};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::session::Session;

/// How it stands with the session.
#[derive(Clone)]
pub(crate) enum Link {
    /// An attempt to connect is under way, or begins as soon as somebody reads.
    Opening,
    /// Logged in.
    Open(Arc<Session>),
    /// The last attempt failed, or the session ended, and the time for the next attempt has not come.
    Pausing(Failure),
}

/// The readers' end: asks for a session and waits for it.
pub(crate) struct Asker {
    link: watch::Receiver<Link>,
    asked: watch::Sender<Option<Instant>>,
}

/// The keeper's end.
pub(crate) struct Teller {
    link: watch::Sender<Link>,
    asked: watch::Receiver<Option<Instant>>,
}

pub(crate) fn pair() -> (Asker, Teller) {
    let (tell, link) = watch::channel(Link::Opening);
    let (ask, asked) = watch::channel(None);
    (Asker { link, asked: ask }, Teller { link: tell, asked })
}

impl Asker {
    /// The session, once there is one; at once the failure where no attempt is under way.
    pub(crate) async fn session(&self) -> Result<Arc<Session>, Failure> {
        self.asked.send_replace(Some(Instant::now()));
        let mut link = self.link.clone();
        // Once its moment has come the next attempt is under way, even if its keeper has not woken up yet.
        let settled = link.wait_for(|link| match link {
            Link::Opening => false,
            Link::Open(_) => true,
            Link::Pausing(failure) => failure.retry_at.is_none_or(|at| at > Instant::now()),
        });
        let settled = settled.await;
        match settled.as_deref() {
            Ok(Link::Open(session)) => Ok(session.clone()),
            Ok(Link::Pausing(failure)) => Err(failure.clone()),
            // The keeper ends before its source only if it panicked.
            Ok(Link::Opening) | Err(_) => {
                Err(SourceError::Internal { detail: "the session has no keeper".into() }.into())
            }
        }
    }
}

impl Teller {
    /// Lets the readers know.
    pub(crate) fn tell(&self, link: Link) {
        self.link.send_replace(link);
    }

    /// When somebody last asked.
    pub(crate) fn last_asked(&mut self) -> Option<Instant> {
        *self.asked.borrow_and_update()
    }

    /// Waits until somebody asks who had not when [`Self::last_asked`] was called; false when nobody can any more.
    pub(crate) async fn asked(&mut self) -> bool {
        self.asked.changed().await.is_ok()
    }
}
