//! A router that this process holds: its window for whoever asks, and its frames while anybody wants them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::Message as Sent;
use futures_util::StreamExt;
use lalin_monitor::{Router, Subscription, Update};
use lalin_stats::RouterState;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::ask;
use super::message::Encoder;
use super::shared::{Shared, WANTED, listen};

/// The most of the past that is handed on.
const LONGEST_PAST: Duration = Duration::from_secs(3_600);

/// Publishes one router for as long as the task lives.
pub(super) async fn publish(
    shared: Arc<Shared>,
    router: Arc<Router>,
    epoch: u64,
    subject: String,
    mut wanted: watch::Receiver<Option<Instant>>,
) {
    let live = format!("{subject}.live");
    let mut asked = listen(&shared, format!("{subject}.ask.>")).await;
    let mut encoder = Encoder::new(epoch, shared.origin);
    // Whoever watched the machine before learns that it is another one's turn, and asks for the window.
    let status = router.status();
    shared.send(&live, encoder.state(&RouterState::Connecting, status.timing)).await;
    let mut until: Option<Instant> = None;
    let mut frames: Option<Subscription> = None;
    loop {
        let over = until;
        tokio::select! {
            question = asked.next() => match question {
                Some(question) => {
                    let kind = question.subject.rsplit('.').next().unwrap_or_default().to_owned();
                    if kind == "window" {
                        until = Some(Instant::now() + WANTED);
                        if frames.is_none() {
                            frames = Some(begin(&router, &mut encoder));
                        }
                        window(&shared, &router, &encoder, &question).await;
                    } else {
                        shared.question(router.id().clone(), kind, question);
                    }
                }
                None => asked = listen(&shared, format!("{subject}.ask.>")).await,
            },
            changed = wanted.changed() => {
                if changed.is_err() {
                    return;
                }
                until = until.max(*wanted.borrow_and_update());
                if until.is_some() && frames.is_none() {
                    frames = Some(begin(&router, &mut encoder));
                }
            }
            update = next(&mut frames) => match update {
                Some(Update::Tick(frame)) => {
                    if let Some(message) = encoder.frame(&frame) {
                        shared.counters.sent.fetch_add(1, Ordering::Relaxed);
                        shared.send(&live, message).await;
                    }
                }
                Some(Update::State(status)) => shared.send(&live, encoder.state(&status.state, status.timing)).await,
                // This task was too slow for some: whoever listens asks for the window.
                Some(Update::Window(_)) => {}
                None => return,
            },
            () = sleep_until(over.unwrap_or_else(Instant::now)), if over.is_some() => {
                (until, frames) = (None, None);
            }
        }
    }
}

/// Begins to sample for others. What they get with the window need not be told again.
fn begin(router: &Arc<Router>, encoder: &mut Encoder) -> Subscription {
    let frames = router.subscribe(None, Duration::ZERO);
    encoder.has(router.newest());
    frames
}

/// Answers with the window, of which as much is taken as was asked for, s.
async fn window(shared: &Shared, router: &Router, encoder: &Encoder, question: &Sent) {
    let Some(to) = question.reply.clone() else { return };
    let asked = std::str::from_utf8(&question.payload).ok().and_then(|text| text.parse().ok());
    let window = Duration::from_secs(asked.unwrap_or(600)).min(LONGEST_PAST);
    let past = router.past(window);
    let answer = if past.frames.is_empty() {
        let status = router.status();
        encoder.state(&status.state, status.timing)
    } else {
        encoder.past(&past)
    };
    ask::answer(&shared.client, to, Ok(answer)).await;
}

async fn next(frames: &mut Option<Subscription>) -> Option<Update> {
    match frames {
        Some(frames) => frames.next().await,
        None => std::future::pending().await,
    }
}
