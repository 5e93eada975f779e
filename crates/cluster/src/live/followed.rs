//! A router that another machine holds: while somebody watches it here, its frames to the monitor.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures_util::StreamExt;
use lalin_monitor::{Feed, Taken};
use lalin_stats::{Failure, RouterId, RouterState, SourceError, Timing};
use tokio::time::{Instant, sleep, timeout};

use super::ask::{self, AskError};
use super::message::{Decoder, Message, Unread};
use super::shared::{Shared, listen};

/// For the whole of a window.
const WINDOW_LIMIT: Duration = Duration::from_secs(5);
/// The longest window that the page shows.
const LEAST_PAST: Duration = Duration::from_secs(900);
/// Between two questions for the window that were not answered.
const RETRY: Duration = Duration::from_millis(500);
/// Where nothing comes for so long it is asked for, at intervals up to the last.
const SILENCE: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(90));
/// A router that nobody asks for this long is called unreachable; a move takes less, and what was read last is old meanwhile.
const MOVES: Duration = Duration::from_secs(20);

/// Follows one router for as long as its feed feeds it.
pub(super) async fn follow(shared: Arc<Shared>, id: RouterId, site: Option<String>, feed: Feed) {
    let mut wanted = feed.wanted();
    let mut decoder = Decoder::new(id.clone(), shared.origin);
    while wanted.wait_for(|wanted| *wanted).await.is_ok() {
        let _wanted = shared.want(&id, site.as_deref());
        tokio::select! {
            ended = wanted.wait_for(|wanted| !*wanted) => if ended.is_err() { return },
            () = stream(&shared, &id, site.as_deref(), &feed, &mut decoder) => return,
        }
    }
}

/// Hands frames on while they are wanted. Returns where the feed feeds nothing any more.
async fn stream(shared: &Shared, id: &RouterId, site: Option<&str>, feed: &Feed, decoder: &mut Decoder) {
    let subject = shared.subject_of(id, site);
    let mut messages = listen(shared, format!("{subject}.live")).await;
    let mut heard = Instant::now();
    let mut silence = SILENCE.0;
    loop {
        // The window first: it says that the frames are wanted, and whatever comes meanwhile waits in the subscription.
        let window = Bytes::from(feed.window().max(LEAST_PAST).as_secs().to_string());
        let asked = ask::ask(&shared.client, format!("{subject}.ask.window"), window, WINDOW_LIMIT).await;
        let is_there = match asked {
            Ok(answer) => match take(shared, feed, decoder, &answer) {
                Next::Ended => return,
                next => next == Next::Told,
            },
            Err(error) => {
                let newest = feed.newest().is_some_and(|frame| frame.at.elapsed() < MOVES);
                let failure = Failure::from(SourceError::Unreachable { detail: error.to_string().into() });
                let is_over = heard.elapsed() > MOVES || !newest;
                let state = if is_over { RouterState::Unreachable(failure) } else { RouterState::Stale(failure) };
                if !feed.state(state, Timing::default()) {
                    return;
                }
                if error == AskError::Nobody {
                    sleep(RETRY).await;
                }
                false
            }
        };
        if is_there {
            heard = Instant::now();
        }
        loop {
            let patience = if is_there { silence } else { RETRY };
            let Ok(message) = timeout(patience, messages.next()).await else {
                silence = (silence * 2).min(SILENCE.1);
                break;
            };
            let Some(message) = message else {
                messages = listen(shared, format!("{subject}.live")).await;
                break;
            };
            shared.counters.received.fetch_add(1, Ordering::Relaxed);
            let before = decoder.epoch();
            match take(shared, feed, decoder, &message.payload) {
                Next::Told => (heard, silence) = (Instant::now(), SILENCE.0),
                Next::Passed => {}
                Next::Missing => break,
                Next::Ended => return,
            }
            if decoder.epoch() != before {
                // Another machine's turn: it does not know yet that somebody watches here.
                break;
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Told,
    Passed,
    Missing,
    Ended,
}

/// Hands on what one message says.
fn take(shared: &Shared, feed: &Feed, decoder: &mut Decoder, message: &[u8]) -> Next {
    let newest = feed.newest();
    let goes_on = |goes_on: bool| if goes_on { Next::Told } else { Next::Ended };
    match decoder.read(message, newest.as_deref()) {
        Ok(Message::Frame(frame)) => match feed.frame(frame, wall_ms()) {
            Taken::Told => Next::Told,
            Taken::Known => Next::Passed,
            Taken::Missing => {
                shared.counters.missing.fetch_add(1, Ordering::Relaxed);
                Next::Missing
            }
            Taken::Ended => Next::Ended,
        },
        Ok(Message::State(state, timing)) => goes_on(feed.state(state, timing)),
        Ok(Message::Past(past)) => goes_on(feed.past(&past, wall_ms())),
        Err(Unread::Missing) => {
            shared.counters.missing.fetch_add(1, Ordering::Relaxed);
            Next::Missing
        }
        Err(Unread::Over | Unread::Malformed) => {
            shared.counters.dropped.fetch_add(1, Ordering::Relaxed);
            Next::Passed
        }
    }
}

fn wall_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}
