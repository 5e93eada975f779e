//! The next moment's body, made before anybody can ask for it.
//!
//! While many ask, whoever asks first in a new moment would wait until its body is written and compressed, and everybody
//! else with it: with a thousand interfaces a quarter of each moment. A moment lies in the past, so its counters are known
//! before it begins to be asked about. A thread of its own makes each body a little early, for as long as the one before
//! was asked for often. A sample that comes in between makes another one of it, for which the first does wait.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::bodies::{Place, When};
use super::made::Made;
use super::pieces::in_pieces;

/// How long before its moment the next body is begun. A body of a thousand interfaces is a millisecond's work, but where
/// all of the processor is wanted, a thread is woken late.
const LEAD: Duration = Duration::from_millis(15);
/// For how long of that it is made in pieces.
const IN_PIECES: Duration = Duration::from_millis(7);

/// The one who makes a slot's bodies ahead, until it is dropped.
pub(super) struct Turn {
    pub(super) slot: Place,
    _permit: OwnedSemaphorePermit,
}

impl Turn {
    /// `None` where somebody makes them already, or where too many are made.
    pub(super) fn take(slot: Place) -> Option<Self> {
        let permit = slot.bodies.turns.take()?;
        slot.is_taken(true).then(|| Self { slot, _permit: permit })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.slot.is_taken(false);
    }
}

/// The body to make next.
pub(super) struct Next {
    pub(super) when: When,
    pub(super) until: Instant,
    pub(super) write: Box<dyn FnOnce() -> Vec<u8> + Send>,
}

/// Makes the bodies that come after `made`, which is asked for until `until`, for as long as they are asked for. `next` is
/// what is asked for from a time on; `None` ends it.
pub(super) fn make_ahead(
    turn: Turn,
    runtime: &Handle,
    mut made: Arc<Made>,
    mut until: Instant,
    mut next: impl FnMut(Instant) -> Option<Next>,
) {
    loop {
        let begin = until.checked_sub(LEAD).unwrap_or(until);
        // A thread of its own, which needs no timer of the workers; where it is woken too early it ends.
        thread::park_timeout(begin.saturating_duration_since(Instant::now()));
        let begun = Instant::now();
        // Not later than it has to be either: then the machine slept, or nobody's clock goes on.
        if begun < begin || !made.asked().is_often() {
            return;
        }
        let Some(Next { when, until: its_until, write }) = next(until.max(begun)) else { return };
        let Some(its) = turn.slot.reserve(when) else { return };
        in_pieces(IN_PIECES, || {
            let plain = runtime.block_on(its.plain(false, write));
            for encoding in made.encodings() {
                runtime.block_on(its.in_encoding(&plain, encoding, true));
            }
        });
        (made, until) = (its, its_until);
    }
}

#[cfg(test)]
mod tests {
    use lalin_monitor::{Label, Monitor, Settings};
    use lalin_stats::{Frame, RouterId, Uncertainty};
    use lalin_store::Access;
    use std::sync::Mutex;

    use super::super::bodies::{Bodies, Kind, View};
    use super::super::demand::{AT_ONCE, OFTEN};
    use super::super::encoding::Encoding;
    use super::*;
    use crate::lines::LineView;

    struct Scene {
        router: RouterId,
        bodies: Bodies,
        first: When,
    }

    impl Scene {
        fn new() -> Self {
            let router: RouterId = "r".parse().unwrap();
            let monitor = Monitor::new(Settings::default());
            let (known, _feed) =
                monitor.add_followed(router.clone(), Label::new("r", "192.0.2.1"), Settings::default());
            let frame = Arc::new(Frame {
                router: router.clone(),
                seq: 7,
                at: Instant::now(),
                unix_ms: 1_000,
                time_base: 1,
                clock_step_ms: 0,
                elapsed: None,
                revision: 1,
                interfaces: Vec::new().into(),
                identities: Vec::new().into(),
                counters: Vec::new().into(),
                rates: Vec::new().into(),
                uncertainty: Uncertainty { low: 1.0, high: 1.0 },
                error_counts: Vec::new().into(),
                gap: None,
            });
            Self { router, bodies: Bodies::default(), first: When { frame, moment: 10, status: known.status() } }
        }

        fn when(&self, moment: u64) -> When {
            When { moment, ..self.first.clone() }
        }

        fn found(&self, moment: u64) -> super::super::bodies::Found {
            let (access, lines) = (Access::viewer(), LineView::default());
            let view = View { access, details: false, lines, parameters: Vec::new() };
            self.bodies.of(Kind::InterfaceStats, &self.router, view, self.when(moment))
        }

        fn place(&self, view: u64) -> Place {
            Place { bodies: self.bodies.clone(), kind: Kind::InterfaceStats, router: self.router.clone(), view }
        }
    }

    /// A body, as whoever asks first has it made.
    async fn made(made: &Made, body: &'static str) -> bytes::Bytes {
        made.plain(false, || body.into()).await
    }

    #[tokio::test]
    async fn the_next_body_is_there_before_it_is_asked_for_and_only_while_it_is_asked_for() {
        let scene = Scene::new();
        let first = scene.found(10);
        assert!(!first.often);
        let plain = made(&first.made, "ten").await;
        first.made.in_encoding(&plain, Encoding::Gzip, false).await;
        (0..OFTEN).for_each(|_| first.made.asked().once_more());
        let times = Arc::new(Mutex::new(Vec::new()));
        let (noted, when) = (times.clone(), scene.when(11));
        let turn = Turn::take(scene.place(first.view)).unwrap();
        let until = Instant::now();
        let ahead = move || {
            let next = move |asked: Instant| {
                noted.lock().unwrap().push(asked);
                let (when, until) = (when.clone(), asked);
                Some(Next { when, until, write: Box::new(|| b"eleven".to_vec()) })
            };
            make_ahead(turn, &Handle::current(), first.made, until, next);
        };
        tokio::task::spawn_blocking(ahead).await.unwrap();
        assert_eq!(times.lock().unwrap().len(), 1, "that one was asked for by nobody, so no further one is made");
        let second = scene.found(11);
        assert!(second.often, "the one before was asked for often");
        assert_eq!(made(&second.made, "made anew").await, "eleven");
        assert_eq!(second.made.encodings().collect::<Vec<_>>(), [Encoding::Gzip]);
    }

    #[tokio::test]
    async fn one_makes_them_ahead_and_not_for_many_ways_of_seeing_at_once() {
        let scene = Scene::new();
        let view = scene.found(10).view;
        let turn = Turn::take(scene.place(view)).unwrap();
        assert!(Turn::take(scene.place(view)).is_none());
        drop(turn);
        let turn = Turn::take(scene.place(view)).unwrap();
        assert!(Turn::take(scene.place(view + 1)).is_none(), "there is no such view");
        let permits: Vec<_> = std::iter::from_fn(|| scene.bodies.turns.take()).collect();
        assert_eq!(permits.len(), AT_ONCE - 1);
        drop((turn, permits));
        assert!(Turn::take(scene.place(view)).is_some());
    }

    #[tokio::test]
    async fn a_request_of_the_moment_before_finds_its_body_still() {
        let scene = Scene::new();
        let (ten, eleven) = (scene.found(10).made, scene.found(11).made);
        assert!(Arc::ptr_eq(&ten, &scene.found(10).made) && Arc::ptr_eq(&eleven, &scene.found(11).made));
        let twelve = scene.found(12).made;
        assert!(!Arc::ptr_eq(&ten, &scene.found(10).made), "an older one is dropped");
        assert!(!Arc::ptr_eq(&twelve, &scene.found(12).made));
    }
}
