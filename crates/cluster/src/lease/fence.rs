//! What stops a node from asking routers that it may hold no longer.
//!
//! Each send asks the fence, and a thread of its own closes it at the deadline: an async runtime whose workers hang would
//! be late exactly when it matters. A closed fence never opens again; a new lease has a new one.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::watch;

use super::clock::BootTime;

/// The right of one lease to ask the routers it holds. Clones are the same fence.
#[derive(Clone)]
pub struct Fence(Arc<Inner>);

struct Inner {
    deadline: AtomicU64,
    closed: AtomicBool,
    tell: watch::Sender<bool>,
    at_closing: Mutex<Vec<Action>>,
}

type Action = Box<dyn FnOnce() + Send>;

impl fmt::Debug for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fence").field("open", &self.is_open()).finish_non_exhaustive()
    }
}

impl Fence {
    /// One that is open until the deadline, unless that is moved in time.
    pub(crate) fn open_until(deadline: BootTime) -> Self {
        let fence = Self(Arc::new(Inner {
            deadline: AtomicU64::new(deadline.nanoseconds()),
            closed: AtomicBool::new(false),
            tell: watch::channel(false).0,
            at_closing: Mutex::default(),
        }));
        let watched = fence.clone();
        let started = thread::Builder::new().name("lalin-fence".into()).spawn(move || watched.watch_over());
        if let Err(error) = started {
            tracing::error!(%error, "no thread for the fence: this node holds nothing");
            fence.close();
        }
        fence
    }

    /// One that was never open.
    pub fn closed_already() -> Self {
        Self(Arc::new(Inner {
            deadline: AtomicU64::new(0),
            closed: AtomicBool::new(true),
            tell: watch::channel(true).0,
            at_closing: Mutex::default(),
        }))
    }

    /// Whether a router may be asked now. Asks the clock, and nobody else.
    pub fn is_open(&self) -> bool {
        !self.0.closed.load(Ordering::Acquire)
            && BootTime::now().nanoseconds() < self.0.deadline.load(Ordering::Acquire)
    }

    /// Ends when the fence is closed.
    pub async fn closed(&self) {
        // The sender lives as long as this fence, so the wait ends by its value only.
        let _ = self.0.tell.subscribe().wait_for(|closed| *closed).await;
    }

    /// Runs this on the fence's own thread when it closes, or at once if it is closed: for shutting a socket down while
    /// the runtime hangs. It must not wait for anything.
    pub fn at_closing(&self, action: impl FnOnce() + Send + 'static) {
        let mut actions = self.0.at_closing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.0.closed.load(Ordering::Acquire) {
            drop(actions);
            action();
        } else {
            actions.push(Box::new(action));
        }
    }

    /// How long it stays open, if nothing is renewed.
    pub fn left(&self) -> Duration {
        if self.0.closed.load(Ordering::Acquire) { Duration::ZERO } else { self.deadline() - BootTime::now() }
    }

    /// Moves the deadline to later. False if it had passed: then it is closed for good.
    pub(crate) fn extend(&self, deadline: BootTime) -> bool {
        if !self.is_open() {
            self.close();
            return false;
        }
        self.0.deadline.fetch_max(deadline.nanoseconds(), Ordering::AcqRel);
        true
    }

    /// Closes it before its time.
    pub(crate) fn close(&self) {
        let actions = {
            // Under the lock, so that an action is run by whoever closes or by whoever brings it, and never by nobody.
            let mut actions = self.0.at_closing.lock().unwrap_or_else(PoisonError::into_inner);
            self.0.closed.store(true, Ordering::Release);
            std::mem::take(&mut *actions)
        };
        for action in actions {
            action();
        }
        self.0.tell.send_replace(true);
    }

    /// When it closes, as things stand.
    pub(crate) fn deadline(&self) -> BootTime {
        BootTime::from_nanoseconds(self.0.deadline.load(Ordering::Acquire))
    }

    /// The thread: ends when the fence is closed.
    fn watch_over(&self) {
        while !self.0.closed.load(Ordering::Acquire) {
            let left = self.deadline() - BootTime::now();
            if left.is_zero() {
                tracing::warn!("the lease was not renewed in time: this node asks no router any more");
                self.close();
                return;
            }
            // In short steps, as a sleeping thread's clock stands still while the machine is suspended.
            thread::park_timeout(left.min(STEP));
        }
    }
}

const STEP: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_fence_closes_by_itself_at_its_deadline_and_never_opens_again() {
        let deadline = BootTime::now() + Duration::from_millis(150);
        let fence = Fence::open_until(deadline);
        assert!(fence.is_open());
        let (sender, receiver) = std::sync::mpsc::channel();
        fence.at_closing(move || sender.send(BootTime::now()).unwrap());
        fence.closed().await;
        let acted = receiver.recv().unwrap();
        assert!(acted >= deadline);
        assert!(!fence.is_open() && !fence.extend(BootTime::now() + Duration::from_secs(60)) && !fence.is_open());
        // What comes too late is done at once.
        let (sender, receiver) = std::sync::mpsc::channel();
        fence.at_closing(move || sender.send(()).unwrap());
        receiver.recv().unwrap();
    }

    #[tokio::test]
    async fn a_fence_whose_deadline_is_moved_stays_open_and_can_be_closed_before() {
        let fence = Fence::open_until(BootTime::now() + Duration::from_secs(5));
        assert!(fence.extend(BootTime::now() + Duration::from_secs(3600)));
        assert!(fence.deadline() > BootTime::now() + Duration::from_secs(3000) && fence.is_open());
        fence.close();
        fence.closed().await;
        assert!(!fence.is_open());
    }

    #[test]
    fn one_past_its_deadline_is_closed_even_before_its_thread_woke_up() {
        let fence = Fence::open_until(BootTime::now());
        assert!(!fence.is_open());
        assert!(!fence.extend(BootTime::now() + Duration::from_secs(10)));
        assert!(!Fence::closed_already().is_open());
    }
}
