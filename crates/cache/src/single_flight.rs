//! One piece of work, in a task of its own, with any number of waiters.
//!
//! It knows nothing of what is done: whoever starts it says what its end means.

use tokio::sync::watch;

/// How the work ended.
pub(crate) enum Landing<O> {
    /// It came to this.
    Done(O),
    /// It panicked.
    Panicked,
    /// Its task was dropped before it was done: the cache is gone, or its runtime.
    Dropped,
}

/// Work to be run. However it ends, `land` is called exactly once, and its answer is given to all who wait.
pub(crate) struct Flight<O, L: FnOnce(Landing<O>) -> Option<O>> {
    land: Option<L>,
    outcome: watch::Sender<Option<O>>,
}

/// One caller's wait for a flight.
pub(crate) struct Waiter<O>(watch::Receiver<Option<O>>);

impl<O, L: FnOnce(Landing<O>) -> Option<O>> Flight<O, L> {
    /// A flight that lands with `land`, and a first wait for it.
    pub(crate) fn new(land: L) -> (Self, Waiter<O>) {
        let (outcome, waiter) = watch::channel(None);
        (Self { land: Some(land), outcome }, Waiter(waiter))
    }

    /// Does the work.
    pub(crate) async fn run(mut self, work: impl Future<Output = O>) {
        let done = work.await;
        self.end(Landing::Done(done));
    }

    fn end(&mut self, landing: Landing<O>) {
        let Some(land) = self.land.take() else { return };
        // Sent whether or not everyone has left.
        self.outcome.send_replace(land(landing));
    }
}

impl<O, L: FnOnce(Landing<O>) -> Option<O>> Drop for Flight<O, L> {
    fn drop(&mut self) {
        self.end(if std::thread::panicking() { Landing::Panicked } else { Landing::Dropped });
    }
}

impl<O: Clone> Waiter<O> {
    /// What the flight came to; `None` where it was dropped before it was done.
    pub(crate) async fn outcome(mut self) -> Option<O> {
        self.0.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone())
    }
}

// Derived it would ask for `O: Clone`, though only the receiver is cloned.
impl<O> Clone for Waiter<O> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
